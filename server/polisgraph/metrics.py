"""What a server counts while it works: requests, queries, workers that ended, what caches saved. Shows nothing itself.

Whoever knows of an event counts it here; `web.exposition` shows the sums. The counters belong to the process and are
never reset, as Prometheus wants it: when the server changes to a new snapshot, they go on.

Counting costs under a microsecond and needs no library, because commands that serve nothing count too.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds, in seconds, of the steps in which durations are counted."""


class Metric:
    """A name in Prometheus' form without the prefix, what it means, and the labels that its values have."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.name, self.meaning, self.labels = name, meaning, labels
        self._lock = threading.Lock()
        ALL.append(self)


ALL: list[Metric] = []
"""Every metric, in the order in which they are shown."""


class Counter(Metric):
    """Something that happens again and again."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        super().__init__(name, meaning, *labels)
        self._values: dict[tuple[str, ...], float] = {}

    def add(self, *labels: str, by: float = 1) -> None:
        """Count `by` more for the values of the labels, in their order."""
        with self._lock:
            self._values[labels] = self._values.get(labels, 0) + by

    def value(self, *labels: str) -> float:
        """Return how many there were."""
        return self._values.get(labels, 0)

    def samples(self) -> list[tuple[tuple[str, ...], float]]:
        """Return the sums by the values of the labels; a sum without labels is there from the start."""
        with self._lock:
            return list(self._values.items()) or ([] if self.labels else [((), 0)])


class Gauge(Counter):
    """Something that is there now: it goes up by `add` and down by `add(…, by=-1)`."""

    @contextmanager
    def held(self, *labels: str) -> Iterator[None]:
        """Count one more for as long as the block runs."""
        self.add(*labels)
        try:
            yield
        finally:
            self.add(*labels, by=-1)


class Histogram(Metric):
    """How long something takes, counted in the steps of `BOUNDS`."""

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        super().__init__(name, meaning, *labels)
        self._values: dict[tuple[str, ...], list[float]] = {}

    def observe(self, seconds: float, *labels: str) -> None:
        """Count one that took `seconds`."""
        with self._lock:
            steps = self._values.get(labels)
            if steps is None:
                steps = self._values[labels] = [0.0] * (len(BOUNDS) + 2)
            steps[bisect_left(BOUNDS, seconds)] += 1
            steps[-1] += seconds

    def samples(self) -> list[tuple[tuple[str, ...], Sequence[float], float]]:
        """Return by the values of the labels how many took up to each bound and up to any time, and their sum."""
        with self._lock:
            found = [(labels, list(steps)) for labels, steps in self._values.items()]
        return [(labels, list(_accumulated(steps[:-1])), steps[-1]) for labels, steps in found]


def _accumulated(steps: Sequence[float]) -> Iterator[float]:
    total = 0.0
    for step in steps:
        total += step
        yield total


HTTP_REQUESTS = Counter("http_requests", "Requests that were answered.", "route", "method", "status")
HTTP_SECONDS = Histogram("http_request_seconds", "Seconds from a request to the last byte of its answer.", "route")

QUERIES = Counter(
    "queries",
    "Queries that the engine was asked, by what came of them: answered, or the short name of the error.",
    "outcome",
)
QUERY_SECONDS = Histogram("query_seconds", "Seconds in which the engine worked on a query; waiting does not count.")
QUERIES_WAITING = Gauge("queries_waiting", "Queries that wait for a worker.")
QUERIES_RUNNING = Gauge("queries_running", "Queries that a worker is at.")
WORKERS_ENDED = Counter(
    "workers_ended",
    "Workers that ended before their answer, by reason: deadline, memory, crash, killed (from outside), stuck (did not"
    " start), room (made for clients who use less, or the server stopped), abandoned (whoever asked has hung up).",
    "reason",
)

CACHE_LOOKUPS = Counter(
    "cache_lookups",
    "Looks into a cache, by what came of them: hit, miss, or joined (another request was at work on the same).",
    "cache",
    "outcome",
)
CACHE_BYTES = Gauge("cache_bytes", "Bytes that a cache holds.", "cache")
CACHE_DROPPED = Counter("cache_dropped", "Answers that a cache dropped to make room.", "cache")

SWITCHES = Counter(
    "snapshot_switches", "Changes of a running server to a new snapshot: done, or refused (damaged).", "outcome"
)
