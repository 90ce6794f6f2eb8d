"""Reads what the texts in a column of a list stand for: the `skos:member` of the column in its mapping. Reads no list.

Each has the text as its `skos:notation`, and mostly the thing meant as its `@id`. Beside known things stand those that
the mapping describes: commitments by `skos:prefLabel` and perhaps `pg:deadline`; sources by `rdf:type`,
`skos:prefLabel` and `dc:publisher`, or, where a source is not taken, by `skos:note` alone, why; bodies by `pg:bodyOf`,
the network in which the text means them, `rdf:type` and, if they are new, `skos:prefLabel` and `pg:subBodyOf`; offices
of a network, whose `@id` is that of the network, by `org:role` and `pg:represents`. A role has as `rdf:type` what
tenure it makes, and a remark is said in other words by `skos:prefLabel`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from csvw.metadata import Column

from polisgraph.namespaces import PREFIXES, expand

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
# CSVW takes its prefixes from RDFa, where `dc` is what is `dct` here.
_PREFIXES = {name: PREFIXES[name] for name in ("foaf", "org", "prov", "rdf", "rdfs", "skos", "xsd")}
_PREFIXES |= {"dc": PREFIXES["dct"], "dcterms": PREFIXES["dct"], "wgs84": PREFIXES["wgs84"]}


@dataclass(frozen=True)
class Code:
    """What a text in a column stands for: the IRI, its class as `kind`, and what the mapping says of it besides.

    `names` (by language), `deadline`, `publisher`, `network`, `parent` (IRIs) and `why_not` (why a source is not taken)
    are there for what the list itself describes; `role` and `represents` for an office. A remark has `names` only.
    """

    iri: str
    names: dict[str, str] = field(default_factory=dict)
    deadline: str = ""
    kind: str = ""
    publisher: str = ""
    network: str = ""
    parent: str = ""
    role: str = ""
    represents: str = ""
    why_not: str = ""

    @property
    def slug(self) -> str:
        """The last part of the IRI."""
        return self.iri.rpartition("/")[2]


def codes_of(column: Column) -> Iterator[tuple[str, Code]]:
    """Yield the codes of a column by their texts, bodies by network and text; raise ValueError if one is wrong."""
    members = column.common_props.get("skos:member", [])
    for each in members if isinstance(members, list) else [members]:
        code = _code(each)
        text = str(each["skos:notation"])
        yield (in_network(code.network, text) if code.network else text), code


def in_network(network: str, text: str) -> str:
    """Return what a text is called that means something else in each network, such as «Board»."""
    return f"{network} {text}"


def _code(said: dict[str, Any]) -> Code:
    deadline = str(said.get(expand("pg:deadline"), ""))
    code = Code(
        iri=_linked(said, "@id"),
        names=texts_of("skos:prefLabel", said["skos:prefLabel"]) if "skos:prefLabel" in said else {},
        deadline=date_of(deadline) if deadline else "",
        kind=_linked(said, "rdf:type"),
        publisher=_linked(said, "dc:publisher"),
        network=_linked(said, expand("pg:bodyOf")),
        parent=_linked(said, expand("pg:subBodyOf")),
        role=_linked(said, "org:role"),
        represents=_linked(said, expand("pg:represents")),
        why_not=str(said.get("skos:note", "")),
    )
    if not (code.iri or code.names or code.why_not):
        raise ValueError(f"{said['skos:notation']!r} stands for nothing: give it an @id")
    if code.iri.startswith(PREFIXES["src"]) and not code.names:
        raise ValueError(f"{code.iri} is a source without a name: give it skos:prefLabel")
    return code


def _linked(said: dict[str, Any], name: str) -> str:
    value = said.get(name, "")
    return iri_of(str(value["@id"] if isinstance(value, dict) else value))


def iri_of(name: str) -> str:
    """Return the IRI that a prefixed name of CSVW stands for, or the IRI itself."""
    prefix, _, local = name.partition(":")
    return _PREFIXES[prefix] + local if prefix in _PREFIXES else name


def texts_of(name: str, said: Any) -> dict[str, str]:
    """Return the texts of property `name` by language; raise ValueError if German or English is missing."""
    values: Sequence[Any] = said if isinstance(said, list) else [said]
    found = {str(v["@language"]): str(v["@value"]) for v in values if isinstance(v, dict) and "@language" in v}
    if not {"de", "en"} <= set(found):
        raise ValueError(f'{name} must have a German and an English text: [{{"@value": "…", "@language": "de"}}, …]')
    return found


def date_of(text: str) -> str:
    """Return the day, month or year `text`; raise ValueError if it is none."""
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no date; write 2015, 2015-02 or 2015-02-28")
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        date(year, month, day)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date: {error}") from None
    return text
