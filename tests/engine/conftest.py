"""A small store, and a worker and an engine on it."""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph.engine.local import LocalEngine
from polisgraph.engine.stored import StoreSetup, StoreWorker
from polisgraph.namespaces import PREFIXES
from polisgraph.settings import Settings

GRAPHS = frozenset(f"http://example.org/graph/{name}" for name in ("a", "b", "many"))

# Graphs a and b share one triple; "many" is a ring with every node linked to ten others.
_SHARED = "<http://example.org/shared> <http://example.org/p> 'both' ."
_PARTS = {
    "a": _SHARED + "<http://example.org/x> a <http://example.org/T> ; <http://example.org/p> 'only a', 'Köln'@de .",
    "b": _SHARED + "<http://example.org/x> <http://example.org/p> 'only b', 1 .",
    "many": "".join(
        f"<http://example.org/n/{i}> <http://example.org/{'even' if j % 2 else 'odd'}>"
        f" <http://example.org/n/{(i + j) % 200}> ."
        for i in range(200)
        for j in range(1, 11)
    ),
}


@pytest.fixture(scope="session")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three named graphs and their union as its default graph."""
    path = tmp_path_factory.mktemp("small") / "store"
    store = ox.Store(str(path))
    for name, turtle in _PARTS.items():
        graph = ox.NamedNode(f"http://example.org/graph/{name}")
        store.load(turtle.encode(), ox.RdfFormat.TURTLE, to_graph=graph)
        store.load(turtle.encode(), ox.RdfFormat.TURTLE)
    store.flush()
    return path


@pytest.fixture(scope="session")
def lasting_worker(store_path: Path) -> StoreWorker:
    return StoreWorker(StoreSetup(GRAPHS, PREFIXES, 2**30, 2**20, 65_536, store_path))


@pytest.fixture
def worker(lasting_worker: StoreWorker) -> Iterator[StoreWorker]:
    """A worker in this process: no deadline, no limits but those on size."""
    yield lasting_worker
    # A caught error and its traceback hold each other, and with them the engine's results, which complain when
    # another thread is the one that collects them.
    gc.collect()


@pytest.fixture(scope="session")
def start(store_path: Path) -> Callable[..., LocalEngine]:
    """A function that starts an engine on the small store; whoever calls it closes it."""

    def started(**settings: float) -> LocalEngine:
        return LocalEngine(store_path, GRAPHS, Settings(**settings))  # type: ignore[arg-type]

    return started


@pytest.fixture(scope="session")
def pool(start: Callable[..., LocalEngine]) -> Iterator[LocalEngine]:
    """An engine with two workers."""
    with closing(start(workers=2, time_limit=10.0)) as engine:
        yield engine
