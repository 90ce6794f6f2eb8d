"""The hygiene of the ontology: each file in tests/hygiene/ is a query that returns what is wrong, in words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import polisgraph
from polisgraph import bundle
from polisgraph.load import load
from polisgraph.namespaces import GRAPHS, ONTOLOGY_GRAPHS, PREFIXES
from tests.shipped import WRITTEN

CHECKS = sorted((Path(__file__).parent / "hygiene").glob("*.rq"))
PROGRAM = ox.NamedNode(GRAPHS + "program")
VERSION = ox.NamedNode(PREFIXES["owl"] + "versionInfo")
SEE_ALSO = ox.NamedNode(PREFIXES["rdfs"] + "seeAlso")
DECLARING = {PREFIXES[p] for p in ("pg", "org", "cv", "foaf", "dct", "skos", "prov", "schema", "wgs84", "vann")}
"""Vocabularies whose terms a query may name only if the ontology declares them."""

BREAKS = {
    "alignment": ("alignments", "pg:Network rdfs:subClassOf pg:Body ."),
    "base": ("polisgraph", "org:Thing a owl:Class ."),
    "circle": ("polisgraph", "pg:Body rdfs:subClassOf pg:Forum ."),
    "definition-missing": ("concepts", "role:nothing a skos:Concept ."),
    "disjointness-without-members": ("polisgraph", "pg:none a owl:AllDisjointClasses ; owl:members ( pg:Body ) ."),
    "forbidden-axiom": ("polisgraph", "pg:start a owl:FunctionalProperty ."),
    "header": ("polisgraph", "pgsh: a owl:Ontology ."),
    "label-missing": ("polisgraph", "pg:Network rdfs:label 'Verbund'@de ."),
    "label-shared": ("polisgraph", "pg:Network rdfs:label 'Gremium'@de ."),
    "origin-missing": ("external", "org:Thing a owl:Class ."),
    "punning": ("concepts", "pg:Forum a skos:Concept ."),
    "undeclared-term": ("shapes", "pgsh:Body sh:property [ sh:path [ sh:alternativePath ( pg:start pg:strat ) ] ] ."),
}
"""For each check a graph and what makes the check find something there."""


def used(text: str) -> Iterator[str]:
    """The IRIs that a query names by prefix, apart from its comments and texts."""
    bare = re.sub(r'"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|(?m:(?:^|\s)#.*$)', " ", re.sub(r"(?m)^PREFIX.*$", "", text))
    for prefix, local in re.findall(r"(?<![\w:?$-])([a-z][\w-]*):([A-Za-z][\w-]*)", bare):
        if prefix in PREFIXES:
            yield PREFIXES[prefix] + local


def texts() -> Iterator[tuple[str, str]]:
    for folder in (bundle.ONTOLOGY, bundle.QUERIES, Path(polisgraph.__file__).parent):
        for path in folder.rglob("*.rq"):
            yield str(path.relative_to(bundle.ROOT)), path.read_text(encoding="utf-8")
    for literal in load_shapes():
        yield "ontology/shapes.ttl", literal


def load_shapes() -> list[str]:
    triples = ox.parse(path=str(bundle.ONTOLOGY / "shapes.ttl"), format=ox.RdfFormat.TURTLE)
    return [t.object.value for t in triples if t.predicate.value == PREFIXES["sh"] + "select"]


def ontology() -> ox.Store:
    store = load(WRITTEN, bundle.ONTOLOGY).store
    program = ox.NamedNode(GRAPHS + "program/polisgraph")
    store.add(ox.Quad(program, VERSION, ox.Literal(polisgraph.__version__), PROGRAM))
    for name, text in texts():
        for iri in used(text):
            if iri.startswith(tuple(DECLARING)):
                store.add(ox.Quad(ox.NamedNode(GRAPHS + name), SEE_ALSO, ox.NamedNode(iri), PROGRAM))
    return store


@pytest.fixture(scope="module")
def store() -> ox.Store:
    return ontology()


def errors(store: ox.Store, check: Path) -> list[str]:
    return sorted({row["error"].value for row in store.query(check.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_the_ontology_is_clean(check: Path, store: ox.Store) -> None:
    assert errors(store, check) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_each_check_finds_what_it_is_for(check: Path, store: ox.Store) -> None:
    graph, turtle = BREAKS[check.stem]
    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    name = ox.NamedNode(ONTOLOGY_GRAPHS + graph)
    broken = list(ox.parse(head + turtle, format=ox.RdfFormat.TURTLE))
    added = [ox.Quad(*quad.triple, to) for quad in broken for to in (name, ox.DefaultGraph())]
    store.extend(added)
    try:
        assert len(errors(store, check)) >= 1
    finally:
        for quad in added:
            store.remove(quad)


@pytest.mark.parametrize("check", CHECKS, ids=lambda path: path.stem)
def test_each_check_says_what_it_checks(check: Path) -> None:
    first = check.read_text(encoding="utf-8").splitlines()[0]
    assert re.fullmatch(r"# [A-Z].{20,}\.", first)


def test_terms_of_queries_are_found() -> None:
    query = 'PREFIX pg: <https://a/>\n# pg:no\nSELECT ?a WHERE { ?a pg:start/^org:member "pg:text" . FILTER (?b:c) }'
    assert list(used(query)) == [PREFIXES["pg"] + "start", PREFIXES["org"] + "member"]


def test_the_header_is_of_the_version_of_the_program(store: ox.Store) -> None:
    later = ox.Quad(PROGRAM, VERSION, ox.Literal("99.0.0"), PROGRAM)
    store.add(later)
    assert errors(store, Path(__file__).parent / "hygiene" / "header.rq") == [
        "the header is not complete, or not of version 99.0.0"
    ]
    store.remove(later)
