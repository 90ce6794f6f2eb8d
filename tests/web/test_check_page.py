"""The page to check a file at: what goes in, what comes out in both languages, and how much anybody may ask of it."""

import io
import threading
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from polisgraph.checking import Request
from polisgraph.checking.desk import CheckingDesk
from polisgraph.engine import Engine
from polisgraph.errors import ResultTooLarge, TimeLimit
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import check as page_module
from polisgraph.web import create_app
from tests.checking.test_inspection import GOOD
from tests.web.conftest import Page

BAD = GOOD.replace("net:uclg", "net:nowhere")


def send(client: FlaskClient, language: str = "en", **fields: object) -> Page:
    response = client.post(
        "/check", data=fields, content_type="multipart/form-data",
        headers={"Accept": "text/html", "Accept-Language": language},
    )  # fmt: skip
    assert response.mimetype == "text/html" and response.headers["Cache-Control"] == "no-store"
    return Page(response.status_code, response.text)


def test_findings_in_german_with_lines_and_the_text_kept_in_the_field(client: FlaskClient) -> None:
    page = send(client, "de", turtle=BAD.replace("\n", "\r\n"))
    assert page.status == 200 and "Verweis ins Leere" in page.text and "Fehler: 2." in page.text
    assert "Zeile 12" in page.text and "org:organization net:nowhere ;" in page.text
    assert "/shapes/#NoDangling" in page.links
    assert unescape(page.source).count(BAD.split("\n")[1]) == 1


def test_a_file_by_name_takes_the_place_of_one_in_the_data(client: FlaskClient) -> None:
    page = send(client, file=(io.BytesIO(GOOD.encode()), "from-koeln.ttl"))
    assert "Findings in from-koeln.ttl" in page.text and "Checked in place of the file from-koeln." in page.text
    assert "No violations" in page.text and "Nothing was found" in page.text


def test_a_syntax_error_is_shown_at_its_place(client: FlaskClient) -> None:
    page = send(client, turtle="<a:b> <a:c> 1 .\n<a:b> <a:c> <script> d .\n<a:x> <a:y> 2 .")
    assert "This is not Turtle" in page.text and "Line 2, column" in page.text
    assert page.attributes("li", "value") == ["1", "2", "3"]
    # Each script is a file of ours: what was sent made none.
    assert sum(tag == "script" for tag, _ in page.elements) == len(page.attributes("script", "src"))


def test_turtle_as_it_is_gets_json(client: FlaskClient) -> None:
    response = client.post("/check", data=BAD.encode(), content_type="text/turtle; charset=utf-8")
    assert response.mimetype == "application/json" and response.json["conforms"] is False
    assert {"NetworkMembership", "NoDangling"} == {
        each["shape"].rpartition("/")[2] for each in response.json["findings"]
    }


@pytest.mark.parametrize(("fields", "status"), [({}, 400), ({"turtle": " \n"}, 400), ({"turtle": "#" * 1001}, 413)])
def test_what_cannot_be_checked_is_said(
    client: FlaskClient, fields: dict[str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "FILE", 1000)
    page = send(client, "de", **fields)
    assert page.status == status
    assert ("Es ist nichts zu prüfen da" if status == 400 else "größer als 1 MB") in page.text


def test_too_long_requests_are_not_even_read(client: FlaskClient) -> None:
    response = client.post("/check", data=b"#" * (page_module.BODY + 1), content_type="text/turtle")
    assert response.status_code == 413


def test_a_check_is_killed_at_its_limits(settings: Settings, snapshot: Snapshot) -> None:
    with pytest.raises(TimeLimit, match="in parts"):
        CheckingDesk(settings, snapshot, seconds=0.01).check(Request(GOOD))
    much = GOOD + "".join(
        f"<https://example.org/{number}> <https://example.org/p> {number} .\n" for number in range(10_000)
    )
    with pytest.raises(ResultTooLarge, match="memory"):
        CheckingDesk(replace(settings, memory_limit=1024**2), snapshot).check(Request(much))


def test_one_client_has_one_check_at_a_time(
    settings: Settings, snapshot: Snapshot, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings, snapshot, engine)
    begun, go_on = threading.Event(), threading.Event()

    def slow(self: CheckingDesk, request: Request) -> None:
        begun.set()
        go_on.wait(60)
        raise TimeLimit("enough")

    monkeypatch.setattr(CheckingDesk, "_run", slow)
    first = threading.Thread(target=lambda: send(app.test_client(), turtle="#"))
    first.start()
    try:
        assert begun.wait(60)
        second = send(app.test_client(), turtle="#")
        assert second.status == 429 and "still being checked" in second.text
    finally:
        go_on.set()
        first.join()
    begun.clear()
    assert send(app.test_client(), turtle="#").status == 504, "the first has given back its place"


def test_nothing_that_was_sent_is_kept(app: Flask, client: FlaskClient, settings: Settings) -> None:
    before = {path: path.stat().st_mtime_ns for path in Path(settings.home).rglob("*")}
    send(client, turtle=BAD + "# a remark by nobody else\n")
    assert {path: path.stat().st_mtime_ns for path in Path(settings.home).rglob("*")} == before
    assert "nobody else" not in client.get("/check").text
