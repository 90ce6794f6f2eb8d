"""The servers that are compared: how each gets the data of a snapshot, is started, and is asked."""

import gzip
import shutil
import time
from abc import ABC, abstractmethod
from pathlib import Path

import pyoxigraph as ox

from polisgraph.snapshot import Snapshot
from tests.benchmarks.data import size_on_disk
from tests.benchmarks.measuring import CLIENTS, TIME_LIMIT, Client
from tests.benchmarks.work import Item, asked
from tests.processes import Program, free_port, located, serve

READY = Item("ready", "ASK { ?s ?p ?o }", "", "")


class PeerError(Exception):
    """A server that cannot take part, with the reason for the table."""


class Peer(ABC):
    """One server on the data of `snapshot`. `folder` is its own, for what it writes."""

    name: str
    endpoint: str
    patience = TIME_LIMIT
    """Seconds to wait for an answer before it counts as none."""

    def __init__(self, snapshot: Snapshot, folder: Path) -> None:
        self.snapshot, self.folder = snapshot, folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = 0
        self.program: Program | None = None
        self.start_seconds = 0.0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @classmethod
    @abstractmethod
    def missing(cls) -> str:
        """Return what must be installed for this server; empty if all is there."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command that serves the data."""

    def load(self, limit: float) -> None:
        """Bring the data into the server's own form. Raises PeerError if that takes more than `limit` seconds."""
        del limit  # the snapshot is this form already

    def disk(self) -> int:
        """Return the bytes that the data take on disk."""
        return size_on_disk(self.snapshot.store_path)

    def start(self, limit: float) -> None:
        """Start the server and wait for its first answer. Raises PeerError if none comes within `limit` seconds."""
        # A new port for each start: the old one may be held by connections that were broken off.
        self.port = free_port()
        started = time.perf_counter()
        self.program = Program(self.command(), self.folder / "log", environment=self.environment())
        self.wait(limit)
        self.start_seconds = time.perf_counter() - started

    def environment(self) -> dict[str, str]:
        return {}

    def wait(self, limit: float) -> None:
        deadline = time.monotonic() + limit
        client = Client(self.host)
        request = asked(self.endpoint, READY, READY.text)
        while client.ask(request).rows < 0:
            if self.program is None or not self.program.running:
                raise PeerError(f"ended at start; see {self.folder / 'log'}")
            if time.monotonic() > deadline:
                self.stop()
                raise PeerError(f"no answer within {limit:.0f} s of its start")
            time.sleep(0.01)
        client.close()

    def stop(self) -> None:
        if self.program:
            self.program.stop(patience=10)
            self.program = None

    def settle(self, patience: float = 10.0) -> None:
        """Wait until what was asked before is over; start anew a server that does not come to rest."""
        if not self._settled(patience):
            self.stop()
            self.start(self.start_seconds * 5 + 60)

    def _settled(self, patience: float) -> bool:
        """Wait until the server does next to nothing; False if it is still at work after `patience` seconds."""
        assert self.program
        deadline = time.monotonic() + patience
        before = self.program.processor_seconds()
        while self.program.running and time.monotonic() < deadline:
            time.sleep(0.25)
            now = self.program.processor_seconds()
            if now - before < 0.05:
                return True
            before = now
        return False


class Polisgraph(Peer):
    name, endpoint = "Polisgraph", "/sparql"

    @classmethod
    def missing(cls) -> str:
        return ""

    def command(self) -> list[str]:
        home = self.snapshot.path.parent.parent
        return serve(home, self.port, "--no-build")

    def environment(self) -> dict[str, str]:
        # The same time for all; and the clients, who all come from one address here, stand for as many. What it makes
        # ready by itself would go on beside what is measured, and a server that does not come to rest is started anew.
        return {
            "POLISGRAPH_WARM_UP": "no",
            "POLISGRAPH_TIME_LIMIT": str(TIME_LIMIT),
            "POLISGRAPH_CLIENT_SHARE": str(max(CLIENTS)),
            "POLISGRAPH_QUEUE": str(max(CLIENTS)),
        }


class Oxigraph(Peer):
    name, endpoint = "oxigraph serve-read-only", "/query"

    @classmethod
    def missing(cls) -> str:
        return "" if located("oxigraph") else "the Python package oxigraph"

    def command(self) -> list[str]:
        return [
            located("oxigraph"), "serve-read-only", "--location", str(self.snapshot.store_path), "--bind", self.host,
            "--timeout-s", str(round(TIME_LIMIT)),
        ]  # fmt: skip


class RdflibEndpoint(Peer):
    name, endpoint, patience = "rdflib-endpoint", "/", 3.0

    @classmethod
    def missing(cls) -> str:
        return "" if located("rdflib-endpoint") else "the Python package rdflib-endpoint"

    def load(self, limit: float) -> None:
        # It reads files into memory at start, so that loading is a part of starting.
        quads(self.snapshot, self.folder / "data.nq")

    def disk(self) -> int:
        return size_on_disk(self.folder / "data.nq")

    def command(self) -> list[str]:
        return [located("rdflib-endpoint"), "serve", "--host", "127.0.0.1", "--port", str(self.port),
                str(self.folder / "data.nq")]  # fmt: skip


def quads(snapshot: Snapshot, file: Path) -> None:
    """Write the named graphs of `snapshot` as N-Quads; their union is the default graph of engines that form one."""
    with gzip.open(snapshot.dumps / "polisgraph.nq.gz") as source, file.open("wb") as target:
        shutil.copyfileobj(source, target)


def default_graph(snapshot: Snapshot, file: Path) -> None:
    """Write the default graph of `snapshot` as N-Triples."""
    store = ox.Store.read_only(str(snapshot.store_path))
    store.dump(str(file), ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
