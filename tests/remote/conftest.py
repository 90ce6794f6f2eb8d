"""Real SPARQL servers: Virtuoso 7 and oxigraph, each in a folder and at a port of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from polisgraph.engine.endpoint import Endpoint
from polisgraph.engine.publication import Publication, published
from polisgraph.engine.remote import RemoteEngine
from polisgraph.publish import Login, Target, publish
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot


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


_VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 40
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 20
[SPARQL]
ResultSetMaxRows = 100000
MaxQueryExecutionTime = 20
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path, address: str) -> Iterator[None]:
    """Run `command` until the block ends; it begins once something answers at `address`."""
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    try:
        for _ in range(1200):
            assert process.poll() is None, (folder / "output").read_text()
            try:
                if httpx.get(address, timeout=5).status_code < 500:
                    break
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        else:
            raise AssertionError(f"{command[0]} does not answer")
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def virtuoso(folder: Path) -> Iterator[Server]:
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(folder=folder, sql=sql, http=http))
    address = f"http://127.0.0.1:{http}/sparql"
    command = ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
    with running(command, folder, f"{address}?query=ASK%7B%7D"):
        yield Server(address, f"{address}-auth", f"{address}-graph-crud-auth", Login("dba", "dba"))


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    address = f"127.0.0.1:{free_port()}"
    program = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert program
    with running([program, "serve", "--location", "store", "--bind", address], folder, f"http://{address}/"):
        yield Server(f"http://{address}/query", f"http://{address}/update", f"http://{address}/store")


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
