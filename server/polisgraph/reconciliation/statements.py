"""What reconciliation asks of the graph besides the index: values of properties, and which properties there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from polisgraph.engine import Query
from polisgraph.namespaces import PREFIXES
from polisgraph.reconciliation.identifiers import term_of
from polisgraph.reconciliation.matching import COORDINATES, MATCHED
from polisgraph.reconciliation.service import Service
from polisgraph.reconciliation.types import ENTRY
from polisgraph.reports.blocks import filled

Asks = Callable[[Query], bytes]
"""Takes a query and returns SPARQL 1.1 Query Results JSON; raises QueryError."""

_FOLDER = Path(__file__).with_name("questions")
_NOT_OFFERED = {PREFIXES["rdf"] + "type", PREFIXES["dct"] + "source"}
_ORGANIZATION = PREFIXES["org"] + "Organization"
_COORDINATES = {"de": "Koordinaten", "en": "coordinates"}
_MATCHED = {"de": "auch für Abfragen", "en": "for queries, too"}


@dataclass(frozen=True)
class Property:
    """A property on offer; `description` says if queries may give it."""

    id: str
    name: str
    description: str = ""

    def document(self) -> dict[str, str]:
        """Return it as messages have it."""
        return {"id": self.id, "name": self.name} | ({"description": self.description} if self.description else {})


def values(
    asks: Asks, subjects: Sequence[str], properties: Sequence[str], language: str
) -> Iterator[tuple[str, str, Any, str]]:
    """Yield subject, property, value (a term) and label for what is said of `subjects` by `properties` (IRIs)."""
    terms = {"subject": _iris(subjects), "property": _iris(properties), "lang": f'"{language}"'}
    if not (terms["subject"] and terms["property"]):
        return
    for subject, property_, value, label in _rows(asks, "values", terms):
        yield subject.value, property_.value, value, label.value if label else ""


def properties(asks: Asks, service: Service, language: str, type_: str = "") -> list[Property]:
    """Return the properties of the entities of a class, or of all, the most common first."""
    # What is no entry of the gazetteer is an organisation, whatever else it is.
    classes = [type_ or _ORGANIZATION]
    rows = _rows(asks, "properties", {"class": _iris(classes), "lang": f'"{language}"'}) if _iris(classes) else []
    found = {property_.value: (int(number.value), label.value) for property_, number, label in rows}
    if service.types.kind([type_]) == "municipality" or type_ in ("", ENTRY):
        for property_, label in _rows(asks, "entries", {"lang": f'"{language}"'}):
            found.setdefault(property_.value, (0, label.value))
    ranked = sorted(found.items(), key=lambda item: (-item[1][0], item[1][1].casefold()))
    listed = [_property(term_of(iri), name, language) for iri, (_, name) in ranked if iri not in _NOT_OFFERED]
    if any(each.id == term_of(PREFIXES["wgs84"] + "lat") for each in listed):
        listed.append(_property(COORDINATES, _COORDINATES[language], language))
    return listed


def _property(id_: str, name: str, language: str) -> Property:
    return Property(id_, name, _MATCHED[language] if id_ in MATCHED else "")


def _iris(iris: Sequence[str]) -> str:
    """Return the IRIs as terms; what is none is nothing in the graph and left out."""
    terms = []
    for iri in iris:
        try:
            terms.append(str(ox.NamedNode(iri)))
        except ValueError:
            continue
    return " ".join(terms)


@lru_cache(maxsize=8)
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def _rows(asks: Asks, name: str, terms: dict[str, str]) -> Iterator[Any]:
    body = asks(Query(filled(_text(name), terms)))
    # A list: the parser belongs to the thread that made it, and an error must not carry it elsewhere.
    rows: Any = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    return iter(list(rows))
