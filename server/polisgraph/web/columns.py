"""Which columns of a report's rows a page shows, and which of them need room. Renders nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from polisgraph.reports import Column, Report
from polisgraph.web.rows import Table

_LONG = 40
"""Letters from which on a text needs a wide column."""


@dataclass(frozen=True)
class Columns:
    """`shown` are those with a value in some row, `empty` have none in any, `behind` are only there for pictures.

    `long` need room; `places` says how many places behind the mark the decimal numbers of a column have, by its name.
    """

    shown: Sequence[Column]
    empty: Sequence[Column]
    behind: Sequence[str]
    long: frozenset[str]
    places: Mapping[str, int]

    @property
    def chief(self) -> str:
        """The name of the column that says what a row is about: the first whose values have pages, else the first."""
        named = (column.name for column in self.shown if column.of)
        return next(named, self.shown[0].name if self.shown else "")

    def called(self, language: str) -> dict[str, str]:
        """Return by name what the columns that are shown are called at the beginning of a line."""
        labels = {column.name: column.label[language] for column in self.shown}
        return {name: label[:1].upper() + label[1:] for name, label in labels.items()}


def columns_of(report: Report, table: Table) -> Columns:
    """Return the columns of `table`, the rows of `report`; `Table.columns` are those that have values.

    An IRI that a label names is the link of that label, and coordinates say nothing to who reads a table.
    """
    maps = (view.columns for view in report.views if view.name == "map")
    behind = [columns[role] for columns in maps for role in ("lat", "long")]
    unseen = {column.of for column in report.columns} | set(behind)
    seen = [column for column in report.columns if column.name not in unseen]
    long = {name for row in table.rows for name, term in row.items() if len(term.value) > _LONG and term.kind != "iri"}
    return Columns(
        shown=[column for column in seen if column.name in table.columns],
        empty=[column for column in seen if column.name not in table.columns],
        behind=behind,
        long=frozenset(long - {column.name for column in report.columns if column.kind in ("number", "date")}),
        places={column.name: _places(column.name, table) for column in seen if column.kind == "number"},
    )


def _places(name: str, table: Table) -> int:
    """Return the places that all numbers of a column get; none if there are whole numbers by their type among them."""
    terms = [row[name] for row in table.rows if name in row]
    if not all(term.datatype.endswith("#decimal") for term in terms):
        return 0
    return max((len(term.value.partition(".")[2].rstrip("0")) for term in terms), default=0)
