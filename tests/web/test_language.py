"""The two languages of the pages: how one is chosen, how it stays, and that no page mixes them."""

from collections.abc import Mapping
from functools import cache

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from polisgraph import bundle
from polisgraph.reports import load_reports
from polisgraph.web import language
from polisgraph.web.errors import ALL_KINDS
from tests.web.conftest import Reader

WEB = bundle.ROOT / "server" / "polisgraph" / "web"
CATALOGUE = WEB / "locale" / "de.po"
PAGES = [
    "/", "/about", "/sources", "/reports", "/sparql", "/tutorial", "/sparql?query=ASK%7B%7D", "/sparql?query=nonsense",
    "/sparql?query=SELECT*%7B%3Fs%20%3Fp%20%3Fo%7DLIMIT%203", "/doc/municipality/koeln", "/doc/network/eurocities",
    "/doc/source/koeln",
    "/doc/role/member", "/doc/role", "/doc/municipality", "/ontology/", "/terms/", "/concepts/", "/shapes/",
    "/dumps/",
    "/quality", "/quality?rule=Unlinked", "/quality?about=https://w3id.org/polisgraph/id/network/cemr", "/check",
    "/changes", "/changes/1",
    "/review", "/review?of=gazetteer", "/review?page=0", "/link", "/by", "/by/none/1", "/by/gnd/1-1", "/wikidata/Q1",
    "/nothing", "/reports/members-of-network?network=atlantis", "/reports/members-of-network?network=",
    "/search", "/search?q=koelln", "/search?q=qqqq", "/compare", "/compare?with=koeln&with=duesseldorf&with=atlantis",
    "/compare?with=eurocities&with=rgre-de", "/doc/network/iccar", "/doc/person/juergen-roters",
    "/doc/body/eccar-geschaeftsstelle",
    "/doc?iri=http://publications.europa.eu/resource/authority/country/DEU",
    *(f"/reports/{name}" for name in load_reports(bundle.QUERIES)),
    *(f"/problem/{kind.slug}" for kind in ALL_KINDS),
]  # fmt: skip
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]


@cache
def messages() -> frozenset[str]:
    found = extract_from_dir(WEB, METHODS, keywords={"_": None, "gettext": None, "N_": None})
    return frozenset(str(message) for _, _, message, _, _ in found)


@cache
def catalogue() -> Mapping[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="de") if message.id}


def test_every_text_is_translated() -> None:
    german = catalogue()
    assert messages() - german.keys() == set()
    assert german.keys() - messages() == set(), "texts that no page has any more"
    assert [text for text, translated in german.items() if not translated] == []
    assert language.read_catalogue() == german, "a text is fuzzy"


def test_translations_keep_their_placeholders() -> None:
    for text, translated in catalogue().items():
        assert text.count("%(number)s") == translated.count("%(number)s"), text
        assert text.endswith(":") == translated.endswith(":"), text


def test_templates_speak_only_through_the_catalogue(english: Reader, german: Reader) -> None:
    """A text written into a template past the catalogue would stand in both languages alike."""
    same = {text for text, translated in catalogue().items() if text == translated}
    for address in ("/about", "/dumps/", "/nothing", "/reports/members-of-network?network="):
        ours = {text for text, _ in english.get(address).texts if text in messages()}
        theirs = {text for text, _ in german.get(address).texts}
        assert len(ours) > 5 and ours & theirs <= same


@pytest.mark.parametrize("address", PAGES)
def test_no_page_mixes_languages(german: Reader, english: Reader, address: str) -> None:
    translations = {text: other for text, other in catalogue().items() if text != other}
    in_german, in_english = german.get(address), english.get(address)
    assert in_german.attributes("html", "lang") == ["de"] and in_english.attributes("html", "lang") == ["en"]
    assert all([tag for tag, _ in page.elements].count("h1") == 1 for page in (in_german, in_english))
    found = {text for text, tongue in in_german.texts if tongue == "de"} & translations.keys()
    # The name of a thing may be an English word.
    assert found <= {"Eurocities"}, found
    # Report and vocabulary texts are data and are compared elsewhere; here count those of the pages only.
    found = {text for text, tongue in in_english.texts if tongue == "en"} & set(translations.values())
    assert found - translations.keys() == set(), found


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "de"),
        ("", "de"),
        ("*", "de"),
        ("de", "de"),
        ("de-CH, en;q=0.5", "de"),
        ("en-US", "en"),
        ("fr, en;q=0.4", "en"),
        ("fr", "en"),
        ("fr, de;q=0.2", "de"),
        ("en;q=0.3, de;q=0.7", "de"),
    ],
)
def test_the_browser_decides_first(client: FlaskClient, header: str | None, expected: str) -> None:
    response = client.get("/about", headers={} if header is None else {"Accept-Language": header})
    assert f'<html lang="{expected}">' in response.text
    assert "Set-Cookie" not in response.headers


def test_a_choice_stays(client: FlaskClient) -> None:
    german = {"Accept-Language": "de", "Accept": "text/html"}
    chosen = client.get("/about?lang=en", headers=german)
    assert '<html lang="en">' in chosen.text
    cookie = chosen.headers["Set-Cookie"]
    assert cookie.startswith("lang=en;") and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    for address in ("/", "/reports", "/doc/municipality/koeln", "/nothing"):
        assert '<html lang="en">' in client.get(address, headers=german).text
    assert '<html lang="de">' in client.get("/about?lang=de", headers=german).text
    assert '<html lang="de">' in client.get("/", headers={"Accept-Language": "en"}).text


def test_an_unknown_language_is_no_choice(client: FlaskClient) -> None:
    response = client.get("/about?lang=tlh", headers={"Accept-Language": "en"})
    assert '<html lang="en">' in response.text and "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "address", ["/", "/reports/members-of-network?network=eccar&as_of=", "/sparql?query=ASK+%7B%7D&format=html"]
)
def test_every_page_offers_the_other_language(german: Reader, address: str) -> None:
    page = german.get(address)
    other = next(found["href"] for tag, found in page.elements if tag == "a" and found.get("hreflang") == "en")
    assert other is not None and other.endswith("lang=en")
    query = address.partition("?")[2]
    assert query.replace("%7B%7D", "%7B%7D") in other
    assert german.get(other).attributes("html", "lang") == ["en"]


def test_downloads_know_only_their_own_parameter(client: FlaskClient) -> None:
    """A table must not change its language with the browser that fetches it."""
    client.set_cookie("lang", "en")
    address = "/reports/members-of-network.csv?network=eurocities"
    rows = client.get(address, headers={"Accept-Language": "en"}).text
    assert "Köln" in rows and "Cologne" not in rows
    assert "Cologne" in client.get(address + "&lang=en").text
