"""Where requests get the matcher: made when it is needed first, shared by all, worked with one at a time.

It belongs to one application and so to one snapshot. Reading all names takes some seconds for the shipped graph, and
they come to 130 MB in use; ten times the names take a minute. So it is done in a thread of its own, which goes on
whoever hangs up: `warming` begins it after a start, and whoever comes meanwhile waits a while. The matcher is Python
and holds up others in this process: a turn for each piece of work keeps that short.
"""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from time import perf_counter
from typing import cast

from flask import current_app

from polisgraph.engine import Engine, Query
from polisgraph.engine.turns import CLIENT, Turns
from polisgraph.errors import Busy
from polisgraph.journal import facts
from polisgraph.linking import read_index
from polisgraph.reconciliation import Service
from polisgraph.settings import Settings

FIRST = 25.0
"""Seconds that who comes first waits at least: longer than others, less than a proxy has patience."""

_log = logging.getLogger(__name__)


class Desk:
    """Hands out the one `Service` of a snapshot. Safe to use from many threads."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """Read from `engine` what there is to link to, when it is needed first."""
        self._engine, self._settings = engine, settings
        self._lock = threading.Lock()
        self._reading: Future[Service] | None = None
        self._turns = Turns(1, settings.queue, settings.time_limit)

    @contextmanager
    def turn(self) -> Iterator[Service]:
        """Give out the service for one piece of work, which should take well below a second.

        Raises Busy if others take too long, and QueryError if the names cannot be read.
        """
        service = self.service()
        turn = self._turns.take(CLIENT.get())
        try:
            yield service
        finally:
            self._turns.leave(turn)

    def service(self) -> Service:
        """Return the service without a turn: for what it only holds. Raises as `turn` does."""
        wait = self._settings.time_limit
        reading, begun = self.begin()
        try:
            return reading.result(max(wait, FIRST) if begun else wait)
        except TimeoutError:
            told = "The names to link to are still being read. Please try again in a moment."
            raise Busy(told, retry_after=2) from None

    def begin(self) -> tuple[Future[Service], bool]:
        """Have the names read unless that has begun or been done; return what will come of it, and whether it began."""
        with self._lock:
            if self._reading is not None:
                return self._reading, False
            self._reading = reading = Future[Service]()
        threading.Thread(target=self._read, args=(reading,), name="names", daemon=True).start()
        return reading, True

    def _read(self, reading: Future[Service]) -> None:
        try:
            begin = perf_counter()
            # Not by way of the cache: it would keep the answers, which are read only once, beside what is made.
            index = read_index(self._ask)
            index.prepare()
            service = Service(index)
        except Exception as error:
            # Those who wait are told; who comes next has them read again.
            with self._lock:
                self._reading = None
            reading.set_exception(error)
        else:
            told = facts(targets=len(index.targets), seconds=round(perf_counter() - begin, 3))
            _log.info("the names to link to are read", extra=told)
            reading.set_result(service)

    def _ask(self, query: Query) -> bytes:
        return self._engine.query(query).body


def desk() -> Desk:
    """Return the desk of the current application."""
    return cast(Desk, current_app.extensions["polisgraph.desk"])
