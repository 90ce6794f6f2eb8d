"""What is kept stays within its room, whatever it is made of."""

import pytest

from polisgraph import metrics
from polisgraph.room import Room


def counted() -> tuple[float, float]:
    return metrics.CACHE_BYTES.value("test"), metrics.CACHE_DROPPED.value("test")


@pytest.mark.parametrize(("key", "value"), [(0, 5_000), (5_000, 0), (2_500, 2_500)])
def test_values_and_keys_together_have_an_end(key: int, value: int) -> None:
    room: Room[tuple[object, ...], bytes] = Room("test", 100_000, len)
    size, dropped = counted()
    for number in range(60):
        room.keep((str(number), ("x" * key, None)), bytes(value))
    assert 80_000 < counted()[0] - size <= 100_000
    assert 35 < counted()[1] - dropped < 45
    assert room.get(("0", ("x" * key, None))) is None
    assert room.get(("59", ("x" * key, None))) == bytes(value)
    room.close()
    assert counted()[0] == size


def test_what_is_asked_for_stays() -> None:
    room: Room[str, bytes] = Room("test", 100_000, len)
    for number in range(60):
        room.keep(str(number), bytes(5_000))
        assert room.get("0") is not None
    room.close()


def test_one_large_value_does_not_drive_out_many() -> None:
    room: Room[str, bytes] = Room("test", 100_000, len)
    room.keep("small", b"x")
    room.keep("large", bytes(20_000))
    assert room.get("small") == b"x" and room.get("large") is None
    room.close()


def test_what_is_kept_again_is_counted_once() -> None:
    room: Room[str, bytes] = Room("test", 100_000, len)
    before = counted()
    for _ in range(3):
        room.keep("one", bytes(5_000))
    assert 5_000 <= counted()[0] - before[0] < 6_000 and counted()[1] == before[1]
    room.close()


def test_a_closed_room_keeps_nothing() -> None:
    room: Room[str, bytes] = Room("test", 100_000, len)
    before = counted()
    room.close()
    room.keep("one", b"x")
    assert room.get("one") is None and counted() == before
