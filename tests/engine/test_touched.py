"""Over the triples alone that a query may touch, it has the same answer as over all."""

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.engine.dataset import Dataset
from polisgraph.engine.replica import Replica
from polisgraph.engine.touched import DEFAULT, NAMED, Pattern, touched
from polisgraph.errors import EndpointFailed, ResultTooLarge
from polisgraph.namespaces import GRAPHS, SPARQL_PREFIXES, UNION_GRAPH
from polisgraph.reports import Case, EntityLookup, Report, bind, load_reports

REPORTS = load_reports(bundle.QUERIES)
NET = "https://w3id.org/polisgraph/id/network/"
PG = "https://w3id.org/polisgraph/ontology/"


def json_of(store: ox.Store, text: str, dataset: Dataset) -> bytes:
    """What an endpoint answers to which `store` was published."""
    default = [ox.DefaultGraph() if graph == UNION_GRAPH else ox.NamedNode(graph) for graph in dataset.default or ()]
    named = [ox.NamedNode(graph) for graph in dataset.named or ()]
    found = store.query(text, default_graph=default, named_graphs=named)
    return bytes(found.serialize(format=ox.QueryResultsFormat.JSON))  # type: ignore[union-attr,arg-type]


def replica_of(store: ox.Store) -> Replica:
    return Replica(lambda text, dataset: json_of(store, text, dataset), [graph.value for graph in store.named_graphs()])


def rows(store: ox.Store, text: str) -> list[str]:
    found = store.query(text)
    if isinstance(found, ox.QueryBoolean):
        return [str(bool(found))]
    listed = [str(row) for row in found]
    return sorted(listed) if isinstance(found, ox.QueryTriples) else listed


def assert_the_same(store: ox.Store, text: str) -> None:
    view = replica_of(store).view(touched(text).patterns, Dataset())
    assert rows(view.store, text) == rows(store, text)


@pytest.mark.parametrize(
    ("report", "case"),
    [
        pytest.param(report, case, id=f"{report.name}-{number}")
        for report in REPORTS.values()
        for number, case in enumerate(report.cases)
    ],
)
def test_reports(report: Report, case: Case, store: ox.Store) -> None:
    lookup = EntityLookup(lambda text: json_of(store, text, Dataset((UNION_GRAPH,), ())))
    assert_the_same(store, bind(report, report.values_of(case), lookup))


@pytest.mark.parametrize(
    "text",
    [
        # what no triple of the query ties to a graph
        "SELECT (COUNT(*) AS ?n) { ?x pg:sectionOf* ?y }",
        "SELECT ?y { ?x a pg:Network { ?x pg:sectionOf? ?y } } ORDER BY ?y",
        "SELECT (COUNT(*) AS ?n) { ?x a pg:Network . GRAPH ?g { ?x pg:sectionOf? ?y } }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?x (pg:sectionOf?/pg:memberOf?) ?y } ?x a pg:Network }",
        "SELECT (COUNT(*) AS ?n) { ?x a pg:Network ; !(pg:displayLabel|^pg:memberOf) ?y }",
        "SELECT (COUNT(*) AS ?n) { net:eurocities (pg:sectionOf|^pg:memberOf)+ ?y }",
        "SELECT (COUNT(*) AS ?n) { ?x ^pg:memberOf/(pg:sectionOf*) ?y }",
        # VALUES that holds for a part and not for another
        "SELECT ?x { VALUES ?n { net:eurocities } ?x a pg:LocalAuthority"
        " OPTIONAL { { ?x pg:memberOf ?m } OPTIONAL { ?x pg:memberOf ?n } } FILTER(!BOUND(?m)) } ORDER BY ?x",
        "SELECT (COUNT(*) AS ?n) { VALUES ?m { net:cemr } { ?x a pg:Network OPTIONAL { ?x pg:sectionOf ?m } } }",
        "SELECT (COUNT(*) AS ?n) { VALUES ?m { net:eurocities UNDEF } ?x pg:memberOf ?m }",
        "SELECT (COUNT(*) AS ?n) { VALUES ?m { net:eurocities net:rgre-de } ?x pg:memberOf ?m }",
        "SELECT ?m { VALUES ?m { net:eurocities } { SELECT ?m { ?x pg:memberOf ?m } ORDER BY DESC(?m) LIMIT 1 } }",
        "SELECT (COUNT(*) AS ?n) { VALUES ?m { net:eurocities } ?x a pg:LocalAuthority MINUS { ?x pg:memberOf ?m } }",
        "SELECT (COUNT(*) AS ?n) { VALUES ?m { net:eurocities } ?x a pg:LocalAuthority MINUS { ?x pg:connects ?m } }",
        # patterns outside the group
        "SELECT (EXISTS { ?a pg:memberOf/pg:sectionOf* net:cemr } AS ?e) {}",
        "SELECT ?m { ?x pg:memberOf ?m } GROUP BY ?m HAVING(EXISTS { ?m pg:sectionOf ?y }) ORDER BY ?m",
        "SELECT ?x { ?x a pg:Network } ORDER BY EXISTS { ?x pg:sectionOf ?y } ?x",
        "SELECT (COUNT(*) AS ?n) { ?x a pg:Network"
        " FILTER(?x != net:cemr && !EXISTS { GRAPH ?g { ?x ^pg:memberOf/a ?y } }) }",
        # what an EXISTS has within it
        "SELECT (COUNT(*) AS ?n) { ?x pg:latestEnd ?end"
        " FILTER NOT EXISTS { ?x a ?class FILTER EXISTS { ?d pg:today ?today FILTER(?end < ?today) } } }",
        "SELECT (COUNT(*) AS ?n) { ?x a pg:Network FILTER EXISTS { ?x pg:displayLabel ?l"
        " FILTER(BOUND(?l) && !EXISTS { ?x a ?class FILTER EXISTS { GRAPH ?g { ?m pg:memberOf ?x } } }) } }",
        "SELECT ?x { ?x a pg:Network BIND(EXISTS { ?x a ?class FILTER EXISTS { ?z pg:memberOf ?x } } AS ?e)"
        " FILTER(?e) } ORDER BY ?x",
        "SELECT (EXISTS { ?x pg:sectionOf ?y FILTER EXISTS { ?z pg:memberOf ?x } } AS ?e) {}",
        "SELECT (COUNT(*) AS ?n) { ?x a pg:Network OPTIONAL { ?x pg:displayLabel ?l"
        " FILTER EXISTS { ?x a ?class FILTER EXISTS { ?z pg:memberOf ?x } } } FILTER(BOUND(?l)) }",
        "SELECT (COUNT(?g) AS ?n) { GRAPH ?g {} }",
        'SELECT ?x { ?x pg:displayLabel "Eurocities"@de } ORDER BY ?x',
        "ASK { ?x pg:memberOf net:eurocities }",
        "CONSTRUCT { ?x pg:memberOf ?m } WHERE { VALUES ?m { net:eurocities } ?x pg:memberOf ?m }",
    ],
)
def test_queries(text: str, store: ox.Store) -> None:
    assert_the_same(store, SPARQL_PREFIXES + text)


def test_descriptions_need_the_default_graph() -> None:
    assert touched(f"DESCRIBE <{NET}cemr>").patterns == (Pattern(DEFAULT),)


def test_constants_narrow_what_is_fetched() -> None:
    text = f"SELECT * {{ VALUES ?n {{ <{NET}a> <{NET}b> }} ?x <{PG}memberOf> ?n GRAPH ?g {{ ?x <{PG}start> 'é' }} }}"
    assert touched(text).patterns == (
        Pattern(DEFAULT, None, PG + "memberOf", NET + "a"),
        Pattern(DEFAULT, None, PG + "memberOf", NET + "b"),
        Pattern(NAMED, None, PG + "start", None),
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ASK {}", True),
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", True),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o ; <http://e/p> <http://e/o> } LIMIT 5", True),
        ("SELECT * { GRAPH ?g {} }", False),
        ("SELECT * { ?s ?p 'x' }", False),
        ("SELECT * { ?s ?p <http://e/\u0436> }", False),
        ("SELECT * { ?s <http://e/p>* ?o }", False),
        ("SELECT * { ?s ?p ?o } ORDER BY ?o", False),
        ("SELECT DISTINCT ?o { ?s ?p ?o }", False),
        ("SELECT (SUM(?o) AS ?n) { ?s ?p ?o }", False),
        ("SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }", False),
        ("SELECT (COUNT(*) / 2 AS ?n) { ?s ?p ?o }", False),
        ("SELECT (1 / 2 AS ?n) { ?s ?p ?o }", False),
        ("SELECT * { ?s ?p ?o OPTIONAL { ?s ?q ?r } }", False),
        ("DESCRIBE <http://e/s>", False),
    ],
)
def test_plain_is_what_only_matches_and_counts(text: str, plain: bool) -> None:
    assert touched(text).plain is plain


def test_graphs_that_are_not_of_the_snapshot_are_not_fetched(store: ox.Store) -> None:
    asked: list[str] = []
    replica = Replica(lambda text, dataset: asked.append(text) or b"", [GRAPHS + "one"])  # type: ignore[func-returns-value]
    text = "SELECT * { GRAPH <http://example.org/secret> { ?s ?p ?o } }"
    assert rows(replica.view(touched(text).patterns, Dataset()).store, text) == [] and not asked


def test_what_is_too_much_for_one_answer_comes_in_parts_and_whole(store: ox.Store) -> None:
    lost = 0

    def ask(text: str, dataset: Dataset) -> bytes:
        if "COUNT" not in text and "LIMIT" not in text:
            raise ResultTooLarge("too large")
        return json_of(store, text.replace("OFFSET 0", f"OFFSET {lost}"), dataset)

    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(isIRI(?o)) }"
    replica = Replica(ask, [])
    view = replica.view(touched(text).patterns, Dataset())
    assert rows(view.store, text) == rows(store, text)
    replica.clear()
    lost = 7
    with pytest.raises(EndpointFailed):
        replica.view(touched(text).patterns, Dataset())
