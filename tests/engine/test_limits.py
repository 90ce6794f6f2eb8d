"""Time, memory, crashes and the queue: what one query costs others."""

import json
import math
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from polisgraph.engine import Answer, Query
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.process import Process
from polisgraph.engine.turns import AWAITED
from polisgraph.engine.worker import STACK
from polisgraph.errors import Abandoned, Busy, QueryError, ResultTooLarge, TimeLimit, WorkerFailed
from tests.processes import computing, processor_seconds

_FOUR = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
_ANY = "(<http://example.org/even>|<http://example.org/odd>)*"
ENDLESS = {
    "cross product": f"SELECT (COUNT(*) AS ?n) {{ {_FOUR} . ?m ?n ?o }}",
    "path": f"SELECT (COUNT(*) AS ?n) {{ ?a {_ANY} ?b . ?c {_ANY} ?d . ?e {_ANY} ?f }}",
    "no match": f"ASK {{ {_FOUR} FILTER(CONCAT(STR(?a), STR(?d), STR(?l)) = 'x') }}",
    "graph": f"CONSTRUCT {{ ?a ?b ?c }} {{ {_FOUR} }}",
    "second parser": f"SELECT (COUNT(*) AS ?n) FROM <http://example.org/graph/many> {{ {_FOUR} }}",
}
LONG = Query(ENDLESS["cross product"])
CHEAP = Query("ASK { ?s ?p ?o }")


def workers(engine: LocalEngine) -> list[int]:
    """The process ids of an engine's workers."""
    return engine.pids


def busy(engine: LocalEngine) -> int:
    """The process id of the worker that computes, once there is one."""
    return computing(lambda: workers(engine), seconds=0.05)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as executor:
        yield executor


@pytest.mark.parametrize("kind", ENDLESS)
def test_an_endless_query_is_gone_at_the_deadline_while_others_are_answered(
    kind: str, start: Callable[..., LocalEngine], threads: ThreadPoolExecutor
) -> None:
    with closing(start(workers=2, time_limit=5.0)) as engine:
        engine.query(CHEAP)
        began = time.monotonic()
        endless = threads.submit(engine.query, Query(ENDLESS[kind]))
        pid, answered = busy(engine), 0
        while not endless.done():
            assert engine.query(CHEAP).form == "ASK"
            answered += not endless.done()
        with pytest.raises(TimeLimit, match="5 seconds") as caught:
            endless.result()
        assert caught.value.details["limit"] == 5
        assert time.monotonic() - began < 8
        assert answered
        assert not Path(f"/proc/{pid}").exists()
        assert engine.query(CHEAP).form == "ASK"


def test_the_processor_is_free_after_the_deadline(start: Callable[..., LocalEngine]) -> None:
    with closing(start(workers=1, time_limit=0.5)) as engine:
        with pytest.raises(TimeLimit):
            engine.query(LONG)
        engine.query(CHEAP)
        before = [processor_seconds(pid) for pid in workers(engine)]
        time.sleep(0.5)
        assert sum(processor_seconds(pid) for pid in workers(engine)) - sum(before) < 0.2


def test_what_nobody_waits_for_is_not_computed_any_further(
    start: Callable[..., LocalEngine], threads: ThreadPoolExecutor
) -> None:
    here = threading.Event()
    here.set()

    def ask() -> Answer:
        AWAITED.set(here.is_set)
        return engine.query(LONG)

    with closing(start(workers=1, queue=1, time_limit=60.0)) as engine:
        working = threads.submit(ask)
        pid = busy(engine)
        waiting = threads.submit(ask)
        here.clear()
        for one in (working, waiting):
            with pytest.raises(Abandoned):
                one.result(30)
        assert not Path(f"/proc/{pid}").exists()
        [fresh] = workers(engine)
        assert processor_seconds(fresh) < 0.5, "what waited for its turn was begun"
        assert engine.query(CHEAP).form == "ASK"


def test_a_request_may_ask_for_less_time_and_not_for_more(start: Callable[..., LocalEngine]) -> None:
    with closing(start(workers=1, time_limit=1.0)) as engine:
        for wanted, granted in ((0.3, 0.3), (8.0, 1.0), (None, 1.0)):
            with pytest.raises(TimeLimit) as caught:
                engine.query(Query(LONG.text, time_limit=wanted))
            assert caught.value.details["limit"] == granted


def test_the_time_spent_waiting_does_not_count(start: Callable[..., LocalEngine], threads: ThreadPoolExecutor) -> None:
    with closing(start(workers=1, time_limit=2.0)) as engine:
        engine.query(CHEAP)
        first = threads.submit(engine.query, Query(LONG.text, time_limit=1.0))
        busy(engine)
        assert engine.query(Query(CHEAP.text, time_limit=0.3)).form == "ASK"
        assert isinstance(first.exception(), TimeLimit)


def test_a_full_queue_refuses_at_once(start: Callable[..., LocalEngine], threads: ThreadPoolExecutor) -> None:
    with closing(start(workers=1, queue=1, time_limit=2.0)) as engine:
        engine.query(CHEAP)
        running = threads.submit(engine.query, LONG)
        busy(engine)
        waiting: list[Future[Answer]] = [threads.submit(engine.query, Query(CHEAP.text)) for _ in range(4)]
        refused = [one for one in waiting if isinstance(one.exception(), Busy)]
        assert len(refused) >= 3
        error = refused[0].exception()
        assert isinstance(error, Busy) and error.details["retry_after"] == 2
        assert isinstance(running.exception(), TimeLimit)
        assert engine.query(CHEAP).form == "ASK"


def test_waiting_has_an_end(start: Callable[..., LocalEngine], threads: ThreadPoolExecutor) -> None:
    with closing(start(workers=1, queue=8, time_limit=0.5)) as engine:
        outcomes = [one.exception() for one in [threads.submit(engine.query, LONG) for _ in range(8)]]
        assert {type(one) for one in outcomes} == {TimeLimit, Busy}
        assert engine.query(CHEAP).form == "ASK"


@pytest.mark.parametrize(
    ("sign", "expected"),
    [(signal.SIGKILL, WorkerFailed), (signal.SIGSEGV, WorkerFailed), (signal.SIGABRT, ResultTooLarge)],
)
def test_a_worker_that_dies_costs_one_query(
    sign: signal.Signals, expected: type[QueryError], start: Callable[..., LocalEngine], threads: ThreadPoolExecutor
) -> None:
    with closing(start(workers=2, time_limit=5.0)) as engine:
        engine.query(CHEAP)
        doomed = threads.submit(engine.query, LONG)
        os.kill(busy(engine), sign)
        assert engine.query(CHEAP).form == "ASK"
        assert type(doomed.exception()) is expected
        assert [engine.query(CHEAP).form for _ in range(5)] == ["ASK"] * 5


def test_workers_that_die_idle_cost_nothing(start: Callable[..., LocalEngine]) -> None:
    with closing(start(workers=2, time_limit=2.0)) as engine:
        for _ in range(2):
            engine.query(CHEAP)
            for pid in workers(engine):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
            assert engine.query(CHEAP).form == "ASK"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f",
        "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?f))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
        "CONSTRUCT { [] ?b ?f } { ?a ?b ?c . ?d ?e ?f }",
        "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT * { ?a ?b ?c . ?d ?e ?f } } }",
    ],
)
def test_memory_has_an_end(text: str, start: Callable[..., LocalEngine]) -> None:
    with closing(start(workers=1, memory_limit=100 * 1024**2, time_limit=300.0)) as engine:
        assert json.loads(engine.query(CHEAP).body)["boolean"] is True
        with pytest.raises(ResultTooLarge, match="memory"):
            engine.query(Query(text))
        assert engine.query(CHEAP).form == "ASK"


class Full:
    """A worker without memory for as much as an error."""

    needs_network, memory_limit = False, 2**30

    def open(self) -> "Full":
        return self

    def answer(self, query: Query) -> Answer:
        raise MemoryError


def test_who_has_no_memory_left_to_say_so_has_come_to_its_end_too() -> None:
    with closing(Process(multiprocessing.get_context("forkserver"), Full())) as process:
        with pytest.raises(ResultTooLarge, match="memory"):
            process.ask(CHEAP, 60.0, 60.0, lambda: None)
        assert not process.alive


def test_workers_can_be_ended_and_have_room(start: Callable[..., LocalEngine]) -> None:
    with closing(start(workers=1, memory_limit=300 * 1024**2)) as engine:
        engine.query(CHEAP)
        [pid] = workers(engine)
        status = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        # A handler in Python would run only once the engine comes back from its computation.
        for mask in ("SigIgn", "SigCgt", "SigBlk"):
            assert not int(status[mask], 16) >> (signal.SIGTERM - 1) & 1, mask
        assert resource.prlimit(pid, resource.RLIMIT_STACK)[0] == STACK
        assert resource.prlimit(pid, resource.RLIMIT_CORE)[0] == 0
        size = int(status["VmSize"].split()[0]) * 1024
        assert 200 * 1024**2 < resource.prlimit(pid, resource.RLIMIT_AS)[0] - size <= 300 * 1024**2


def test_closing_ends_the_workers(start: Callable[..., LocalEngine]) -> None:
    engine = start(workers=2)
    engine.query(CHEAP)
    running = workers(engine)
    assert len(running) == 2
    engine.close()
    engine.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in running)
    with pytest.raises(WorkerFailed):
        engine.query(CHEAP)


def test_closing_does_not_wait_for_a_query(start: Callable[..., LocalEngine], threads: ThreadPoolExecutor) -> None:
    engine = start(workers=1, time_limit=60.0)
    endless = threads.submit(engine.query, LONG)
    busy(engine)
    began = time.monotonic()
    engine.close()
    assert isinstance(endless.exception(timeout=10), WorkerFailed)
    assert time.monotonic() - began < 10


_ORPHAN = """
import sys, threading, time
from pathlib import Path
from polisgraph.engine import Query
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.worker import STACK
from polisgraph.settings import Settings
if __name__ == "__main__":
    engine = LocalEngine(Path(sys.argv[1]), frozenset(), Settings(workers=2, time_limit=2.0))
    engine.query(Query("ASK {}"))
    threading.Thread(target=engine.query, args=(Query(sys.argv[2]),), daemon=True).start()
    time.sleep(0.5)
    print(*engine.pids, flush=True)
    time.sleep(600)
"""


def test_workers_do_not_outlive_a_server_that_was_killed(store_path: Path, tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(_ORPHAN)
    with subprocess.Popen([sys.executable, str(script), str(store_path), LONG.text], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        pids = [int(pid) for pid in server.stdout.readline().split()]
        server.kill()
    assert len(pids) == 2
    for _ in range(50):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return
        time.sleep(0.1)
    for pid in pids:
        if Path(f"/proc/{pid}").exists():
            os.kill(pid, signal.SIGKILL)
    pytest.fail("workers go on without their server")


def test_many_threads_at_once(pool: LocalEngine) -> None:
    outcomes: list[str] = []
    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def ask() -> None:
        outcomes.append(pool.query(Query(text)).body.decode())

    running = [threading.Thread(target=ask) for _ in range(24)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert len(outcomes) == 24 and len(set(outcomes)) == 1
    assert math.isclose(int(json.loads(outcomes[0])["results"]["bindings"][0]["n"]["value"]), 2006)
