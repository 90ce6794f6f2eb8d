"""The servers that are compared: how each gets the data of a snapshot, is started, and is asked."""

import gzip
import shutil
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

import pyoxigraph as ox

from polisgraph.snapshot import Snapshot
from tests.benchmarks.measuring import TIME_LIMIT, Client
from tests.benchmarks.processes import Session, free_port, size_on_disk
from tests.benchmarks.work import Item, asked

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
        self.session: Session | None = None
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
        self.session = Session(self.command(), self.folder / "log", self.environment())
        self.wait(limit)
        self.start_seconds = time.perf_counter() - started

    def environment(self) -> dict[str, str]:
        return {}

    def wait(self, limit: float) -> None:
        deadline = time.monotonic() + limit
        client = Client(self.host)
        request = asked(self.endpoint, READY, READY.text)
        while client.ask(request).rows < 0:
            if self.session is None or not self.session.running:
                raise PeerError(f"ended at start; see {self.folder / 'log'}")
            if time.monotonic() > deadline:
                self.stop()
                raise PeerError(f"no answer within {limit:.0f} s of its start")
            time.sleep(0.01)
        client.close()

    def stop(self) -> None:
        if self.session:
            self.session.close()
            self.session = None

    def settle(self, patience: float = 10.0) -> None:
        """Wait until what was asked before is over; start anew a server that does not come to rest."""
        assert self.session
        if not self.session.running or not self.session.settle(patience):
            self.stop()
            self.start(self.start_seconds * 5 + 60)


class Polisgraph(Peer):
    name, endpoint = "Polisgraph", "/sparql"

    @classmethod
    def missing(cls) -> str:
        return ""

    def command(self) -> list[str]:
        home = self.snapshot.path.parent.parent
        return [
            sys.executable,
            "-m",
            "polisgraph",
            "serve",
            "--no-build",
            "--home",
            str(home),
            "--port",
            str(self.port),
        ]

    def environment(self) -> dict[str, str]:
        # The same for all.
        return {"POLISGRAPH_TIME_LIMIT": str(TIME_LIMIT)}


class Oxigraph(Peer):
    name, endpoint = "oxigraph serve-read-only", "/query"

    @classmethod
    def missing(cls) -> str:
        return "" if _program("oxigraph") else "the Python package oxigraph"

    def command(self) -> list[str]:
        return [
            _program("oxigraph"), "serve-read-only", "--location", str(self.snapshot.store_path), "--bind", self.host,
            "--timeout-s", str(round(TIME_LIMIT)),
        ]  # fmt: skip


class RdflibEndpoint(Peer):
    name, endpoint, patience = "rdflib-endpoint", "/", 3.0

    @classmethod
    def missing(cls) -> str:
        return "" if _program("rdflib-endpoint") else "the Python package rdflib-endpoint"

    def load(self, limit: float) -> None:
        # It reads files into memory at start, so that loading is a part of starting.
        quads(self.snapshot, self.folder / "data.nq")

    def disk(self) -> int:
        return size_on_disk(self.folder / "data.nq")

    def command(self) -> list[str]:
        return [_program("rdflib-endpoint"), "serve", "--host", "127.0.0.1", "--port", str(self.port),
                str(self.folder / "data.nq")]  # fmt: skip


def quads(snapshot: Snapshot, file: Path) -> None:
    """Write the named graphs of `snapshot` as N-Quads; their union is the default graph of engines that form one."""
    with gzip.open(snapshot.dumps / "polisgraph.nq.gz") as source, file.open("wb") as target:
        shutil.copyfileobj(source, target)


def default_graph(snapshot: Snapshot, file: Path) -> None:
    """Write the default graph of `snapshot` as N-Triples."""
    store = ox.Store.read_only(str(snapshot.store_path))
    store.dump(str(file), ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or ""
