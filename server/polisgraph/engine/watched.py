"""Counts the queries that an engine works on and what came of them, and logs the slow ones. Changes no answer."""

import logging
from collections.abc import Callable
from time import monotonic

from polisgraph import metrics
from polisgraph.engine import Answer, Query
from polisgraph.errors import QueryError
from polisgraph.journal import facts

_TEXT = 4_000
"""Characters of a slow query's text that the log holds."""

_log = logging.getLogger("polisgraph.slow")


def watched(query: Query, slow: float, work: Callable[[], Answer]) -> Answer:
    """Return what `work` returns or raise what it raises; log `query` if that takes `slow` seconds or more.

    Call it when the query has its turn: the time that it waited is not its own.
    """
    began, outcome, size = monotonic(), "failed", 0
    try:
        with metrics.QUERIES_RUNNING.held():
            answer = work()
        outcome, size = "answered", len(answer.body)
        return answer
    except QueryError as error:
        outcome = error.title.lower()
        raise
    finally:
        seconds = monotonic() - began
        metrics.QUERIES.add(outcome)
        metrics.QUERY_SECONDS.observe(seconds)
        if seconds >= slow:
            _report(query, outcome, seconds, size)


def refused(error: QueryError) -> None:
    """Count a query that got no turn."""
    metrics.QUERIES.add(error.title.lower())


def _report(query: Query, outcome: str, seconds: float, size: int) -> None:
    named = {"outcome": outcome, "seconds": round(seconds, 3), "bytes": size, "query": query.text[:_TEXT]}
    if query.default_graphs or query.named_graphs:
        named |= {"default_graphs": query.default_graphs, "named_graphs": query.named_graphs}
    _log.warning("slow query", extra=facts(**named))
