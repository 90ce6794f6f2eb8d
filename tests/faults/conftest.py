"""Small things to build quickly, so that a fault can be tried at many moments."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.snapshot import Snapshot


@dataclass(frozen=True)
class Small:
    """A home, and sources that are built into it in a moment: data, and of the ontology only what describes."""

    home: Path
    sources: Path

    @property
    def plan(self) -> Plan:
        folders = {name: self.sources / name for name in ("ontology", "queries")}
        return Plan(data=(self.sources / "data.nt",), **folders, validate=False, reason=False)

    def say(self, word: str, triples: int = 200) -> None:
        """Have the data say `word`, many times over."""
        lines = (f'<http://example.org/{n}> <http://example.org/says> "{word}" .\n' for n in range(triples))
        (self.sources / "data.nt").write_text("".join(lines), encoding="utf-8")

    def build(self) -> Snapshot:
        return build(self.home, self.plan, Progress())[0]


def make(folder: Path) -> Small:
    """Return an empty home in `folder`, and sources that say "first"."""
    sources = folder / "sources"
    shutil.copytree(bundle.ONTOLOGY / "rules" / "describe", sources / "ontology" / "rules" / "describe")
    (sources / "queries").mkdir()
    made = Small(folder / "home", sources)
    made.say("first")
    return made


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return make(tmp_path)
