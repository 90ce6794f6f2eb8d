"""What the query editor is given, and what the page shows of an answer: labels, and pictures that suit its columns."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from polisgraph.namespaces import PREFIXES
from polisgraph.web.rows import Table, Term
from polisgraph.web.views import views
from tests.web.conftest import Reader

PG = PREFIXES["pg"]
XSD = PREFIXES["xsd"]
TERMS = {
    "iri": Term("iri", "https://example.org/a"),
    "text": Term("literal", "Köln", "de"),
    "number": Term("literal", "7", "", XSD + "integer"),
    "decimal": Term("literal", "50.9", "", XSD + "decimal"),
    "date": Term("literal", "2015-03", "", XSD + "gYearMonth"),
    "point": Term("literal", "POINT(7 51)", "", "http://www.opengis.net/ont/geosparql#wktLiteral"),
}


@pytest.mark.parametrize(("language", "label"), [("de", "ist Mitglied von"), ("en", "member of")])
def test_terms_in_use_are_proposed_with_their_labels(client: FlaskClient, language: str, label: str) -> None:
    found = client.get(f"/sparql/completion.json?lang={language}").get_json()
    properties = {iri: (name, int(uses)) for iri, name, uses in found["properties"]}
    assert properties[PG + "memberOf"][0] == label and properties[PG + "memberOf"][1] > 0
    classes = [iri for iri, _, _ in found["classes"]]
    assert PG + "Network" in classes and len(classes) == len(set(classes))
    assert found["prefixes"] == dict(PREFIXES)


def test_an_answer_shows_what_things_are_called(english: Reader, german: Reader) -> None:
    address = "/sparql?query=" + quote(f"SELECT ?city {{ ?city a <{PG}Municipality> }}")
    english_page, german_page = english.get(address), german.get(address)
    assert "Cologne" in english_page.text and "mun:koeln" in english_page.text
    assert "Köln" in german_page.text and "Cologne" not in german_page.text


def test_a_problem_says_its_line_for_the_editor(english: Reader) -> None:
    page = english.get("/sparql?query=" + quote("SELECT *\n{ ?s ?p }"))
    assert page.attributes("div", "data-line") == ["2"] and page.attributes("div", "data-column") == ["9"]


def test_a_problem_shows_the_line_without_a_script(english: Reader) -> None:
    lines = ["# one", "# two", "SELECT * {", "  ?s <é&> ?o }", "# five"]
    page = english.get("/sparql?query=" + quote("\r\n".join(lines)))
    texts = [text for text, _ in page.texts]
    assert page.attributes("ol", "start") == ["2"] and page.attributes("li", "class").count("wrong") == 1
    place = texts.index("?s <é&> ?o }")
    assert texts[place - 2 : place] == lines[1:3] and texts[place + 1] != lines[4]


def test_a_page_of_an_answer_says_how_long_a_query_may_run(english: Reader) -> None:
    assert "may run for 5 seconds" in english.get("/sparql").text


def table(**columns: str) -> Table:
    row = {name: TERMS[kind] for name, kind in columns.items()}
    return Table(tuple(columns), (row, row, row))


@pytest.mark.parametrize(
    ("columns", "drawn"),
    [
        ({"city": "iri", "label": "text", "lat": "decimal", "long": "decimal"}, "map label lat long"),
        ({"city": "iri", "lat": "decimal", "long": "decimal"}, "map city lat long"),
        ({"country": "text", "members": "number"}, "bar country members"),
        ({"name": "text", "since": "date", "till": "date"}, "timeline name since till"),
        ({"name": "text", "founded": "date"}, "timeline name founded"),
        ({"network": "iri", "body": "iri"}, "network network body"),
        ({"network": "iri"}, ""),
        ({"lat": "decimal"}, ""),
        ({"name": "text", "at": "point"}, ""),
    ],
)
def test_the_pictures_suit_the_columns(columns: dict[str, str], drawn: str) -> None:
    found = views(table(**columns))
    assert " ".join([found[0].kind, *found[0].columns.values()] if found else []) == drawn


def test_one_row_makes_no_picture() -> None:
    row = {"country": TERMS["text"], "members": TERMS["number"]}
    assert views(Table(("country", "members"), (row,))) == []
    assert views(Table(truth=True)) == []
