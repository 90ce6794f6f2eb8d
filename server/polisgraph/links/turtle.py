"""Links to Wikidata as Turtle: always the same bytes for the same links, a record a block. Decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyoxigraph as ox

from polisgraph.errors import SourceError
from polisgraph.links.record import ItemLink, Status
from polisgraph.load import FORMATS
from polisgraph.namespaces import PREFIXES, shorten

DECISIONS = """\
# Which Wikidata items things have, and which they have not: decisions of people, a record each, by thing and item.
# `polisgraph review` writes here; a comment above a record is kept.
"""
CANDIDATES = """\
# Wikidata items that things may have. A program wrote this file; `polisgraph review` puts them before a person.
"""

_A = PREFIXES["rdf"] + "type"
_CLASS = PREFIXES["pg"] + "ItemLink"
_XSD = PREFIXES["xsd"]
_PROPERTIES = {
    "thing": "pg:linkOf",
    "item": "pg:linkTo",
    "status": "pg:linkStatus",
    "label": "sssom:object_label",
    "categories": "sssom:object_category",
    "country": "pg:itemCountry",
    "evidence": "pg:evidence",
    "sources": "dct:source",
    "tool": "sssom:mapping_tool",
    "confidence": "sssom:confidence",
    "created": "dct:created",
    "reviewer": "sssom:reviewer_label",
    "reviewed": "sssom:review_date",
    "comment": "rdfs:comment",
}
"""The property of each field of a link, in the order in which they are written."""
_SEVERAL = ("categories", "evidence", "sources")


def render(links: Iterable[ItemLink], head: str, above: Mapping[str, str] | None = None) -> str:
    """Return the Turtle file with `links`, the comment lines `head` on top and those of `above` over the records.

    `above` has comment lines by the IRI of the record; those under "" stand at the end.
    """
    comments = above or {}
    used: set[str] = set()
    blocks = []
    for link in sorted(links, key=lambda link: link.order):
        blocks.append(comments.get(link.iri, "") + _block(link, used))
    if end := comments.get(""):
        blocks.append(end)
    prefixes = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in sorted(used))
    return "\n".join(part for part in (head, prefixes, *blocks) if part)


def write_candidates(links: Iterable[ItemLink]) -> str:
    """Return a Turtle file of candidates, without those of a pair more than once for a program."""
    return render({link.iri: link for link in links}.values(), CANDIDATES)


def read_links(path: Path, content: bytes | None = None, strict: bool = False) -> list[ItemLink]:
    """Return the links in the RDF file `path`, or in `content` instead, in their order.

    Other statements of the file are passed over, or if `strict` refused. Raises SourceError for what cannot be read
    or parsed, and for a record that is none.
    """
    if path.suffix not in FORMATS:
        raise SourceError(f"unknown ending; endings that are read: {' '.join(FORMATS)}", path)
    try:
        content = path.read_bytes() if content is None else content
        triples = dict.fromkeys(quad.triple for quad in ox.parse(content, format=FORMATS[path.suffix]))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path) from None
    except SyntaxError as error:
        raise SourceError(f"syntax error: {error.msg}", path, error.lineno, error.offset) from None
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for triple in triples:
        subject, value = triple.subject, triple.object
        text = value.value if isinstance(value, (ox.NamedNode, ox.Literal)) else str(value)
        said[str(subject.value)][triple.predicate.value].append(text)
    links = [from_statements(iri, found, path, strict) for iri, found in said.items() if _CLASS in found.get(_A, ())]
    if strict and (others := [iri for iri, found in said.items() if _CLASS not in found.get(_A, ())]):
        raise SourceError(f"{shorten(min(others))} is no pg:ItemLink; only these may stand in this file", path)
    return sorted(links, key=lambda link: link.order)


def from_statements(
    iri: str, said: Mapping[str, list[str]], path: Path = Path("data"), strict: bool = False
) -> ItemLink:
    """Return the link that is described by `said`, values by the IRI of the property; raise SourceError if it is none.

    `path` is where it stands, for the error. What is no property of links is passed over, or if `strict` refused.
    """
    fields: dict[str, object] = {}
    names = {PREFIXES[p.partition(":")[0]] + p.partition(":")[2]: name for name, p in _PROPERTIES.items()}
    for prop, values in said.items():
        name = names.get(prop)
        if name is None:
            if strict and prop != _A:
                raise SourceError(f"{shorten(iri)} has {shorten(prop)}, which would be lost; remove it", path)
        elif name in _SEVERAL:
            fields[name] = tuple(values)
        elif len(values) > 1:
            raise SourceError(f"{shorten(iri)} has {len(values)} values of {_PROPERTIES[name]}; leave one", path)
        else:
            fields[name] = values[0]
    for needed in ("thing", "item", "status"):
        if needed not in fields:
            raise SourceError(f"{shorten(iri)} has no {_PROPERTIES[needed]}", path)
    try:
        fields["status"] = Status(str(fields["status"]).removeprefix(PREFIXES["linkstatus"]))
        fields["item"] = str(fields["item"]).removeprefix(PREFIXES["wd"])
        for name in ("created", "reviewed"):
            if name in fields:
                fields[name] = date.fromisoformat(str(fields[name]))
        if "confidence" in fields:
            fields["confidence"] = Decimal(str(fields["confidence"]))
        return ItemLink(**fields)  # type: ignore[arg-type]  # the names are those of its fields
    except InvalidOperation:
        raise SourceError(f"{shorten(iri)}: {fields['confidence']!r} is no number", path) from None
    except ValueError as error:
        raise SourceError(f"{shorten(iri)}: {error}", path) from None


def _block(link: ItemLink, used: set[str]) -> str:
    """Write a record; `used` gathers the prefixes."""
    lines = [f"{_name(link.iri, used)} a {_name(_CLASS, used)}"]
    for name, prop in _PROPERTIES.items():
        values = [_term(name, value, used) for value in _values(getattr(link, name))]
        if values:
            used.add(prop.partition(":")[0])
            lines.append(f"    {prop} {(' ,' + chr(10) + ' ' * 8).join(values)}")
    return " ;\n".join(lines) + " .\n"


def _values(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        yield from value
    elif value not in ("", None):
        yield value


def _term(name: str, value: object, used: set[str]) -> str:
    if name in ("thing", "sources"):
        return _name(str(value), used)
    if name == "item":
        return _name(PREFIXES["wd"] + str(value), used)
    if isinstance(value, Status):
        return _name(value.iri, used)
    if isinstance(value, date):
        used.add("xsd")
        return f'"{value.isoformat()}"^^xsd:date'
    if isinstance(value, Decimal):
        return f"{value:f}" if "." in f"{value:f}" else f"{value:f}.0"
    return str(ox.Literal(str(value)))


def _name(iri: str, used: set[str]) -> str:
    """Return the IRI as Turtle has it, with a prefix where there is one."""
    name = shorten(iri)
    if not name.startswith("<"):
        used.add(name.partition(":")[0])
    return name
