"""The clock of the machine jumps while a server runs: no deadline, no Retry-After, no change of snapshots cares."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import Small, make
from tests.faults.witness import Witness, answers, ask
from tests.processes import Program, at_work, get, serving, until

pytestmark = pytest.mark.faketime

HOURS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LIMIT = 4
"""Seconds that a query has."""
JUMPS = ("+400d", "-400d", "+0", "-3h", "+0")


class Clock:
    """The time of day that a server believes in, apart from the machine's."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.jump("+0")

    def jump(self, offset: str) -> None:
        # At once: of half a line the library would make some time or other.
        fresh = self.file.with_name("new")
        fresh.write_text(offset + "\n", encoding="utf-8")
        fresh.replace(self.file)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The home of the one server of these tests."""
    made = make(tmp_path_factory.mktemp("small"))
    made.build()
    return made


@pytest.fixture(scope="module")
def running_clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "clock")


@pytest.fixture
def clock(running_clock: Clock) -> Iterator[Clock]:
    """The clock of the server, right at first and right again at the end."""
    yield running_clock
    running_clock.jump("+0")


@pytest.fixture(scope="module")
def service(small: Small, running_clock: Clock) -> Iterator[Program]:
    """A server of two workers whose time of day is that of `clock`, in all of its processes."""
    [library] = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(running_clock.file),
        "FAKETIME_NO_CACHE": "1",
        # A clock that is set does not move the one that counts from the start of the machine.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "POLISGRAPH_WORKERS": "2",
        "POLISGRAPH_QUEUE": "1",
        "POLISGRAPH_TIME_LIMIT": str(LIMIT),
    }
    with serving(small.home, running_clock.file.with_name("log"), **environment) as running:
        yield running


def day(service: Program) -> str:
    """What day the engine thinks it is."""
    answer = ask(service.address, "/sparql?query=SELECT (STR(NOW()) AS ?now) {}", Accept="text/csv")
    return answer.text.splitlines()[1][:10]


def test_the_server_does_live_by_that_clock(service: Program, clock: Clock) -> None:
    today = day(service)
    clock.jump("+400d")
    assert day(service) > today
    clock.jump("-400d")
    assert day(service) < today


@pytest.mark.parametrize("jump", ["+400d", "-400d"])
def test_a_query_has_its_time_and_no_more(service: Program, clock: Clock, jump: str) -> None:
    with ThreadPoolExecutor() as threads:
        begun = time.monotonic()
        endless = threads.submit(ask, service.address, f"/sparql?query={HOURS}")
        at_work(service)
        clock.jump(jump)
        answer = endless.result(timeout=60)
        assert answer.status_code == 504
        # Neither ended by the jump nor kept waiting for it.
        assert LIMIT - 0.5 < time.monotonic() - begun < 50


def test_who_is_refused_is_told_a_sensible_time(service: Program, clock: Clock) -> None:
    def ask_hours(number: int) -> httpx.Response:
        parameters = {"query": f"{HOURS}#{number}", "timeout": "1"}
        return get(f"{service.address}/sparql", params=parameters)

    def refused() -> list[httpx.Response]:
        """Ask by twice as many as there is room for; on a busy machine they may come one after the other."""
        with ThreadPoolExecutor(6) as threads:
            given = list(threads.map(ask_hours, range(6)))
        assert {answer.status_code for answer in given} <= {503, 504}
        return [answer for answer in given if answer.status_code == 503]

    for jump in JUMPS:
        clock.jump(jump)
        assert all(0 < int(answer.headers["Retry-After"]) <= 60 for answer in until(refused))


def test_answers_go_on_and_a_new_snapshot_takes_over(small: Small, service: Program, clock: Clock) -> None:
    before = answers(service.address)
    small.say("second")
    with Witness(service.address, [before]) as witness:
        for jump in JUMPS:
            clock.jump(jump)
            witness.seen(3)
            assert get(f"{service.address}/health").status_code == 200
        witness.seen(3)
    assert not witness.wrong and not witness.broken and set(witness.statuses) <= {200, 503, 504}
    for jump, word in (("-400d", "third"), ("+400d", "fourth")):
        clock.jump(jump)
        small.say(word)
        made = small.build()
        until(lambda: get(f"{service.address}/health").json()["snapshot"] == made.id)  # noqa: B023
        said = ask(service.address, "/sparql?query=SELECT DISTINCT ?word { ?s <http://example.org/says> ?word }")
        assert [row["word"]["value"] for row in said.json()["results"]["bindings"]] == [word]
