"""The dumps of a finished store: all named graphs as N-Quads, the default graph as Turtle, both gzipped.

Holds no graph in memory. The order is that of the store; on the disk it comes from the terms alone, so that there the
same content gives the same bytes.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

import pyoxigraph as ox

from polisgraph.namespaces import PREFIXES

Graph: TypeAlias = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


def write(folder: Path, store: ox.Store) -> None:
    """Write the dumps of `store` into the new folder `folder`; raise OSError if that fails."""
    folder.mkdir()
    with ThreadPoolExecutor(max_workers=2) as both:
        jobs = [
            both.submit(_named, folder / "polisgraph.nq.gz", store),
            both.submit(_default, folder / "polisgraph.ttl.gz", store),
        ]
        for job in jobs:
            job.result()


def n_quads(store: ox.Store, graphs: Iterable[Graph], take: Callable[[bytes], object]) -> None:
    """Give `graphs` of `store` to `take` as N-Quads: many times, each time whole lines."""
    for graph in graphs:
        end = b" .\n" if isinstance(graph, ox.DefaultGraph) else f" {graph} .\n".encode()
        # A line ends there only: in a literal, a line feed is written \n.
        lines = Lines(lambda some, end=end: take(some.replace(b" .\n", end)))  # type: ignore[misc]
        store.dump(cast(BinaryIO, lines), ox.RdfFormat.N_TRIPLES, from_graph=graph)


class Lines(RawIOBase):
    """A file to write to, which hands on whole lines."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self._begun = b""

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]  # it is never given another buffer
        whole, end, self._begun = (self._begun + content).rpartition(b"\n")
        self._take(whole + end)
        return len(content)


def _named(path: Path, store: ox.Store) -> None:
    with _gzipped(path) as file:
        n_quads(store, sorted(store.named_graphs(), key=str), file.write)


def _default(path: Path, store: ox.Store) -> None:
    with _gzipped(path) as file:
        store.dump(file, ox.RdfFormat.TURTLE, from_graph=ox.DefaultGraph(), prefixes=PREFIXES)


@contextmanager
def _gzipped(path: Path) -> Iterator[BinaryIO]:
    # No name and no time in the head, or the same content would not give the same bytes.
    with path.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        yield cast(BinaryIO, packed)
