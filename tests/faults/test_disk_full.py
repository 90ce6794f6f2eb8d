"""The disk is full, or a file may grow no more, at any moment of a build: what was in service stays."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from polisgraph.snapshot import current, opened
from tests.faults.conftest import Small

BUILD = """
import sys
from pathlib import Path
from polisgraph.build import Plan, Progress, build
from polisgraph.errors import PolisgraphError
home, sources = map(Path, sys.argv[1:])
try:
    build(home, Plan((sources / "data.nt",), sources / "ontology", sources / "queries", validate=False, reason=False),
          Progress())
except PolisgraphError as error:
    sys.exit(str(error))
"""


def attempt(small: Small, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", BUILD, str(small.home), str(small.sources)]
    return subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False, timeout=120)


def contents(home: Path) -> set[Path]:
    return {path.relative_to(home) for path in home.rglob("*")}


def judge(small: Small, done: subprocess.CompletedProcess[str], before: set[Path], identity: str) -> None:
    """A build that failed said why in a sentence, and left everything as it was."""
    assert done.returncode == 1 and "cannot be written" in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert "No space left" in done.stderr or "File too large" in done.stderr
    found = current(small.home)
    assert found.id == identity and opened(found.path, full=True) and contents(small.home) - before <= {Path("lock")}


def test_no_file_may_grow_beyond_a_size(small: Small) -> None:
    first = small.build()
    small.say("second", triples=3000)
    before, failed = contents(small.home), 0
    for limit in (0, 1, 100, 3_000, 20_000, 60_000, 100_000_000):
        done = attempt(small, lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        if done.returncode:
            judge(small, done, before, first.id)
            failed += 1
    assert failed >= 4
    assert current(small.home).id != first.id


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB of its own, or where only the administrator may make one, a folder on the one that is there."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = os.geteuid() == 0 and not subprocess.call(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], stderr=subprocess.DEVNULL
    )
    yield place
    if mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_the_disk_is_full(small: Small, disk: Path) -> None:
    small = replace(small, home=disk / "home")
    first = small.build()
    small.say("second", triples=3000)
    if os.stat(disk).st_dev == os.stat(disk.parent).st_dev:
        # Nobody but the administrator can fill a disk for a test alone; a limit on files comes closest.
        done = attempt(small, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))
        judge(small, done, contents(small.home), first.id)
        return
    filler = disk / "filler"
    before, failed = contents(small.home), 0
    for free in (0, 4_096, *range(100_000, 1_100_000, 125_000), 8_000_000):
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        with filler.open("wb") as file:
            file.write(bytes(room - free))
        done = attempt(small)
        filler.unlink()
        if done.returncode:
            judge(small, done, before, first.id)
            failed += 1
    assert failed >= 4
    assert current(small.home).id != first.id
