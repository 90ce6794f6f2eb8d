"""The index of entities is read from the graph by one query, the same from either engine."""

import json

import pyoxigraph as ox
import pytest
import rdflib

from polisgraph.reports import entity_index
from polisgraph.reports.entities import slug_of

TURTLE = """
PREFIX pg: <https://w3id.org/polisgraph/ontology/>
PREFIX mun: <https://w3id.org/polisgraph/id/municipality/>
PREFIX net: <https://w3id.org/polisgraph/id/network/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX wd: <http://www.wikidata.org/entity/>

pg:Municipality rdfs:subClassOf pg:LocalAuthority ; a owl:Class ;
    pg:displayLabel "Gemeinde"@de, "municipality"@en .
pg:LocalAuthority rdfs:subClassOf [ a owl:Restriction ] .
mun:koeln a pg:Municipality ; pg:displayLabel "Köln"@de, "Cologne"@en ; pg:wikidata wd:Q365 .
pg:role a owl:ObjectProperty ; pg:displayLabel "Rolle"@de, "role"@en .
net:eccar a pg:Network ; pg:displayLabel "ECCAR"@de, "ECCAR"@en .
net:unnamed a pg:Network .
"""


def ask_oxigraph(query: str) -> bytes:
    store = ox.Store()
    store.load(TURTLE.encode(), format=ox.RdfFormat.TURTLE)
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    return bytes(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"")


def ask_rdflib(query: str) -> bytes:
    return rdflib.Graph().parse(data=TURTLE, format="turtle").query(query).serialize(format="json") or b""


@pytest.mark.parametrize("ask", [ask_oxigraph, ask_rdflib])
def test_described_entities_are_known_by_all_their_names(ask) -> None:  # type: ignore[no-untyped-def]
    index = entity_index(ask)
    assert [entity.tail for entity in index.matching(None, None)] == ["municipality/koeln", "network/eccar"]
    (koeln,) = index.named("koeln")
    assert koeln.labels == {"de": "Köln", "en": "Cologne"}
    assert koeln.wikidata == "http://www.wikidata.org/entity/Q365"
    assert {iri.rpartition("/")[2] for iri in koeln.classes} == {"Municipality", "LocalAuthority"}
    for name in ("Q365", koeln.wikidata, koeln.iri, "municipality/koeln", "KOELN"):
        assert index.named(name) == [koeln]
    (eccar,) = index.named("eccar")
    assert eccar.wikidata is None
    assert list(index.named("unnamed")) == []


def test_the_query_asks_for_one_row_an_entity() -> None:
    rows = json.loads(ask_oxigraph_rows())
    assert len(rows["results"]["bindings"]) == 2


def ask_oxigraph_rows() -> bytes:
    answers: list[bytes] = []

    def ask(query: str) -> bytes:
        answers.append(ask_oxigraph(query))
        return answers[-1]

    entity_index(ask)
    assert len(answers) == 1
    return answers[0]


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
