"""A real server in a process group of its own, over small snapshots that say which one they are."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from polisgraph.build import Plan, Progress, build
from polisgraph.snapshot import Snapshot

SPEAKS = "http://example.org/speaks"
VALUE = f"SELECT ?v {{ <http://example.org/it> <{SPEAKS}> ?v }}"
HOURS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PATIENCE = 60.0
"""Seconds after which a condition that has not come about fails the test, on however busy a machine."""


def until(holds: Callable[[], Any]) -> Any:
    """Wait until `holds` returns something true, and return it."""
    end = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def turtle(value: str) -> str:
    """Return a data file that says `value`."""
    return f"<http://example.org/it> <{SPEAKS}> '{value}' .\n"


def make(home: Path, value: str) -> Snapshot:
    """Build a snapshot that says `value` and put it in service below `home`."""
    source = home.parent / "it.ttl"
    source.write_text(turtle(value), encoding="utf-8")
    return build(home, Plan(data=(source,), validate=False, reason=False), Progress())[0]


def children(pid: int, deep: bool = True) -> set[int]:
    """Return the process ids of all that descend from `pid`, or of those only that it started itself."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            started = task.read_text().split()
        except OSError:  # it has ended meanwhile
            continue
        for child in map(int, started):
            found |= {child, *(children(child) if deep else ())}
    return found


def alive(pids: set[int]) -> set[int]:
    """Return those of `pids` that run; one that only waits to be buried does not."""
    running = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            continue
        running |= {pid} if state not in "ZX" else set()
    return running


class Server:
    """A running `polisgraph serve`, its address and its log."""

    def __init__(self, home: Path, log: Path, *words: str, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "polisgraph", "serve", "--home", str(home), "--port", str(port), *words]
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                command, env={**os.environ, **environment}, stderr=file, stdout=file, start_new_session=True
            )
        self.address = f"http://127.0.0.1:{port}"
        until(self._answers)
        self.processes = {self.process.pid, *children(self.process.pid)}

    def _answers(self) -> bool:
        assert self.process.poll() is None, self._log.read_text(encoding="utf-8")
        try:
            return httpx.get(f"{self.address}/health", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.address + path, timeout=PATIENCE, **options)

    def ask(self, query: str, **parameters: str) -> httpx.Response:
        return self.get("/sparql", params={"query": query} | {"format": "csv"} | parameters)

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/health").json()
        return found

    def says(self) -> str:
        return self.ask(VALUE).text.split()[1]

    def log(self, message: str = "") -> list[dict[str, Any]]:
        """Return the lines of the log whose message has `message` in it."""
        lines = self.text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [line for line in found if message in line["message"]]

    def text(self) -> str:
        """Return all that the server printed."""
        return self._log.read_text(encoding="utf-8")

    def end(self) -> None:
        if self.process.poll() is None:
            self.processes |= children(self.process.pid)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            finally:
                for pid in alive(self.processes):
                    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def new_home(tmp_path: Path) -> Path:
    """A home with a snapshot that says "one"."""
    home = tmp_path / "home"
    make(home, "one")
    return home


@pytest.fixture
def serving(new_home: Path, tmp_path: Path) -> Callable[..., Any]:
    """A function that runs a server over the new home, as a context."""

    @contextmanager
    def run(*words: str, build: bool = False, **environment: str) -> Iterator[Server]:
        words = words if build else ("--no-build", *words)
        server = Server(new_home, tmp_path / "log", *words, **{"POLISGRAPH_LOG_FORMAT": "json", **environment})
        try:
            yield server
        finally:
            server.end()

    return run
