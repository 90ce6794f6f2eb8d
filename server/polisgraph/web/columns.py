"""Which columns of a report's rows a page shows, and which of them need room. Renders nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from polisgraph.reports import Column, Report
from polisgraph.web.rows import Table

_LONG = 40
"""Letters from which on a text needs a wide column."""


@dataclass(frozen=True)
class Columns:
    """`shown` are those with a value in some row, `empty` have none in any, `behind` are only there for pictures."""

    shown: Sequence[Column]
    empty: Sequence[Column]
    behind: Sequence[str]
    long: frozenset[str]


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
    )
