"""Answers queries in worker processes, which are killed at the deadline. Parses nothing, and holds no data."""

import math
import multiprocessing
import threading
from contextlib import suppress
from time import monotonic
from typing import Literal

from polisgraph import metrics
from polisgraph.engine import Answer, Query, worker
from polisgraph.engine.answering import Setup
from polisgraph.engine.gate import check_length
from polisgraph.engine.process import LOOK, Process
from polisgraph.engine.turns import AWAITED, CLIENT, PATIENCE, Turn, Turns, abandoned, stopping
from polisgraph.engine.watched import refused, watched
from polisgraph.errors import BadParameter, QueryError, WorkerFailed
from polisgraph.settings import Settings

Method = Literal["forkserver", "spawn"]


class PooledEngine:
    """Worker processes that answer queries. Safe to use from many threads."""

    def __init__(self, setup: Setup, settings: Settings, method: Method = "forkserver") -> None:
        """Start the workers that `setup` describes, by a start method of multiprocessing.

        "forkserver" leaves a process behind that forks more of them in no time, also when the engine is closed; a
        process that itself is forked later should not have one, for it would take it for its own. "spawn" leaves none.
        """
        self._settings = settings
        self._setup = setup
        self._context = multiprocessing.get_context(method)
        # Workers are forked from a process that has imported all they need: ready in 30 ms instead of 200.
        self._context.set_forkserver_preload([worker.__name__, type(setup).__module__])
        self._turns = Turns(settings.workers, settings.queue, settings.time_limit)
        self._lock = threading.Lock()
        self._closed = False
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        for _ in range(settings.workers):
            self._idle.append(self._start())

    def query(self, query: Query) -> Answer:
        """Return the whole answer to `query`, or raise a QueryError."""
        check_length(query.text, self._settings.query_limit)
        limit = self._limit(query)
        asked = monotonic()
        try:
            with metrics.QUERIES_WAITING.held():
                turn = self._turns.take(CLIENT.get())
        except QueryError as error:
            refused(error)
            raise
        try:
            if monotonic() - asked > LOOK and not AWAITED.get()():
                raise abandoned()
            return watched(query, self._settings.slow_query, lambda: self._work(query, limit, turn))
        finally:
            self._turns.leave(turn)

    def _work(self, query: Query, limit: float, turn: Turn) -> Answer:
        process: Process | None = None
        try:
            process = self._take()
            turn.evict = process.kill
            return process.ask(query, limit, PATIENCE, lambda: self._lengthen(turn, process))
        except WorkerFailed:
            if turn.evicted:
                raise self._turns.crowded_out() from None
            if self._closed:
                raise stopping() from None
            raise
        finally:
            if process is not None:
                self._put_back(process)

    def close(self) -> None:
        """End the workers and what they are at; the engine answers no more."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        self._turns.close()
        for process in idle:
            process.close()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that live."""
        with self._lock:
            return [process.pid for process in (*self._idle, *self._busy) if process.alive]

    def _limit(self, query: Query) -> float:
        """Return the seconds that `query` has; raise BadParameter if it asks for what is no time."""
        wanted = self._settings.time_limit if query.time_limit is None else query.time_limit
        if not (math.isfinite(wanted) and wanted > 0):
            raise BadParameter("The time limit must be a number of seconds above 0.", parameter="timeout")
        return min(wanted, self._settings.time_limit)

    def _take(self) -> Process:
        """Return a process that lives; who has a turn finds one, unless it has died meanwhile."""
        with self._lock:
            if self._closed:
                raise stopping()
            process = self._idle.pop() if self._idle else None
            if process is not None:
                self._busy.add(process)
        if process is not None and process.alive:
            return process
        if process is not None:
            self._retire(process)
        fresh = self._start()
        with self._lock:
            self._busy.add(fresh)
        return fresh

    def _put_back(self, process: Process) -> None:
        """Keep `process` for the next query, or another one if it has died or may not run at full speed again."""
        if process.alive and process.step_forward():
            with self._lock:
                self._busy.discard(process)
                if not self._closed:
                    self._idle.append(process)
                    return
        self._retire(process)
        if self._closed:
            return
        # Without a process to spare the next turn starts its own, and says why it cannot.
        with suppress(QueryError):
            fresh = self._start()
            with self._lock:
                if not self._closed:
                    self._idle.append(fresh)
                    return
            fresh.close()

    def _retire(self, process: Process) -> None:
        with self._lock:
            self._busy.discard(process)
        process.close()

    def _lengthen(self, turn: Turn, process: Process) -> None:
        if self._turns.lengthen(turn):
            process.step_back()

    def _start(self) -> Process:
        try:
            return Process(self._context, self._setup)
        except OSError as error:
            raise WorkerFailed(f"No worker can be started ({error}). Please try again; memory may be short.") from None
