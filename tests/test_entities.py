"""Entities are found in the graph by all their names, the same in either engine, and only as many as are asked for."""

import json
from collections.abc import Callable

import pyoxigraph as ox
import pytest
import rdflib

from polisgraph.errors import ResultTooLarge
from polisgraph.folding import slug_of
from polisgraph.reports import EntityLookup

TURTLE = """
PREFIX pg: <https://w3id.org/polisgraph/ontology/>
PREFIX mun: <https://w3id.org/polisgraph/id/municipality/>
PREFIX net: <https://w3id.org/polisgraph/id/network/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX eu: <https://example.org/net/>

pg:Municipality rdfs:subClassOf pg:LocalAuthority ; a owl:Class ;
    pg:displayLabel "Gemeinde"@de, "municipality"@en ; pg:searchName "gemeinde" .
pg:LocalAuthority rdfs:subClassOf [ a owl:Restriction ] .
mun:koeln a pg:Municipality ; pg:displayLabel "Köln"@de, "Cologne"@en ; pg:wikidata wd:Q365 ;
    pg:searchName "köln", "cologne" ; pg:lau "05315000" .
pg:role a owl:ObjectProperty ; pg:displayLabel "Rolle"@de, "role"@en .
net:eccar a pg:Network ; pg:displayLabel "ECCAR"@de, "ECCAR"@en ; pg:searchName "eccar" .
net:unnamed a pg:Network .
eu:Cities a pg:Network ; pg:displayLabel "Städte"@de, "Cities"@en ; pg:searchName "städte", "cities" .
"""
PG = "https://w3id.org/polisgraph/ontology/"
NETWORKS = "https://w3id.org/polisgraph/id/network/"


TOWNS = "".join(
    f'<https://w3id.org/polisgraph/id/{iri}> a <https://w3id.org/polisgraph/ontology/LocalAuthority> ;'
    f' <https://w3id.org/polisgraph/ontology/searchName> "{name}" .\n'
    for iri, name in (
        ("municipality/neustadt", "neustadt"), ("municipality/neustadt-2", "neustadt"),
        ("authority/x-1", "bad neustadt"), ("municipality/neuss", "neuß"), ("municipality/a", "aachen"),
        ("authority/a", "aalen"),
    )
)  # fmt: skip


def ask_oxigraph(query: str, data: str = TURTLE) -> bytes:
    store = ox.Store()
    store.load(data.encode(), format=ox.RdfFormat.TURTLE)
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    return bytes(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"")


def ask_rdflib(query: str) -> bytes:
    return rdflib.Graph().parse(data=TURTLE, format="turtle").query(query).serialize(format="json") or b""


either_engine = pytest.mark.parametrize("ask", [ask_oxigraph, ask_rdflib])
Ask = Callable[[str], bytes]


@either_engine
@pytest.mark.parametrize(
    "name",
    [
        "koeln",
        "KOELN",
        "municipality/koeln",
        "Municipality/Koeln",
        "https://w3id.org/polisgraph/id/municipality/koeln",
        "Q365",
        "q365",
        "http://www.wikidata.org/entity/Q365",
        "Köln",
        "KÖLN",
        "Cologne",
        "05315000",
    ],
)
def test_an_entity_is_known_by_all_its_names(ask: Ask, name: str) -> None:
    (koeln,) = EntityLookup(ask).named(name, None, None)
    assert (koeln.tail, koeln.labels) == ("municipality/koeln", {"de": "Köln", "en": "Cologne"})
    assert {iri.rpartition("/")[2] for iri in koeln.classes} == {"Municipality", "LocalAuthority"}


@either_engine
@pytest.mark.parametrize(
    "name", ["unnamed", "role", "gemeinde", PG + "role", "eccar2", "", " ", "Q1", "net:eccar", "a b", '"', "\\u0041"]
)
def test_what_has_no_label_or_is_a_term_is_not_meant(ask: Ask, name: str) -> None:
    assert EntityLookup(ask).named(name, None, None) == []


@either_engine
def test_only_what_fits_is_meant(ask: Ask) -> None:
    lookup = EntityLookup(ask)
    assert [e.slug for e in lookup.named("koeln", PG + "LocalAuthority", None)] == ["koeln"]
    assert lookup.named("koeln", PG + "Network", None) == []
    assert [e.slug for e in lookup.named("cities", PG + "Network", None)] == ["Cities"]
    assert lookup.named("cities", PG + "Network", NETWORKS) == []


@either_engine
def test_as_many_as_are_asked_for(ask: Ask) -> None:
    lookup = EntityLookup(ask)
    assert [e.tail for e in lookup.first(9, None, None)] == ["net/Cities", "municipality/koeln", "network/eccar"]
    assert [e.tail for e in lookup.first(9, None, NETWORKS)] == ["network/eccar"]
    assert [e.tail for e in lookup.first(9, PG + "LocalAuthority", None)] == ["municipality/koeln"]
    assert [e.tail for e in lookup.first(9, PG + "Network", NETWORKS)] == ["network/eccar"]
    assert len(lookup.first(2, None, None)) == 2


@either_engine
def test_what_is_near(ask: Ask) -> None:
    lookup = EntityLookup(ask)
    assert lookup.nearest("Colonge", None, None) == ["municipality/koeln"]
    assert lookup.nearest("ecar", PG + "Network", None) == ["eccar"]
    assert lookup.nearest("ecar", PG + "LocalAuthority", None) == []
    assert lookup.nearest("cit", PG + "Network", None) == ["Cities"]
    assert lookup.nearest("cit", PG + "Network", NETWORKS) == []


def test_the_names_of_a_class_are_asked_for_once_and_only_when_needed() -> None:
    asked: list[str] = []

    def ask(query: str) -> bytes:
        asked.append(query)
        return ask_oxigraph(query)

    lookup = EntityLookup(ask)
    lookup.named("koeln", PG + "LocalAuthority", None)
    assert len(asked) == 1 and len(json.loads(ask_oxigraph(asked[0]))["results"]["bindings"]) == 1
    lookup.nearest("keoln", PG + "LocalAuthority", None)
    lookup.nearest("koelm", PG + "LocalAuthority", None)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("typed", "number", "expected"),
    [
        ("Neuß", 8, ["municipality/neuss"]),
        ("neu", 8, ["municipality/neuss", "municipality/neustadt", "municipality/neustadt-2", "authority/x-1"]),
        ("neu", 2, ["municipality/neuss", "municipality/neustadt"]),
        ("Bad N", 8, ["authority/x-1"]),
        ("Achen", 8, ["municipality/a"]),
        ("dt", 8, []),
        ("zzz", 8, []),
        (" ", 8, []),
    ],
)
def test_names_are_completed(typed: str, number: int, expected: list[str]) -> None:
    lookup = EntityLookup(lambda query: ask_oxigraph(query, TOWNS))
    found = lookup.beginning(typed, number, PG + "LocalAuthority", None)
    assert [iri.removeprefix("https://w3id.org/polisgraph/id/") for iri in found] == expected


@pytest.mark.parametrize(
    ("tail", "label", "written"),
    [
        ("municipality/neuss", "Neuss", "Neuss"),
        ("municipality/neustadt", "Neustadt", "municipality/neustadt"),
        ("municipality/neustadt-2", "Neustadt", "neustadt-2"),
        ("municipality/a", "Aachen", "Aachen"),
        ("authority/a", "Aalen an der Kocher", "authority/a"),
    ],
)
def test_what_is_written_means_one_thing(tail: str, label: str, written: str) -> None:
    lookup = EntityLookup(lambda query: ask_oxigraph(query, TOWNS))
    iri = "https://w3id.org/polisgraph/id/" + tail
    assert lookup.shortest(iri, label, PG + "LocalAuthority", None) == written


def test_nothing_is_near_where_there_are_too_many_names() -> None:
    def ask(query: str) -> bytes:
        raise ResultTooLarge("too many")

    assert EntityLookup(ask).nearest("koelm", None, None) == []
    assert EntityLookup(ask).beginning("koel", 8, None, None) == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Köln", "koeln"),
        ("Ko\u0308ln", "koeln"),
        ("Straße 5", "strasse-5"),
        ("A Coruña", "a-coruna"),
        ("!", ""),
    ],
)
def test_slugs_are_folded_as_in_iris(text: str, slug: str) -> None:
    assert slug_of(text) == slug
