"""The SPARQL 1.1 Protocol, section 2.1. Section 2.2 (update) does not apply: the service is read-only."""

import json
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from polisgraph.namespaces import BASE, DATA_GRAPHS

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
ASK = "ASK {}"
KOELN = f"<{BASE}id/municipality/koeln>"
FROM_KOELN = DATA_GRAPHS + "from-koeln"
FROM_BOCHUM = DATA_GRAPHS + "from-bochum-europa"
# True where only the evidence of Cologne's page is asked, false in the whole graph, where Bochum has statements.
NO_BOCHUM = f"ASK {{ FILTER NOT EXISTS {{ <{BASE}id/tenure/bochum--eurocities> ?p ?o }} }}"


def truth(response: TestResponse) -> bool:
    assert response.status_code == 200, response.text
    return bool(json.loads(response.data)["boolean"])


def ask(client: FlaskClient, how: str, query: str, **graphs: list[str]) -> TestResponse:
    """Send `query` in one of the protocol's three ways, with the graphs where that way has them."""
    parameters = {name.replace("_", "-"): iris for name, iris in graphs.items()}
    if how == "get":
        return client.get("/sparql?" + urlencode({"query": query, **parameters}, doseq=True))
    if how == "form":
        return client.post("/sparql", data=urlencode({"query": query, **parameters}, doseq=True), content_type=FORM)
    return client.post("/sparql?" + urlencode(parameters, doseq=True), data=query, content_type=QUERY)


WAYS = pytest.mark.parametrize("how", ["get", "form", "direct"])


@WAYS
def test_query_operation(client: FlaskClient, how: str) -> None:
    """2.1.1 to 2.1.3: a query sent in each of the three ways is answered."""
    assert truth(ask(client, how, f"ASK {{ {KOELN} a ?class }}"))
    assert not truth(ask(client, how, f"ASK {{ {KOELN} a {KOELN} }}"))


@WAYS
def test_query_in_utf8(client: FlaskClient, how: str) -> None:
    assert truth(ask(client, how, 'ASK { ?s ?p "Köln"@de }'))


@WAYS
def test_default_graph(client: FlaskClient, how: str) -> None:
    """2.1.4: the dataset is the one that the request names."""
    assert not truth(ask(client, how, NO_BOCHUM))
    assert truth(ask(client, how, NO_BOCHUM, default_graph_uri=[FROM_KOELN]))


@WAYS
def test_several_default_graphs_are_merged(client: FlaskClient, how: str) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    one, other, both = (
        int(json.loads(ask(client, how, query, default_graph_uri=graphs).data)["results"]["bindings"][0]["n"]["value"])
        for graphs in ([FROM_KOELN], [FROM_BOCHUM], [FROM_KOELN, FROM_BOCHUM])
    )  # fmt: skip
    assert max(one, other) < both <= one + other


@WAYS
def test_named_graphs(client: FlaskClient, how: str) -> None:
    query = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    answer = ask(client, how, query, named_graph_uri=[FROM_KOELN, FROM_BOCHUM])
    found = [row["g"]["value"] for row in json.loads(answer.data)["results"]["bindings"]]
    assert found == sorted([FROM_KOELN, FROM_BOCHUM])


@WAYS
def test_graphs_of_the_request_prevail_over_those_of_the_query(client: FlaskClient, how: str) -> None:
    """2.1.4: the dataset description of the request is used where both give one."""
    query = NO_BOCHUM.replace("ASK", f"ASK FROM <{FROM_BOCHUM}>")
    assert truth(ask(client, how, query, default_graph_uri=[FROM_KOELN]))


@WAYS
def test_unknown_graph(client: FlaskClient, how: str) -> None:
    assert ask(client, how, ASK, default_graph_uri=["http://example.org/none"]).status_code == 400


@pytest.mark.parametrize("way", ["get", "form", "mixed", "direct"])
def test_several_queries_are_refused(client: FlaskClient, way: str) -> None:
    """2.1: exactly one query."""
    twice = urlencode([("query", ASK), ("query", ASK)])
    once = urlencode({"query": ASK})
    match way:
        case "get":
            response = client.get("/sparql?" + twice)
        case "form":
            response = client.post("/sparql", data=twice, content_type=FORM)
        case "mixed":
            response = client.post("/sparql?" + once, data=once, content_type=FORM)
        case _:
            response = client.post("/sparql?" + once, data=ASK, content_type=QUERY)
    assert response.status_code == 400
    assert "2 'query' parameters" in response.json["detail"]


def test_post_without_a_query(client: FlaskClient) -> None:
    response = client.post("/sparql", data="", content_type=FORM)
    assert response.status_code == 400 and "no query" in response.json["detail"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (f"{QUERY}; charset=UTF-8", 200),
        (f"{QUERY};charset=utf8", 200),
        (QUERY.upper(), 200),
        (f"{QUERY}; charset=iso-8859-1", 415),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/json", 415),
        ("", 415),
    ],
)
def test_content_types(client: FlaskClient, kind: str, status: int) -> None:
    response = client.post("/sparql", data=ASK, content_type=kind or None)
    assert response.status_code == status
    if status == 415:
        assert response.json["type"] == BASE + "problem/wrong-content-type"


def test_compressed_requests_are_not_taken(client: FlaskClient) -> None:
    response = client.post("/sparql", data=ASK, content_type=QUERY, headers={"Content-Encoding": "gzip"})
    assert response.status_code == 415


@pytest.mark.parametrize("place", ["address", "form", "content type"])
def test_updates_are_forbidden(client: FlaskClient, place: str) -> None:
    text = "INSERT DATA { <http://a> <http://b> <http://c> }"
    match place:
        case "address":
            response = client.get("/sparql?" + urlencode({"update": text}))
        case "form":
            response = client.post("/sparql", data=urlencode({"update": text}), content_type=FORM)
        case _:
            response = client.post("/sparql", data=text, content_type="application/sparql-update")
    assert response.status_code == 403
    assert "read-only" in response.json["detail"]


def test_an_update_sent_as_a_query_is_forbidden(client: FlaskClient) -> None:
    assert ask(client, "form", "DELETE WHERE { ?s ?p ?o }").status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods(client: FlaskClient, method: str) -> None:
    response = client.open("/sparql", method=method)
    assert response.status_code == 405
    assert {"GET", "HEAD", "POST", "OPTIONS"} == set(response.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    ("encoded", "kind"), [(b"query=ASK%20%7B%7D%20%23%FF", FORM), (b"query=ASK \xff", FORM), (b"ASK {} #\xff", QUERY)]
)
def test_what_is_not_utf8(client: FlaskClient, encoded: bytes, kind: str) -> None:
    response = client.post("/sparql", data=encoded, content_type=kind)
    assert response.status_code == 400 and "UTF-8" in response.json["detail"]


def test_address_that_is_not_utf8(client: FlaskClient) -> None:
    assert client.get("/sparql?query=ASK%20%7B%7D%20%23%FF").status_code == 400


@WAYS
def test_too_long_a_query(client: FlaskClient, how: str) -> None:
    response = ask(client, how, ASK + " #" + "x" * 70_000)
    assert response.status_code == 413 and response.json["limit"] == 65536


def test_too_long_a_body(client: FlaskClient) -> None:
    response = client.post("/sparql", data=b"query=" + b"%20" * 400_000, content_type=FORM)
    assert response.status_code == 413


def test_too_many_parameters(client: FlaskClient) -> None:
    assert client.get("/sparql?query=ASK%7B%7D&" + "&".join("a=b" for _ in range(300))).status_code == 400


def test_malformed_query(client: FlaskClient) -> None:
    """2.1.7: 400 for what is no query, saying where."""
    problem = client.get("/sparql?query=" + quote("SELECT *\nWHERE { ?s ?p }")).json
    assert problem["status"] == 400 and problem["type"] == BASE + "problem/bad-query"
    assert (problem["line"], problem["column"]) == (2, 15)


@pytest.mark.parametrize("wrong", ["0", "-1", "soon", "nan", "inf", "1e999"])
def test_timeout_that_is_none(client: FlaskClient, wrong: str) -> None:
    response = client.get("/sparql?" + urlencode({"query": ASK, "timeout": wrong}))
    assert response.status_code == 400 and response.json["parameter"] == "timeout"


def test_timeout_shortens_but_never_lengthens(client: FlaskClient) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    response = client.get("/sparql?" + urlencode({"query": slow, "timeout": "0.3"}))
    assert response.status_code == 504 and response.json["limit"] == 0.3
    assert truth(client.get("/sparql?" + urlencode({"query": ASK, "timeout": "9999"})))
