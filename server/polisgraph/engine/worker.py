"""What one worker process does: open the store, take limits upon itself, answer queries one at a time.

It imports only what a plain query needs, because a new worker stands between a crash and the next answer:
rdflib comes in with the first query that may contain SERVICE or FROM. It must not touch the network.
"""

import ctypes
import os
import resource
import select
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from pyoxigraph import QueryTriples, Store

from polisgraph.engine import Answer, Query
from polisgraph.engine.dataset import Dataset, Views
from polisgraph.engine.diagnosis import syntax_error
from polisgraph.engine.gate import Checked, check
from polisgraph.engine.writing import write_graph, write_results
from polisgraph.errors import BadQuery, NotAcceptable, QueryError, ResultTooLarge, StoreDamaged, WorkerFailed
from polisgraph.results import GRAPH_TYPES, RESULT_TYPES

STACK = 128 * 1024**2
"""Bytes of stack. With it no query of 64 kB was found that overflows, whatever it nests or chains; Linux
keeps this much room for the stack to grow, whatever the limit was at start."""
FRAMES = 20_000
"""Python frames that rdflib's parser may stack up: it takes some 40 for each bracket."""

_FAULTS_OF_STORE = ("Corruption", "IO error")
"""How RocksDB's complaints begin, which come as the same kind of exception as those about the query."""

LATE = 1.0
"""Seconds after its deadline at which a worker ends itself."""


@dataclass(frozen=True)
class Setup:
    """What a worker needs to know; goes to it by pickle."""

    store_path: Path
    graphs: frozenset[str]
    prefixes: Mapping[str, str]
    memory_limit: int
    result_limit: int
    query_limit: int


class Worker:
    """An open store that answers queries. Has no deadline of its own: whoever runs it kills it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._views = Views(Store.read_only(str(setup.store_path)))

    def answer(self, query: Query) -> Answer:
        """Return the whole answer, or raise a QueryError."""
        try:
            return self._answer(query)
        except QueryError:
            raise
        except MemoryError:
            raise out_of_memory() from None
        except SyntaxError as error:
            raise BadQuery(f"Syntax error: {error}") from None
        except OSError as error:
            raise _damaged(error) from None
        except RuntimeError as error:
            if str(error).startswith(_FAULTS_OF_STORE):
                raise _damaged(error) from None
            # A function that does not exist, for one.
            raise BadQuery(f"The query cannot be run: {error}") from None
        except Exception as error:
            raise WorkerFailed(f"The query failed: {error}") from None

    def _answer(self, query: Query) -> Answer:
        checked = check(query.text, self._setup.query_limit)
        asked = Dataset.of(query.default_graphs, query.named_graphs)
        dataset = self._examine(checked, asked)
        dataset.check(self._setup.graphs)
        view = self._views.of(dataset)
        try:
            result = view.store.query(checked.text, default_graph=view.default, named_graphs=view.named)
        except SyntaxError:
            raise (syntax_error(checked, dict(self._setup.prefixes)) or BadQuery("Syntax error.")) from None
        limit, form = self._setup.result_limit, checked.form or ""
        if isinstance(result, QueryTriples):
            media_type = _acceptable(query.graph_type, GRAPH_TYPES, form)
            body = write_graph(result, media_type, self._setup.prefixes, limit)
        else:
            media_type = _acceptable(query.results_type, RESULT_TYPES, form)
            body = write_results(result, media_type, limit)
        return Answer(body, media_type, form, cacheable=not checked.volatile)

    def _examine(self, checked: Checked, asked: Dataset) -> Dataset:
        """Return the dataset: `asked` if it names graphs (SPARQL 1.1 Protocol §2.1.4), or the query's own."""
        if not checked.suspect:
            return asked
        from polisgraph.engine.algebra import dataset_clauses

        try:
            written = Dataset.of(*dataset_clauses(checked.text))
        except BadQuery as error:
            raise (syntax_error(checked, dict(self._setup.prefixes)) or error) from None
        return written if asked == Dataset() else asked


def _damaged(error: Exception) -> StoreDamaged:
    # What the engine says goes on to name the file, which is nobody's business.
    kind = str(error).split(":")[0]
    return StoreDamaged(f"The data on the server's disk cannot be read ({kind}). Its operator finds more in the log.")


def out_of_memory() -> ResultTooLarge:
    """Return the error for a query that needed more memory than a worker may take."""
    return ResultTooLarge(
        "The query needs more memory than it may have. Narrow the pattern, add a LIMIT in a subselect, or"
        " avoid ORDER BY, GROUP BY and DISTINCT over very many rows."
    )


def _acceptable(media_type: str | None, offered: tuple[str, ...], form: str) -> str:
    if media_type in offered:
        return media_type
    raise NotAcceptable(f"{form} answers come as {', '.join(offered)}.", offered=list(offered))


def work(pipe: Connection, setup: Setup) -> None:
    """Be a worker process: open the store, say None (or the error) when ready, then answer what comes through `pipe`.

    A query comes with its seconds; back goes a QueryError, or the head of an answer and then its body. Ends when the
    server closes the pipe, or `LATE` seconds after a query's deadline: the server enforces deadlines, and this is for a
    query whose server has died.
    """
    try:
        worker = _start(setup, pipe)
    except (OSError, RuntimeError) as error:
        pipe.send(_damaged(error))
        return
    pipe.send(None)
    with suppress(EOFError, OSError):
        while True:
            query, limit = pipe.recv()
            signal.setitimer(signal.ITIMER_REAL, limit + LATE)
            _reply(pipe, worker, query)
            signal.setitimer(signal.ITIMER_REAL, 0)


def _reply(pipe: Connection, worker: Worker, query: Query) -> None:
    try:
        answer = worker.answer(query)
    except QueryError as error:
        pipe.send(error)
    else:
        pipe.send((answer.media_type, answer.form, answer.cacheable))
        pipe.send_bytes(answer.body)


def _start(setup: Setup, pipe: Connection) -> Worker:
    """Open the store and limit this process."""
    # The server's signals are not ours: a handler in Python would not run while the engine computes, and under some
    # servers a signal is inherited as ignored. An interrupt at the terminal is for the server to handle.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _leave_network()  # while there is one thread: the system refuses it to several
    _end_with(pipe)
    worker = Worker(setup)
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
