"""The reports describe themselves: in the graph, for editors that read it, and in README.md."""

import pyoxigraph as ox
import pytest
from rdflib import RDF, BNode, Graph, Literal, URIRef

from polisgraph.bundle import QUERIES
from polisgraph.namespaces import PREFIXES
from polisgraph.reports import load_reports
from polisgraph.reports.catalogue import catalogue_list, catalogue_triples

REPORTS = load_reports(QUERIES)
ENDPOINT = "https://w3id.org/polisgraph/sparql"
SH = PREFIXES["sh"]

# What the SIB editor (sib-swiss/sparql-editor, src/utils.ts) asks an endpoint: its examples, its prefixes, its classes.
EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sq ?comment ?query
WHERE {
  ?sq a sh:SPARQLExecutable ;
    rdfs:comment ?comment ;
    sh:select|sh:ask|sh:construct|sh:describe ?query .
} ORDER BY ?sq"""
DECLARED_PREFIXES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace
WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix}
ORDER BY ?prefix"""

CLASSES = """PREFIX up: <http://purl.uniprot.org/core/>
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype
WHERE {
  {
    ?cp void:class ?subjectClass ;
        void:propertyPartition ?pp .
    ?pp void:property ?prop .
    OPTIONAL {
        {
            ?pp  void:classPartition [ void:class ?objectClass ] .
        } UNION {
            ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] .
        }
    }
  } UNION {
    ?ls void:subjectsTarget [ void:class ?subjectClass ] ;
        void:linkPredicate ?prop ;
        void:objectsTarget [ void:class ?objectClass ] .
  }
}"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return catalogue_triples(REPORTS, ENDPOINT)


def ask(graph: Graph, query: str) -> list[tuple[str, ...]]:
    """Ask the engine that serves the graph, not rdflib."""
    store = ox.Store()
    store.load(graph.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple(term.value for term in row) for row in solutions]


def test_the_editor_finds_every_report_with_its_whole_query(graph: Graph) -> None:
    rows = ask(graph, EXAMPLES)
    assert len(rows) == 2 * len(REPORTS)  # one comment a language
    for report in REPORTS.values():
        iri = f"https://w3id.org/polisgraph/reports/{report.name}"
        expected = {(iri, description, report.text) for description in report.description.values()}
        assert {row for row in rows if row[0] == iri} == expected


def test_the_editor_finds_every_prefix(graph: Graph) -> None:
    assert dict(ask(graph, DECLARED_PREFIXES)) == PREFIXES


def test_the_editor_finds_what_leads_from_class_to_class(store: ox.Store) -> None:
    found = store.query(CLASSES)
    assert isinstance(found, ox.QuerySolutions)
    rows = {tuple(term.value if term else None for term in row) for row in found}
    pg, org, xsd = PREFIXES["pg"], PREFIXES["org"], PREFIXES["xsd"]
    assert (f"{pg}NetworkMembership", f"{org}organization", f"{pg}Network", None) in rows
    assert (f"{pg}FigureClaim", f"{pg}value", None, f"{xsd}integer") in rows


def test_the_finished_store_answers_the_editor(store: ox.Store) -> None:
    for query, least in ((EXAMPLES, 2 * len(REPORTS)), (DECLARED_PREFIXES, len(PREFIXES)), (CLASSES, 100)):
        found = store.query(query)
        assert isinstance(found, ox.QuerySolutions)
        assert len(list(found)) >= least


def test_each_report_is_described_by_the_convention(graph: Graph) -> None:
    for report in REPORTS.values():
        node = URIRef(f"https://w3id.org/polisgraph/reports/{report.name}")
        kinds = {str(kind) for kind in graph.objects(node, RDF.type)}
        assert kinds == {SH + "SPARQLExecutable", SH + "SPARQLSelectExecutable"}
        assert graph.value(node, URIRef(PREFIXES["schema"] + "target")) == URIRef(ENDPOINT)
        tags = {str(tag) for tag in graph.objects(node, URIRef(PREFIXES["schema"] + "keywords"))}
        assert tags == set(report.tags)
        labels = set(graph.objects(node, URIRef(PREFIXES["rdfs"] + "label")))
        assert labels == {Literal(title, lang=language) for language, title in report.title.items()}
        table = graph.value(node, URIRef(SH + "prefixes"))
        assert len(set(graph.objects(table, URIRef(SH + "declare")))) == len(PREFIXES)


def test_no_node_is_blank(graph: Graph) -> None:
    assert not [node for triple in graph for node in triple if isinstance(node, BNode)]


def test_the_readme_lists_the_reports() -> None:
    readme = (QUERIES / "README.md").read_text(encoding="utf-8")
    assert readme.endswith("\n\n" + catalogue_list(REPORTS)), "run: python -m polisgraph.reports"
    for report in REPORTS.values():
        optional = [p.name + "?" for p in report.parameters if p.optional and p.name != "lang"]
        (row,) = [line for line in readme.splitlines() if line.startswith(f"| [{report.name}](")]
        assert all(name in row for name in optional)
