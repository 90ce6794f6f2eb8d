"""Answers queries from a snapshot, in worker processes that are killed at the deadline. Parses nothing."""

import math
import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from polisgraph.engine import Answer, Query, worker
from polisgraph.engine.gate import check_length
from polisgraph.errors import BadParameter, Busy, QueryError, SnapshotError, TimeLimit, WorkerFailed
from polisgraph.namespaces import PREFIXES
from polisgraph.settings import Settings

GRACE = 5.0
"""Seconds beyond the deadline after which a pool that has not answered is given up."""


class LocalEngine:
    """A pool of workers, each with the store open read-only. Safe to use from many threads."""

    def __init__(self, store_path: Path, graphs: frozenset[str], settings: Settings) -> None:
        """Start the workers on the store in `store_path`; `graphs` are those that clients may name.

        Raise SnapshotError if there is no store.
        """
        if not (store_path / "CURRENT").is_file():
            raise SnapshotError(f"{store_path} is not a store. Run: polisgraph build")
        self._settings = settings
        self._setup = worker.Setup(
            store_path.resolve(),
            graphs,
            dict(PREFIXES),
            settings.memory_limit,
            settings.result_limit,
            settings.query_limit,
        )
        self._places = threading.BoundedSemaphore(settings.workers + settings.queue)
        # The pool never holds more queries than it has workers, so one that waits can leave without a trace.
        self._workers = threading.BoundedSemaphore(settings.workers)
        self._lock = threading.Lock()
        self._closed = False
        self._running: set[ProcessFuture[Answer]] = set()
        self._pool = self._start()

    def query(self, query: Query) -> Answer:
        """Return the whole answer to `query`, or raise a QueryError."""
        check_length(query.text, self._settings.query_limit)
        limit = self._limit(query)
        with self._turn():
            return self._run(query, limit)

    def close(self) -> None:
        """End the workers and what they are at; the engine answers no more."""
        with self._lock:
            self._closed = True
            _end(self._pool, self._running)

    def _limit(self, query: Query) -> float:
        """Return the seconds that `query` has; raise BadParameter if it asks for what is no time."""
        wanted = self._settings.time_limit if query.time_limit is None else query.time_limit
        if not (math.isfinite(wanted) and wanted > 0):
            raise BadParameter("The time limit must be a number of seconds above 0.", parameter="timeout")
        return min(wanted, self._settings.time_limit)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for a free worker, but not longer than a query may run; raise Busy otherwise."""
        busy = Busy(
            "All workers are busy. Please try again in a moment.",
            retry_after=math.ceil(self._settings.time_limit),
        )
        if not self._places.acquire(blocking=False):
            raise busy
        try:
            if not self._workers.acquire(timeout=self._settings.time_limit):
                raise busy
            try:
                yield
            finally:
                self._workers.release()
        finally:
            self._places.release()

    def _run(self, query: Query, limit: float) -> Answer:
        """Have a worker answer `query`. A pool that broke before it took the query is replaced, once."""
        for _ in range(2):
            pool = self._pool
            try:
                return self._ask(pool, query, limit)
            except TimeoutError:
                self._replace(pool)
                break
            except RuntimeError:  # also pebble's BrokenProcessPool
                self._replace(pool)
        raise WorkerFailed("No worker could take the query. Please try again; if it persists, see the server's log.")

    def _ask(self, pool: ProcessPool, query: Query, limit: float) -> Answer:
        """Return a worker's answer; raise TimeoutError if the pool is stuck and RuntimeError if it is broken."""
        # The deadline counts from the moment in which a worker takes the query.
        future = pool.schedule(worker.answer, args=(query, limit), timeout=limit)
        self._running.add(future)
        try:
            return future.result(timeout=limit + GRACE)
        except QueryError as error:
            raise error from None  # without pebble's copy of the worker's traceback
        except ProcessExpired as error:
            raise _failure(error.exitcode, limit) from None
        except TimeoutError:
            if future.done():
                raise _too_late(limit) from None
            raise
        finally:
            self._running.discard(future)

    def _start(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        # Workers are forked from a process that has imported all they need: ready in 30 ms instead of 200.
        context.set_forkserver_preload(["pebble.pool.process", worker.__name__])
        pool = ProcessPool(self._settings.workers, initializer=worker.start, initargs=(self._setup,), context=context)
        pool.schedule(worker.ready)
        return pool

    def _replace(self, broken: ProcessPool) -> None:
        """Put a new pool in the place of `broken`, unless another thread has done so."""
        with self._lock:
            if self._pool is broken and not self._closed:
                lost = set(self._running)
                self._pool = self._start()
                _end(broken, lost)


def _end(pool: ProcessPool, running: set[ProcessFuture[Answer]]) -> None:
    """End a pool and its workers; who waits for one of the queries that were `running` waits no longer."""
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()
    for future in tuple(running):
        if not future.done():
            future.set_exception(WorkerFailed("The server ended the query's worker. Please try again."))


def _too_late(limit: float) -> TimeLimit:
    return TimeLimit(
        f"The query ran for more than {limit:g} seconds."
        " Narrow the pattern, put the most selective part first, or add a LIMIT.",
        limit=limit,
    )


def _failure(exit_code: int, limit: float) -> QueryError:
    """Return the error for a worker that died. A negative code is the signal that ended it."""
    if exit_code == -signal.SIGALRM:
        return _too_late(limit)
    # Rust and C++ abort when they get no memory.
    if exit_code == -signal.SIGABRT:
        return worker.out_of_memory()
    if exit_code == -signal.SIGKILL:
        return WorkerFailed("The query's worker was killed from outside, most likely because memory ran short.")
    return WorkerFailed("The query crashed its worker. Make it simpler: fewer levels, shorter chains.")
