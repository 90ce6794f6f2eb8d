"""Where requests get the matcher: made when it is needed first, shared by all, worked with one at a time.

It belongs to one application and so to one snapshot. Reading all names takes over a second for the shipped graph, and
they come to 130 MB in use. After a start `warming` has them read in the background; whoever comes meanwhile waits. The
matcher is Python and holds up others in this process: a turn for each piece of work keeps that short.
"""

import logging
import threading
from collections.abc import Iterator
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

_log = logging.getLogger(__name__)


class Desk:
    """Hands out the one `Service` of a snapshot. Safe to use from many threads."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        """Read from `engine` what there is to link to, when it is needed first."""
        self._engine, self._settings = engine, settings
        self._lock = threading.Lock()
        self._service: Service | None = None
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
        if self._service is not None:
            return self._service
        if not self._lock.acquire(timeout=self._settings.time_limit):
            raise Busy("The names to link to are still being read. Please try again in a moment.", retry_after=2)
        try:
            if self._service is None:
                begin = perf_counter()
                # Not by way of the cache: it would keep the answers, which are read only once, beside what is made.
                index = read_index(self._ask)
                index.prepare()
                self._service = Service(index)
                told = facts(targets=len(index.targets), seconds=round(perf_counter() - begin, 3))
                _log.info("the names to link to are read", extra=told)
            return self._service
        finally:
            self._lock.release()

    def _ask(self, query: Query) -> bytes:
        return self._engine.query(query).body


def desk() -> Desk:
    """Return the desk of the current application."""
    return cast(Desk, current_app.extensions["polisgraph.desk"])
