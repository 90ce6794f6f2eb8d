"""Decides what each row of a list of partnerships is: two known municipalities, or not surely. Says nothing in triples.

Who the partners are is decided of each place once, in however many rows it stands, as of the members of a network.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from polisgraph.importing.deciding import Decided, decide, member_of
from polisgraph.importing.mapping import Mapping
from polisgraph.importing.reading import Row, read_rows
from polisgraph.linking import Index

PairOfRows = tuple[Row, Row]
"""A row of the list from the side of either partner."""


class Tie(StrEnum):
    """What became of a row of a list of partnerships; every row has exactly one."""

    PARTNERSHIP = "partnership"
    REPEATED = "repeated"
    ITSELF = "with itself"
    HALF = "one partner not known"
    NONE = "neither partner known"


@dataclass(frozen=True)
class Pair:
    """A row, who its partners are found to be, what became of it and why.

    `partners` are the IRIs of two municipalities in order, where both are surely known and are not the same.
    """

    rows: PairOfRows
    sides: tuple[Decided, Decided]
    outcome: Tie
    partners: tuple[str, ...]
    reason: str

    @property
    def number(self) -> int:
        """The number of the row in the list."""
        return self.rows[0].number

    @property
    def locator(self) -> str:
        """Where the list says it: which row, and what the partners are called there."""
        return f"{self.rows[0].key}, «{self.rows[0].name} – {self.rows[1].name}»"


def read_pairs(
    path: Path, mapping: Mapping, tell: Callable[[int, int], None] = lambda done, all_: None
) -> list[PairOfRows]:
    """Return the rows of a list of partnerships from both sides; raise SourceError as `read_rows` does."""
    one, other = mapping.partners
    return list(zip(read_rows(path, one), read_rows(path, other, tell), strict=True))


def decide_pairs(
    rows: Sequence[PairOfRows], index: Index, tell: Callable[[int, int], None] = lambda done, all_: None
) -> list[Pair]:
    """Return what became of each row, in the order of the list; `tell` hears how many places of how many are decided.

    A partnership that several rows state, from either side, is that of the first of them; the others are repeated.
    """
    places = {(place := _place(row)).tenure: place for row in (each for pair in rows for each in pair)}
    found = {one.row.tenure: one for one in decide(list(places.values()), index, tell)}
    pairs, seen = [], set()
    for pair in sorted(rows, key=lambda pair: pair[0].number):
        one, other = (found[_place(row).tenure] for row in pair)
        known = sorted({side.member for side in (one, other) if _known(side)})
        partners = tuple(known) if _known(one) and _known(other) else ()
        unknown = [side for side in (one, other) if not _known(side)]
        if unknown:
            outcome = Tie.NONE if len(unknown) == 2 else Tie.HALF
            reason = "; ".join(f"«{side.row.name}»: {_why(side)}" for side in unknown)
        elif len(partners) < 2:
            outcome, reason, partners = Tie.ITSELF, "both names are those of one municipality", ()
        elif partners in seen:
            outcome, reason = Tie.REPEATED, "another row states this partnership"
        else:
            outcome, reason = Tie.PARTNERSHIP, "both partners are surely known"
        seen.add(partners)
        pairs.append(Pair(pair, (one, other), outcome, partners, reason))
    return pairs


def known_places(pairs: Iterable[Pair]) -> dict[str, Decided]:
    """Return for each municipality that is in a partnership what it was found by, whatever the order of the rows."""
    found: dict[str, Decided] = {}
    for pair in pairs:
        for side in pair.sides if pair.partners else ():
            found[side.member] = min(found.get(side.member, side), side, key=lambda one: one.row.tenure)
    return found


def _place(row: Row) -> Row:
    """Return the row as one that stands for its place, alike for all rows in which it is named alike."""
    name = f"«{row.name}» ({row.country or 'no country'})"
    return replace(
        row, number=0, key=name, tenure=f"{name} {row.latitude} {row.longitude}", authority=name, start="", end=""
    )


def _known(one: Decided) -> bool:
    target = one.target
    if target is None or not one.row.country:
        return False
    return target.kind == "municipality" and one.member == member_of(target)


def _why(one: Decided) -> str:
    if one.target is not None and one.target.kind != "municipality":
        return "is no municipality"
    return one.reason if one.row.country else "has no country of today"
