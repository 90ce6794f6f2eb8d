"""What a graph holds of decisions on links: which pairs are confirmed and which rejected. Opens no store."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from polisgraph.links.record import ItemLink, Status
from polisgraph.namespaces import PREFIXES

_QUESTION = Path(__file__).with_name("decided.rq")


@dataclass(frozen=True)
class Decisions:
    """The items that are confirmed and rejected, such as Q365, by the IRIs of the things."""

    confirmed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rejected: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def cover(self, thing: str, item: str) -> bool:
        """Whether somebody has decided on this pair, either way."""
        return item in self.confirmed.get(thing, ()) or item in self.rejected.get(thing, ())

    def add(self, links: Iterable[ItemLink]) -> None:
        """Take in further decisions; of two on one pair the one that is added counts."""
        for link in links:
            for found, status in ((self.confirmed, Status.CONFIRMED), (self.rejected, Status.REJECTED)):
                if link.status is status:
                    found[link.thing].add(link.item)
                elif link.is_decision:
                    found[link.thing].discard(link.item)


def read_decisions(ask: Callable[[str], bytes]) -> Decisions:
    """Ask for all decisions; `ask` takes a query and returns its answer as CSV (SPARQL 1.1, CSV results)."""
    found = Decisions()
    rows = csv.reader(io.StringIO(ask(_QUESTION.read_text(encoding="utf-8")).decode("utf-8"), newline=""))
    next(rows, None)
    for thing, item, status in rows:
        kept = found.confirmed if status == Status.CONFIRMED.iri else found.rejected
        kept[thing].add(item.removeprefix(PREFIXES["wd"]))
    return found
