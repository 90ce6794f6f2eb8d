"""Who gets a place, who waits, and who must make room."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from polisgraph.engine import turns
from polisgraph.engine.turns import Turn, Turns
from polisgraph.errors import Busy, WorkerFailed


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as executor:
        yield executor


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(turns, "monotonic", found)
    return found


def wait_until(places: Turns, waiting: int) -> None:
    for _ in range(1000):
        if places.waiting == waiting:
            return
        time.sleep(0.005)
    raise AssertionError(f"{places.waiting} wait, not {waiting}")


def use(places: Turns, clock: Clock, client: str, seconds: float) -> None:
    turn = places.take(client)
    clock.now += seconds
    places.leave(turn)


def test_who_has_used_least_is_next(clock: Clock, threads: ThreadPoolExecutor) -> None:
    places = Turns(1, 8, 30)
    use(places, clock, "much", 4)
    use(places, clock, "little", 1)
    running = places.take("other")
    taken: list[Future[Turn]] = []
    for number, client in enumerate(("much", "little", "new"), start=1):
        taken.append(threads.submit(places.take, client))
        wait_until(places, number)
    for expected in (2, 1, 0):
        places.leave(running)
        running = taken[expected].result(5)
        assert [one.done() for one in taken] == [number >= expected for number in range(3)]


def test_one_client_alone_has_every_place_for_long_queries(clock: Clock) -> None:
    places = Turns(3, 8, 30)
    for _ in range(3):
        turn = places.take("alone")
        clock.now += 1
        assert places.lengthen(turn) is False
    assert places.running == 3


def test_long_queries_leave_a_place_to_others(clock: Clock, threads: ThreadPoolExecutor) -> None:
    places = Turns(3, 8, 30)
    use(places, clock, "cheap", 0.01)
    for _ in range(2):
        turn = places.take("heavy")
        clock.now += 2
        assert places.lengthen(turn) is True
    third = threads.submit(places.take, "heavy")
    wait_until(places, 1)
    cheap = places.take("cheap")
    assert not third.done() and places.running == 3
    places.leave(cheap)
    assert not third.done(), "the last place is kept for cheap queries"
    places.leave(turn)
    assert third.result(5).client == "heavy"


def test_the_longest_makes_room_for_who_has_used_far_less(clock: Clock, threads: ThreadPoolExecutor) -> None:
    places = Turns(2, 8, 30)
    evicted: list[str] = []
    running = []
    for client in ("heavy", "heavier"):
        turn = places.take(client)
        turn.evict = lambda client=client: evicted.append(client)  # type: ignore[misc]
        running.append(turn)
        clock.now += 3
    running[1].client = "heavier"
    for turn in running:
        places.lengthen(turn)
    new = threads.submit(places.take, "new")
    wait_until(places, 1)
    assert evicted == ["heavy"], "it has run for six seconds, the other one for three"
    assert running[0].evicted and not running[1].evicted
    places.leave(running[0])
    assert new.result(5).client == "new"


def test_nobody_makes_room_for_an_equal(clock: Clock, threads: ThreadPoolExecutor) -> None:
    places = Turns(1, 8, 30)
    use(places, clock, "second", 2)
    turn = places.take("first")
    turn.evict = lambda: pytest.fail("evicted")
    clock.now += 3
    places.lengthen(turn)
    waiting = threads.submit(places.take, "second")
    wait_until(places, 1)
    assert not turn.evicted
    places.leave(turn)
    waiting.result(5)


def test_a_query_that_is_not_long_is_left_alone(clock: Clock, threads: ThreadPoolExecutor) -> None:
    places = Turns(1, 8, 30)
    use(places, clock, "heavy", 20)
    turn = places.take("heavy")
    waiting = threads.submit(places.take, "new")
    wait_until(places, 1)
    assert not turn.evicted
    clock.now += 1
    places.lengthen(turn)
    assert turn.evicted
    places.leave(turn)
    waiting.result(5)


def test_use_is_forgotten(clock: Clock) -> None:
    places = Turns(1, 8, 30)
    use(places, clock, "client", 8)
    assert places._use("client", clock.now) == pytest.approx(8)
    clock.now += turns.RECENT
    assert places._use("client", clock.now) == pytest.approx(8 / 2.718, rel=0.01)


def test_many_clients_do_not_fill_memory(clock: Clock) -> None:
    places = Turns(1, 8, 30)
    for number in range(turns._CLIENTS + 50):
        use(places, clock, str(number), 0.001)
    assert len(places._used) == turns._CLIENTS


def test_the_queue_has_an_end_and_waiting_too(threads: ThreadPoolExecutor) -> None:
    places = Turns(1, 1, 0.2)
    turn = places.take("a")
    waiting = threads.submit(places.take, "b")
    wait_until(places, 1)
    with pytest.raises(Busy) as refused:
        places.take("c")
    assert refused.value.details["retry_after"] == 1
    assert isinstance(waiting.exception(5), Busy)
    assert places.waiting == 0
    places.leave(turn)
    places.leave(places.take("c"))


def test_closing_sends_everybody_away(threads: ThreadPoolExecutor) -> None:
    places = Turns(1, 4, 30)
    turn = places.take("a")
    ended = threading.Event()
    turn.evict = ended.set
    waiting = threads.submit(places.take, "b")
    wait_until(places, 1)
    places.close()
    assert isinstance(waiting.exception(5), WorkerFailed) and ended.is_set()


def test_places_are_never_given_twice(threads: ThreadPoolExecutor) -> None:
    places = Turns(3, 100, 30)
    most: list[int] = []

    def run(client: str) -> None:
        for _ in range(50):
            turn = places.take(client)
            most.append(places.running)
            places.leave(turn)

    for done in [threads.submit(run, str(number % 5)) for number in range(12)]:
        done.result(30)
    assert max(most) <= 3 and places.running == places.waiting == 0
