"""Which pictures the rows of a report make: what its file declares, as far as the rows have what is to be drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from polisgraph.reports import Report, View
from polisgraph.reports.model import VIEWS
from polisgraph.web.language import N_
from polisgraph.web.rows import Row, Table

_ROLES = {"from": "source", "to": "target"}
"""What the script calls roles that a report's file calls otherwise."""

NAMES = {
    "bar": N_("Bars"),
    "column": N_("Bars over time"),
    "timeline": N_("Timeline"),
    "map": N_("Map"),
    "network": N_("Connections"),
}
"""What each kind of picture is called."""

_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "bar": (("label",), ("value",)),
    "column": (("label",), ("value",)),
    "timeline": (("label",), ("start", "end")),
    "map": (("lat",), ("long",)),
    "network": (("source",), ("target",)),
}
"""What a row must have to be drawn in each kind of picture, one role of each of these: as `USABLE` in pictures.js."""


@dataclass(frozen=True)
class Picture:
    """A way to draw the rows: `kind` and the roles in `columns` as the script calls them, with the report's columns.

    `rows` is how many have what is to be drawn.
    """

    kind: str
    columns: Mapping[str, str]
    rows: int

    @property
    def name(self) -> str:
        """What such a picture is called, in English."""
        return NAMES[self.kind]


def pictures(report: Report, table: Table) -> list[Picture]:
    """Return the pictures that `report` declares, in its order, without those for which `table` has too little.

    One thing makes no picture: rows about at least two must have all that the picture needs, whatever else they lack.
    """
    found = []
    for view in report.views:
        if view.name != "table" and _drawable(view, table):
            kind = _kind(report, view)
            columns = {_ROLES.get(role, role): column for role, column in view.columns.items()}
            found.append(Picture(kind, columns, usable(kind, columns, table.rows)))
    return found


def usable(kind: str, columns: Mapping[str, str], rows: Iterable[Row]) -> int:
    """Return how many of `rows` have what a picture of this kind shows, its roles by `columns`."""
    needed = [[columns[role] for role in roles if role in columns] for roles in _NEEDED[kind]]
    return sum(all(any(column in row for column in either) for either in needed) for row in rows)


def _drawable(view: View, table: Table) -> bool:
    needed = [view.columns[role] for role in VIEWS[view.name][0]]
    return len({row[needed[0]].value for row in table.rows if all(column in row for column in needed)}) > 1


def _kind(report: Report, view: View) -> str:
    """Return how to draw `view`: bars over time stand, so that time goes on to the right."""
    dated = {column.name for column in report.columns if column.kind == "date"}
    return "column" if view.name == "bar" and view.columns["label"] in dated else view.name
