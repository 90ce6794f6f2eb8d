"""A real server in a process group of its own, over small snapshots that say which one they are."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from polisgraph.build import Plan, Progress, build
from polisgraph.snapshot import Snapshot
from tests import processes
from tests.processes import Program

SPEAKS = "http://example.org/speaks"
VALUE = f"SELECT ?v {{ <http://example.org/it> <{SPEAKS}> ?v }}"
HOURS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def turtle(value: str) -> str:
    """Return a data file that says `value`."""
    return f"<http://example.org/it> <{SPEAKS}> '{value}' .\n"


def make(home: Path, value: str) -> Snapshot:
    """Build a snapshot that says `value` and put it in service below `home`."""
    source = home.parent / "it.ttl"
    source.write_text(turtle(value), encoding="utf-8")
    return build(home, Plan(data=(source,), validate=False, reason=False), Progress())[0]


class Server:
    """A client of a running `polisgraph serve`, and what that prints."""

    def __init__(self, program: Program) -> None:
        self.program, self.process, self.address = program, program.process, program.address

    def get(self, path: str, **options: Any) -> httpx.Response:
        return processes.get(self.address + path, **options)

    def ask(self, query: str, **parameters: str) -> httpx.Response:
        return self.get("/sparql", params={"query": query} | {"format": "csv"} | parameters)

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/health").json()
        return found

    def says(self) -> str:
        return self.ask(VALUE).text.split()[1]

    def log(self, message: str = "") -> list[dict[str, Any]]:
        """Return the lines of the log whose message has `message` in it."""
        lines = self.program.text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
        return [line for line in found if message in line["message"]]


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home whose snapshot says "one", and what it was built from; not to be changed."""
    folder = tmp_path_factory.mktemp("built")
    make(folder / "home", "one")
    return folder


@pytest.fixture
def new_home(built: Path, tmp_path: Path) -> Path:
    """A home of its own with a snapshot that says "one"."""
    shutil.copytree(built, tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path / "home"


@pytest.fixture
def serving(new_home: Path, tmp_path: Path) -> Callable[..., Any]:
    """A function that runs a server over the new home, as a context."""

    @contextmanager
    def run(*words: str, build: bool = False, **environment: str) -> Iterator[Server]:
        words = words if build else ("--no-build", *words)
        variables = {"POLISGRAPH_LOG_FORMAT": "json", **environment}
        with processes.serving(new_home, tmp_path / "log", words, **variables) as program:
            yield Server(program)

    return run
