"""`python -m tests.benchmarks.linking`: how well and how fast records are linked, on cases whose answer is known."""

import csv
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table

from polisgraph.build import Plan, Progress, build
from polisgraph.engine.local import LocalEngine
from polisgraph.linking import Index, Matcher, Record, read_index
from polisgraph.namespaces import BASE
from polisgraph.settings import Settings
from tests.benchmarks.degraded import WITH_COUNTRY, Case, cases

SIGNATORIES = Path(__file__).parent.parent / "linking" / "signatories.csv"
"""Real spellings from the Covenant of Mayors; its first lines say where they come from and how they were labelled."""
TOP = 5


@dataclass
class Figures:
    """What came of some cases. Places counted `known` have an answer; the others must not be linked at all."""

    cases: int = 0
    known: int = 0
    linked: int = 0
    rightly: int = 0
    first: int = 0
    among: int = 0

    def add(self, other: "Figures") -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def precision(self) -> float:
        """How many of the automatic links are right, in per cent."""
        return 100 * self.rightly / self.linked if self.linked else 100.0

    @property
    def recall(self) -> float:
        """How many of the places that are known were linked automatically and rightly, in per cent."""
        return 100 * self.rightly / self.known if self.known else 100.0

    def top(self, number: int) -> float:
        """How many of the places that are known came first (1) or among the first (5), in per cent."""
        return 100 * (self.first if number == 1 else self.among) / self.known if self.known else 100.0


def judged(matcher: Matcher, given: Iterable[Case]) -> tuple[dict[str, Figures], list[Case]]:
    """Return the figures of each way, and the cases that were linked wrongly."""
    found: dict[str, Figures] = defaultdict(Figures)
    wrong: list[Case] = []
    for case in given:
        outcome = matcher.match(case.record, TOP)
        ids = [candidate.id for candidate in outcome.candidates]
        match = outcome.match.id if outcome.match else ""
        right = bool(match) and match == case.expected
        if match and not right:
            wrong.append(case)
        known = bool(case.expected)
        found[case.way].add(
            Figures(1, known, bool(match), right, known and ids[:1] == [case.expected], known and case.expected in ids)
        )
    return found, wrong


def signatories(index: Index, path: Path = SIGNATORIES) -> list[Case]:
    """Return the labelled signatories of the Covenant of Mayors, by name and country only."""
    homes = {target.entry: target.iri for target in index.targets if target.entry}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    found = []
    for row in rows:
        way = "signatory" if row["place"] else "signatory not here"
        expected = homes[f"{BASE}id/place/{row['place']}"] if row["place"] else ""
        found.append(Case(way, Record(row["name"], row["country"]), expected))
        place = Record(row["name"], row["country"], latitude=float(row["lat"]), longitude=float(row["lon"]))
        found.append(Case(f"{way}, placed", place, expected))
    return found


def together(found: dict[str, Figures], ways: Sequence[str]) -> Figures:
    """Return the figures of several ways as one."""
    total = Figures()
    for way in ways:
        total.add(found[way])
    return total


@click.command()
@click.option("--number", default=1000, show_default=True, help="Cases of each way.")
@click.option("--wrong", default=20, show_default=True, help="Wrong links that are listed.")
def main(number: int, wrong: int) -> None:
    """Build the shipped graph, link labelled cases to it, and print precision, recall and names per second.

    \b
    Example:
      python -m tests.benchmarks.linking --number 200
    """
    console = Console()
    with TemporaryDirectory() as home:
        snapshot, _ = build(Path(home), Plan(validate=False), Progress())
        with closing(LocalEngine(snapshot.store_path, snapshot.graphs, Settings(home=Path(home)))) as engine:
            start = time.perf_counter()
            index = read_index(lambda query: engine.query(query).body)
            console.print(f"{len(index.targets):,} targets read in {time.perf_counter() - start:.2f} s")
    matcher = Matcher(index)
    made = [*cases(index.targets, number), *signatories(index)]
    judged(matcher, made[:1] + [case for case in made if case.way == "no country"][:1])
    start = time.perf_counter()
    found, errors = judged(matcher, made)
    seconds = time.perf_counter() - start
    show(console, found)
    console.print(f"{len(made) / seconds:,.0f} names a second in one process")
    for case in errors[:wrong]:
        console.print(f"wrongly linked: {case.way}: {case.record.name!r}, {case.record.country!r}", markup=False)


def show(console: Console, found: dict[str, Figures]) -> None:
    """Print the figures of each way, and of all together."""
    table = Table("way", "cases", "linked", "precision %", "recall %", "top 1 %", f"top {TOP} %")
    everything = together(found, list(found))
    rows = [*found.items(), ("country given and right", together(found, WITH_COUNTRY)), ("all", everything)]
    for way, figures in rows:
        cells = (figures.precision, figures.recall, figures.top(1), figures.top(TOP))
        table.add_row(way, f"{figures.cases:,}", f"{figures.linked:,}", *(f"{cell:.2f}" for cell in cells))
    console.print(table)


if __name__ == "__main__":
    main()
