"""What one worker process does: take limits upon itself, answer queries one at a time. Reads no query itself."""

import ctypes
import os
import resource
import select
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import ClassVar, Protocol

from polisgraph.engine import Answer, Query
from polisgraph.errors import QueryError

STACK = 128 * 1024**2
"""Bytes of stack. With it no query of 64 kB was found that overflows, whatever it nests or chains; Linux
keeps this much room for the stack to grow, whatever the limit was at start."""
FRAMES = 20_000
"""Python frames that rdflib's parser may stack up: it takes some 40 for each bracket."""


class Answering(Protocol):
    """What a worker process does with each query."""

    def answer(self, query: Query) -> Answer:
        """Return the whole answer, or raise a QueryError."""


class Job(Protocol):
    """What a worker process needs to know; goes to it by pickle."""

    needs_network: ClassVar[bool]

    @property
    def memory_limit(self) -> int:
        """Bytes of address space that it may use beyond what it has after start."""

    def open(self) -> Answering:
        """Return what answers, with its data at hand; raise QueryError if there is none."""


SMALL = 64 * 1024
"""Bytes up to which the body of an answer is sent along with the rest, which copies it but wakes the server once."""
LATE = 1.0
"""Seconds after its deadline at which a worker ends itself."""


def work(pipe: Connection, setup: Job) -> None:
    """Be a worker process: open the store, say None (or the error) when ready, then answer what comes through `pipe`.

    A query comes with its seconds; back goes a QueryError, or an answer, whose body follows if it is large. Ends when
    the server closes the pipe, or `LATE` seconds after a query's deadline: the server enforces deadlines, and this is
    for a query whose server has died.
    """
    try:
        worker = _start(setup, pipe)
    except QueryError as error:
        pipe.send(error)
        return
    pipe.send(None)
    with suppress(EOFError, OSError):
        while True:
            query, limit = pipe.recv()
            signal.setitimer(signal.ITIMER_REAL, limit + LATE)
            try:
                _reply(pipe, worker, query)
            except MemoryError:
                # Not even enough is left to say so. The engine ends in this way too where it gets none.
                os.abort()
            signal.setitimer(signal.ITIMER_REAL, 0)


def _reply(pipe: Connection, worker: Answering, query: Query) -> None:
    try:
        answer = worker.answer(query)
    except QueryError as error:
        pipe.send(error)
    else:
        is_small = len(answer.body) <= SMALL
        pipe.send((answer.body if is_small else None, answer.media_type, answer.form, answer.cacheable))
        if not is_small:
            pipe.send_bytes(answer.body)


def _start(setup: Job, pipe: Connection) -> Answering:
    """Open the store and limit this process."""
    # The server's signals are not ours: a handler in Python would not run while the engine computes, and under some
    # servers a signal is inherited as ignored. An interrupt at the terminal is for the server to handle.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not setup.needs_network:
        _leave_network()  # while there is one thread: the system refuses it to several
    _end_with(pipe)
    _hide_engine_output()
    worker = setup.open()
    sys.setrecursionlimit(FRAMES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_STACK, STACK)
    statm = Path("/proc/self/statm")
    if statm.exists():
        _limit(
            resource.RLIMIT_AS,
            int(statm.read_text().split()[0]) * resource.getpagesize() + setup.memory_limit,
        )
        # If the machine runs short of memory all the same, it is a worker that has to go and not the server.
        Path("/proc/self/oom_score_adj").write_text("1000")
    return worker


def _hide_engine_output() -> None:
    """Hide what the engine prints when it runs out of memory, for the server tells that; what Python prints stays."""
    sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)


def _limit(kind: int, value: int) -> None:
    """Set a soft limit to `value`, or to the hard limit where that is lower."""
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _end_with(pipe: Connection) -> None:
    """End this process, whatever it is at, when nobody holds the other end of `pipe` any more: its server has ended."""
    poll = select.poll()
    poll.register(pipe.fileno(), 0)  # a hang-up is always told

    def wait() -> None:
        poll.poll()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def _leave_network() -> bool:
    """Move this process into a network of its own, without any interface; return whether the system let it.

    A second wall behind the refusal of SERVICE: a query that fooled every parser finds nobody to talk to.
    """
    new_user, new_network = 0x10000000, 0x40000000
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    return unshare is not None and (unshare(new_network) == 0 or unshare(new_user | new_network) == 0)
