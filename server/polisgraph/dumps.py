"""The dumps of a finished store: all named graphs as N-Quads, the default graph as Turtle, both gzipped.

Holds no graph in memory. The order is that of the store, which comes from the terms alone: the same content gives the
same bytes.
"""

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

import pyoxigraph as ox

from polisgraph.namespaces import PREFIXES


def write(folder: Path, store: ox.Store) -> None:
    """Write the dumps of `store` into the new folder `folder`; raise OSError if that fails."""
    folder.mkdir()
    with ThreadPoolExecutor(max_workers=2) as both:
        jobs = [
            both.submit(_n_quads, folder / "polisgraph.nq.gz", store),
            both.submit(_turtle, folder / "polisgraph.ttl.gz", store),
        ]
        for job in jobs:
            job.result()


def _n_quads(path: Path, store: ox.Store) -> None:
    with _gzipped(path) as file:
        for graph in sorted(store.named_graphs(), key=str):
            lines = _InGraph(file, graph)
            store.dump(cast(BinaryIO, lines), ox.RdfFormat.N_TRIPLES, from_graph=graph)
            lines.close()


def _turtle(path: Path, store: ox.Store) -> None:
    with _gzipped(path) as file:
        store.dump(file, ox.RdfFormat.TURTLE, from_graph=ox.DefaultGraph(), prefixes=PREFIXES)


@contextmanager
def _gzipped(path: Path) -> Iterator[BinaryIO]:
    # No name and no time in the head, or the same content would not give the same bytes.
    with path.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        yield cast(BinaryIO, packed)


class _InGraph(RawIOBase):
    """Turns N-Triples into N-Quads on the way to a file: names the graph at the end of each line."""

    def __init__(self, file: BinaryIO, graph: ox.NamedNode | ox.BlankNode) -> None:
        self._file = file
        self._end = f" {graph} .\n".encode()
        self._begun = b""

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]  # it is never given another buffer
        whole, end, self._begun = (self._begun + content).rpartition(b"\n")
        # A line ends here only: in a literal, a line feed is written \n.
        self._file.write((whole + end).replace(b" .\n", self._end))
        return len(content)
