"""Answers queries from the store of a snapshot, open read-only. Never touches the network."""

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from polisgraph.engine import Answer, Query
from polisgraph.engine.answering import Setup, Worker
from polisgraph.engine.dataset import Dataset, Views
from polisgraph.engine.gate import Checked
from polisgraph.errors import StoreDamaged

_FAULTS_OF_STORE = ("Corruption", "IO error")
"""How RocksDB's complaints begin, which come as the same kind of exception as those about the query."""


@dataclass(frozen=True)
class StoreSetup(Setup):
    """What a worker needs to know about its store."""

    store_path: Path

    def open(self) -> "StoreWorker":
        return StoreWorker(self)


class StoreWorker(Worker):
    """An open store that answers queries."""

    def __init__(self, setup: StoreSetup) -> None:
        super().__init__(setup)
        try:
            self._views = Views(Store.read_only(str(setup.store_path)))
        except (OSError, RuntimeError) as error:
            raise unreadable(str(error).split(":")[0]) from None

    def run(self, query: Query, checked: Checked, dataset: Dataset) -> Answer:
        try:
            return self.run_on(self._views.of(dataset), query, checked)
        except OSError as error:
            raise unreadable(str(error).split(":")[0]) from None
        except RuntimeError as error:
            if str(error).startswith(_FAULTS_OF_STORE):
                raise unreadable(str(error).split(":")[0]) from None
            raise


def unreadable(kind: str) -> StoreDamaged:
    """Return the error for data that cannot be read; what the engine says of the `kind` goes on to name the file."""
    # Which is nobody's business.
    return StoreDamaged(f"The data on the server's disk cannot be read ({kind}). Its operator finds more in the log.")
