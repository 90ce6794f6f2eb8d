"""A real server on a real port: what a hostile query costs the others, and that nothing goes out."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.processes import get

CHEAP = "ASK { ?s ?p ?o }"
HOURS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def ask(server: str, query: str, **parameters: str) -> httpx.Response:
    return get(f"{server}/sparql", params={"query": query, **parameters}, timeout=30)


def test_an_hour_long_query_is_gone_at_its_deadline_while_others_are_answered(server: str) -> None:
    with ThreadPoolExecutor() as clients:
        start = time.monotonic()
        heavy = clients.submit(ask, server, HOURS, timeout="2")
        answered = 0
        while not heavy.done():
            assert ask(server, CHEAP).json()["boolean"] is True
            answered += 1
        assert heavy.result().status_code == 504
        assert heavy.result().headers["content-type"].startswith("application/problem+json")
        assert time.monotonic() - start < 5
        assert answered > 2


def test_a_regular_expression_that_hangs_others_returns(server: str) -> None:
    query = f'ASK {{ FILTER(REGEX("{"a" * 60}!", "^(a+)+$")) }}'
    assert ask(server, query).json()["boolean"] is False


def test_too_many_at_once_are_told_when_to_come_back_and_the_server_recovers(server: str) -> None:
    with ThreadPoolExecutor(60) as clients:
        answers = list(clients.map(lambda _: ask(server, HOURS, timeout="1"), range(60)))
    statuses = {answer.status_code for answer in answers}
    assert statuses <= {429, 503, 504} and statuses & {429, 503}
    refused = next(answer for answer in answers if answer.status_code in (429, 503))
    assert int(refused.headers["Retry-After"]) > 0
    assert ask(server, CHEAP).status_code == 200


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port on this machine that counts who connects."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.2)
        yield listening


SPELLINGS = [
    "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ service<{url}>{{?s ?p ?o}} }}",
    "SELECT * {{ \\u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
    "PREFIX a: <{url}> SELECT * {{ SERVICE a: {{ ?s ?p ?o }} }}",
    "BASE <{url}> SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?u {{ <{url}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
    "ASK {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "SELECT * FROM <{url}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "BASE <{url}> SELECT * FROM <> {{ ?s ?p ?o }}",
    "LOAD <{url}>",
    "LOAD SILENT <{url}> INTO GRAPH <urn:g>",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_makes_a_connection(server: str, listener: socket.socket, spelling: str) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/data.ttl"
    answer = ask(server, spelling.format(url=url))
    assert answer.status_code in (400, 403)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_no_graph_parameter_makes_a_connection(server: str, listener: socket.socket) -> None:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/data.ttl"
    for name in ("default-graph-uri", "named-graph-uri"):
        assert ask(server, CHEAP, **{name: url}).status_code == 400
    with pytest.raises(TimeoutError):
        listener.accept()


def test_clients_that_hang_up_leave_the_server_at_work(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    path = httpx.URL(f"{server}/sparql", params={"query": HOURS, "timeout": "1"}).raw_path.decode()
    for _ in range(5):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert ask(server, CHEAP).status_code == 200
