"""Puts requests to a server and times the answers: one after the other, or many at once with wrk."""

import http.client
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.benchmarks.work import NONCE, Request

CLIENTS = (1, 8, 64)
"""How many clients there are under load."""
TIME_LIMIT = 10.0
"""Seconds that a query may take, as in the settings of Polisgraph."""

_JSON = "application/sparql-results+json"
_LUA = Path(__file__).with_name("requests.lua")
_numbers = count(1)
"""One number for each unrepeated request of this run, whoever sends it."""
_WRK_NUMBERS = 1_000_000
"""How many numbers are set aside for one run of wrk."""
_wrk_runs = count(10)


@dataclass(frozen=True)
class Answer:
    """What came back: rows or triples, or -1 and why not."""

    rows: int
    seconds: float
    problem: str = ""
    size: int = 0
    """Bytes of the body."""


@dataclass(frozen=True)
class Latency:
    """Seconds to the whole answer at the median and at the 99th percentile, over so many requests.

    A request that failed counts with the time until it did.
    """

    p50: float
    p99: float
    requests: int
    failed: int


@dataclass(frozen=True)
class Throughput:
    """Right answers a second, their latency in seconds, and the share of requests that failed."""

    per_second: float
    p50: float
    p99: float
    failed: float


class Client:
    """One client with one connection that is kept open, as a program would have it."""

    def __init__(self, host: str, limit: float = TIME_LIMIT) -> None:
        self._connection = http.client.HTTPConnection(host, timeout=limit + 1)

    def close(self) -> None:
        self._connection.close()

    def ask(self, request: Request, *, count_rows: bool = False) -> Answer:
        """Return the answer to `request`, a nonce in it made a number of its own."""
        number = f"{next(_numbers):08}"
        path, body = request.path.replace(NONCE, number), request.body.replace(NONCE, number)
        headers = {"Accept": request.media_type} | ({"Content-Type": "application/sparql-query"} if body else {})
        started = time.perf_counter()
        try:
            self._connection.request(request.method, path, body.encode() or None, headers)
            response = self._connection.getresponse()
            content = response.read()
        except TimeoutError:
            self.close()
            return Answer(-1, time.perf_counter() - started, "too slow")
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(-1, time.perf_counter() - started, f"broken off: {type(error).__name__}")
        seconds = time.perf_counter() - started
        if response.status != 200:
            return Answer(-1, seconds, f"{response.status} {' '.join(content[:120].decode(errors='replace').split())}")
        if request.media_type == _JSON and not content.rstrip().endswith(b"}"):
            return Answer(-1, seconds, "cut off, with status 200")
        return Answer(_rows(content, request.media_type) if count_rows else 0, seconds, size=len(content))


def latencies(
    clients: Sequence[Client], rounds: Iterable[Sequence[Request]], budget: float, least: int
) -> list[Latency | None]:
    """Let `clients` take turns, each with its request of every round; return the times of each.

    At least so many rounds, then until one of them has had `budget` seconds: medians are about the same requests and
    the same moments. None where not a single one was answered.
    """
    times: list[list[float]] = [[] for _ in clients]
    failed = [0] * len(clients)
    order = list(range(len(clients)))
    for requests in rounds:
        for n in order:
            answer = clients[n].ask(requests[n])
            failed[n] += answer.rows < 0
            times[n].append(answer.seconds)
        # Who comes second finds in memory what the first has read.
        order.reverse()
        if not clients or (len(times[0]) >= least and max(map(sum, times)) > budget):
            break
    return [
        None if failures == len(each) else Latency(statistics.median(each), percentile(each, 0.99), len(each), failures)
        for each, failures in zip(times, failed, strict=True)
    ]


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _rows(content: bytes, media_type: str) -> int:
    if media_type == "application/n-triples":
        return len({line for line in content.splitlines() if line.strip() and not line.startswith(b"#")})
    return len(json.loads(content)["results"]["bindings"])


def throughput(host: str, requests: Sequence[Request], clients: int, seconds: float) -> Throughput:
    """Let `clients` send `requests` in turn for so many seconds, with wrk; a nonce is a new number each time."""
    unrepeated = any(NONCE in request.path or NONCE in request.body for request in requests)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requests"
        file.write_bytes(b"".join(b"%d\n%b" % (len(raw), raw) for raw in (request.raw(host) for request in requests)))
        first = next(_wrk_runs) * _WRK_NUMBERS % 90_000_000
        done = subprocess.run(
            ["wrk", "--threads", "1", "--connections", str(clients), "--duration", f"{max(1, round(seconds))}s",
             "--timeout", "120s", "--script", str(_LUA), f"http://{host}", "--", str(file),
             NONCE if unrepeated else "-", str(first)],
            capture_output=True, text=True, check=True, timeout=seconds + 200,
        )  # fmt: skip
    found = json.loads(done.stdout.strip().splitlines()[-1])
    wrong = found["refused"] + found["broken"]
    right = max(0, found["requests"] - found["refused"])
    share = wrong / max(1, found["requests"] + found["broken"])
    return Throughput(right / found["seconds"], found["p50"] / 1e6, found["p99"] / 1e6, share)
