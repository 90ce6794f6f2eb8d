"""Answers that are given again: the same bytes, for the same request only, and none beyond the snapshot."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from werkzeug.wsgi import ClosingIterator

from polisgraph import metrics
from polisgraph.engine.local import LocalEngine
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import create_app
from polisgraph.web.replay import Replay

ASK = "/sparql?query=ASK+%7B%3Fs+%3Fp+%3Fo%7D"
ADDRESSES = [
    ASK,
    "/sparql?query=SELECT+*+%7B%3Fs+a+%3Fo%7D+LIMIT+900&format=xml",
    "/sparql?query=DESCRIBE+%3Chttps%3A%2F%2Fw3id.org%2Fpolisgraph%2Fid%2Fmunicipality%2Fbochum%3E",
    "/",
    "/reports",
    "/reports/members-of-network?network=eurocities",
    "/reports/members-of-network.csv?network=eurocities&excel=1",
    "/doc/network/eurocities",
    "/doc/municipality/bochum.ttl",
    "/ontology/",
    "/static/style.css",
]
READERS = [
    {"Accept": "text/html", "Accept-Language": "de"},
    {"Accept": "text/html", "Accept-Language": "en", "Accept-Encoding": "gzip"},
    {"Accept": "text/html", "Accept-Language": "en", "Cookie": "lang=de"},
    {"Accept-Encoding": "br, deflate, *;q=0.5"},
    {"Accept": "text/turtle, text/csv"},
]


@pytest.fixture(scope="module")
def forgetful(settings: Settings, snapshot: Snapshot, engine: LocalEngine) -> Flask:
    """The site without room to keep anything."""
    return create_app(Settings(home=settings.home, time_limit=5.0, cache_size=0), snapshot, engine)


@pytest.fixture
def fresh(settings: Settings, snapshot: Snapshot, engine: LocalEngine) -> Flask:
    """The site, having kept nothing yet."""
    return create_app(settings, snapshot, engine)


def whole(response: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    return response.status_code, sorted((n, v) for n, v in response.headers if n != "Date"), response.data


def hits() -> float:
    return metrics.CACHE_LOOKUPS.value("responses", "hit")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_kept_answer_is_the_same_bytes_as_a_fresh_one(address: str, fresh: Flask, forgetful: Flask) -> None:
    # All readers first, so that the answer of one could be taken for that of another.
    for round in (1, 2):
        before = hits()
        for headers in READERS:
            expected = whole(forgetful.test_client(use_cookies=False).get(address, headers=headers))
            assert whole(fresh.test_client(use_cookies=False).get(address, headers=headers)) == expected
        assert (hits() - before > 0) is (round == 2)


def test_who_has_the_answer_is_told_that_it_still_holds(fresh: Flask) -> None:
    client = fresh.test_client()
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        first = client.get("/reports/members-of-network.csv?network=eurocities", headers=headers)
        tag = first.headers["ETag"]
        for sent in (tag, f"W/{tag}", f'"other", {tag}'):
            before = hits()
            again = client.get(
                "/reports/members-of-network.csv?network=eurocities", headers={**headers, "If-None-Match": sent}
            )
            assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
            assert hits() == before + 1
            assert "Content-Type" not in again.headers and "Content-Encoding" not in again.headers
            for name in ("Vary", "X-Polisgraph-Snapshot", "Cache-Control", "Access-Control-Allow-Origin"):
                assert again.headers[name] == first.headers[name]


def test_a_tag_of_another_coding_is_another_answer(fresh: Flask) -> None:
    address = "/reports/members-of-network.csv?network=eurocities"
    tags = {
        coding: fresh.test_client().get(address, headers={"Accept-Encoding": coding}).headers["ETag"]
        for coding in ("identity", "gzip", "br")
    }
    assert tags["gzip"] != tags["identity"] == tags["br"]


def test_a_tag_holds_without_anything_kept(forgetful: Flask) -> None:
    client = forgetful.test_client()
    for coding in ("identity", "gzip"):
        tag = client.get(ASK.replace("ASK", "SELECT+*+") + "+LIMIT+50", headers={"Accept-Encoding": coding}).headers[
            "ETag"
        ]
        again = client.get(
            ASK.replace("ASK", "SELECT+*+") + "+LIMIT+50", headers={"Accept-Encoding": coding, "If-None-Match": tag}
        )
        assert (again.status_code, again.headers["ETag"]) == (304, tag)


@pytest.mark.parametrize(
    "address",
    [
        "/sparql?query=SELECT+(RAND()+AS+%3Fx)+%7B%7D",  # another answer each time
        "/sparql?query=SELECT",  # an error
        "/nothing",
        "/health",
        "/?lang=en",  # sets a cookie
        "/id/network/eurocities",  # leads elsewhere
    ],
)
def test_what_may_not_be_given_again_is_not(address: str, fresh: Flask) -> None:
    client = fresh.test_client()
    before = hits()
    for _ in range(3):
        client.get(address, headers={"Accept": "text/html"})
        client.get(address)
    assert hits() == before


def test_a_post_is_not_given_again_but_its_query_is_not_run_again(fresh: Flask) -> None:
    client = fresh.test_client()
    before = metrics.CACHE_LOOKUPS.value("answers", "hit"), hits()
    answers = {client.post("/sparql", data={"query": "ASK { ?some ?thing ?else }"}).data for _ in range(3)}
    assert len(answers) == 1
    assert (metrics.CACHE_LOOKUPS.value("answers", "hit"), hits()) == (before[0] + 2, before[1])


def test_the_room_has_an_end() -> None:
    def app(environ, start_response):  # type: ignore[no-untyped-def]
        size = int(environ["QUERY_STRING"])
        start_response("200 OK", [("ETag", '"x"'), ("Content-Length", str(size))])
        return ClosingIterator([bytes(size)])

    replay = Replay(app, 100_000)

    def ask(number: int, size: int) -> None:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": f"/{number}", "QUERY_STRING": str(size)}
        assert b"".join(replay(environ, lambda status, headers, exc_info=None: lambda data: None)) == bytes(size)

    before, dropped = metrics.CACHE_BYTES.value("responses"), metrics.CACHE_DROPPED.value("responses")
    for number in range(60):
        ask(number, 5_000)
    held = metrics.CACHE_BYTES.value("responses") - before
    assert 80_000 < held <= 100_000
    assert metrics.CACHE_DROPPED.value("responses") - dropped > 40
    ask(60, 20_000)
    assert metrics.CACHE_BYTES.value("responses") - before == held, "one large answer must not drive out many"
    replay.close()
    assert metrics.CACHE_BYTES.value("responses") == before


@pytest.fixture
def small(snapshot: Snapshot) -> Iterator[FlaskClient]:
    """A site that sends anything over half a megabyte in pieces, with a result limit to match."""
    settings = Settings(workers=1, result_limit=8 * 2**20)
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as engine:
        yield create_app(settings, snapshot, engine).test_client()


def test_a_large_answer_is_whole_and_has_its_length(small: FlaskClient, engine: LocalEngine) -> None:
    from polisgraph.engine import Query
    from polisgraph.web.sending import LARGE

    text = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
    expected = engine.query(Query(text, results_type="text/csv")).body
    assert len(expected) > LARGE
    response = small.get("/sparql", query_string={"query": text, "format": "csv"})
    assert response.data == expected and int(response.headers["Content-Length"]) == len(expected)
    head = small.head("/sparql", query_string={"query": text, "format": "csv"})
    assert head.data == b"" and int(head.headers["Content-Length"]) == len(expected)
