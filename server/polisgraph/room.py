"""Keeps what costs work to make, up to a number of bytes; what was asked for longest ago goes first. Makes nothing."""

import threading
from collections.abc import Callable
from operator import itemgetter
from sys import getsizeof
from typing import Generic, TypeVar

from cachetools import LRUCache

from polisgraph import metrics

Key = TypeVar("Key")
Value = TypeVar("Value")

_SHARE = 8
"""What would take more than this part of the room is not kept: it would cost many others theirs."""


class Room(Generic[Key, Value]):
    """Room for values of one kind. Safe to use from many threads."""

    def __init__(self, name: str, size: int, sizeof: Callable[[Value], int]) -> None:
        """Keep up to `size` bytes: what `sizeof` says of the values, and their keys. The metrics call this `name`."""
        self._name, self._size, self._sizeof = name, size, sizeof
        self._kept: LRUCache[Key, tuple[int, Value]] = LRUCache(size, getsizeof=itemgetter(0))
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """Return what is kept under `key`."""
        with self._lock:
            return self._kept.get(key, (0, None))[1]

    def keep(self, key: Key, value: Value) -> None:
        """Keep `value` unless it is too large."""
        size = self._sizeof(value) + _weight(key)
        with self._lock:
            if size > self._size // _SHARE:
                return
            before, entries = self._kept.currsize, len(self._kept) + (key not in self._kept)
            self._kept[key] = (size, value)
            metrics.CACHE_BYTES.add(self._name, by=self._kept.currsize - before)
            metrics.CACHE_DROPPED.add(self._name, by=entries - len(self._kept))

    def close(self) -> None:
        """Forget everything; keep nothing more."""
        with self._lock:
            metrics.CACHE_BYTES.add(self._name, by=-self._kept.currsize)
            self._kept.clear()
            self._size = 0


def _weight(key: object) -> int:
    """Return the bytes that a key takes: strangers write it, and may write much into it."""
    return getsizeof(key) + (sum(map(_weight, key)) if type(key) is tuple and key else 0)
