"""A real server in processes of its own, and a client that compares every byte that it gets with what it must be."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

QUERIES = (
    "SELECT * { ?s a ?class } ORDER BY ?s ?class LIMIT 200",
    "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p",
    "CONSTRUCT WHERE { ?s a ?o }",
    'SELECT ?s ?o { ?s ?p ?o FILTER(isLITERAL(?o) && CONTAINS(STR(?o), "ec")) } ORDER BY ?s ?o',
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
)
ADDRESSES = (*(f"/sparql?query={httpx.QueryParams({'q': query})['q']}" for query in QUERIES), "/dumps/polisgraph.nq.gz")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Service:
    """A running server."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path

    def descendants(self) -> list[int]:
        """The ids of all processes below that of the server."""
        children: dict[int, list[int]] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
        found, waiting = [], [self.process.pid]
        while waiting:
            below = children.get(waiting.pop(), [])
            found += below
            waiting += below
        return found

    def computing(self) -> int:
        """The id of the process below the server that computes, once there is one."""
        before: dict[int, int] = {}
        family = self.descendants()
        for turn in range(2000):
            # Workers may be started meanwhile; to look for them in the whole system costs time that they need.
            family = self.descendants() if turn % 20 == 19 else family
            for pid in family:
                with suppress(OSError):
                    spent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])
                    if spent - before.setdefault(pid, spent) >= 5:
                        return pid
            time.sleep(0.02)
        raise AssertionError("nothing computes")


def started(command: Sequence[str], address: str, log: Path, environment: Mapping[str, str]) -> Service:
    with log.open("ab") as output:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
    service = Service(address, process, log)
    for _ in range(1200):
        with suppress(httpx.HTTPError):
            httpx.get(f"{address}/health", timeout=10)
            return service
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@contextmanager
def serving(
    home: Path, log: Path, *, wrap: Sequence[str] = (), words: Sequence[str] = ("--no-build",), **environment: str
) -> Iterator[Service]:
    """A server over `home`, run by the command `wrap` if there is one; what it prints is in the file `log`."""
    port = free_port()
    command = [
        *wrap, sys.executable, "-m", "polisgraph", "serve", *words, "--home", str(home), "--port", str(port),
    ]  # fmt: skip
    service = started(command, f"http://127.0.0.1:{port}", log, {"POLISGRAPH_TIME_LIMIT": "60", **environment})
    try:
        yield service
    finally:
        service.process.send_signal(signal.SIGTERM)
        try:
            service.process.wait(30)
        except subprocess.TimeoutExpired:
            service.process.kill()
            service.process.wait()


def ask(address: str, path: str, **headers: str) -> httpx.Response:
    name, _, query = path.partition("?query=")
    return httpx.get(address + name, params={"query": query} if query else None, headers=headers, timeout=60)


def answers(address: str) -> dict[str, bytes]:
    """What must come for each of `ADDRESSES`: the answers of a server that is well."""
    found: dict[str, bytes] = {}
    for path in ADDRESSES:
        answer = ask(address, path)
        for _ in range(20):  # on a busy machine a short time limit may pass
            if answer.status_code != 504:
                break
            answer = ask(address, path)
        assert answer.status_code == 200, answer.text
        found[path] = answer.content
    return found


class Witness:
    """A client that asks without pause. `statuses` counts what came; `wrong` are answers with 2xx and other bytes."""

    def __init__(self, address: str, expected: Sequence[Mapping[str, bytes]]) -> None:
        """Ask at `address`; each of `expected` says what the answers of one snapshot are."""
        self._address, self._expected = address, expected
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(3)]
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        self.broken: list[str] = []

    def __enter__(self) -> "Witness":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def seen(self, number: int, status: int = 200) -> None:
        """Wait until `number` more answers with `status` have come."""
        enough = self.statuses[status] + number
        until(lambda: self.statuses[status] >= enough)

    def _ask(self, number: int) -> None:
        paths, count = list(self._expected[0]), number
        with httpx.Client(base_url=self._address, timeout=60) as client:
            while not self._stop.is_set():
                path = paths[count % len(paths)]
                # A word that differs keeps answers from being taken out of the cache.
                name, _, query = path.partition("?query=")
                count += 1
                try:
                    answer = client.get(name, params={"query": f"{query}\n#{number} {count}"} if query else {})
                except httpx.HTTPError as error:
                    self.broken.append(f"{path}: {error!r}")
                    continue
                self.statuses[answer.status_code] += 1
                if answer.is_success and answer.content not in [each[path] for each in self._expected]:
                    self.wrong.append(path)


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
