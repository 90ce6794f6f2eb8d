"""An endpoint that holds the same as we do, one that plays faults, and an engine that calls them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from polisgraph.engine import Answer, Query
from polisgraph.engine.cache import CachingEngine
from polisgraph.engine.local import LocalEngine
from polisgraph.federation.client import Client
from polisgraph.federation.engine import FederatingEngine
from polisgraph.settings import Settings

GRAPH = "http://example.org/graph"
DATA = """
@prefix : <http://example.org/> .
:a :p :b ; :q 1 ; :name "A"@en , "Ä"@de .
:b :p :c ; :q 2 ; :name "B" .
:c :p :a ; :name "C\\"\\n{}" .
:d :q 3 .
[] :p :d .
"""

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Elsewhere:
    """A server of our own that answers as `reply` says; `asked` are the queries that came."""

    address: str
    asked: list[str] = field(default_factory=list)
    reply: Callable[[str], Reply] = lambda query: (500, {}, b"")


@contextmanager
def elsewhere(host: str = "127.0.0.1") -> Iterator[Elsewhere]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query = parse_qs(body)["query"][0]
            found.asked.append(query)
            status, headers, content = found.reply(query)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:  # a client that has gone is what some tests are about
            pass

    with Server((host, 0), Handler) as server:
        found = Elsewhere(f"http://{host}:{server.server_port}/sparql")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


def json(content: bytes) -> Reply:
    return 200, {"Content-Type": "application/sparql-results+json; charset=utf-8"}, content


@pytest.fixture(scope="session")
def small() -> ox.Store:
    """What we hold, and the endpoint too, in the default graph and in a named one."""
    store = ox.Store()
    store.load(DATA.encode(), ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(GRAPH))
    store.update(f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}")
    return store


@pytest.fixture(scope="session")
def local(small: ox.Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    path = tmp_path_factory.mktemp("federation") / "store"
    stored = ox.Store(str(path))
    stored.extend(small)
    stored.flush()
    del stored
    with closing(LocalEngine(path, frozenset({GRAPH}), Settings(workers=2, time_limit=20.0))) as engine:
        yield engine


@pytest.fixture
def other(small: ox.Store) -> Iterator[Elsewhere]:
    """An endpoint with the same data as ours."""
    with elsewhere() as server:

        def answer(query: str) -> Reply:
            found = small.query(query)
            return json(found.serialize(format=ox.QueryResultsFormat.JSON))  # type: ignore[union-attr,arg-type]

        server.reply = answer
        yield server


class Asking:
    """The engine as the site has it, with endpoints that it may call."""

    def __init__(self, local: LocalEngine, *endpoints: str, seconds: float = 20.0, limit: int = 2**20) -> None:
        client = Client(limit, private=True)
        self.engine = CachingEngine(
            FederatingEngine(local, endpoints, client, seconds, 65_536), 2**20, 65_536, service=True
        )

    def __call__(self, query: str, **options: str) -> Answer:
        return self.engine.query(Query(query, results_type="text/csv", **options))

    def rows(self, query: str) -> list[str]:
        return sorted(self(query).body.decode().split("\r\n")[1:-1])


@pytest.fixture
def asking(local: LocalEngine, other: Elsewhere) -> Asking:
    return Asking(local, other.address)
