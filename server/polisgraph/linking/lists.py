"""Links the rows of a table: makes a record of each, and of what became of it the cells to append. Reads no file."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from polisgraph.linking.matcher import Matcher
from polisgraph.linking.record import Candidate, Outcome, Record
from polisgraph.linking.tables import Table
from polisgraph.namespaces import shorten

APPENDED = ("id", "qid", "name", "score", "match", "reason", "candidates")


@dataclass(frozen=True)
class Columns:
    """Which column of a table holds what; an empty text where none does. `keys` are columns by scheme."""

    name: str
    country: str = ""
    kind: str = ""
    latitude: str = ""
    longitude: str = ""
    network: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)

    def named(self) -> list[str]:
        """Return the columns that are named."""
        named = (self.name, self.country, self.kind, self.latitude, self.longitude, self.network)
        return [column for column in (*named, *self.keys.values()) if column]


@dataclass(frozen=True)
class Linked:
    """A row and what became of it. `problem` says why nothing could; the row counts from 1, the header is row 1.

    `record` is what was read of the row.
    """

    number: int
    cells: Sequence[str]
    outcome: Outcome
    problem: str = ""
    record: Record = field(default_factory=Record)

    @property
    def verdict(self) -> str:
        """One of sure, candidates, none, bad."""
        if self.problem:
            return "bad"
        return "sure" if self.outcome.match else "candidates" if self.outcome.candidates else "none"

    def appended(self) -> list[str]:
        """Return the cells for `APPENDED`; the first four are empty unless the link is sure."""
        match, found = self.outcome.match, self.outcome.candidates
        begin = [match.id, match.qid, match.name, f"{match.score:g}"] if match else ["", "", "", ""]
        listed = " | ".join(_listed(candidate) for candidate in found)
        return [*begin, "true" if match else "false", self.problem or self.outcome.reason, listed]


@dataclass(frozen=True)
class Linker:
    """Links the rows of one table. `country` and `network` hold for all rows that have none of their own."""

    matcher: Matcher
    table: Table
    columns: Columns
    country: str = ""
    network: str = ""
    limit: int = 5
    language: str = "en"

    def __post_init__(self) -> None:
        """Raise SourceError if a column is not there."""
        assert self._places is not None

    @cached_property
    def header(self) -> list[str]:
        """The header of the result: that of the table, and the appended columns under names not taken yet."""
        taken = {title.strip() for title in self.table.header}
        own = [name if name not in taken else f"link_{name}" for name in APPENDED]
        return [*self.table.header, *[""] * (self._width - len(self.table.header)), *own]

    def rows(self) -> Iterator[Linked]:
        """Yield each row of the table with what became of it, in their order."""
        for number, cells in enumerate(self.table.rows, start=2):
            padded = [*cells, *[""] * (self._width - len(cells))]
            record, problem = self._record(cells)
            outcome = Outcome((), problem)
            if not problem:
                outcome = self.matcher.match(record, self.limit, self.language)
            yield Linked(number, padded, outcome, problem, record)

    @cached_property
    def _width(self) -> int:
        return max(map(len, [self.table.header, *self.table.rows]))

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: self.table.column(name) for name in self.columns.named()}

    def _record(self, cells: Sequence[str]) -> tuple[Record, str]:
        """Return the record of a row, and what is wrong with the row."""
        if len(cells) != len(self.table.header):
            said = f"row has {len(cells)} cells, the header {len(self.table.header)}; is a delimiter or quote missing?"
            return Record(), said if any(cells) else "row is empty"
        keys = {scheme: cell for scheme, name in self.columns.keys.items() if (cell := self._cell(cells, name))}
        try:
            latitude = _degrees(self._cell(cells, self.columns.latitude), 90)
            longitude = _degrees(self._cell(cells, self.columns.longitude), 180)
        except ValueError as error:
            return Record(), str(error)
        name = self._cell(cells, self.columns.name)
        if not (name or keys):
            return Record(), "row has neither a name nor a key"
        network = self._cell(cells, self.columns.network) or self.network
        return Record(
            name=name,
            country=self._cell(cells, self.columns.country) or self.country,
            kind=self._cell(cells, self.columns.kind),
            keys=keys,
            latitude=latitude,
            longitude=longitude,
            networks=tuple(part.strip() for part in network.split(";") if part.strip()),
        ), ""

    def _cell(self, cells: Sequence[str], column: str) -> str:
        return cells[self._places[column]].strip() if column else ""


def summary(linked: Counter[str]) -> str:
    """Say in words how many rows came to which verdict."""
    told = {"sure": "linked", "candidates": "with candidates to choose from", "none": "without any", "bad": "bad"}
    parts = [f"{linked[verdict]:,} {words}" for verdict, words in told.items() if linked[verdict] or verdict != "bad"]
    return f"{linked.total():,} rows: " + ", ".join(parts)


def _listed(candidate: Candidate) -> str:
    words = (f"{candidate.score:g}", candidate.name, shorten(candidate.id), candidate.qid)
    return " ".join(word for word in words if word)


def _degrees(text: str, bound: int) -> float | None:
    """Return the degrees that `text` says, with a point or a comma; raise ValueError if it says none."""
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{text!r} are no degrees; write them as 50.94222") from None
    if not -bound <= value <= bound:
        raise ValueError(f"{text!r} is more than {bound} degrees; are latitude and longitude exchanged?")
    return value
