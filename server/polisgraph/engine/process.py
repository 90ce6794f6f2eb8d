"""A worker process as the server sees it: start it, ask it, end it. Knows nothing of other queries or clients."""

import math
import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.context import BaseContext
from time import monotonic

from polisgraph import metrics
from polisgraph.engine import Answer, Query, worker
from polisgraph.engine.answering import out_of_memory
from polisgraph.engine.turns import AWAITED, abandoned
from polisgraph.errors import QueryError, TimeLimit, WorkerFailed

START = 60.0
"""Seconds in which a new process must have opened its store, on however busy a machine."""
LOOK = 1.0
"""Seconds between two looks whether somebody still waits for the answer."""
_GONE = 5.0
"""Seconds that the system may take to report a dead process."""
_REASONS = {-signal.SIGALRM: "deadline", -signal.SIGABRT: "memory", -signal.SIGKILL: "killed"}
_LOW = 10
"""How much a process that works on a long query steps back behind the others."""


class Process:
    """One worker process and the pipe to it. Used by one thread at a time; `kill` may come from any."""

    def __init__(self, context: BaseContext, setup: worker.Job) -> None:
        """Start the process; it opens its store while the caller goes on. Raises OSError if it cannot be started."""
        self._pipe, end = context.Pipe()
        try:
            self._process = context.Process(target=worker.work, args=(end, setup), daemon=True)  # type: ignore[attr-defined]
            self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            end.close()
        self._ready = self._low = self._ended = False

    @property
    def pid(self) -> int:
        return int(self._process.pid)

    @property
    def alive(self) -> bool:
        """Whether it runs; the pipe of one that has died has something to say, its end."""
        with suppress(OSError):
            return not (self._ended or (self._has_said(0) if self._ready else not self._process.is_alive()))
        return False

    def ask(self, query: Query, limit: float, patience: float, long: Callable[[], None]) -> Answer:
        """Return the worker's answer; call `long` if it takes more than `patience` seconds.

        Raises TimeLimit if it takes more than `limit` seconds, Abandoned once nobody waits for it any more (`AWAITED`),
        and whatever QueryError the worker raises or died of.
        The process has ended after an error that is not the query's own; then `alive` is False.
        """
        try:
            if not self._ready:
                self._await_start()
            self._pipe.send((query, limit))
            deadline = monotonic() + limit
            if not self._has_said(min(patience, limit)):
                long()
                while not self._has_said(min(LOOK, max(0.0, deadline - monotonic()))):
                    if monotonic() >= deadline:
                        raise self._ended_for("deadline", too_late(limit))
                    if not AWAITED.get()():
                        raise self._ended_for("abandoned", abandoned())
            return self._receive()
        except (EOFError, OSError):
            made_room = self._ended
            self.kill()
            code = self._exit_code()
            metrics.WORKERS_ENDED.add("room" if made_room else _REASONS.get(code, "crash"))
            raise _failure(code, limit) from None

    def _ended_for(self, reason: str, error: QueryError) -> QueryError:
        self.kill()
        metrics.WORKERS_ENDED.add(reason)
        return error

    def step_back(self) -> None:
        """Let other processes go first when the processors are short."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _LOW)
            self._low = True

    def step_forward(self) -> bool:
        """Undo `step_back`; return whether the system lets us (a common user may not)."""
        if self._low:
            try:
                os.setpriority(os.PRIO_PROCESS, self.pid, 0)
            except OSError:
                return False
            self._low = False
        return True

    def kill(self) -> None:
        """End the process at once, whatever it is at."""
        self._ended = True
        self._process.kill()

    def close(self) -> None:
        """End the process and let go of it; may be called twice."""
        self.kill()
        self._process.join(_GONE)
        self._pipe.close()

    def _await_start(self) -> None:
        if not self._has_said(START):
            self.kill()
            metrics.WORKERS_ENDED.add("stuck")
            raise WorkerFailed("A new worker did not open its store in time. Please try again.")
        problem = self._pipe.recv()
        if problem is not None:
            self.kill()
            raise problem
        self._ready = True

    def _has_said(self, seconds: float) -> bool:
        """Wait up to `seconds` for the process to say something, if only that it has ended."""
        # The pipe's own `poll` does the same with a selector in Python, at many times the cost.
        waiting = select.poll()
        waiting.register(self._pipe, select.POLLIN)
        return bool(waiting.poll(math.ceil(seconds * 1000)))

    def _receive(self) -> Answer:
        """Return what the worker says: an error, or an answer."""
        said = self._pipe.recv()
        if isinstance(said, QueryError):
            raise said
        body, *about = said
        return Answer(self._pipe.recv_bytes() if body is None else body, *about)

    def _exit_code(self) -> int:
        self._process.join(_GONE)
        return int(self._process.exitcode or 0)


def too_late(limit: float) -> TimeLimit:
    """Return the error for a query that took more than `limit` seconds."""
    return TimeLimit(
        f"The query ran for more than {limit:g} seconds."
        " Narrow the pattern, put the most selective part first, or add a LIMIT.",
        limit=limit,
    )


def _failure(exit_code: int, limit: float) -> QueryError:
    """Return the error for a worker that died. A negative code is the signal that ended it."""
    if exit_code == -signal.SIGALRM:
        return too_late(limit)
    # Rust and C++ abort when they get no memory.
    if exit_code == -signal.SIGABRT:
        return out_of_memory()
    if exit_code == -signal.SIGKILL:
        return WorkerFailed("The query's worker was killed from outside, most likely because memory ran short.")
    return WorkerFailed("The query crashed its worker. Make it simpler: fewer levels, shorter chains.")
