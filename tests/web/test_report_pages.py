"""The reports on the web: the list, the form with its rows, the downloads, and what a wrong value gets."""

import csv
import io
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from polisgraph import bundle
from polisgraph.reports import Report, load_reports
from polisgraph.web import listing, reports
from tests.web.conftest import Page, Reader

REPORTS = load_reports(bundle.QUERIES)
MEMBERS = "/reports/members-of-network"


def fields(page: Page) -> dict[str, str]:
    """Return the form's controls by name, each with the element that it is, without the search of the site."""
    controls = [(tag, found) for tag, found in page.elements if tag in ("select", "input") and found.get("name")]
    return {str(found["name"]): tag for tag, found in controls if found.get("type") != "search"}


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
    named = {column.of for column in report.columns} | {"lat", "long"}
    shown = [column.label["de"] for column in report.columns if column.name not in named]
    texts = [text for text, _ in page.texts]
    empty = next((text for text in texts if text.startswith("Ohne Wert")), "")
    assert len(rows) == 1 or {label for label in shown if label not in texts and label not in empty} == set()


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
    page = german.get(address)
    assert page.status == 400 and "Nach «city» fragt dieser Bericht nicht. Er fragt nach: Netzwerk" in page.text
    assert "is no parameter" not in page.text and f"{MEMBERS}?network=eccar" in page.links
    bare = german.get("/reports/contradictions?network=eccar")
    assert "In ihm gibt es nichts zu wählen." in bare.text and "/reports/contradictions" in bare.links


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("sort=-size", "keine Spalte «size»"),
        ("page=zwei", "«zwei» ist keine davon"),
        ("lang=tlh", "auf Deutsch (de) und Englisch (en)"),
    ],
)
def test_what_has_no_field_is_told_with_a_way_on(german: Reader, query: str, told: str) -> None:
    for path in (MEMBERS, f"{MEMBERS}/embed"):
        page = german.get(f"{path}?network=eccar&{query}")
        assert page.status == 400 and told in page.text
        assert f"{MEMBERS}?network=eccar" in page.links and german.get(f"{MEMBERS}?network=eccar").status == 200


def test_a_frame_says_which_value_does_not_fit(german: Reader) -> None:
    page = german.get(f"{MEMBERS}/embed?network=atlantis")
    assert page.status == 400 and "Dieser Wert passt nicht: Netzwerk atlantis" in page.text and MEMBERS in page.links


def test_a_table_of_many_columns_is_a_table_however_it_is_laid_out(german: Reader) -> None:
    page = german.get(MEMBERS)
    table = next(found for tag, found in page.elements if tag == "table")
    assert table["class"] == "rows broad" and table["role"] == "table"
    assert set(page.attributes("td", "role")) == {"cell"} and "Seit" in page.attributes("td", "data-label")
    narrow = german.get("/reports/members-by-country")
    table = next(found for tag, found in narrow.elements if tag == "table")
    assert table["class"] == "rows" and narrow.attributes("td", "data-label") == []


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
    kept = {found["name"]: found["value"] for tag, found in page.elements if found.get("type") == "hidden"}
    assert kept == {"default-graph-uri": "x:default", "named-graph-uri": "x:named"}


def test_reports_are_found_by_words_and_tags(german: Reader, english: Reader) -> None:
    def listed(reader: Reader, query: str) -> set[str]:
        return {link.removeprefix("/reports/") for link in reader.get(f"/reports?{query}").links} & REPORTS.keys()

    assert "contradictions" in listed(german, "q=Widerspr%C3%BCche") and "contradictions" in listed(
        german, "q=widerspruche"
    )
    assert listed(english, "q=office+holders") >= {"office-holders"} and "commitments" not in listed(
        english, "q=office"
    )
    assert listed(english, "q=secretariatt") >= {"secretariats"}
    assert (
        listed(german, "tag=people") == {name for name, report in REPORTS.items() if "people" in report.tags} != set()
    )
    assert listed(german, "q=xqzwvk") == set() and "Kein Bericht passt." in german.get("/reports?q=xqzwvk").text


def test_every_tag_has_a_name_in_both_languages() -> None:
    assert {tag for report in REPORTS.values() for tag in report.tags} <= listing.TAGS.keys()


def test_rows_are_sorted_by_links(english: Reader) -> None:
    page = english.get("/reports/network-figures?network=eurocities&sort=-value")
    values = [
        float(str(found["data-value"]))
        for _, found in page.elements
        if found.get("class") == "number" and found.get("data-value")
    ]
    assert len(values) > 5 and values == sorted(values, reverse=True)
    assert page.attributes("th", "aria-sort") == ["descending"]
    (link,) = [link for link in page.links if "sort=value" in link]
    assert english.get(link).attributes("th", "aria-sort") == ["ascending"]
    assert english.get("/reports/network-figures?sort=nothing").status == 400
    assert english.get("/reports/network-figures?page=x").status == 400


def test_a_long_result_comes_in_pages(english: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "ROWS", 5)
    page = english.get("/reports/network-names?sort=name")
    assert "shown are 1 to 5" in page.text and len(page.attributes("time", "datetime")) <= 5
    (following,) = [link for link in page.links if "page=2" in link]
    assert "sort=name" in following and "shown are 6 to 10" in english.get(following).text
    assert english.get("/reports/network-names?page=9999").status == 404


def test_a_result_can_be_cited_and_embedded(english: Reader, client: FlaskClient) -> None:
    page = english.get(MEMBERS + "?network=https://w3id.org/polisgraph/id/network/eurocities")
    assert (
        "Members of a network (Network: Eurocities)" in page.text
        and "@misc{polisgraph-members-of-network-" in page.text
    )
    assert "http://localhost/reports/members-of-network?network=eurocities" in page.text
    assert client.application.extensions["polisgraph"].snapshot.id in page.text
    address = "/reports/members-of-network/embed?lang=en&network=eurocities"
    assert "http://localhost" + address in page.links
    bare = client.get(address)
    assert "frame-ancestors *" in bare.headers["Content-Security-Policy"] and "Set-Cookie" not in bare.headers
    assert "Cologne" in bare.text and "<nav" not in bare.text
    framed = client.get(MEMBERS + "?network=eurocities&lang=en", headers={"Accept": "text/html"})
    assert "frame-ancestors 'none'" in framed.headers["Content-Security-Policy"]
    assert 'rel="canonical"' in framed.headers["Link"]


def test_nothing_found_says_what_can_be_done(english: Reader) -> None:
    page = english.get(MEMBERS + "?network=eurocities&as_of=1900-01-01&country=FRA")
    assert page.status == 200 and "The graph knows nothing that fits." in page.text
    assert MEMBERS in page.links and any(
        "as_of" not in link and "country" in link for link in page.links if MEMBERS in link
    )


def test_a_page_without_its_data_is_small(client: FlaskClient) -> None:
    for name in REPORTS:
        page = client.get(f"/reports/{name}", headers={"Accept": "text/html"}).text
        begin, end = page.find("<tbody"), page.rfind("</tbody>")
        assert len(page.encode()) - len(page[begin:end].encode()) < 100_000, name


def test_a_field_shows_a_thing_by_its_name(german: Reader) -> None:
    page = german.get("/reports/statement-sources?entity=person/juergen-roters")
    assert "Jürgen Roters" in page.attributes("input", "value")
    assert "person/juergen-roters" not in page.attributes("input", "value")
