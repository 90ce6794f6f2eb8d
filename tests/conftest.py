"""What tests share: the finished store and snapshot of the shipped data, an engine on it, a client, a real server."""

import gc
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from polisgraph import bundle
from polisgraph.build import Plan, Progress, assemble, build
from polisgraph.engine import Engine
from polisgraph.engine.local import LocalEngine
from polisgraph.load import load
from polisgraph.namespaces import PREFIXES
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot, current
from polisgraph.web import create_app
from tests.processes import serving
from tests.shipped import PLAN

NEEDED = {
    "browser": ("chromium", "chromium"),
    "virtuoso": ("virtuoso-t", "virtuoso-opensource-7-bin"),
    "load": ("wrk", "wrk"),
    "nginx": ("nginx", "nginx-light"),
    "faketime": ("faketime", "faketime"),
}
"""Marks of tests, the commands without which these tests are left out, and the Debian packages that have them."""
# Debian keeps servers where the path of a common user does not lead.
os.environ["PATH"] = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
CHROMIUM = shutil.which("chromium")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden", action="store_true", help="write tests/golden/ anew from the rows that come out"
    )


def pytest_configure(config: pytest.Config) -> None:
    for mark, (command, _) in NEEDED.items():
        config.addinivalue_line("markers", f"{mark}: needs the command {command}")
    config.addinivalue_line("markers", "ipv6: needs a machine that has IPv6 addresses")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that this machine lacks something for, and say so; in CI nothing is left out."""
    for mark, lacking in _lacking():
        out = [item for item in items if item.get_closest_marker(mark)]
        if out and os.environ.get("CI") == "true":
            raise pytest.UsageError(f"{len(out)} tests cannot run: there is no {lacking}")
        config.stash.setdefault(_LEFT_OUT, {})[lacking] = len(out)
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def _lacking() -> Iterator[tuple[str, str]]:
    """Yield each mark whose tests cannot run here, and what they lack."""
    for mark, (command, package) in NEEDED.items():
        if not shutil.which(command):
            yield mark, f"command {command}: install the Debian package '{package}'"
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError as error:
        yield "ipv6", f"address of IPv6: {error.strerror}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the process that waits for this one, if there is one, what was left out: only it prints."""
    if told := getattr(session.config, "workeroutput", None):
        told["left out"] = session.config.stash.get(_LEFT_OUT, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a process that runs tests what it left out: each of them finds all tests, so one is enough."""
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("left out", {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for lacking, left in config.stash.get(_LEFT_OUT, {}).items():
        if left:
            terminalreporter.write_line(f"left out: {left} tests, because there is no {lacking}")


_LEFT_OUT = pytest.StashKey[dict[str, int]]()


@pytest.fixture(autouse=True, scope="module")
def _iterators_end_in_their_thread() -> Iterator[None]:
    """Collect what a module leaves behind while this thread is alone.

    An error that a test expects keeps the frames that it came through in a cycle, and with them the iterators;
    in the tests that follow, any thread of a client might clear away what only the thread that made it may.
    """
    yield
    gc.collect()


@pytest.fixture(scope="session")
def store() -> ox.Store:
    """The shipped data without the gazetteer, derived, reasoned over and described, in memory; not to be changed."""
    return assemble(PLAN, Progress())[0].store


def load_sample(folder: Path, turtle: str, today: date = date(2026, 11, 22)) -> ox.Store:
    """Load Turtle, our prefixes given, beside the ontology as `graph/data/sample`, by way of a file in `folder`."""
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    path = folder / "sample.ttl"
    path.write_text(prefixes + turtle, encoding="utf-8")
    return load([path], bundle.ONTOLOGY, today).store


@pytest.fixture
def sample(tmp_path: Path) -> Callable[..., ox.Store]:
    """`load_sample` with a folder of its own."""
    return partial(load_sample, tmp_path)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of snapshots with the shipped data in service, but for the gazetteer."""
    home = tmp_path_factory.mktemp("home")
    build(home, PLAN, Progress())
    return home


@pytest.fixture(scope="session")
def whole_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of snapshots with all of the shipped data in service: for what needs the gazetteer or the lists.

    Processes that run tests side by side share it: the first builds, and the others wait for it.
    """
    own = tmp_path_factory.getbasetemp()
    home = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "whole-home"
    build(home, Plan(), Progress())
    return home


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    return Settings(home=home, time_limit=5.0)


@pytest.fixture(scope="session")
def snapshot(home: Path) -> Snapshot:
    return current(home)


@pytest.fixture(scope="session")
def engine(snapshot: Snapshot, settings: Settings) -> Iterator[Engine]:
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as running:
        yield running


@pytest.fixture(scope="session")
def whole_store(whole_home: Path) -> ox.Store:
    return ox.Store.read_only(str(current(whole_home).store_path))


@pytest.fixture(scope="session")
def whole_settings(whole_home: Path) -> Settings:
    # To read all names takes a second, and many on a busy machine.
    return Settings(home=whole_home, time_limit=60.0)


@pytest.fixture(scope="session")
def whole_engine(whole_settings: Settings) -> Iterator[Engine]:
    snapshot = current(whole_settings.home)
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, whole_settings)) as running:
        yield running


@pytest.fixture(scope="session")
def app(settings: Settings, snapshot: Snapshot, engine: Engine) -> Flask:
    return create_app(settings, snapshot, engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def whole_app(whole_settings: Settings, whole_engine: Engine) -> Flask:
    return create_app(whole_settings, current(whole_settings.home), whole_engine)


@pytest.fixture
def whole_client(whole_app: Flask) -> FlaskClient:
    return whole_app.test_client()


@pytest.fixture(scope="session")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server on a real port, serving the shipped data."""
    with serving(home, tmp_path_factory.mktemp("server") / "log", POLISGRAPH_TIME_LIMIT="5") as running:
        yield running.address
