"""Reads from our own graph what can have an item in Wikidata, and what is decided and to compare. Asks no endpoint."""

from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from polisgraph.links import Decisions, read_decisions
from polisgraph.namespaces import PG, PREFIXES, shorten
from polisgraph.reports.keys import SCHEMES, WIKIDATA

_QUESTIONS = Path(__file__).parent / "questions"
_KINDS = (
    (PREFIXES["foaf"] + "Person", "person"),
    (PG + "LocalAuthority", "place"),
    (PG + "Territory", "place"),
    (PG + "GazetteerEntry", "place"),
)
_TYPE = PREFIXES["rdf"] + "type"
_NAMES = {PREFIXES["skos"] + "prefLabel", PREFIXES["skos"] + "altLabel", PG + "abbreviation", PG + "formerName"}
_KEYS = {scheme.property: scheme.name for scheme in SCHEMES.values() if scheme is not WIKIDATA}


@dataclass
class Entity:
    """Something that has an item or might have one. `kind` is `person`, `place` or `organization`."""

    iri: str
    label: str = ""
    names: set[str] = field(default_factory=set)
    kind: str = "organization"
    items: set[str] = field(default_factory=set)
    """Numbers of items, as `Q365`: one, unless the data is wrong."""
    keys: dict[str, set[str]] = field(default_factory=dict)
    """Values by the name of the register, such as `ags`."""
    websites: set[str] = field(default_factory=set)
    articles: set[str] = field(default_factory=set)
    country: str = ""
    """The IRI of the country it lies in."""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def name(self) -> str:
        """What to call it in a line for people."""
        return " ".join(self.label.split()) or shorten(self.iri)


def read_entities(store: ox.Store) -> dict[str, Entity]:
    """Return everything in the default graph of `store` that can have an item, by its IRI."""
    return _read(store, "entities")


def read_places(store: ox.Store) -> dict[str, Entity]:
    """Return the entries of the gazetteer in `store`, by their IRIs."""
    return _read(store, "places")


def read_decided(store: ox.Store) -> Decisions:
    """Return what people have decided on links, as `store` has it."""

    def ask(query: str) -> bytes:
        solutions = store.query(query)
        assert isinstance(solutions, ox.QuerySolutions)
        body = solutions.serialize(format=ox.QueryResultsFormat.CSV)
        assert body is not None
        return body

    return read_decisions(ask)


def _read(store: ox.Store, question: str) -> dict[str, Entity]:
    solutions = store.query((_QUESTIONS / f"{question}.rq").read_text(encoding="utf-8"))
    assert isinstance(solutions, ox.QuerySolutions)
    found: dict[str, Entity] = {}
    for solution in solutions:
        iri, property_, value = (solution[name].value for name in ("entity", "property", "value"))
        language = solution["language"]
        entity = found.setdefault(iri, Entity(iri))
        _take(entity, property_, value, language.value if language is not None else "")
    return found


def _take(entity: Entity, property_: str, value: str, language: str) -> None:
    """Note one value of a property."""
    if property_ == _TYPE:
        entity.kind = next((kind for iri, kind in _KINDS if iri == value), entity.kind)
    elif property_ in _NAMES:
        entity.names.add(value)
        entity.label = entity.label or value
    elif property_ in _KEYS:
        entity.keys.setdefault(_KEYS[property_], set()).add(value)
    elif property_ == PG + "displayLabel":
        # The one for English readers; German names are told first, and a name stands in for a missing one.
        entity.label = value if language == "en" or not entity.label else entity.label
    elif property_ == PG + "wikidata":
        entity.items |= {value.removeprefix(PREFIXES["wd"])} if value.startswith(PREFIXES["wd"]) else set()
    elif property_ == PG + "country":
        entity.country = value
    elif property_ == PREFIXES["foaf"] + "homepage":
        entity.websites.add(value)
    elif property_ == PREFIXES["foaf"] + "isPrimaryTopicOf":
        entity.articles.add(value)
    elif property_ == PREFIXES["wgs84"] + "lat":
        entity.latitude = _number(value)
    elif property_ == PREFIXES["wgs84"] + "long":
        entity.longitude = _number(value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
