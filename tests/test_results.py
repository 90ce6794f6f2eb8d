"""Media types: what an Accept header, a short name or a suffix chooses (RFC 9110 §12.5.1)."""

import pyoxigraph as ox
import pytest

from polisgraph.results import (
    GRAPH_FORMATS,
    GRAPH_TYPES,
    HTML,
    RESULT_FORMATS,
    RESULT_TYPES,
    by_name,
    content_type,
    negotiate,
    suffix,
)

JSON, XML, CSV, TSV = RESULT_TYPES
TURTLE, N_TRIPLES, RDF_XML, JSON_LD = GRAPH_TYPES
PAGE = HTML.media_type
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize("accept", [None, "", "  ", "*/*", "*", "nonsense", "*/*;q=0.1", ",,", "text/turtle;q=7"])
def test_who_names_nothing_gets_the_default(accept: str | None) -> None:
    assert negotiate(accept, RESULT_TYPES) == JSON
    assert negotiate(accept, GRAPH_TYPES) == TURTLE


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("text/csv", CSV),
        ("TEXT/CSV", CSV),
        ("text/csv;charset=utf-8", CSV),
        ("text/csv; header=present ; q=0.5", CSV),
        ("text/xml", XML),
        ("application/xml", XML),
        ("application/json", JSON),
        ("text/tab-separated-values, text/csv;q=0.9", TSV),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.3", XML),
        ("text/csv, application/sparql-results+json", JSON),
        ("text/*", CSV),
        ("text/*, text/csv;q=0", TSV),
        ("text/csv;q=0.000, */*;q=0.1", JSON),
        ("application/sparql-results+xml, */*", XML),
        ("*/*, application/sparql-results+json;q=0", XML),
        ("*/*;q=0.9, text/csv;q=0.1, text/tab-separated-values", TSV),
        ('application/x;note="a,text/csv;q=1", text/tab-separated-values', TSV),
        ('text/csv;note="q=0"', CSV),
        ("text/turtle", None),
        ("image/png", None),
        ("*/*;q=0", None),
        (FIREFOX, XML),
    ],
)
def test_results(accept: str, chosen: str | None) -> None:
    assert negotiate(accept, RESULT_TYPES) == chosen


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("text/turtle;charset=utf-8", TURTLE),
        ("text/turtle; version=1.2", TURTLE),
        ("application/x-turtle", TURTLE),
        ("text/n3", TURTLE),
        ("text/plain", N_TRIPLES),
        ("application/rdf+xml", RDF_XML),
        ("application/xml", RDF_XML),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', JSON_LD),
        ("application/json", JSON_LD),
        ("application/ld+json, */*;q=0.1", JSON_LD),
        ("application/*", N_TRIPLES),
        ("application/json, application/ld+json;q=0, */*;q=0.5", TURTLE),
        ("text/csv", None),
    ],
)
def test_graphs(accept: str, chosen: str | None) -> None:
    assert negotiate(accept, GRAPH_TYPES) == chosen


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (FIREFOX, PAGE),
        ("*/*", TURTLE),
        ("text/*", TURTLE),
        ("text/html, text/turtle", TURTLE),
        ("text/html, text/turtle;q=0.9", PAGE),
        ("application/xhtml+xml", PAGE),
    ],
)
def test_a_web_page_is_for_those_who_name_it(accept: str, chosen: str) -> None:
    assert negotiate(accept, (*GRAPH_TYPES, PAGE)) == chosen


def test_what_is_alone_on_offer_is_taken_by_a_wildcard() -> None:
    assert negotiate("*/*", (PAGE,)) == PAGE
    assert negotiate("application/*", (JSON_LD,)) == JSON_LD
    assert negotiate("application/x-unheard", ("application/x-unheard",)) == "application/x-unheard"


@pytest.mark.parametrize(
    ("name", "results", "graphs"),
    [
        ("json", JSON, JSON_LD),
        ("xml", XML, RDF_XML),
        ("csv", CSV, None),
        ("TSV", TSV, None),
        (".ttl", None, TURTLE),
        ("turtle", None, TURTLE),
        ("nt", None, N_TRIPLES),
        ("rdf/xml", None, RDF_XML),
        ("jsonld", None, JSON_LD),
        ("application/json", JSON, JSON_LD),
        ("text/turtle;charset=utf-8", None, TURTLE),
        ("application/sparql-results+json", JSON, None),
        ("png", None, None),
        ("", None, None),
    ],
)
def test_names(name: str, results: str | None, graphs: str | None) -> None:
    assert by_name(name, RESULT_TYPES) == results
    assert by_name(name, GRAPH_TYPES) == graphs


def test_text_says_its_charset() -> None:
    for media_type in (*RESULT_TYPES, *GRAPH_TYPES, PAGE):
        assert ("charset=utf-8" in content_type(media_type)) == media_type.startswith("text/")
    assert content_type(CSV) == "text/csv; charset=utf-8; header=present"
    assert content_type(JSON) == JSON


def test_suffixes_lead_back() -> None:
    for offered in (RESULT_TYPES, GRAPH_TYPES):
        assert [by_name(suffix(media_type), offered) for media_type in offered] == list(offered)


def test_the_engine_writes_every_format() -> None:
    assert all(ox.QueryResultsFormat.from_media_type(form.media_type) for form in RESULT_FORMATS)
    assert all(ox.RdfFormat.from_media_type(form.media_type) for form in GRAPH_FORMATS)
