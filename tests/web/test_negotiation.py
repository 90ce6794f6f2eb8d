"""Which form an answer has: by Accept, by `format=`, and what nobody gets by accident."""

import json
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

SELECT = "/sparql?query=" + quote("SELECT ?s ?o { ?s ?p ?o } LIMIT 2")
ASK = "/sparql?query=" + quote("ASK {}")
CONSTRUCT = "/sparql?query=" + quote("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2")
DESCRIBE = "/sparql?query=" + quote("DESCRIBE <https://w3id.org/polisgraph/id/municipality/koeln>")
DOCUMENT = "/doc/municipality/koeln"
REPORT = "/reports/members-of-network?network=eurocities"

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
TURTLE, NT, RDF, JSON_LD = "text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"
PAGE = "text/html"

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LYNX = "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01"


def kind(client: FlaskClient, address: str, accept: str | None) -> str:
    """Return the media type that comes back; `accept` None sends no such header."""
    response = client.get(address, headers={} if accept is None else {"Accept": accept})
    assert response.status_code == 200, response.text
    return response.mimetype


@pytest.mark.parametrize("address", [SELECT, ASK, REPORT])
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("", JSON),
        (JSON, JSON),
        ("application/json", JSON),
        (XML, XML),
        ("application/xml", XML),
        (CSV, CSV),
        (TSV, TSV),
        ("text/csv;q=0.4, application/sparql-results+xml;q=0.9", XML),
        ("text/csv;header=present", CSV),
        ("image/png, */*;q=0.1", JSON),
        (f"{JSON};q=0, */*", XML),
        (FIREFOX, PAGE),
        (LYNX, PAGE),
        ("text/html, application/xml, */*", PAGE),
        ("application/xhtml+xml", PAGE),
        (f"{JSON}, */*;q=0.9", JSON),
        (f"text/html, {JSON}", JSON),
        ("text/html;q=0.5, */*", JSON),
    ],
)
def test_tables(client: FlaskClient, address: str, accept: str | None, expected: str) -> None:
    assert kind(client, address, accept) == expected


@pytest.mark.parametrize("address", [CONSTRUCT, DESCRIBE, DOCUMENT, "/sparql", "/void", "/ontology/", "/shapes/"])
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, TURTLE),
        ("*/*", TURTLE),
        (TURTLE, TURTLE),
        ("text/turtle;charset=utf-8", TURTLE),
        (NT, NT),
        (RDF, RDF),
        (JSON_LD, JSON_LD),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', JSON_LD),
        ("application/*", NT),
        ("application/rdf+xml, text/turtle;q=0.8", RDF),
    ],
)
def test_graphs(client: FlaskClient, address: str, accept: str | None, expected: str) -> None:
    assert kind(client, address, accept) == expected


@pytest.mark.parametrize("address", [CONSTRUCT, DESCRIBE, DOCUMENT, "/sparql", "/ontology/", "/shapes/"])
def test_browsers_get_pages(client: FlaskClient, address: str) -> None:
    assert kind(client, address, FIREFOX) == PAGE


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        (SELECT, "json", JSON),
        (SELECT, "xml", XML),
        (SELECT, "csv", CSV),
        (SELECT, "tsv", TSV),
        (SELECT, "html", PAGE),
        (CONSTRUCT, "ttl", TURTLE),
        (CONSTRUCT, "turtle", TURTLE),
        (CONSTRUCT, "nt", NT),
        (CONSTRUCT, "rdf", RDF),
        (CONSTRUCT, "xml", RDF),
        (CONSTRUCT, "jsonld", JSON_LD),
        (CONSTRUCT, "json", JSON_LD),
        (CONSTRUCT, "html", PAGE),
    ],
)
def test_short_names_prevail_over_accept(client: FlaskClient, address: str, name: str, expected: str) -> None:
    assert kind(client, f"{address}&format={name}", "application/x-none") == expected


@pytest.mark.parametrize(
    ("address", "accept", "offer"),
    [
        (SELECT, TURTLE, CSV),
        (CONSTRUCT, CSV, TURTLE),
        (SELECT, "image/png", JSON),
        (DOCUMENT, "image/png", TURTLE),
        (REPORT, TURTLE, CSV),
        (SELECT + "&format=ttl", "*/*", CSV),
        (SELECT + "&format=docx", "*/*", CSV),
        (DOCUMENT + "?format=csv", "*/*", TURTLE),
        (REPORT + "&format=ttl", "*/*", CSV),
    ],
)
def test_not_on_offer(client: FlaskClient, address: str, accept: str, offer: str) -> None:
    response = client.get(address, headers={"Accept": accept})
    assert response.status_code == 406
    assert response.mimetype == "application/problem+json" and offer in response.json["offered"]


def test_results_json(client: FlaskClient) -> None:
    """SPARQL 1.1 Query Results JSON Format, sections 3.1, 3.2 and 4."""
    query = "SELECT ?iri ?plain ?tagged ?typed ?none { VALUES (?iri ?plain ?tagged ?typed ?none) {"
    query += ' (<http://a/> "p" "t"@de 7 UNDEF) } }'
    found = json.loads(client.get("/sparql?query=" + quote(query)).data)
    assert found["head"]["vars"] == ["iri", "plain", "tagged", "typed", "none"]
    assert found["results"]["bindings"] == [
        {
            "iri": {"type": "uri", "value": "http://a/"},
            "plain": {"type": "literal", "value": "p"},
            "tagged": {"type": "literal", "value": "t", "xml:lang": "de"},
            "typed": {"type": "literal", "value": "7", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
        }
    ]
    assert json.loads(client.get(ASK).data) == {"head": {}, "boolean": True}


def test_results_xml(client: FlaskClient) -> None:
    """SPARQL Query Results XML Format: read by a parser of it, the rows come back."""
    body = client.get(SELECT + "&format=xml").data
    read = ox.parse_query_results(body, format=ox.QueryResultsFormat.XML)
    assert isinstance(read, ox.QuerySolutions)
    assert [variable.value for variable in read.variables] == ["s", "o"] and len(list(read)) == 2


HARD = 'SELECT ?a ?b ?c { VALUES (?a ?b ?c) { ("x, \\"y\\"" <http://a/> UNDEF) ("line\\nbreak" 1 "k\\tt"@de) } }'


def test_results_csv(client: FlaskClient) -> None:
    """SPARQL 1.1 Query Results CSV and TSV Formats, section 3: RFC 4180 with CRLF, values without RDF syntax."""
    response = client.get("/sparql?format=csv&query=" + quote(HARD))
    assert response.text == 'a,b,c\r\n"x, ""y""",http://a/,\r\n"line\nbreak",1,k\tt\r\n'
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"


def test_results_tsv(client: FlaskClient) -> None:
    """Section 4: variables with their mark, terms in the syntax of SPARQL and Turtle, unbound as nothing."""
    lines = client.get("/sparql?format=tsv&query=" + quote(HARD)).text.split("\n")
    assert lines[0] == "?a\t?b\t?c"
    assert lines[1] == '"x, \\"y\\""\t<http://a/>\t'
    assert lines[2].split("\t")[1:] == ["1", '"k\\tt"@de']
    assert lines[3:] == [""]
