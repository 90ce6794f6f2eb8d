"""What goes wrong and how the client learns of it: RFC 9457 documents, or pages in the reader's language."""

import json
import logging
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from polisgraph import errors
from polisgraph.engine import Answer, Query
from polisgraph.errors import QueryError
from polisgraph.namespaces import BASE
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import create_app
from polisgraph.web.errors import ALL_KINDS, KINDS, Kind

GERMAN = {"Accept": "text/html", "Accept-Language": "de"}
ENGLISH = {"Accept": "text/html", "Accept-Language": "en"}
QUERY = "/sparql?query=" + quote("ASK {}")


class Failing:
    """An engine that raises the same error for every query."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def query(self, query: Query) -> Answer:
        raise self.error

    def close(self) -> None:
        pass


def failing(settings: Settings, snapshot: Snapshot, error: Exception) -> FlaskClient:
    return create_app(settings, snapshot, Failing(error)).test_client()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_query_error_has_its_answer(settings: Settings, snapshot: Snapshot, kind: type[QueryError]) -> None:
    client = failing(settings, snapshot, kind("what was wrong", line=3, empty=None))
    response = client.get(QUERY)
    assert response.status_code == kind.status
    assert response.mimetype == "application/problem+json"
    problem = json.loads(response.data)
    assert problem["type"] == f"{BASE}problem/{KINDS[kind].slug}"
    assert problem["title"] == KINDS[kind].title and problem["status"] == kind.status
    assert problem["detail"] == "what was wrong" and problem["line"] == 3
    assert "empty" not in problem


def test_every_query_error_is_foreseen() -> None:
    assert set(KINDS) == set(QueryError.__subclasses__())
    assert len({kind.slug for kind in ALL_KINDS}) == len(ALL_KINDS)


@pytest.mark.parametrize("wait", [None, 7])
def test_retry_after(settings: Settings, snapshot: Snapshot, wait: int | None) -> None:
    details = {} if wait is None else {"retry_after": wait}
    for headers in ({}, GERMAN):
        response = failing(settings, snapshot, errors.Busy("busy", **details)).get(QUERY, headers=headers)
        assert response.status_code == 503 and response.headers["Retry-After"] == str(wait or 1)


@pytest.mark.parametrize("headers", [{}, GERMAN, ENGLISH])
def test_what_nobody_foresaw(
    settings: Settings, snapshot: Snapshot, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    client = failing(settings, snapshot, ZeroDivisionError("secret of the house"))
    with caplog.at_level(logging.ERROR):
        response = client.get(QUERY, headers=headers)
    assert response.status_code == 500
    assert "secret" not in response.text and "Traceback" not in response.text and ".py" not in response.text
    record = caplog.records[-1]
    assert record.exc_info and "secret of the house" in caplog.text
    number = record.getMessage().split()[-1]
    assert number in response.text


@pytest.mark.parametrize("address", ["/nothing", "/id/municipality/atlantis", "/doc/nothing/at-all", "/reports/none"])
def test_unknown_addresses(client: FlaskClient, address: str) -> None:
    problem = client.get(address)
    assert problem.status_code == 404 and problem.json["type"] == BASE + "problem/not-found"
    assert problem.json["address"] == address
    page = client.get(address, headers=GERMAN)
    assert page.status_code == 404 and "<h1>Nicht gefunden" in page.text and address in page.text


@pytest.mark.parametrize("address", ["/", "/doc/municipality/koeln", "/reports", "/dumps/"])
def test_methods(client: FlaskClient, address: str) -> None:
    response = client.post(address)
    assert response.status_code == 405 and response.json["allowed"] == ["GET", "HEAD", "OPTIONS"]
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_pages_say_the_same_in_the_readers_language(client: FlaskClient) -> None:
    wrong = "/sparql?query=" + quote("SELECT *\nWHERE { ?s ?p }")
    problem = client.get(wrong).json
    german, english = (client.get(wrong, headers=headers) for headers in (GERMAN, ENGLISH))
    assert german.status_code == english.status_code == 400
    assert "<h1>Fehlerhafte Anfrage" in german.text and "<h1>Bad query" in english.text
    for page, detail in (
        (german.text, "Syntaxfehler in Zeile 2, Spalte 15: } kann"),
        (english.text, problem["detail"]),
    ):
        assert detail in page
        assert f'<dd lang="en">{problem["column"]}</dd>' in page
    assert "<dt>Spalte</dt>" in german.text and "<dt>Column</dt>" in english.text


def test_a_wrong_query_can_be_mended_on_the_spot(client: FlaskClient) -> None:
    graph = f"{BASE}graph/derived"
    page = client.get("/sparql", query_string={"query": "SELECT <b>", "default-graph-uri": graph}, headers=GERMAN)
    assert page.status_code == 400
    assert "SELECT &lt;b&gt;</textarea>" in page.text and f'name="default-graph-uri" value="{graph}"' in page.text
    assert "<textarea" not in client.get("/nothing?query=x", headers=GERMAN).text


def test_the_format_of_the_address_decides_how_an_error_looks(client: FlaskClient) -> None:
    missing = "/reports/members-of-network"
    assert client.get(missing + ".csv", headers=GERMAN).mimetype == "application/problem+json"
    assert client.get("/doc/nothing/here.html").mimetype == "text/html"
    assert client.get("/sparql?format=json&query=nonsense", headers=GERMAN).mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.slug)
def test_every_type_of_problem_has_a_page(client: FlaskClient, kind: Kind) -> None:
    page = client.get(f"/problem/{kind.slug}", headers=ENGLISH)
    assert page.status_code == 200 and kind.title in page.text


def test_a_redirect_to_the_right_path_stays_on_this_server(client: FlaskClient) -> None:
    for address, target in (("/dumps?lang=de", "/dumps/?lang=de"), ("/doc//evil.example//x", "/doc/evil.example/x")):
        response = client.get(address, headers={"Host": "evil.example"})
        assert (response.status_code, response.headers["Location"]) == (308, target)
    behind = client.get("/dumps", environ_overrides={"SCRIPT_NAME": "/graph"})
    assert behind.headers["Location"] == "/graph/dumps/"
