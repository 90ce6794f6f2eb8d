"""Gives each check a process of its own, which is killed at its limits; one check at a time. Reads no text itself."""

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from polisgraph.checking.verdict import Request, Verdict, read_request, read_verdict, write
from polisgraph.engine import Answer, Query
from polisgraph.engine.process import Process
from polisgraph.engine.turns import CLIENT, Turns
from polisgraph.errors import PolisgraphError, QueryError, ResultTooLarge, TimeLimit, TooMany, WorkerFailed
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot

if TYPE_CHECKING:
    from pyoxigraph import Store

SECONDS = 20.0
"""Seconds that a check may take; a file of 1 MB takes a fraction of them."""
_QUEUE = 8
_PATIENCE = 0.1


@dataclass(frozen=True)
class Inspecting:
    """What the process of a check needs to know: where the data lies, if there is any, and what day it is in it."""

    store: Path | None
    today: str
    memory_limit: int
    needs_network: ClassVar[bool] = False

    def open(self) -> "Inspector":
        return Inspector(self)


class Inspector:
    """Checks what comes as a query's text, and answers with a verdict as JSON."""

    def __init__(self, setup: Inspecting) -> None:
        # Imported before the process is limited, so that the limit is for the work.
        import pyoxigraph as ox

        from polisgraph.checking import inspection

        self._inspect = inspection.inspect
        self._today = date.fromisoformat(setup.today)
        try:
            self._data: Store | None = ox.Store.read_only(str(setup.store)) if setup.store else None
        except (OSError, RuntimeError) as error:
            raise WorkerFailed(
                f"The data beside which the file would be checked cannot be read: {error}", told=True
            ) from None

    def answer(self, query: Query) -> Answer:
        """Return the verdict on the request that is the text of `query`."""
        try:
            verdict = self._inspect(read_request(query.text), self._data, self._today)
        except MemoryError:
            raise _too_large() from None
        except (PolisgraphError, RuntimeError, RecursionError, ValueError) as error:
            raise WorkerFailed(f"The file could not be checked: {error}", told=True) from None
        return Answer(write(verdict).encode(), "application/json", "SELECT", cacheable=False)


class CheckingDesk:
    """Has files checked, one after another. Safe to use from many threads."""

    def __init__(self, settings: Settings, snapshot: Snapshot, seconds: float = SECONDS) -> None:
        """Check beside the data of `snapshot`, if it lies on this machine."""
        store = snapshot.store_path if (snapshot.store_path / "CURRENT").is_file() else None
        day = str(snapshot.manifest.get("today") or date.today())
        self._job = Inspecting(store and store.resolve(), day, settings.memory_limit)
        self._seconds = seconds
        self._turns = Turns(1, _QUEUE, seconds)
        self._lock = threading.Lock()
        self._clients: set[str] = set()

    def check(self, request: Request) -> Verdict:
        """Return what is found in the text of `request`.

        Raises TooMany if this client has a check at work, Busy if too many wait, TimeLimit and ResultTooLarge if it
        takes more than it may, WorkerFailed if it cannot be checked for other reasons.
        """
        with self._alone(CLIENT.get()):
            turn = self._turns.take(CLIENT.get())
            try:
                return self._run(request)
            finally:
                self._turns.leave(turn)

    @contextmanager
    def _alone(self, client: str) -> Iterator[None]:
        with self._lock:
            if client in self._clients:
                raise TooMany(
                    "A file from this address is being checked. Wait for its answer before you send the next one.",
                    retry_after=5,
                    limit=1,
                )
            self._clients.add(client)
        try:
            yield
        finally:
            with self._lock:
                self._clients.discard(client)

    def _run(self, request: Request) -> Verdict:
        try:
            with closing(Process(multiprocessing.get_context("forkserver"), self._job)) as process:
                return read_verdict(
                    process.ask(Query(write(request)), self._seconds, _PATIENCE, process.step_back).body
                )
        except OSError as error:
            raise WorkerFailed(f"No process can be started to check it ({error}). Please try again.") from None
        except TimeLimit:
            raise TimeLimit(
                f"The check took more than {self._seconds:g} seconds. Check the file in parts;"
                " `polisgraph check` on your own machine has no limit.",
                limit=self._seconds,
            ) from None
        except ResultTooLarge:
            raise _too_large() from None
        except WorkerFailed as error:
            if "told" in error.details:
                raise
            raise WorkerFailed("The check crashed on this file. Check it in parts to find out where.") from None


def _too_large() -> QueryError:
    return ResultTooLarge("The check needs more memory than it may have. Check the file in parts.")
