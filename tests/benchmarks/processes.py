"""Runs a server in a process session of its own, and says what that session costs: memory, processor time."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Session:
    """A program and all that it starts. Closing it ends every one of them."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ | dict(environment or {}),
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def close(self, patience: float = 10.0) -> None:
        """Ask all to end, wait, and kill what is left."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            deadline = time.monotonic() + patience
            while self._alive() and time.monotonic() < deadline:
                time.sleep(0.05)
            if not self._alive():
                break
        self._process.wait()

    def memory(self) -> int:
        """Return the bytes of memory in use, what processes share counted once (PSS of proc(5))."""
        return sum(_kilobytes(process / "smaps_rollup", "Pss:") for process in self._processes()) * 1024

    def resident(self) -> int:
        """Return the resident bytes of all processes added up; what they share counts once for each."""
        return sum(_kilobytes(process / "smaps_rollup", "Rss:") for process in self._processes()) * 1024

    def settle(self, patience: float) -> bool:
        """Wait until the session does next to nothing; False if it is still at work after `patience` seconds."""
        deadline = time.monotonic() + patience
        before = self._busy()
        while time.monotonic() < deadline:
            time.sleep(0.25)
            now = self._busy()
            if now - before < 0.05:
                return True
            before = now
        return False

    def _alive(self) -> bool:
        self._process.poll()
        return any(True for _ in self._processes())

    def _busy(self) -> float:
        """Return the seconds of processor time that the running processes have used."""
        used = 0
        for process in self._processes():
            with contextlib.suppress(OSError, IndexError):
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                used += int(fields[11]) + int(fields[12])
        return used / _TICKS

    def _processes(self) -> Iterator[Path]:
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, IndexError):
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self._process.pid and fields[0] not in "ZX":
                    yield process


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def size_on_disk(path: Path) -> int:
    """Return the bytes that the files below `path`, or the file itself, take."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _kilobytes(path: Path, name: str) -> int:
    with contextlib.suppress(OSError):
        for line in path.read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    return 0
