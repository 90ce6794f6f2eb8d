"""Real SPARQL servers: Virtuoso 7 and oxigraph, each in a folder and at a port of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from polisgraph.engine.endpoint import Endpoint
from polisgraph.engine.publication import Publication, published
from polisgraph.engine.remote import RemoteEngine
from polisgraph.publish import Login, Target, publish
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from tests.processes import Program, free_port, located, running
from tests.virtuoso import configured


@dataclass(frozen=True)
class Server:
    """A SPARQL server and its addresses."""

    query: str
    update: str
    graph_store: str
    login: Login | None = None

    def target(self, graph_store: bool = True) -> Target:
        return Target(self.query, self.update, self.graph_store if graph_store else None, self.login)

    def publication(self) -> Publication:
        with closing(Endpoint(self.query, 2**20)) as endpoint:
            found = published(endpoint)
        assert found is not None
        return found

    def publish(self, snapshot: Snapshot) -> bool:
        with closing(self.target()) as target:
            return publish(snapshot, target)


@contextmanager
def virtuoso(folder: Path, rows: int = 1_000_000) -> Iterator[Server]:
    sql, http = free_port(), free_port()
    command = configured(folder, sql, http, buffers=20_000, limit=20, rows=rows)
    program = Program(command, folder / "output", f"http://127.0.0.1:{http}")
    with running(program, "/sparql?query=ASK%7B%7D"):
        address = f"{program.address}/sparql"
        yield Server(address, f"{address}-auth", f"{address}-graph-crud-auth", Login("dba", "dba"))


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    host = f"127.0.0.1:{free_port()}"
    # The limit ends the queries that tests leave behind; they would take a processor from all tests after them.
    command = [located("oxigraph"), "serve", "--location", str(folder / "store"), "--bind", host, "--timeout-s", "60"]
    with running(Program(command, folder / "output", f"http://{host}"), "/") as program:
        yield Server(*(f"{program.address}/{name}" for name in ("query", "update", "store")))


ENGINES = {"oxigraph": oxigraph, "virtuoso": virtuoso}
EACH = [pytest.param(name, marks=pytest.mark.virtuoso if name == "virtuoso" else ()) for name in ENGINES]


@pytest.fixture(scope="package")
def serving(tmp_path_factory: pytest.TempPathFactory, snapshot: Snapshot) -> Iterator[Callable[[str], Server]]:
    """A function from a server's name to that server, which holds the shipped data; not to be written to."""
    with ExitStack() as stack:
        started: dict[str, Server] = {}

        def serving(name: str) -> Server:
            if name not in started:
                server = stack.enter_context(ENGINES[name](tmp_path_factory.mktemp(name)))
                server.publish(snapshot)
                started[name] = server
            return started[name]

        yield serving


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Server]:
    """An oxigraph without data, to write to."""
    folder = tmp_path / "oxigraph"
    folder.mkdir()
    with oxigraph(folder) as server:
        yield server


@pytest.fixture(scope="package")
def remote(request: pytest.FixtureRequest, serving: Callable[[str], Server]) -> Iterator[RemoteEngine]:
    """An engine on the server that a test names."""
    settings = Settings(workers=2, time_limit=20.0)
    server = serving(request.param)
    with closing(RemoteEngine(server.query, server.publication(), settings)) as engine:
        yield engine
