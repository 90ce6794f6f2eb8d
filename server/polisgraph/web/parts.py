"""Takes out of an answer the part of its rows that a page shows, in the order that the reader wants. Asks nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from polisgraph.folding import folded
from polisgraph.web.rows import Row, Table, row

ROWS = 200
"""Rows on one page of a result."""


@dataclass(frozen=True)
class Order:
    """By the values of which column the rows stand. `kind` is that of a report's column."""

    column: str
    kind: str
    descending: bool = False


def read_part(body: bytes, first: int, number: int, order: Order | None = None) -> Table:
    """Read `number` rows of a SPARQL 1.1 Query Results JSON document, beginning with the row `first` (from 0).

    With `order` that is counted after sorting: numbers by value, dates by time, words by their letters, and in both
    directions rows without a value last. Otherwise, and among equals, rows stand as the answer has them. The table's
    `len` counts all rows, and its `columns` are those that have a value in any of them.
    """
    places: Sequence[int] = _ordered(body, order) if order else range(first + number)
    ranks = {place: rank for rank, place in enumerate(places[first : first + number])}
    names, solutions = _solutions(body)
    rows: dict[int, Row] = {}
    total, empty = 0, set(names)
    for place, solution in enumerate(solutions):
        total += 1
        if empty:
            empty -= {name for name in empty if solution[name] is not None}
        if place in ranks:
            rows[ranks[place]] = row(names, solution)
    columns = tuple(name for name in names if name not in empty)
    return Table(columns, tuple(rows[rank] for rank in sorted(rows)), left_out=total - len(rows), first=first)


def _solutions(body: bytes) -> tuple[tuple[str, ...], ox.QuerySolutions]:
    results = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    assert isinstance(results, ox.QuerySolutions)
    return tuple(variable.value for variable in results.variables), results


def _ordered(body: bytes, order: Order) -> list[int]:
    """Return the places of all rows, in the order wanted."""
    keys: Mapping[str, Callable[[str], Any]] = {"number": _value, "date": str}
    key = keys.get(order.kind, _letters)
    having: list[tuple[Any, int]] = []
    lacking: list[int] = []
    for place, solution in enumerate(_solutions(body)[1]):
        term = solution[order.column]
        found = None if term is None else key(str(getattr(term, "value", term)))
        if found is None:
            lacking.append(place)
        else:
            having.append((found, place))
    # Equals keep the order of the answer in both directions.
    having.sort(key=lambda pair: pair[0], reverse=order.descending)
    return [place for _, place in having] + lacking


def _value(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


@lru_cache(maxsize=10_000)
def _letters(text: str) -> tuple[str, str]:
    return folded(text), text
