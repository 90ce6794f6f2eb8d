"""What an endpoint may do wrong, and what never reaches one."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest

from polisgraph.engine import Query
from polisgraph.engine.endpoint import MAX_WAIT, Endpoint
from polisgraph.engine.publication import Publication
from polisgraph.engine.remote import RemoteEngine, RemoteSetup, RemoteWorker
from polisgraph.errors import (
    BadQuery,
    Busy,
    EndpointFailed,
    Forbidden,
    QueryError,
    ResultTooLarge,
    TimeLimit,
    TooLong,
)
from polisgraph.namespaces import PREFIXES
from polisgraph.publish import Target
from polisgraph.settings import Settings
from tests.engine.test_service import BAD, FORBIDDEN
from tests.processes import free_port

GRAPH = "http://example.org/graph/a"
ROWS = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"http://example.org/x"}}]}}'
TRIPLES = b"<http://example.org/x> <http://example.org/p> <http://example.org/y> .\n"
RECORD = b'{"head":{"vars":["id"]},"results":{"bindings":[{"id":{"type":"literal","value":"one"}}]}}'
JSON = "application/sparql-results+json"
SELECT = Query("SELECT ?s { ?s ?p ?o }", results_type="text/csv")
CONSTRUCT = Query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")


@dataclass
class Liar:
    """Takes one request a connection and answers with what it was told to say, whatever was asked."""

    says: bytes = b""
    record: bytes = RECORD
    asked: list[bytes] = field(default_factory=list)
    slow: threading.Event | None = None

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/sparql"
        threading.Thread(target=self._run, daemon=True).start()

    def say(self, body: bytes, kind: str = JSON, status: str = "200 OK", framed: bool = True, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close"]
        lines += [f"Content-Length: {len(body)}"] if framed else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.says = "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                request = _request(connection)
                self.asked.append(request)
                if b"identifier" in request:
                    said = self.record
                    head = (
                        f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(said)}\r\nConnection: close"
                    )
                    connection.sendall(head.encode() + b"\r\n\r\n" + said)
                else:
                    connection.sendall(self.says)
                    if self.slow:
                        self.slow.wait(60)


def _request(connection: socket.socket) -> bytes:
    """Read one request whole: who closes before that resets the connection under the answer."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += connection.recv(65_536)
    head, _, body = said.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def liar() -> Iterator[Liar]:
    with closing(Liar()) as liar:
        yield liar


@pytest.fixture
def worker(liar: Liar) -> Iterator[RemoteWorker]:
    """A worker in this process, with room for 2,000 bytes of result."""
    setup = RemoteSetup(frozenset({GRAPH}), PREFIXES, 2**30, 2_000, 65_536, liar.address, "one", True)
    with closing(RemoteWorker(setup)) as worker:
        yield worker


def test_whole_answers_pass(liar: Liar, worker: RemoteWorker) -> None:
    liar.say(ROWS)
    assert worker.answer(SELECT).body == b"s\r\nhttp://example.org/x\r\n"
    liar.say(TRIPLES, "application/n-triples")
    assert worker.answer(CONSTRUCT).body.strip() == TRIPLES.strip()
    liar.say(b'{"head":{},"boolean":true}')
    assert worker.answer(Query("ASK {}", results_type="text/csv")).body == b"true"


PARTIAL: dict[str, Callable[[Liar], None]] = {
    "an error behind the result": lambda liar: liar.say(ROWS + b"\nquery timed out"),
    "half of a result": lambda liar: liar.say(ROWS[:-20]),
    "fewer bytes than were announced": lambda liar: liar.say(ROWS[:-20], framed=False, Content_Length=str(len(ROWS))),
    "a chunk without the last": lambda liar: liar.say(b"5\r\n{\"hea\r\n", framed=False, Transfer_Encoding="chunked"),
    "whole, but its end is the end of the connection": lambda liar: liar.say(ROWS, framed=False),
    "a page": lambda liar: liar.say(b"<html>Log in</html>", "text/html"),
    "compressed": lambda liar: liar.say(ROWS, Content_Encoding="gzip"),
    "nothing": lambda liar: liar.say(b""),
    "other JSON": lambda liar: liar.say(b'{"error": "no"}'),
    "not HTTP": lambda liar: setattr(liar, "says", b"SSH-2.0-OpenSSH\r\n"),
    "a redirect": lambda liar: liar.say(b"", status="302 Found", Location="http://127.0.0.1:1/"),
    "a login": lambda liar: liar.say(b"", status="401 Unauthorized"),
    "no such address": lambda liar: liar.say(b"not here", status="404 Not Found"),
}  # fmt: skip


@pytest.mark.parametrize("kind", PARTIAL)
def test_what_is_not_a_whole_answer_is_an_error(kind: str, liar: Liar, worker: RemoteWorker) -> None:
    PARTIAL[kind](liar)
    with pytest.raises(EndpointFailed):
        worker.answer(SELECT)


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"results": {"bindings": [[]]}}', b"<html>", b"{}"])
def test_what_is_no_truth_value_is_an_error(body: bytes, liar: Liar, worker: RemoteWorker) -> None:
    liar.say(body)
    with pytest.raises(EndpointFailed):
        worker.answer(Query("ASK {}"))


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"results": {"bindings": [[]]}}', b"<html>", RECORD, b"{}"])
def test_what_is_no_number_is_none(body: bytes, liar: Liar) -> None:
    liar.say(body)
    with closing(Target(liar.address, liar.address, None, None)) as target, pytest.raises(EndpointFailed):
        target.count(GRAPH)


@pytest.mark.parametrize("address", ["localhost:7878/query", "http://[", "/query"])
def test_what_is_no_address_cannot_be_reached(address: str) -> None:
    with closing(Endpoint(address, 2_000)) as endpoint, pytest.raises(EndpointFailed, match="cannot be reached"):
        endpoint.ask("ASK {}", JSON, [], [])


@pytest.mark.parametrize(
    "body", [TRIPLES + b"query timed out", TRIPLES[:-20], b"<html>"], ids=["error behind", "half", "page"]
)
def test_what_is_not_a_whole_graph_is_an_error(body: bytes, liar: Liar, worker: RemoteWorker) -> None:
    liar.say(body, "application/n-triples")
    with pytest.raises(EndpointFailed):
        worker.answer(CONSTRUCT)


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        ("200 OK", {"X_SPARQL_MaxRows": "10000"}, ResultTooLarge),
        ("200 OK", {"X_SQL_State": "S1TAT"}, TimeLimit),
        ("206 Partial Content", {}, TimeLimit),
        ("504 Gateway Timeout", {}, TimeLimit),
        ("413 Too Large", {}, TooLong),
        ("429 Too Many Requests", {"Retry_After": "7"}, Busy),
        ("503 Unavailable", {"Retry_After": "99999"}, Busy),
        ("500 Internal Server Error", {}, EndpointFailed),
        ("502 Bad Gateway", {}, EndpointFailed),
    ],
)
def test_what_a_status_or_a_header_says(
    status: str, headers: dict[str, str], expected: type[QueryError], liar: Liar, worker: RemoteWorker
) -> None:
    liar.say(ROWS, status=status, **headers)
    with pytest.raises(expected) as caught:
        worker.answer(SELECT)
    assert caught.value.details.get("retry_after", 1) <= MAX_WAIT


@pytest.mark.parametrize("status", ["400 Bad Request", "500 Internal Server Error"])
def test_words_pass_and_internals_do_not(status: str, liar: Liar, worker: RemoteWorker) -> None:
    said = b"syntax error at 'x' in /var/lib/db/x.db on http://10.0.0.7:8890/sparql and db1.example:1111\nSELECT secret"
    liar.say(said, "text/plain", status)
    with pytest.raises((BadQuery, EndpointFailed)) as caught:
        worker.answer(SELECT)
    assert "syntax error at 'x'" in str(caught.value)
    for internal in ("/var", "10.0.0.7", "db1", "secret", "127.0.0.1"):
        assert internal not in str(caught.value)


def test_a_time_limit_in_words_is_one(liar: Liar, worker: RemoteWorker) -> None:
    liar.say(
        b"Virtuoso 42000 Error The estimated execution time 4000 (sec) exceeds the limit", "text/plain", "500 Error"
    )
    with pytest.raises(TimeLimit):
        worker.answer(SELECT)


def test_a_large_result_is_not_read_to_its_end(liar: Liar, worker: RemoteWorker) -> None:
    liar.say(b" " * 1_000_000 + ROWS)
    with pytest.raises(ResultTooLarge):
        worker.answer(SELECT)


@pytest.mark.parametrize("record", [b"two", b"", b"none"])
def test_an_answer_from_another_snapshot_is_none(record: bytes, liar: Liar, worker: RemoteWorker) -> None:
    """Nothing tells whether the query saw the old graphs or the new ones, if the record has changed since."""
    liar.say(ROWS)
    liar.record = RECORD.replace(b"one", record) if record != b"none" else b'{"head":{},"results":{"bindings":[]}}'
    with pytest.raises(Busy) as caught:
        worker.answer(SELECT)
    assert caught.value.details["retry_after"] > 0


def test_nobody_there() -> None:
    setup = RemoteSetup(
        frozenset(), PREFIXES, 2**30, 2_000, 65_536, f"http://127.0.0.1:{free_port()}/sparql", "one", True
    )
    with closing(RemoteWorker(setup)) as alone, pytest.raises(EndpointFailed, match="cannot be reached") as caught:
        alone.answer(SELECT)
    assert "127.0.0.1" not in str(caught.value)


def test_an_endpoint_that_says_nothing_or_too_slowly_has_a_time_limit(liar: Liar) -> None:
    liar.slow = threading.Event()
    with closing(
        RemoteEngine(liar.address, Publication({"id": "one", "graphs": {}}), Settings(workers=1, time_limit=1.0))
    ) as engine:
        for said in (b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"):
            liar.says = said
            with pytest.raises(TimeLimit):
                engine.query(SELECT)
            liar.slow.set()
            liar.slow = threading.Event()
    liar.slow.set()


@pytest.mark.parametrize("spelling", [*FORBIDDEN, *BAD])
def test_nothing_forbidden_is_sent(spelling: str, liar: Liar, worker: RemoteWorker) -> None:
    text = (FORBIDDEN | BAD)[spelling].replace("%", "http://127.0.0.1:1/").replace("ttphttp", "ttp")
    with pytest.raises(Forbidden if spelling in FORBIDDEN else BadQuery):
        worker.answer(Query(text))
    assert liar.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "DEFINE get:soft 'soft' SELECT * { ?s ?p ?o }",
        "SELECT (bif:file_to_string('/etc/passwd') AS ?x) {}",
        "PREFIX bif: <bif:> SELECT (bif:file_to_string('/etc/passwd') AS ?x) {}",
        "SELECT (<bif:http_get>('http://127.0.0.1:1/') AS ?x) {}",
        "SELECT * { ?s ?p ?o FILTER(<sql:rdf_load> (?s)) }",
        "SELECT * { ?s ?p ?o FILTER(`bif:rnd(1)`) }",
        "SELECT * { ?s ?p ?o OPTION (transitive) }",
    ],
)
def test_what_is_more_than_sparql_is_not_sent(text: str, liar: Liar, worker: RemoteWorker) -> None:
    with pytest.raises(BadQuery):
        worker.answer(Query(text))
    assert liar.asked == []


def test_casts_and_lists_are_sent(liar: Liar, worker: RemoteWorker) -> None:
    liar.say(ROWS)
    prefix = f"PREFIX xsd: <{PREFIXES['xsd']}> "
    for text in (prefix + "SELECT (xsd:integer('1') AS ?s) {}", "SELECT ?s { ?s <http://example.org/p> (1 2) }"):
        assert worker.answer(Query(text)).form == "SELECT"


def test_the_dataset_is_sent_and_its_clauses_are_not(liar: Liar, worker: RemoteWorker) -> None:
    liar.say(ROWS)
    text = f"BASE <http://example.org/> SELECT ?s FROM # a comment\n <graph/a> FROM NAMED <{GRAPH}> {{ ?s ?p 'FROM' }}"
    worker.answer(Query(text))
    sent = liar.asked[0].decode()
    assert "FROM+%3C" not in sent and "NAMED" not in sent and "%27FROM%27" in sent
    assert sent.count("default-graph-uri=") == sent.count("named-graph-uri=") == 1


def test_a_media_type_that_is_not_on_offer_costs_the_endpoint_nothing(liar: Liar, worker: RemoteWorker) -> None:
    for text in ("SELECT * {}", "CONSTRUCT WHERE { ?s ?p ?o }"):
        with pytest.raises(QueryError) as caught:
            worker.answer(Query(text, results_type=None, graph_type=None))
        assert caught.value.status == 406
    assert liar.asked == []
