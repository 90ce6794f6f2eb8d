"""No spelling of SERVICE, FROM or LOAD makes a connection: a listener on the loopback address counts none."""

import json
import multiprocessing
import socket
import threading
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from polisgraph.engine import Query
from polisgraph.engine.algebra import dataset_clauses
from polisgraph.engine.gate import check
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.stored import StoreWorker
from polisgraph.engine.worker import _leave_network
from polisgraph.errors import BadQuery, Forbidden, QueryError


class Listener:
    """Takes connections, counts them, and answers each with an empty result."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        body = b'{"head":{"vars":[]},"results":{"bindings":[]}}'
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: {len(body)}\r\n"
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.hits += 1
                connection.recv(65_536)
                connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + body)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


FORBIDDEN = {
    "plain": "SELECT * { SERVICE <%> { ?s ?p ?o } }",
    "no blanks": "SELECT*{SERVICE<%>{?s ?p ?o}}",
    "lower case": "select * { service <%> { ?s ?p ?o } }",
    "mixed case and tab": "SELECT * { sErViCe\t<%> { ?s ?p ?o } }",
    "silent": "SELECT * { SERVICE SILENT <%> { ?s ?p ?o } }",
    "variable": "SELECT * { VALUES ?e { <%> } SERVICE ?e { ?s ?p ?o } }",
    "bound variable": "SELECT * { BIND(IRI('%') AS ?e) SERVICE ?e { ?s ?p ?o } }",
    "prefixed name": "PREFIX e: <%> SELECT * { SERVICE e: { ?s ?p ?o } }",
    "base": "BASE <%> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "comment between": "SELECT * { SERVICE # comment\n <%> { ?s ?p ?o } }",
    "code points": "SELECT * { \\u0053ERVICE <%> { ?s ?p ?o } }",
    "long code points": "SELECT * { SERV\\U00000049CE <%> { ?s ?p ?o } }",
    "code point in the address": "SELECT * { SERVICE <\\u0068ttp%> { ?s ?p ?o } }",
    "behind a lone carriage return": "SELECT * { ?s ?p ?o #\rSERVICE <%> { ?a ?b ?c }\n}",
    "union": "SELECT * { { } UNION { SERVICE <%> { ?s ?p ?o } } }",
    "optional": "SELECT * { OPTIONAL { SERVICE <%> { ?s ?p ?o } } }",
    "minus": "SELECT * { ?a ?b ?c MINUS { SERVICE <%> { ?a ?p ?o } } }",
    "in an exists": "SELECT * { ?a ?b ?c FILTER EXISTS { ?a ?p ?o FILTER EXISTS { SERVICE <%> { ?s ?p ?o } } } }",
    "graph": "SELECT * { GRAPH ?g { SERVICE <%> { ?s ?p ?o } } }",
    "subselect": "SELECT * { { SELECT * { SERVICE <%> { ?s ?p ?o } } } }",
    "exists": "SELECT * { ?a ?b ?c FILTER EXISTS { SERVICE <%> { ?s ?p ?o } } }",
    "not exists": "ASK { FILTER NOT EXISTS { SERVICE <%> { ?s ?p ?o } } }",
    "bind": "SELECT * { BIND(EXISTS { SERVICE <%> { ?s ?p ?o } } AS ?x) }",
    "expression": "SELECT (EXISTS { SERVICE <%> { ?s ?p ?o } } AS ?x) {}",
    "having": "SELECT ?a { ?a ?b ?c } GROUP BY ?a HAVING (EXISTS { SERVICE <%> { ?s ?p ?o } })",
    "order": "SELECT * { ?a ?b ?c } ORDER BY (EXISTS { SERVICE <%> { ?s ?p ?o } })",
    "group": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c } GROUP BY (EXISTS { SERVICE <%> { ?s ?p ?o } } AS ?x)",
    "if": "SELECT * { FILTER(IF(EXISTS { SERVICE <%> { ?s ?p ?o } }, 1, 0)) }",
    "ask": "ASK { SERVICE <%> { ?s ?p ?o } }",
    "construct": "CONSTRUCT { ?s ?p ?o } { SERVICE <%> { ?s ?p ?o } }",
    "describe": "DESCRIBE ?s { SERVICE <%> { ?s ?p ?o } }",
    "load": "LOAD <%>",
    "load into": "LOAD SILENT <%> INTO GRAPH <http://example.org/graph/a>",
    "load in code points": "\\u004cOAD <%>",
    "insert": "INSERT { ?s ?p ?o } WHERE { SERVICE <%> { ?s ?p ?o } }",
}
BAD = {
    "from": "SELECT * FROM <%> { ?s ?p ?o }",
    "from named": "SELECT * FROM NAMED <%> { GRAPH ?g { ?s ?p ?o } }",
    "from in lower case": "select * from<%>{ ?s ?p ?o }",
    "from a prefixed name": "PREFIX e: <%> ASK FROM e: { ?s ?p ?o }",
    "from base": "BASE <%> CONSTRUCT { ?s ?p ?o } FROM <> { ?s ?p ?o }",
    "from in code points": "DESCRIBE ?s \\u0046ROM <%> { ?s ?p ?o }",
    "glued to a word": "SELECT * { ?s ?p trueSERVICE <%> { ?a ?b ?c } }",
    "glued to a name": "PREFIX e: <%> SELECT * { SERVICEe: { ?a ?b ?c } }",
    "escaped backslash": 'SELECT * FROM <%> { BIND("\\\\u0022" AS ?x) }',
    "query and update": "SELECT * { ?s ?p ?o } ; LOAD <%>",
}


@pytest.mark.parametrize("spelling", [*FORBIDDEN, *BAD])
def test_no_spelling_makes_a_connection(
    spelling: str, worker: StoreWorker, pool: LocalEngine, listener: Listener
) -> None:
    text = (FORBIDDEN | BAD)[spelling].replace("%", listener.address).replace("ttphttp", "ttp")
    expected: type[QueryError] = Forbidden if spelling in FORBIDDEN else BadQuery
    # In this process nothing but the gate stands before the network.
    with pytest.raises(expected):
        worker.answer(Query(text))
    with pytest.raises(expected):
        pool.query(Query(text))
    assert listener.hits == 0


@pytest.mark.parametrize("spelling", [name for name, text in FORBIDDEN.items() if "LOAD" not in text])
def test_the_gate_and_the_algebra_see_it_each_by_itself(spelling: str) -> None:
    text = FORBIDDEN[spelling].replace("%", "http://example.org/").replace("ttphttp", "ttp")
    with pytest.raises(Forbidden):
        check(text, 65_536)
    if "\\" not in text and "INSERT" not in text:
        with pytest.raises(Forbidden):
            dataset_clauses(text.replace("\r", "\n"))


def test_what_the_second_parser_would_resolve_again_is_refused() -> None:
    with pytest.raises(BadQuery, match="backslash"):
        dataset_clauses(r'ASK FROM <a:a> { BIND("\\u0022 AS ?x) #" AS ?y) }')


def test_the_listener_would_notice(listener: Listener) -> None:
    before = listener.hits
    list(ox.Store().query(FORBIDDEN["plain"].replace("%", listener.address)))
    assert listener.hits == before + 1
    listener.hits = before


def test_parameters_fetch_nothing(worker: StoreWorker, listener: Listener) -> None:
    for default, named in (((listener.address,), ()), ((), (listener.address,))):
        with pytest.raises(BadQuery, match=r"no graph"):
            worker.answer(Query("SELECT * { ?s ?p ?o }", default, named))
    assert listener.hits == 0


def test_code_points_are_resolved_before_anything_else(worker: StoreWorker, listener: Listener) -> None:
    # Read literally, the first string ends behind the hash and SERVICE follows; resolved, it is all a comment.
    text = 'SELECT * { BIND("\\u0022 AS ?x) #" AS ?y) SERVICE <%> { ?s ?p ?o }\n}'
    answer = worker.answer(Query(text.replace("%", listener.address)))
    assert json.loads(answer.body)["head"]["vars"] == ["x"]
    assert listener.hits == 0


def test_the_words_in_data_are_still_answered(worker: StoreWorker) -> None:
    text = "SELECT ?service ('SERVICE <http://x/> {} LOAD FROM' AS ?text) { ?service a <http://example.org/T> }"
    rows = json.loads(worker.answer(Query(text)).body)["results"]["bindings"]
    assert rows[0]["text"]["value"].startswith("SERVICE")


def _reach(address: tuple[str, int], leave: bool, said: "multiprocessing.SimpleQueue[bool]") -> None:
    left = _leave_network() if leave else False
    try:
        socket.create_connection(address, timeout=5).close()
        said.put(not left)
    except OSError:
        said.put(left)


@pytest.mark.parametrize("leave", [True, False])
def test_a_worker_that_left_the_network_reaches_nobody(leave: bool, listener: Listener) -> None:
    context = multiprocessing.get_context("spawn")
    said = context.SimpleQueue()
    port = int(listener.address.rstrip("/").rpartition(":")[2])
    process = context.Process(target=_reach, args=(("127.0.0.1", port), leave, said))
    process.start()
    assert said.get() is True
    process.join()
    listener.hits = 0
