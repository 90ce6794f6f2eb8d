"""Keeps what a person decides, unless something speaks against it. Asks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from polisgraph.errors import SourceError
from polisgraph.links import ItemLink, Ledger, Status, decided
from polisgraph.namespaces import shorten
from polisgraph.review.check import Linked, contradiction


@dataclass(frozen=True)
class Desk:
    """Where decisions are kept, what they must not contradict, who decides and when, and with what evidence."""

    ledger: Ledger
    linked: Sequence[Linked]
    reviewer: str
    day: date
    evidence: Sequence[str] = ()

    def decision(self, candidates: Sequence[ItemLink], status: Status) -> ItemLink:
        """Return the decision on `candidates`, which are all on one pair. Keeps nothing."""
        return decided(candidates, status, self.reviewer, self.day, self.evidence)

    def known(self, pair: tuple[str, str]) -> ItemLink | None:
        """Return the decision on a thing and an item that is kept, if there is one."""
        return next((link for link in self.ledger.read() if link.pair == pair), None)

    def objection(self, decision: ItemLink) -> str:
        """Say what speaks against keeping `decision`; nothing if nothing does."""
        return contradiction(decision, self.linked, self.ledger.read())

    def keep(self, decision: ItemLink) -> ItemLink | None:
        """Write `decision`; return the one that stood in its place.

        Raises SourceError if something speaks against it, or it cannot be written; the file is then as it was.
        """
        if objection := self.objection(decision):
            told = f"{decision.item} for {shorten(decision.thing)} was not kept: {objection}"
            raise SourceError(told, self.ledger.path)
        return self.ledger.put(decision)
