"""The reports on the web: the list, the form with its rows, the downloads, and what a wrong value gets."""

import csv
import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from polisgraph import bundle
from polisgraph.reports import Report, load_reports
from tests.web.conftest import Page, Reader

REPORTS = load_reports(bundle.QUERIES)
MEMBERS = "/reports/members-of-network"


def fields(page: Page) -> dict[str, str]:
    """Return the form's controls by name, each with the element that it is."""
    return {str(found["name"]): tag for tag, found in page.elements if tag in ("select", "input") and found.get("name")}


def test_all_reports_are_listed(german: Reader, english: Reader) -> None:
    for reader, code in ((german, "de"), (english, "en")):
        page = reader.get("/reports")
        for report in REPORTS.values():
            assert report.title[code] in page.text and f"/reports/{report.name}" in page.links


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
def test_one_click_shows_something(german: Reader, client: FlaskClient, report: Report) -> None:
    """Without values the page shows the samples of the file, and its downloads the same rows."""
    page = german.get(f"/reports/{report.name}")
    assert page.status == 200 and report.title["de"] in page.text
    assert {p.name for p in report.parameters} - {"lang"} == fields(page).keys()
    download = next(
        link for link in page.links if link.startswith(f"/reports/{report.name}.csv?") and "excel" not in link
    )
    rows = list(csv.reader(io.StringIO(client.get(download).text, newline="")))
    assert rows[0] == [column.name for column in report.columns]
    assert f"Zeilen: {len(rows) - 1}" in page.text
    shown = [c.label["de"] for c in report.columns if not any(other.of == c.name for other in report.columns)]
    heads = [text for text, _ in page.texts]
    assert len(rows) == 1 or set(shown) <= set(heads)


def test_rows_speak_the_readers_language(german: Reader, english: Reader) -> None:
    address = MEMBERS + "?network=eurocities"
    assert "Köln" in german.get(address).text and "Cologne" in english.get(address).text
    assert "Cologne" in german.get(address + "&lang=en").text


def test_values_of_the_form_are_used_and_kept(english: Reader) -> None:
    page = english.get(MEMBERS + "?network=eccar&country=&as_of=")
    assert "Heidelberg" in page.text and "Bochum" not in page.text
    chosen = [found.get("value") for tag, found in page.elements if tag == "option" and "selected" in found]
    assert "eccar" in chosen
    assert "An example" not in page.text


def test_choices_come_from_the_data(german: Reader) -> None:
    page = german.get(MEMBERS)
    assert fields(page) == {"network": "select", "country": "select", "as_of": "input"}
    values = page.attributes("option", "value")
    assert {"eurocities", "climate-alliance", "DEU", ""} <= set(values)
    assert "Klima-Bündnis" in page.text


def test_what_is_too_long_for_a_list_is_named(german: Reader, english: Reader) -> None:
    page = german.get("/reports/statement-sources?entity=municipality/koeln")
    assert fields(page)["entity"] == "input" and page.attributes("option", "value") == []
    assert german.get("/reports/statement-sources?entity=cologne").status == 200
    page = german.get("/reports/statement-sources?entity=Colonge&lang=en")
    assert page.status == 400
    (offered,) = [link for link in page.links if "koeln" in link and "entity=" in link and "." not in link]
    assert "lang=en" in offered and english.get(offered).status == 200


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("network=atlantis", "network"),
        ("network=", "network"),
        ("country=DEU", "network"),
        ("network=eccar&as_of=soon", "as_of"),
    ],
)
def test_a_wrong_value_is_shown_at_its_field(client: FlaskClient, german: Reader, query: str, name: str) -> None:
    problem = client.get(f"{MEMBERS}?{query}")
    assert problem.status_code == 400 and problem.json["parameter"] == name and problem.json["accepted"]
    page = german.get(f"{MEMBERS}?{query}")
    assert page.status == 400
    invalid = [found["id"] for _, found in page.elements if found.get("aria-invalid")]
    assert invalid == [f"field-{name}"] and f"error-{name}" in page.ids


def test_an_unknown_parameter(client: FlaskClient, german: Reader) -> None:
    address = MEMBERS + "?network=eccar&city=koeln"
    assert client.get(address).json["parameter"] == "city"
    assert german.get(address).status == 400


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("html", "text/html"),
    ],
)
def test_endings(client: FlaskClient, ending: str, kind: str) -> None:
    response = client.get(f"{MEMBERS}.{ending}?network=eurocities", headers={"Accept": "image/png"})
    assert response.status_code == 200 and response.mimetype == kind and "Bochum" in response.text
    assert client.get(f"{MEMBERS}.docx?network=eurocities").status_code == 404


def test_excel(client: FlaskClient) -> None:
    german = client.get(MEMBERS + ".csv?network=eurocities&excel=1")
    assert german.data.startswith(b"\xef\xbb\xbfmember;") and german.headers["Content-Disposition"].startswith(
        "attachment"
    )
    english = client.get(MEMBERS + ".csv?network=eurocities&excel=1&lang=en")
    assert english.data.startswith(b"\xef\xbb\xbfmember,")
    plain = client.get(MEMBERS + ".csv?network=eurocities")
    assert plain.data.startswith(b"member,") and "Content-Disposition" not in plain.headers
    assert len({german.headers["ETag"], english.headers["ETag"], plain.headers["ETag"]}) == 3


def test_the_query_behind_it_gives_the_same_rows(german: Reader, client: FlaskClient) -> None:
    page = german.get(MEMBERS + "?network=eccar")
    link = next(link for link in page.links if link.startswith("/sparql?query="))
    query = parse_qs(urlsplit(link).query)["query"][0]
    assert "id/network/eccar" in query and not query.startswith("#+")
    rows = json.loads(client.get(link).data)["results"]["bindings"]
    assert rows == json.loads(client.get(MEMBERS + ".json?network=eccar").data)["results"]["bindings"] != []
    assert german.get(link).status == 200


def test_entities_link_to_their_pages(german: Reader) -> None:
    page = german.get(MEMBERS)
    assert "/doc/municipality/bochum" in page.links
    assert "http://www.wikidata.org/entity/Q2103" in page.links and "Q2103" in [text for text, _ in page.texts]


def test_the_interface_is_described(client: FlaskClient) -> None:
    document = client.get("/openapi.json").json
    assert document["openapi"].startswith("3.1") and document["servers"] == [{"url": "/"}]
    assert {f"/reports/{name}" for name in REPORTS} <= document["paths"].keys()


def test_the_form_of_the_endpoint_offers_each_report(german: Reader) -> None:
    page = german.get("/sparql")
    assert set(REPORTS) <= set(page.attributes("option", "value"))
    filled = german.get("/sparql?report=members-of-network")
    assert "#+ title:" in filled.source and "PREFIX pg:" in filled.source


@pytest.mark.parametrize("name", ["name", "ending", "endpoint", "values", "_anchor", "_scheme", "_method", "_external"])
def test_no_unknown_parameter_reaches_the_addresses_of_downloads(german: Reader, name: str) -> None:
    page = german.get(f"{MEMBERS}?{name}=javascript")
    assert page.status == 400 and name in page.text


def test_the_empty_form_of_the_endpoint_keeps_the_graphs_it_was_opened_with(german: Reader) -> None:
    page = german.get("/sparql?default-graph-uri=x:default&named-graph-uri=x:named")
    kept = {found["name"]: found["value"] for tag, found in page.elements if tag == "input"}
    assert kept == {"default-graph-uri": "x:default", "named-graph-uri": "x:named"}
