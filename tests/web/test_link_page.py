"""The page to link records at: what goes in as a list, CSV or XLSX, what comes out to review and to take along."""

import csv
import io
import re
import zipfile
from typing import Any

import pytest
from flask.testing import FlaskClient

from polisgraph.engine import Engine
from polisgraph.linking import Matcher, Record, read_index
from polisgraph.linking.lists import APPENDED
from polisgraph.namespaces import expand
from polisgraph.web import link as page_module
from polisgraph.web import reasons
from tests.linking.test_tables import workbook
from tests.web.conftest import Page

KOELN = expand("mun:koeln")


@pytest.fixture
def client(whole_client: FlaskClient) -> FlaskClient:
    return whole_client


def send(client: FlaskClient, language: str = "en", **fields: Any) -> Page:
    response = client.post(
        "/link",
        data=fields,
        content_type="multipart/form-data",
        headers={"Accept": "text/html", "Accept-Language": language},
    )
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-store"
    return Page(response.status_code, response.text)


def upload(content: bytes | str, name: str = "members.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content.encode() if isinstance(content, str) else content), name


def verdicts(page: Page) -> list[str]:
    return [str(found["class"]) for tag, found in page.elements if tag == "tr" and found.get("class")]


def hidden(page: Page) -> dict[str, str]:
    """What the form of the result carries along."""
    fields = [found for tag, found in page.elements if tag == "input" and found.get("type") == "hidden"]
    return {str(found["name"]): str(found["value"]) for found in fields[:4]}


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_list_of_names_becomes_a_table_to_review(client: FlaskClient, language: str) -> None:
    page = send(client, language, names="Koeln; DE\nHalle\nNirgendwohausenstadt; DE\nEurocities\nQ2103")
    assert page.status == 200 and page.attributes("html", "lang") == [language]
    assert verdicts(page)[:2] == ["sure", "candidates"] and verdicts(page)[2] in ("none", "candidates")
    assert verdicts(page)[3:] == ["sure", "sure"]
    assert "/doc/municipality/koeln" in page.links and "http://www.wikidata.org/entity/Q365" in page.links
    radios = [found for tag, found in page.elements if tag == "input" and found.get("type") == "radio"]
    assert len([found for found in radios if found["name"] == "row-3"]) > 2
    ids = set(page.ids)
    assert all(label in ids for label in page.attributes("label", "for"))
    said = {"de": "Nicht sicher. Was ist gemeint?", "en": "Not sure. Which one is it?"}[language]
    assert said in page.text
    assert page.attributes("details", "open") == [] and "+70" in page.text


def test_what_has_nothing_alike_is_visibly_not_found(client: FlaskClient) -> None:
    page = send(client, names="Xqzwvk; DE")
    assert verdicts(page) == ["none"] and "Nothing found" in page.text
    assert "nothing here has this name or key" in page.text


@pytest.mark.parametrize(
    "file",
    [
        upload("Nr;Stadt;Land\n1;Köln;Deutschland\n2;Bochum;DE\n"),
        upload("Nr;Stadt;Land\n1;Köln;Deutschland\n2;Bochum;DE\n".encode("cp1252")),
        upload("Stadt\tLand\r\nKöln\tDE\r\nBochum\tDE\r\n"),
        upload(workbook(("x", [["Stadt", "Land", None], ["Köln", "DE"], ["Bochum", "DE", None]])), "members.xlsx"),
    ],
    ids=["csv", "cp1252", "tab", "xlsx"],
)
def test_a_file_is_linked_by_the_columns_that_its_titles_say(client: FlaskClient, file: Any) -> None:
    page = send(client, file=file)
    assert verdicts(page) == ["sure", "sure"]
    assert hidden(page)["name_column"] == "Stadt" and hidden(page)["country_column"] == "Land"


def test_columns_that_no_title_says_are_chosen_from_a_list(client: FlaskClient) -> None:
    page = send(client, file=upload("a,b\nDE,Köln\n"))
    assert verdicts(page) == [] and "Please choose it" in page.text
    assert page.attributes("select", "name") == ["name_column", "country_column"]
    carried = hidden(page)["table"]
    chosen = send(client, table=carried, name_column="b", country_column="a", country="")
    assert verdicts(chosen) == ["sure"] and "/doc/municipality/koeln" in chosen.links
    assert "no column" in send(client, table=carried, name_column="c", country_column="").text


def test_the_file_has_all_that_was_there_and_what_was_linked_or_chosen(client: FlaskClient) -> None:
    page = send(client, file=upload('id,Name,Land\n7,"Köln, Stadt",DE\n8,Halle,\n9,Halle,\n10,Xqzwvk,DE\n11,x\n'))
    assert verdicts(page) == ["sure", "candidates", "candidates", "none", "bad"]
    chosen = next(
        str(found["value"])
        for tag, found in page.elements
        if tag == "input" and found.get("name") == "row-3" and found.get("value")
    )
    fields = hidden(page) | {"row-3": chosen, "row-4": "", "download": "1"}
    response = client.post("/link", data=fields, content_type="multipart/form-data")
    assert response.mimetype == "text/csv" and "attachment" in response.headers["Content-Disposition"]
    assert response.data.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline=""))
    assert header == ["id", "Name", "Land", "link_id", *APPENDED[1:]]
    assert [row[:3] for row in rows] == [
        ["7", "Köln, Stadt", "DE"], ["8", "Halle", ""], ["9", "Halle", ""], ["10", "Xqzwvk", "DE"], ["11", "x", ""],
    ]  # fmt: skip
    ids = [row[3] for row in rows]
    assert ids == [KOELN, chosen, "", "", ""]
    assert rows[1][8] == rows[2][8] == "chosen by a person" and rows[1][7] == "true" and rows[2][7] == "false"


def test_a_choice_that_was_not_offered_links_nothing(client: FlaskClient) -> None:
    page = send(client, names="Halle")
    fields = hidden(page) | {"row-2": "http://example.org/mine", "download": "1"}
    response = client.post("/link", data=fields, content_type="multipart/form-data")
    assert "example.org" not in response.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "nothing to link"),
        ({"names": " \n "}, "nothing to link"),
        ({"file": upload("")}, "cannot be read"),
        ({"file": upload("name\n")}, "no rows"),
        ({"file": upload(b"PK\x03\x04 no archive", "x.xlsx")}, "cannot be read"),
        ({"file": upload("name\n" + "Köln\n" * 1001)}, "more than 1000 rows"),
        ({"names": "Köln\n" * 1001}, "too many lines"),
        ({"table": "name,name\na,b\n", "name_column": "name"}, "2 columns"),
    ],
)
def test_what_cannot_be_linked_is_told_in_a_sentence(client: FlaskClient, fields: Any, told: str) -> None:
    sent = {
        name: (io.BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }
    page = send(client, **sent)
    assert page.status == 400 and told in page.text and "Traceback" not in page.source


def test_a_workbook_that_unpacks_to_very_much_is_not_read(client: FlaskClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    page = send(client, file=upload(packed.getvalue(), "bomb.xlsx"))
    assert page.status == 400 and "too large once it is unpacked" in page.text


def test_a_workbook_for_a_newer_program_is_refused(client: FlaskClient) -> None:
    content = workbook(("x", [["Name"], ["Köln"]]))
    entry = content.index(b"PK\x01\x02")
    newer = content[: entry + 6] + b"\xff" + content[entry + 7 :]
    page = send(client, file=upload(newer, "x.xlsx"))
    assert page.status == 400 and "cannot be read" in page.text


def test_a_workbook_that_lies_about_its_size_is_read_to_its_end(client: FlaskClient) -> None:
    content = workbook(("x", [["Name"], ["Köln"]]))
    source, wrong = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(wrong, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data)
            archive.writestr(name, data)
    page = send(client, file=upload(wrong.getvalue(), "x.xlsx"), country="DE")
    assert verdicts(page) == ["sure"]


def posted(client: FlaskClient, body: bytes) -> Any:
    """Send a body that is written by hand: the client of the tests would put a large one into a file."""
    return client.post("/link", data=body, content_type="multipart/form-data; boundary=x")


def test_a_file_has_its_size(client: FlaskClient) -> None:
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\nname\n'
    response = posted(client, f"{head}{'x' * 1024**2}\r\n--x--\r\n".encode())
    assert response.status_code == 400 and "1 MB" in response.text


def test_a_request_of_many_bytes_is_refused_before_it_is_read(client: FlaskClient) -> None:
    assert posted(client, b"x" * (page_module.BODY + 1)).status_code == 413


def test_names_are_escaped_wherever_they_stand(client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>\"'>"
    for fields in ({"names": evil}, {"file": upload(f"name,{evil}\nKöln,x\n")}, {"names": "Köln", "country": evil}):
        page = send(client, **fields)
        assert "<script>" not in page.source


def test_files_stay_in_memory(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was made")

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    content = "name,Land,note\n" + "".join(f"Köln,DE,{'x' * 900}\n" for _ in range(900))
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n'
    response = posted(client, f"{head}{content}\r\n--x--\r\n".encode())
    assert verdicts(Page(response.status_code, response.text)) == ["sure"] * 900


def test_every_reason_of_the_matcher_has_its_german_words(client: FlaskClient, whole_engine: Engine) -> None:
    matcher = Matcher(read_index(lambda query: whole_engine.query(query).body))
    records = [
        Record(name, country, kind, keys, *place, networks=networks)
        for name in (
            "Köln",
            "Koln",
            "Halle",
            "Bochm",
            "Frankfurt (Oder)",
            "Frankfurt am Main",
            "Xqzwvk",
            "Eurocities",
            "",
        )
        for country in ("", "DE", "FR", "Utopia")
        for kind in ("", "network", "county")
        for keys in ({}, {"ags": "05315000"}, {"qid": "Q1"}, {"qid": "Q365", "ags": "05911000"}, {"nuts": "DEA23"})
        for place in ((None, None), (50.94, 6.96))
        for networks in ((), ("eurocities",))
    ]
    said = set()
    for record in records:
        outcome = matcher.match(record)
        said.add(outcome.reason)
        said |= {feature.value for candidate in outcome.candidates for feature in candidate.features}
    own = {"eurocities"}
    with client.application.test_request_context("/", headers={"Accept-Language": "de"}):
        same = {text for text in said if reasons.reason(text) == text and not re.fullmatch(r"\d+ km", text)} - own
        features = {reasons.feature(name) for name in reasons.FEATURES}
    assert len(said) > 100 and "Staat" in features
    assert same == set()
