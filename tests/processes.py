"""Real programs: started at a free port, waited for, measured, and stopped with all that they started.

Knows the command of our own server; what is asked of a server, and what must come, is not known here.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds after which what has not come about fails the test, on however busy a machine."""


def until(holds: Callable[[], T], told: Callable[[], str] = lambda: "waited in vain") -> T:
    """Wait until `holds` returns something true, and return it; fail with what `told` says if it never does."""
    end = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end, told()
        time.sleep(0.02)
    return found


def get(url: str, **options: Any) -> httpx.Response:
    """Ask a server on this machine as httpx.get does. To read certificates for it would take longer than to ask."""
    return httpx.get(url, **{"trust_env": False, "verify": False, "timeout": PATIENCE, **options})


def free_port() -> int:
    """Return a port of 127.0.0.1 at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def located(program: str) -> str:
    """Return the path of an installed program, one of a Python package first; empty if there is none."""
    beside = Path(sys.executable).with_name(program)
    return str(beside) if beside.exists() else shutil.which(program) or ""


class Program:
    """A program and all that it starts, a session of their own. What they print is in the file `log`."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        address: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start `command`, its variables those of this process and `environment`."""
        self.command, self.address, self.log = " ".join(command), address, log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | dict(environment or {}),
                start_new_session=True,
            )
        self.pid = self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def text(self) -> str:
        """Return all that was printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def await_answer(self, path: str) -> None:
        """Wait until `path` of its address is answered well; fail with what it printed if it ends before."""

        def answers() -> bool:
            assert self.running, f"{self.command} ended with status {self.process.returncode}:\n{self.text()}"
            with suppress(httpx.HTTPError):
                return get(self.address + path, timeout=10).is_success
            return False

        until(answers, lambda: f"{self.command} does not answer:\n{self.text()}")

    def processes(self) -> set[int]:
        """Return the ids of all its processes that run, also of those whose parent has ended."""
        self.process.poll()
        numbers = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
        return alive(pid for pid in numbers if (fields := _stat(pid)) and int(fields[3]) == self.pid)

    def memory(self) -> int:
        """Return the bytes of memory in use, what processes share counted once (PSS of proc(5))."""
        return sum(_kilobytes(pid, "Pss:") for pid in self.processes()) * 1024

    def resident(self) -> int:
        """Return the resident bytes of all processes added up; what they share counts once for each."""
        return sum(_kilobytes(pid, "Rss:") for pid in self.processes()) * 1024

    def processor_seconds(self) -> float:
        """Return the processor time that its processes have used, those that ended included."""
        return sum(map(processor_seconds, self.processes()))

    def stop(self, patience: float = PATIENCE) -> bool:
        """Ask it to end, and end by force what is left after `patience` seconds; return whether it did as asked."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        asked = not self.running

        def left() -> Collection[int]:
            found = self.processes()
            for pid in found:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return found

        until(lambda: not left())
        self.process.wait()
        return asked


@contextmanager
def running(program: Program, path: str) -> Iterator[Program]:
    """Yield `program` once it answers at `path` of its address, and stop it at the end of the block."""
    try:
        program.await_answer(path)
        yield program
    finally:
        assert program.stop(), f"{program.command} did not end when it was asked to:\n{program.text()}"


def serve(home: Path, port: int, *words: str) -> list[str]:
    """Return the command that serves what is in `home` at `port`."""
    return [sys.executable, "-m", "polisgraph", "serve", "--home", str(home), "--port", str(port), *words]


@contextmanager
def serving(home: Path, log: Path, words: Sequence[str] = ("--no-build",), **environment: str) -> Iterator[Program]:
    """Run our server over `home`, with further `words` of its command and variables.

    Unless they say otherwise a query has a minute, so that none is cut off on a busy machine, and nothing is made ready
    that the test may never ask for.
    """
    port = free_port()
    environment = {"POLISGRAPH_TIME_LIMIT": "60", "POLISGRAPH_WARM_UP": "no", **environment}
    program = Program(serve(home, port, *words), log, f"http://127.0.0.1:{port}", environment)
    with running(program, "/health"):
        yield program


def children(pid: int, deep: bool = True) -> set[int]:
    """Return the ids of all processes that descend from `pid`, or of those only that it started itself."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in map(int, task.read_text().split()):
                found |= {child, *(children(child) if deep else ())}
    return found


def workers(server: Program) -> set[int]:
    """Return the ids of the processes of our server that answer queries."""
    forking = [pid for pid in children(server.pid) if b"forkserver" in _read(pid, "cmdline")]
    return {worker for pid in forking for worker in children(pid, deep=False)}


def computing(candidates: Callable[[], Iterable[int]], seconds: float = 0.3) -> int:
    """Wait until one of `candidates` has computed for `seconds`; return its id."""
    before: dict[int, float] = {}

    def busy() -> int:
        for pid in candidates():
            spent = processor_seconds(pid)
            if spent - before.setdefault(pid, spent) >= seconds:
                return pid
        return 0

    return until(busy)


def at_work(server: Program) -> int:
    """Wait until a worker of our server computes what somebody asked; return the id of its process."""

    def told() -> bool:
        # What comes in the very moment in which another request begins may wait for it, until a third one comes.
        with suppress(httpx.TimeoutException):
            metrics = get(f"{server.address}/metrics", timeout=1).text
            return bool(re.search(r"^polisgraph_queries_running [1-9]", metrics, re.MULTILINE))
        return False

    until(told)
    return computing(lambda: workers(server))


def alive(pids: Iterable[int]) -> set[int]:
    """Return those of `pids` that run; one that only waits to be buried does not."""
    return {pid for pid in pids if (fields := _stat(pid)) and fields[0] not in "ZX"}


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process and its children that ended have used; 0 if it has ended itself."""
    return sum(map(int, _stat(pid)[11:15])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the state on (proc(5)); none if the process has ended."""
    return _read(pid, "stat").decode(errors="replace").rpartition(")")[2].split()


def _kilobytes(pid: int, name: str) -> int:
    lines = _read(pid, "smaps_rollup").decode().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _read(pid: int, name: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""
