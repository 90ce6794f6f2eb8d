"""The site through a real server on a real port, as curl and browsers meet it."""

import gzip

import httpx
import pytest

ASK = {"query": "ASK {}"}


@pytest.fixture(scope="module")
def http(server: str) -> httpx.Client:
    with httpx.Client(base_url=server, headers={"Accept": "*/*", "User-Agent": "curl/8"}) as client:
        yield client


def test_plain_curl(http: httpx.Client) -> None:
    answer = http.get("/sparql", params=ASK)
    assert answer.headers["Content-Type"] == "application/sparql-results+json" and answer.json()["boolean"] is True
    assert http.get("/sparql").headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert http.get("/id/municipality/koeln", follow_redirects=True).headers["Content-Type"].startswith("text/turtle")


def test_no_accept_at_all(http: httpx.Client) -> None:
    request = http.build_request("GET", "/sparql", params=ASK)
    del request.headers["Accept"]
    assert http.send(request).headers["Content-Type"] == "application/sparql-results+json"


def test_head_and_not_modified(http: httpx.Client) -> None:
    get, head = http.get("/sparql", params=ASK), http.head("/sparql", params=ASK)
    assert head.content == b"" and head.headers["Content-Length"] == get.headers["Content-Length"]
    again = http.get("/sparql", params=ASK, headers={"If-None-Match": get.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""


def test_post(http: httpx.Client) -> None:
    direct = http.post(
        "/sparql", content='ASK { ?s ?p "Köln"@de }', headers={"Content-Type": "application/sparql-query"}
    )
    assert direct.json()["boolean"] is True
    assert http.post("/sparql", data=ASK).json()["boolean"] is True
    assert http.post("/sparql", data={"query": "#" * 500_000}).status_code == 413


def test_a_dump_unpacked_on_the_way(http: httpx.Client) -> None:
    packed, unpacked = http.get("/dumps/polisgraph.nq.gz"), http.get("/dumps/polisgraph.nq")
    assert gzip.decompress(packed.content) == unpacked.content
    assert http.head("/dumps/polisgraph.nq").status_code == 200


def test_a_browser_and_its_cookie(server: str) -> None:
    with httpx.Client(base_url=server, headers={"Accept": "text/html", "Accept-Language": "de"}) as browser:
        assert '<html lang="de">' in browser.get("/").text
        browser.get("/about?lang=en")
        assert '<html lang="en">' in browser.get("/doc/municipality/koeln").text
