"""The clock of the machine jumps while a server runs: no deadline, no Retry-After, no change of snapshots cares."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import Small
from tests.faults.service import Service, Witness, answers, ask, serving, until

pytestmark = pytest.mark.faketime

HOURS = "/sparql?query=SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
JUMPS = ("+400d", "-400d", "+0", "-3h", "+0")


class Clock:
    """The time of day that a server believes in, apart from the machine's."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.jump("+0")

    def jump(self, offset: str) -> None:
        self.file.write_text(offset + "\n", encoding="utf-8")


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def service(small: Small, clock: Clock, tmp_path: Path) -> Iterator[Service]:
    """A server of two workers whose time of day is that of `clock`, in all of its processes."""
    small.build()
    [library] = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    environment = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock.file),
        "FAKETIME_NO_CACHE": "1",
        # A clock that is set does not move the one that counts from the start of the machine.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "POLISGRAPH_WORKERS": "2",
        "POLISGRAPH_QUEUE": "1",
        "POLISGRAPH_TIME_LIMIT": "6",
    }
    with serving(small.home, tmp_path / "log", **environment) as running:
        yield running


def day(service: Service) -> str:
    """What day the engine thinks it is."""
    answer = ask(service.address, "/sparql?query=SELECT (STR(NOW()) AS ?now) {}", Accept="text/csv")
    return answer.text.splitlines()[1][:10]


def test_the_server_does_live_by_that_clock(service: Service, clock: Clock) -> None:
    today = day(service)
    clock.jump("+400d")
    assert day(service) > today
    clock.jump("-400d")
    assert day(service) < today


@pytest.mark.parametrize("jump", ["+400d", "-400d"])
def test_a_query_has_its_time_and_no_more(service: Service, clock: Clock, jump: str) -> None:
    with ThreadPoolExecutor() as threads:
        begun = time.monotonic()
        endless = threads.submit(ask, service.address, HOURS)
        service.computing()
        clock.jump(jump)
        answer = endless.result(timeout=60)
        assert answer.status_code == 504
        # Neither ended by the jump nor kept waiting for it.
        assert 5.5 < time.monotonic() - begun < 50


def test_who_is_refused_is_told_a_sensible_time(service: Service, clock: Clock) -> None:
    for jump in JUMPS:
        clock.jump(jump)
        with ThreadPoolExecutor(6) as threads:
            given = list(threads.map(lambda number: ask(service.address, f"{HOURS}#{number}"), range(6)))
        refused = [answer for answer in given if answer.status_code == 503]
        assert refused and {answer.status_code for answer in given} <= {503, 504}
        assert all(0 < int(answer.headers["Retry-After"]) <= 60 for answer in refused)


def test_answers_go_on_and_a_new_snapshot_takes_over(small: Small, service: Service, clock: Clock) -> None:
    before = answers(service.address)
    small.say("second")
    with Witness(service.address, [before]) as witness:
        for jump in JUMPS:
            clock.jump(jump)
            witness.seen(3)
            assert httpx.get(f"{service.address}/health", timeout=30).status_code == 200
        witness.seen(3)
    assert not witness.wrong and not witness.broken and set(witness.statuses) <= {200, 503, 504}
    for jump, word in (("-400d", "third"), ("+400d", "fourth")):
        clock.jump(jump)
        small.say(word)
        made = small.build()
        until(lambda: httpx.get(f"{service.address}/health", timeout=30).json()["snapshot"] == made.id)  # noqa: B023
        said = ask(service.address, "/sparql?query=SELECT DISTINCT ?word { ?s <http://example.org/says> ?word }")
        assert [row["word"]["value"] for row in said.json()["results"]["bindings"]] == [word]
