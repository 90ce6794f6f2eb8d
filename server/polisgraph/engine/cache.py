"""Remembers an engine's answers, and runs a question once that several ask at the same time. Runs nothing itself."""

import threading
from concurrent.futures import Future
from copy import copy
from dataclasses import replace
from typing import TypeAlias

from polisgraph import journal, metrics
from polisgraph.engine import Answer, Engine, Query
from polisgraph.engine.gate import check
from polisgraph.errors import Busy, QueryError
from polisgraph.room import Room

_OVERHEAD = 2_000
"""Bytes, about, that an entry takes beside the answer's body."""

Key: TypeAlias = tuple[object, ...]


class CachingEngine:
    """An engine whose answers are kept. It stands for one snapshot: what it keeps goes when the snapshot goes."""

    def __init__(self, engine: Engine, room: int, query_limit: int, service: bool = False) -> None:
        """Keep answers of `engine`, up to `room` bytes of them; take queries of up to `query_limit` bytes.

        `service` says that `engine` sees to SERVICE.
        """
        self._engine = engine
        self._service = service
        self._query_limit = query_limit
        self._answers: Room[Key, Answer] = Room("answers", room, lambda answer: len(answer.body) + _OVERHEAD)
        self._asked: dict[Key, Future[Answer]] = {}
        self._lock = threading.Lock()

    def query(self, query: Query) -> Answer:
        """Return the whole answer to `query`, as the engine would; raise the QueryError that it raises.

        Queries that differ in space and comments only are the same, and so are two with different time limits.
        """
        checked = check(query.text, self._query_limit, self._service)
        query = replace(query, checked=checked)
        if checked.volatile:
            return self._engine.query(query)
        key = (
            checked.plain,
            query.default_graphs,
            query.named_graphs,
            query.results_type,
            query.graph_type,
        )
        with self._lock:
            answer = self._answers.get(key)
            # Who allows less time must not end the question of who allows more.
            question = (*key, query.time_limit)
            asked = self._asked.get(question)
            if answer is None and asked is None:
                mine = self._asked[question] = Future[Answer]()
        _note("hit" if answer else "joined" if asked else "miss")
        return answer or (self._join(asked, query) if asked else self._ask(query, key, question, mine))

    def close(self) -> None:
        """Forget the answers and close the engine."""
        self._answers.close()
        self._engine.close()

    def _join(self, asked: "Future[Answer]", query: Query) -> Answer:
        """Wait for what another thread asks, and take its outcome."""
        try:
            return asked.result()
        except Busy:  # it had no turn; this client may have one
            return self._engine.query(query)
        except QueryError as error:
            # Each thread raises its own: a traceback belongs to one.
            raise copy(error) from None

    def _ask(self, query: Query, key: Key, question: Key, mine: "Future[Answer]") -> Answer:
        try:
            answer = self._engine.query(query)
        except BaseException as error:
            with self._lock:
                del self._asked[question]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._asked[question]
            if answer.cacheable:
                self._answers.keep(key, answer)
        mine.set_result(answer)
        return answer


def _note(outcome: str) -> None:
    metrics.CACHE_LOOKUPS.add("answers", outcome)
    journal.note("answers", outcome)
