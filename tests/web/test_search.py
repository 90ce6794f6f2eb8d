"""The search of the site: places, networks, people and reports, in any spelling, with and without a script."""

import pytest
from flask.testing import FlaskClient

from polisgraph.web.shelf import Book, Find, found
from tests.web.conftest import Reader


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("Köln", "/doc/municipality/koeln"),
        ("koeln", "/doc/municipality/koeln"),
        ("Cologne", "/doc/municipality/koeln"),
        ("Dusseldorff", "/doc/municipality/duesseldorf"),
        ("Q1718", "/doc/municipality/duesseldorf"),
        ("eurocites", "/doc/network/eurocities"),
        ("eurocities forum", "/doc/body/eurocities-forum-kultur"),
        ("roters", "/doc/person/juergen-roters"),
        ("contradictions", "/reports/contradictions"),
    ],
)
def test_it_is_found(english: Reader, query: str, address: str) -> None:
    page = english.get(f"/search?q={query}")
    assert address in page.links and query in page.attributes("input", "value")


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("Kulturforum", "/doc/body/eurocities-forum-kultur"),
        ("eurocities kulturforum", "/doc/body/eurocities-forum-kultur"),
        ("Mobilitätsforum", "/doc/body/eurocities-forum-mobilitaet"),
        ("mobilitatsforum", "/doc/body/eurocities-forum-mobilitaet"),
        ("Bürgermeisterkonvent", "/doc/network/covenant-of-mayors"),
    ],
)
def test_a_compound_finds_what_has_its_parts_as_words(client: FlaskClient, query: str, address: str) -> None:
    finds = client.get("/search/suggest", query_string={"q": query, "lang": "de"}).json
    assert finds[0]["address"] == address


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("Heidelberg", "/doc/municipality/heidelberg"),
        ("Städtetag", "/doc/network/staedtetag-bw"),
        ("Forum", "/doc/body/"),
    ],
)
def test_what_is_called_so_comes_before_what_has_the_parts(client: FlaskClient, query: str, address: str) -> None:
    (first, *_) = client.get("/search/suggest", query_string={"q": query, "lang": "de"}).json
    assert first["address"].startswith(address)


@pytest.mark.parametrize("query", ["kulturamt", "Parkforum", "rumforum", "forumforum", "eccar kulturforum"])
def test_a_compound_without_both_parts_finds_nothing_by_them(client: FlaskClient, query: str) -> None:
    finds = client.get("/search/suggest", query_string={"q": query, "lang": "de"}).json
    assert [find["address"] for find in finds if "forum" in find["address"]] == []


@pytest.mark.parametrize("query", ["eurocites", "dusseldrf", "heidelberk", "kultur"])
def test_nothing_is_offered_twice(client: FlaskClient, query: str) -> None:
    addresses = [find["address"] for find in client.get(f"/search/suggest?q={query}").json]
    assert addresses and len(addresses) == len(set(addresses))


def test_nothing_is_found(german: Reader) -> None:
    page = german.get("/search?q=xqxqxqxq")
    assert page.status == 200 and "Nichts hier heißt so" in page.text and "/doc/network" in page.links


def test_the_page_says_what_can_be_asked(english: Reader) -> None:
    page = english.get("/search?q=%20")
    assert "Wikidata items" in page.text and page.attributes("input", "value") == [""]


def test_what_is_typed_stays_text(english: Reader) -> None:
    page = english.get('/search?q="><script>x</script>')
    assert "<script>x" not in page.source
    assert '"><script>x</script>' in page.attributes("input", "value")


def test_the_box_is_offered_a_few(client: FlaskClient) -> None:
    response = client.get("/search/suggest?q=k&lang=de")
    assert response.mimetype == "application/json" and 0 < len(response.json) <= 8
    assert {"name", "what", "address"} == response.json[0].keys()
    assert client.get("/search/suggest?q=").json == []
    named = client.get("/search/suggest?q=düsseldorf&lang=de").json[0]
    assert named == {"name": "Düsseldorf", "what": "Gemeinde, Deutschland", "address": "/doc/municipality/duesseldorf"}


@pytest.mark.parametrize(
    ("query", "number", "country"),
    [
        ("Ustka", 11547, "Poland"),
        ("ustk", 11547, "Poland"),
        ("Viana", 26523, "Spain"),  # what is called so comes before Viana do Castelo, which the graph describes
    ],
)
def test_a_member_that_only_a_list_knows_is_found_with_its_networks(
    whole_client: FlaskClient, query: str, number: int, country: str
) -> None:
    (listed, *_) = whole_client.get("/search/suggest", query_string={"q": query, "lang": "en"}).json
    assert listed["address"] == f"/doc/authority/covenant-of-mayors-{number}"
    assert listed["what"] == f"local authority, {country}"
    assert "Covenant of Mayors" in Reader(whole_client, "en").get(listed["address"]).text


def test_words_are_found_in_any_spelling_and_order() -> None:
    books = [Book.of(Find("Zahlen über Städte", "/a", "")), Book.of(Find("Wege", "/b", ""), "Städte in Zahlen")]

    def addresses(query: str) -> list[str]:
        return [find.address for find in found(books, query, 9)]

    assert addresses("staedte zahlen") == addresses("STÄDTE Zahlen") == ["/a", "/b"]
    assert addresses("zahln") == ["/a", "/b"]
    assert addresses("wege") == ["/b"]
    assert addresses("wege nach rom") == addresses("") == addresses("zug") == []
