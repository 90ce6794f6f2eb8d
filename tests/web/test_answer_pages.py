"""Long answers on the page of the endpoint: 200 rows at a time, the downloads whole."""

import csv
import io
from urllib.parse import unquote, urlencode

import pytest
from flask.testing import FlaskClient

from polisgraph.web import assets
from polisgraph.web.parts import ROWS
from tests.web.conftest import Page, Reader

NUMBERS = "SELECT ?n ?word { VALUES ?n { " + " ".join(map(str, range(450))) + " } BIND('so' AS ?word) }"
GRAPH = "CONSTRUCT WHERE { ?thing ?p ?o }"


def address(query: str, page: int = 0, **more: str) -> str:
    return "/sparql?" + urlencode({"query": query, **({"page": str(page)} if page else {}), **more})


def numbers(page: Page) -> list[int]:
    return [int(text) for text, _ in page.texts if text.isdigit()]


def test_a_long_answer_goes_on_from_page_to_page(english: Reader, german: Reader, client: FlaskClient) -> None:
    found: list[int] = []
    at: str | None = address(NUMBERS)
    for first, last in ((1, 200), (201, 400), (401, 450)):
        assert at
        page = english.get(at)
        assert f"Rows: 450 – shown are {first} to {last}; the downloads hold all" in page.text
        found += numbers(page)
        further = [str(a["href"]) for tag, a in page.elements if tag == "a" and a.get("rel") == "next nofollow"]
        at = further[0] if further else None
    assert at is None and found == list(range(450))
    assert "gezeigt werden 1 bis 200" in german.get(address(NUMBERS)).text
    (download,) = (link for link in page.links if "format=csv" in link)
    rows = list(csv.reader(io.StringIO(client.get(download).text, newline="")))
    assert [int(row[0]) for row in rows[1:]] == list(range(450))


def test_a_graph_goes_on_too_and_keeps_the_dataset(english: Reader, client: FlaskClient) -> None:
    graph = "https://w3id.org/polisgraph/graph/data/municipalities"
    page = english.get(address(GRAPH, **{"default-graph-uri": graph}))
    (further,) = (str(a["href"]) for tag, a in page.elements if tag == "a" and a.get("rel") == "next nofollow")
    assert graph in unquote(further)
    second = english.get(further)
    assert second.status == 200 and f"shown are {ROWS + 1} to" in second.text
    (download,) = (link for link in second.links if "format=nt" in link)
    assert f"Rows: {len(client.get(download).data.splitlines())} –" in second.text


def test_all_that_a_page_shows_has_its_label(english: Reader) -> None:
    concepts = "SELECT ?one { ?one a <http://www.w3.org/2004/02/skos/core#Concept> } ORDER BY ?one LIMIT 80"
    # Beside a label stands the name of the thing.
    assert english.get(address(concepts)).attributes("span", "class").count("iri") == 80


def test_a_picture_of_a_part_says_that_it_is_one(english: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_built", lambda names: names is assets._PICTURES)
    days = "SELECT ?label ?day { VALUES ?n { " + " ".join(map(str, range(1900, 2150))) + " } "
    query = days + "BIND(STR(?n) AS ?label) BIND(STRDT(STR(?n), <http://www.w3.org/2001/XMLSchema#gYear>) AS ?day) }"
    assert "Drawn from the table below – rows 201 to 250 of 250 only" in english.get(address(query, 2)).text
    short = english.get(address(query + " LIMIT 20"))
    assert "Drawn from the table below" in [text for text, _ in short.texts]


def test_what_is_new_each_time_is_no_whole(english: Reader) -> None:
    told = "another page and a download show another answer"
    assert told in english.get(address(NUMBERS.replace("'so'", "RAND()"))).text
    assert told not in english.get(address(NUMBERS)).text


@pytest.mark.parametrize(("page", "status"), [("0", 400), ("x", 400), ("-1", 400), ("4", 404), ("9" * 30, 400)])
def test_there_is_no_such_page(english: Reader, page: str, status: int) -> None:
    assert english.get(address(NUMBERS) + f"&page={page}").status == status
