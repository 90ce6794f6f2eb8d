"""Where a build works, and how its content comes to its place on the disk: copied from memory, or moved."""

import shutil
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from threading import Event
from typing import TypeAlias

import pyoxigraph as ox

from polisgraph import dumps
from polisgraph.dumps import Graph, n_quads
from polisgraph.namespaces import CATALOGUE_GRAPH, DERIVED_GRAPH, DESCRIPTION_GRAPH, INFERRED_GRAPH

_GROWING = frozenset({DERIVED_GRAPH, INFERRED_GRAPH, CATALOGUE_GRAPH, DESCRIPTION_GRAPH})
"""What a build adds to when all that is stated is there."""
_PORTION = 2**28
"""Bytes of N-Quads that are given to the engine at once; while it reads them it cannot be stopped."""


class OnDisk:
    """A build on the disk: its store lies in the workshop from the beginning."""

    def __init__(self, folder: Path) -> None:
        """Have an empty store in `folder`, the workshop."""
        self._folder = folder
        # A folder of its own: whoever caught the error of an earlier build may still have its store open.
        self.store = ox.Store(mkdtemp(dir=folder))

    def stated(self) -> None:
        """Hear that all that is stated is there; it is where it should be."""

    def deliver(self, draft: Path) -> None:
        """Make what was built the store and the dumps of the folder `draft`; raise OSError if that fails."""
        _move(self.store, self._folder, draft / "store")
        dumps.write(draft / "dumps", ox.Store.read_only(str(draft / "store")))

    def close(self) -> None:
        """Nothing goes on beside."""


class InMemory:
    """A build in memory. It is copied to the disk: what is stated while rules draw conclusions, the rest at the end.

    It goes through files beside the store on the disk, each with a part of the quads: the engine reads these without
    Python's lock, two side by side, in less than half the time that handing over quads takes.
    """

    def __init__(self, folder: Path) -> None:
        """Have an empty store in memory, and a place for its copy in `folder`, the workshop."""
        self._folder = folder
        self.store = ox.Store()
        self._made = ox.Store(mkdtemp(dir=folder))
        self._pool = ThreadPoolExecutor(2)
        self._ahead: tuple[Graph, ...] = ()
        self._parts: list[Future[bytes]] = []
        self._stopped = Event()

    def stated(self) -> None:
        """Begin to copy the graphs that there are: from now on only conclusions and the description are added.

        What fails is raised by `deliver`.
        """
        self._ahead = tuple(graph for graph in self._named() if graph.value not in _GROWING)
        self._begin(self._ahead)

    def deliver(self, draft: Path) -> None:
        """Make what was built the store and the dumps of the folder `draft`; raise OSError if that fails."""
        self._begin((ox.DefaultGraph(),))
        self._begin(tuple(graph for graph in self._named() if graph not in self._ahead))
        # Copying ends with work for one processor only.
        dumped = self._pool.submit(dumps.write, draft / "dumps", self.store)
        try:
            for part in self._parts:
                self._made.extend(ox.parse(part.result(), format=ox.RdfFormat.N_QUADS))
            _move(self._made, self._folder, draft / "store")
            dumped.result()
        finally:
            # Who deletes the draft wants to be alone with it.
            self.close()

    def close(self) -> None:
        """Stop what goes on beside, and wait for its end."""
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)

    def _named(self) -> list[ox.NamedNode | ox.BlankNode]:
        return sorted(self.store.named_graphs(), key=str)

    def _begin(self, graphs: tuple[Graph, ...]) -> None:
        self._parts.append(self._pool.submit(self._copy, graphs))

    def _copy(self, graphs: tuple[Graph, ...]) -> bytes:
        """Copy `graphs` but for the quads with a blank node; return these as N-Quads."""
        blank = bytearray()

        def take(lines: bytes) -> None:
            if self._stopped.is_set():
                raise CancelledError
            # Loading a file renames its blank nodes, so that two graphs would no longer share one.
            if b"_:" in lines:
                each = lines.splitlines(keepends=True)
                blank.extend(b"".join(line for line in each if b"_:" in line))
                lines = b"".join(line for line in each if b"_:" not in line)
            file.write(lines)
            if file.tell() >= _PORTION:
                load()

        def load() -> None:
            file.flush()
            # The engine wrote it, so nobody needs to look at its IRIs again.
            self._made.bulk_load(path=str(between), format=ox.RdfFormat.N_QUADS, lenient=True)
            file.seek(0)
            file.truncate()

        # Not a temporary file: on a full disk its closing fails, and is tried again when the folder is gone.
        with TemporaryDirectory(dir=self._folder) as folder:
            between = Path(folder, "quads.nq")
            with between.open("wb") as file:
                n_quads(self.store, graphs, take)
                load()
        return bytes(blank)


Workshop: TypeAlias = OnDisk | InMemory


def _move(store: ox.Store, workshop: Path, path: Path) -> None:
    """Make the content of `store`, which lies in the folder `workshop`, a store in `path`; raise OSError."""
    store.optimize()
    store.flush()
    # Links to the files, which are never changed again; `store` may stay open, without its folder.
    store.backup(str(path))
    # While there are two links, the file system may still give the files another time of change.
    shutil.rmtree(workshop, ignore_errors=True)
