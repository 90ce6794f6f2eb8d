"""A small copy of the shipped data with candidates, its snapshot, and the commands run on it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.engine import Engine
from polisgraph.engine.local import LocalEngine
from polisgraph.links import ItemLink, write_candidates
from polisgraph.namespaces import expand
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import create_app
from tests.shipped import WRITTEN

PLACES = ("place:ags-01053100", "place:ags-01053101", "place:ags-03241001", "place:ags-14627140")
"""The entries that the small gazetteer keeps: two with a suggested item, two with a confirmed one."""
EUROCITIES, ENERGY = expand("net:eurocities"), expand("net:energy-cities")
PROPOSED = (
    ItemLink(
        EUROCITIES,
        "Q9100300",
        evidence=("P856: https://eurocities.eu/ is the same", "name: «EUROCITIES» is a further name"),
        label="Eurocities",
        categories=("organization",),
        country="Belgium",
        tool="polisgraph wikidata resolve",
        confidence=Decimal("0.9"),
        created=date(2026, 11, 22),
    ),
    ItemLink(ENERGY, "Q9100301", evidence=("name: is «Energy Cities»",), label="<b>Energy</b> Cities", tool="a list"),
)


def copied(folder: Path) -> Path:
    """Copy what people write into `folder`, and some lines of the gazetteer, which all of would take long to build."""
    data = folder / "data"
    data.mkdir()
    for path in WRITTEN:
        shutil.copy(path, data)
    lines = (bundle.DATA / "gazetteer.ttl").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = (line for line in lines if not line.startswith("place:") or line.startswith(PLACES))
    (data / "gazetteer.ttl").write_text("".join(kept), encoding="utf-8")
    return data


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data/, two more candidates in it, and .polisgraph/ with its snapshot; not to be changed."""
    folder = tmp_path_factory.mktemp("review")
    data = copied(folder)
    (data / "found.ttl").write_text(write_candidates(PROPOSED), encoding="utf-8")
    build(folder / ".polisgraph", Plan(data=(data,)), Progress())
    return folder


@pytest.fixture(scope="package")
def snapshot(folder: Path) -> Snapshot:
    from polisgraph.snapshot import current

    return current(folder / ".polisgraph")


@pytest.fixture(scope="package")
def engine(snapshot: Snapshot) -> Iterator[Engine]:
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, Settings(time_limit=20.0))) as running:
        yield running


@pytest.fixture(scope="package")
def app(snapshot: Snapshot, engine: Engine) -> Flask:
    return create_app(Settings(time_limit=20.0), snapshot, engine)


Command = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(home: Path) -> dict[str, str]:
    """What a command needs to find the program and the snapshots."""
    path = os.pathsep.join(filter(None, (str(bundle.ROOT / "server"), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path, "POLISGRAPH_HOME": str(home), "COLUMNS": "120", "TERM": "xterm"}


def command(home: Path, folder: Path) -> Command:
    """A function that runs `polisgraph` in `folder`; it must end with status `status`."""

    def run(*words: str, status: int = 0, given: str = "") -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "polisgraph", *words],
            cwd=folder, env=environment(home), input=given, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def polisgraph(folder: Path, tmp_path: Path) -> Command:
    """Runs commands on the shared snapshot, in a folder of the test's own with an empty data/."""
    (tmp_path / "data").mkdir()
    return command(folder / ".polisgraph", tmp_path)
