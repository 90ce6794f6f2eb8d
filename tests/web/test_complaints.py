"""What the engine says of a query stands on German pages in German."""

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from polisgraph.engine.answering import out_of_memory
from polisgraph.engine.diagnosis import _RULES
from polisgraph.engine.endpoint import too_large
from polisgraph.engine.gate import MAX_DEPTH, MAX_OPERATORS
from polisgraph.engine.process import too_late
from polisgraph.web.complaints import told
from tests.web.conftest import Reader

MISTAKES = {
    "SELEKT": "Syntaxfehler in Zeile 1, Spalte 1: SELEKT kann hier nicht stehen.",
    "SELECT *\n{ ?s pg:start ?o }": "Zeile 2, Spalte 6: das Präfix pg: ist nicht vereinbart. Oben PREFIX pg: <https://",
    "SELECT * { ?s <role> ?o }": "Spalte 15: <role> ist keine vollständige IRI.",
    "SELECT * { ?s ?p ?o BIND(1 AS ?o) }": "BIND setzt eine Variable",
    "SELECT ?s (1 AS ?s) { }": "eine Variable",
    "SELECT * { VALUES (?a ?a) { (1 1) } }": "VALUES nennt eine Variable zweimal.",
    "SELECT * { ?s ?p ?o } GROUP BY ?s": "SELECT * verträgt sich nicht mit GROUP BY.",
    "SELECT ?o { ?s ?p ?o } GROUP BY ?s": "gruppierte Zeilen haben nur",
    "SELECT * { VALUES (?a ?b) { (1) } }": "VALUES hat eine Zeile mit einem Wert zu viel oder zu wenig.",
    "SELECT * { ?s ?p ?o": "die Anfrage endet zu früh. Fehlt eine schließende Klammer?",
    'SELECT * { ?s ?p "Köln }': "der Text, der hier mit",
    "SELECT * { ?s ?p \u0001 }": "U+0001 ist ein Steuerzeichen",
    "INSERT DATA { }": "INSERT ändert Daten; dieser Dienst lässt nur lesen",
    "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }": "SERVICE ist nicht erlaubt",
    "SELECT * { FILTER(" + "(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH + ") }": "zu tief verschachtelt: Höchstens",
    "SELECT * { FILTER(1" + " || 1" * (MAX_OPERATORS + 1) + ") }": "zu verwickelt: ",
    "SELECT * { ?s ?p ?o } # " + "x" * 70_000: "Die Anfrage ist zu lang: Höchstens",
    "SELECT * FROM <http://example.org/none> { ?s ?p ?o }": "Einen Graphen <http://example.org/none> gibt es",
}
"""Queries, and what a German page says of each."""


@pytest.mark.parametrize("query", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_in_the_readers_language(german: Reader, english: Reader, query: str) -> None:
    page = german.get("/sparql?query=" + quote(query))
    said = page.source.split('<p class="error">')[1].split("</p>")[0]
    assert page.status in (400, 403, 413) and said.startswith("<samp>")
    assert MISTAKES[query] in page.text
    assert "Syntaxfehler" not in english.get("/sparql?query=" + quote(query)).text


@pytest.mark.parametrize("rule", _RULES.values())
def test_each_rule_beyond_grammar_is_told_in_the_readers_language(app: Flask, rule: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        text, tongue = told(f"Syntax error in line 3, column 4: {rule}.")
        assert tongue == "" and text.startswith("Syntaxfehler in Zeile 3, Spalte 4: ") and rule not in text


@pytest.mark.parametrize("error", [too_late(10.0), out_of_memory(), too_large(67_108_864)])
def test_what_befell_a_query_is_told_in_the_readers_language(app: Flask, error: Exception) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        text, tongue = told(str(error))
        assert tongue == "" and text.startswith(("Die ", "Das ")) and text != str(error)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert told(str(error)) == (str(error), "")


def test_what_nobody_has_translated_says_its_language(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert told("Syntax error in line 1, column 2: odd") == ("Syntax error in line 1, column 2: odd", "en")
    page = client.get("/sparql?query=a&query=b", headers={"Accept": "text/html", "Accept-Language": "de"}).text
    assert '<samp lang="en">' in page
