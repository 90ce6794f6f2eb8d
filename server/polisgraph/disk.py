"""How the content of a build comes to its place on the disk: copied from memory, or moved from where it was built."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from polisgraph.dumps import Graph, n_quads
from polisgraph.namespaces import DERIVED_GRAPH, INFERRED_GRAPH


def copy(store: ox.Store, path: Path) -> None:
    """Write the content of `store` as a store into the new folder `path`; raise OSError if that fails.

    It goes through files beside `path`, each with a part of the quads: the engine reads these without Python's lock,
    two side by side, in less than half the time that handing over quads takes.
    """
    made = ox.Store(str(path))
    named = sorted(store.named_graphs(), key=str)
    concluded = [graph for graph in named if graph.value in (DERIVED_GRAPH, INFERRED_GRAPH)]
    stated = [graph for graph in named if graph not in concluded]

    def part(graphs: Sequence[Graph]) -> bytes:
        blank = bytearray()

        def take(lines: bytes) -> None:
            # Loading a file renames its blank nodes, so that two graphs would no longer share one.
            if b"_:" in lines:
                each = lines.splitlines(keepends=True)
                blank.extend(b"".join(line for line in each if b"_:" in line))
                lines = b"".join(line for line in each if b"_:" not in line)
            file.write(lines)

        # Not a temporary file: on a full disk its closing fails, and is tried again when the folder is gone.
        with TemporaryDirectory(dir=path.parent) as folder:
            between = Path(folder, "quads.nq")
            with between.open("wb") as file:
                n_quads(store, graphs, take)
            # The engine wrote it, so nobody needs to look at its IRIs again.
            made.bulk_load(path=str(between), format=ox.RdfFormat.N_QUADS, lenient=True)
        return bytes(blank)

    with ThreadPoolExecutor(2) as both:
        for lines in both.map(part, (stated, [ox.DefaultGraph()], concluded)):
            made.extend(ox.parse(lines, format=ox.RdfFormat.N_QUADS))
    made.optimize()
    made.flush()


def move(store: ox.Store, workshop: Path, path: Path) -> None:
    """Make the content of `store`, which was built in the folder `workshop`, a store in `path`; raise OSError."""
    store.optimize()
    store.flush()
    # Links to the files, which are never changed again; `store` may stay open, without its folder.
    store.backup(str(path))
    # While there are two links, the file system may still give the files another time of change.
    shutil.rmtree(workshop, ignore_errors=True)
