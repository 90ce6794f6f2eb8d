"""Data extension: reads which properties of which entities a client wants, and makes cells of what the graph says."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from polisgraph.countries import code_of, name_of
from polisgraph.linking.target import Target
from polisgraph.namespaces import PG, PREFIXES, shorten
from polisgraph.reconciliation.identifiers import id_of, term_iri
from polisgraph.reconciliation.manifests import FORM, FORMS, LIMIT
from polisgraph.reconciliation.matching import COORDINATES
from polisgraph.reconciliation.messages import a_list, a_text, an_object, one_of, parsed, refuse
from polisgraph.reconciliation.service import Service
from polisgraph.reconciliation.statements import Asks, properties, values

ENTITIES, PROPERTIES = 200, 30
"""How many entities and properties one query may name."""
WIKIDATA_SERVICE = "https://wikidata.reconci.link/en/api"
"""The reconciliation service whose identifiers Wikidata items are, for cells that are to be items."""

_WIKIDATA, _WD = PG + "wikidata", PREFIXES["wd"]
_XSD = PREFIXES["xsd"]
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = {_XSD + name for name in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long")}
_REAL = {_XSD + name for name in ("decimal", "double", "float")}

Cell = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A property that a client wants. `form` is one of `FORMS` or empty, `limit` 0 for all values."""

    id: str
    form: str = ""
    limit: int = 0


@dataclass(frozen=True)
class Requested:
    """A data extension query: entities and properties by their identifiers."""

    ids: tuple[str, ...]
    properties: tuple[Wanted, ...]


@dataclass
class Cells:
    """What goes out: about each property, and for each entity its values by property, in the order of these."""

    meta: list[dict[str, Any]]
    values: dict[str, list[tuple[str, list[Cell]]]] = field(default_factory=dict)


def read_request(text: str | bytes) -> Requested:
    """Read a data extension query (version 0.2, section 7.3; 1.0 has the same form).

    Raises BadParameter for one that is not as the specification wants it, TooLong for one that asks for too much.
    """
    given = an_object(parsed(text, "extend"), "extend")
    ids = [a_text(id_, "ids") for id_ in a_list(given.get("ids"), "ids", ENTITIES)]
    listed = a_list(given.get("properties"), "properties", PROPERTIES)
    return Requested(
        tuple(dict.fromkeys(ids)), tuple(_wanted(each, f"properties[{n}]") for n, each in enumerate(listed))
    )


def _wanted(given: Any, where: str) -> Wanted:
    mapping = an_object(given, where)
    if not mapping.get("id"):
        refuse(f"{where}.id", "is missing", "the identifier of a property")
    chosen = an_object(mapping.get("settings", {}), f"{where}.settings")
    limit = chosen.get(LIMIT) or 0
    # Forms of web pages send numbers as texts.
    if isinstance(limit, bool) or not re.fullmatch(r"[0-9]{1,6}(\.0)?", str(limit)):
        refuse(f"{where}.settings.{LIMIT}", "is no number of values", "a whole number of 0 or more")
    form = one_of(chosen.get(FORM) or "", f"{where}.settings.{FORM}", "", *FORMS)
    return Wanted(a_text(mapping.get("id"), f"{where}.id"), form, int(float(limit)))


def extend(service: Service, asks: Asks, requested: Requested, language: str) -> Cells:
    """Return the values of the properties of the entities; raise QueryError as the engine does."""
    targets = {id_: target for id_ in requested.ids if (target := service.target(id_))}
    subjects = sorted({iri for target in targets.values() for iri in (target.iri, target.entry) if iri})
    iris = {wanted.id: term_iri(wanted.id) for wanted in requested.properties}
    said: dict[tuple[str, str], list[tuple[Any, str]]] = defaultdict(list)
    for subject, property_, value, label in values(asks, subjects, sorted(set(iris.values())), language):
        said[subject, property_].append((value, label))
    names = {each.id: each.name for each in properties(asks, service, language)}
    cells = Cells([_meta(wanted, names.get(wanted.id, wanted.id)) for wanted in requested.properties])
    for id_ in requested.ids:
        cells.values[id_] = [
            (wanted.id, list(_cells(service, targets.get(id_), wanted, iris[wanted.id], said, language)))
            for wanted in requested.properties
        ]
    return cells


def _meta(wanted: Wanted, name: str) -> dict[str, Any]:
    elsewhere = wanted.form == "entity" and term_iri(wanted.id) == _WIKIDATA
    service = {"service": WIKIDATA_SERVICE} if elsewhere else {}
    return {"id": wanted.id, "name": name, **service}


def _cells(
    service: Service,
    target: Target | None,
    wanted: Wanted,
    property_: str,
    said: Mapping[tuple[str, str], Sequence[tuple[Any, str]]],
    language: str,
) -> Iterator[Cell]:
    if target is None:
        return
    if wanted.id == COORDINATES:
        if target.latitude is not None:
            yield {"str": f"{target.latitude},{target.longitude}"}
        return
    # What the graph says counts before what the gazetteer says of the same place, where both say it.
    stated = said.get((target.iri, property_)) or said.get((target.entry, property_)) or []
    found = [_cell(service, value, label, wanted, target, language) for value, label in _readable(stated, language)]
    unique = list({str(sorted(cell.items())): cell for cell in found}.values())
    unique.sort(key=lambda cell: str(cell.get("name") or next(iter(cell.values()))).casefold())
    yield from unique[: wanted.limit or None]


def _readable(stated: Sequence[tuple[Any, str]], language: str) -> list[tuple[Any, str]]:
    """Leave out texts in other languages where there is one in the reader's."""
    own = [(v, label) for v, label in stated if not isinstance(v, ox.Literal) or v.language in (None, language)]
    return own or list(stated)


def _cell(service: Service, value: Any, label: str, wanted: Wanted, target: Target, language: str) -> Cell:
    if isinstance(value, ox.Literal):
        return _literal(value)
    iri = value.value
    if iri.startswith(_WD):
        item = iri.removeprefix(_WD)
        return {"id": item, "name": service.name(target, language)} if wanted.form == "entity" else {"str": item}
    other = service.target(iri)
    country = code_of(iri)
    name = service.name(other, language) if other else name_of(country, language) if country else label
    if other and wanted.form in ("", "entity"):
        return {"id": id_of(other.iri), "name": name}
    if wanted.form == "id" or not name:
        return {"str": id_of(iri) if other else country or _plain(iri)}
    return {"str": name}


def _plain(iri: str) -> str:
    name = shorten(iri)
    return iri if name.startswith("<") else name


def _literal(value: ox.Literal) -> Cell:
    """Return the cell of a literal. A year or month stays text: a date would say more than the source does."""
    text, datatype = value.value, value.datatype.value
    if datatype == _XSD + "date" and _DAY.fullmatch(text):
        return {"date": f"{text}T00:00:00Z"}
    if datatype in _WHOLE and re.fullmatch(r"[-+]?[0-9]{1,15}", text):
        return {"int": int(text)}
    if datatype in _REAL and re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]{1,2})?", text):
        return {"float": float(text)}
    return {"str": text}
