"""The engine over a snapshot's store: checks that there is one, and what its workers need to know of it."""

from pathlib import Path

from polisgraph.engine.pool import Method, PooledEngine
from polisgraph.engine.stored import StoreSetup
from polisgraph.errors import SnapshotError
from polisgraph.namespaces import PREFIXES
from polisgraph.settings import Settings


class LocalEngine(PooledEngine):
    """Workers that each have the store of a snapshot open read-only."""

    def __init__(
        self, store_path: Path, graphs: frozenset[str], settings: Settings, method: Method = "forkserver"
    ) -> None:
        """Start the workers on the store in `store_path` by `method`; `graphs` are those that clients may name.

        Raise SnapshotError if there is no store.
        """
        if not (store_path / "CURRENT").is_file():
            raise SnapshotError(f"{store_path} is not a store. Run: polisgraph build")
        setup = StoreSetup(
            graphs,
            dict(PREFIXES),
            settings.memory_limit,
            settings.result_limit,
            settings.query_limit,
            store_path.resolve(),
        )
        super().__init__(setup, settings, method)
