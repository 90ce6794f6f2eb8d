"""Makes the snapshot that is measured: synthetic data where the profile has some, and a build of its own, timed."""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from polisgraph import bundle
from polisgraph.snapshot import Snapshot, current
from tests.benchmarks.generate import FOLDER, generate
from tests.benchmarks.profiles import Profile

SEED = 42
_KEPT = "build.json"


class BuildError(Exception):
    """A build that failed, with what it said."""


@dataclass(frozen=True)
class Build:
    """What a build took: seconds in all and by stage, the most bytes of memory, and bytes on disk."""

    wall: float
    memory: int
    disk: int
    stages: dict[str, float]
    counts: dict[str, int]
    validated: bool


def prepared(profile: Profile | None, folder: Path, *, validate: bool) -> tuple[Snapshot, Build]:
    """Return the snapshot of the shipped data and, if given, the data of `profile`, and what its build took.

    Both are kept in `folder`; what has not changed is not made again. Raises BuildError if the build fails.
    """
    data = [bundle.DATA]
    if profile:
        made = folder / "data"
        if not (made / FOLDER).exists():
            generate(profile, SEED, made)
        data.append(made)
    home = folder / ("home" if validate else "home-unvalidated")
    wall, memory = _built(home, data, validate)
    snapshot = current(home)
    kept = snapshot.path.with_suffix("." + _KEPT)
    if kept.exists():
        # Nothing had changed, so that there was nothing to build: the figures are those of the build that there was.
        return snapshot, Build(**json.loads(kept.read_text(encoding="utf-8")))
    seconds = dict(snapshot.manifest["seconds"])
    stages = seconds | {"start and write": wall - sum(seconds.values())}
    build = Build(wall, memory, size_on_disk(snapshot.path), stages, _counts(snapshot), validate)
    kept.write_text(json.dumps(asdict(build)), encoding="utf-8")
    return snapshot, build


def size_on_disk(path: Path) -> int:
    """Return the bytes that the files below `path`, or the file itself, take."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _counts(snapshot: Snapshot) -> dict[str, int]:
    graphs: dict[str, int] = snapshot.manifest["graphs"]
    return {
        "triples": snapshot.manifest["triples"],
        "named graphs": len(graphs),
        "statements in named graphs": sum(graphs.values()),
    }


def _built(home: Path, data: list[Path], validate: bool) -> tuple[float, int]:
    """Build and return seconds and peak memory of the process."""
    command = [sys.executable, "-m", "polisgraph", "build", "--home", str(home)]
    command += [argument for path in data for argument in ("--data", str(path))]
    command += [] if validate else ["--no-validate"]
    home.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with (home / "build.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        if process.returncode:
            raise BuildError(f"{' '.join(command[1:])} failed:\n{log.read()[-2000:]}")
    return time.perf_counter() - started, usage.ru_maxrss * 1024
