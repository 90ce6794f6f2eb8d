"""The evidence file of a list as Turtle: a line a thing, in order, always the same bytes. Means nothing by it."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox

from polisgraph.errors import SourceError
from polisgraph.namespaces import PREFIXES, expand, shorten

Statements = dict[str, list[tuple[str, ox.NamedNode | ox.Literal]]]
"""What is said of things, by their IRIs: properties as prefixed names, with their values."""

_DATATYPES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}
_PREFIXED = re.compile(r"([a-z0-9]+):[\w-]*")
_ORDER = (
    "rdf:type", "dct:title", "skos:prefLabel", "skos:altLabel", "org:member", "org:organization", "org:role",
    "pg:host", "pg:hostedBody", "pg:represents", "pg:bodyOf", "pg:subBodyOf", "pg:partner",
    "pg:start", "pg:end", "pg:status", "pg:undertakes", "pg:withinGroup", "pg:coordinatedBy", "pg:supportedBy",
    "pg:succeeds", "pg:timeNote", "pg:attestedOn", "pg:country", "pg:ags", "pg:geonames", "pg:isoCode",
    "pg:wikidata",
    "wgs84:lat", "wgs84:long", "skos:note", "rdfs:seeAlso", "dct:publisher", "dct:identifier", "pg:notBefore",
    "dct:license", "dct:rights", "dct:source", "pg:locator",
)  # fmt: skip
"""The order of properties in a line; any other stands behind these."""
RELATIONS = frozenset(
    expand(name)
    for name in (
        "pg:NetworkMembership", "pg:BodyMembership", "pg:OfficeHolding", "pg:SecretariatHosting", "pg:Partnership",
    )
)  # fmt: skip
"""The classes of what holds between things for a time: what a list is about."""


def timed(text: str) -> ox.Literal:
    """Return a day, a month or a year, as precise as it is written."""
    return ox.Literal(text, datatype=ox.NamedNode(expand(_DATATYPES[len(text)])))


def render(said: Statements, head: str) -> str:
    """Return the Turtle file that says `said`, below the comment lines `head`."""
    lines = [_line(iri, said[iri]) for iri in sorted(said, key=lambda iri: (_rank(said[iri]), iri))]
    used = {found[1] for line in lines for found in _PREFIXED.finditer(_without_texts(line))}
    prefixes = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in sorted(used & PREFIXES.keys()))
    return f"{head}\n{prefixes}\n{''.join(lines)}"


def read_statements(path: Path) -> Statements:
    """Return what the Turtle file `path` says; raise SourceError if it cannot be read or parsed."""
    said: Statements = {}
    try:
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            if not isinstance(quad.subject, ox.NamedNode) or not isinstance(quad.object, (ox.NamedNode, ox.Literal)):
                raise SourceError("was not written by an import: it has blank nodes", path)
            said.setdefault(quad.subject.value, []).append((shorten(quad.predicate.value), quad.object))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path) from None
    except SyntaxError as error:
        raise SourceError(f"syntax error: {error.msg}", path, error.lineno, error.offset) from None
    return said


def values(said: Mapping[str, Iterable[tuple[str, ox.NamedNode | ox.Literal]]], iri: str, prop: str) -> list[str]:
    """Return the values of a property of a thing, as plain text, in order."""
    return sorted(value.value for each, value in said.get(iri, ()) if each == prop)


def _rank(said: Iterable[tuple[str, object]]) -> int:
    """Put what the file is about first: itself, its source, countries; then bodies and members, then memberships."""
    types = {value.value for prop, value in said if prop == "rdf:type" and isinstance(value, ox.NamedNode)}
    types |= {expand("pg:Body") for prop, _ in said if prop == "pg:bodyOf"}
    order = ("void:Dataset", "pg:SourceDocument", "pg:OfficialPage", "pg:EncyclopaediaArticle", "pg:PressReport",
             "pg:ReferenceDataset", "pg:Territory", "pg:Network", "pg:Body", "pg:Commitment",
             "org:Organization")  # fmt: skip
    ranks = [number for number, name in enumerate(order) if expand(name) in types]
    relation = bool(RELATIONS & types)
    return min(ranks, default=len(order) + relation)


def _line(iri: str, said: Iterable[tuple[str, ox.NamedNode | ox.Literal]]) -> str:
    by_property: dict[str, set[str]] = {}
    for prop, value in said:
        by_property.setdefault(prop, set()).add(_term(value))
    props = sorted(by_property, key=lambda prop: (_ORDER.index(prop) if prop in _ORDER else len(_ORDER), prop))
    parts = [f"{'a' if prop == 'rdf:type' else prop} {','.join(sorted(by_property[prop]))}" for prop in props]
    return f"{shorten(iri)} {';'.join(parts)}.\n"


def _term(value: ox.NamedNode | ox.Literal) -> str:
    if isinstance(value, ox.NamedNode):
        return shorten(value.value)
    datatype = value.datatype.value
    if datatype == expand("xsd:decimal"):
        return value.value
    text = str(ox.Literal(value.value))
    if value.language:
        return f"{text}@{value.language}"
    return text if datatype == expand("xsd:string") else f"{text}^^{shorten(datatype)}"


def _without_texts(line: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>', "", line)
