"""The power fails at any moment of a build: what is in service is whole, old or new, and the next build works."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import pytest

from polisgraph.snapshot import Snapshot, current, opened
from tests.faults.conftest import Small, make

# Builds in a copy of itself, which is killed before its n-th step on the file system, or after so many seconds.
DRIVER = """
import gc, os, signal, sys, time
from pathlib import Path
from polisgraph.build import Plan, Progress, build
home, sources = map(Path, sys.argv[1:])
plan = Plan((sources / "data.nt",), sources / "ontology", sources / "queries", validate=False, reason=False)
def steps(last):
    seen = 0
    def hear(event, arguments):
        nonlocal seen
        if event == "open" or event.startswith(("os.", "shutil.")):
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hear)
    return lambda: seen
gc.collect()
gc.freeze()  # what is imported needs no search for garbage in each build
for line in sys.stdin:
    kind, value = line.split()
    start, child = time.monotonic(), os.fork()
    if not child:
        seen = steps(int(value) if kind == "step" else -1)
        build(home, plan, Progress())
        (sources / "steps").write_text(str(seen()))
        os._exit(0)
    if kind == "second":
        time.sleep(float(value))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    print(status, time.monotonic() - start, flush=True)
"""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A home in memory, where there is a place for it: a hundred builds on a disk would mostly wait for that.

    What a process has written when it is killed stays in the one as on the other.
    """
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as folder:
        yield make(Path(folder))


class Driver:
    """A process that builds on command."""

    def __init__(self, small: Small) -> None:
        command = [sys.executable, "-c", DRIVER, str(small.home), str(small.sources)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def build(self, kind: str = "whole", value: float = 0) -> tuple[int, float]:
        """Build, and return the exit status and the seconds that it took."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(kind, value, file=self.process.stdin, flush=True)
        status, seconds = self.process.stdout.readline().split()
        return int(status), float(seconds)


@pytest.fixture
def driver(small: Small) -> Iterator[Driver]:
    running = Driver(small)
    yield running
    with running.process as process:
        process.kill()


def says(snapshot: Snapshot) -> set[str]:
    store = ox.Store.read_only(str(snapshot.store_path))
    return {quad.object.value for quad in store.quads_for_pattern(None, ox.NamedNode("http://example.org/says"), None)}


def test_the_power_fails_at_fifty_moments(small: Small, driver: Driver) -> None:
    for word in ("zeroth", "first", "second"):  # only from the third on is there one to delete
        small.say(word)
        status, seconds = driver.build()
        assert status == 0
    steps = int((small.sources / "steps").read_text())
    chance = Random(20261122)
    # Most steps prepare; those that switch come last.
    numbers = [*chance.sample(range(1, steps - 59), 15), *chance.sample(range(steps - 59, steps + 1), 20)]
    moments: list[tuple[str, float]] = [("step", number) for number in numbers]
    moments += [("second", chance.uniform(0, seconds)) for _ in range(15)]
    old, outcomes = "second", set()
    for number, (kind, value) in enumerate(moments):
        new = f"word {number}"
        small.say(new)
        status, _ = driver.build(kind, value)
        assert status in (9, 0) and (kind == "second" or status == 9), (kind, value, status)
        found = current(small.home)
        assert found.instead_of is None
        assert says(opened(found.path, full=True)) in ({old}, {new}), (kind, value)
        outcomes.add(says(found) == {old})
        assert driver.build()[0] == 0, (kind, value)
        assert says(current(small.home)) == {new}
        left = {path.name for path in (small.home / "snapshots").iterdir()}
        assert len(left) <= 2 and not any(name.startswith(".") for name in left), (kind, value, left)
        old = new
    assert outcomes == {True, False}, "every moment was before the switch, or every one after it"
