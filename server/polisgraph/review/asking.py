"""Puts the questions of this package to an engine, and reads the rows that come back. Knows no meaning of theirs."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from polisgraph.engine import Query
from polisgraph.reports.blocks import filled

Ask = Callable[[Query], bytes]
"""Takes a query and returns the body of the answer; raises QueryError."""

_QUESTIONS = Path(__file__).with_name("questions")


def rows(ask: Ask, question: str, **iris: Sequence[str]) -> Iterator[list[str]]:
    """Yield the rows of `questions/<question>.rq` with `iris` in its VALUES blocks, by its columns.

    Raises QueryError as `ask` does.
    """
    text = (_QUESTIONS / f"{question}.rq").read_text(encoding="utf-8")
    if iris:
        text = filled(text, {name: " ".join(f"<{iri}>" for iri in values) for name, values in iris.items()})
    found = csv.reader(io.StringIO(csv_of(ask, text).decode("utf-8"), newline=""))
    next(found, None)
    return found


def csv_of(ask: Ask, text: str) -> bytes:
    """Return the answer to the query `text` as CSV."""
    return ask(Query(text, results_type="text/csv"))
