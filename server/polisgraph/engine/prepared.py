"""Answers that a build has prepared: kept in files beside the store, and given without running the query again.

A file is named by the query's text, so that a query with another text is asked as ever. Its bytes are under the
snapshot's seal like those of the store, and are compared with it whenever they are given.
"""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pyoxigraph import QueryResultsFormat, parse_query_results

from polisgraph.engine import Answer, Engine, Query
from polisgraph.engine.answering import acceptable
from polisgraph.engine.gate import check
from polisgraph.engine.stored import unreadable
from polisgraph.engine.writing import write_results
from polisgraph.errors import QueryError
from polisgraph.results import JSON, RESULT_TYPES

_log = logging.getLogger(__name__)


def prepare(
    folder: Path, engine: Engine, queries: Iterable[tuple[str, str]], at_once: int, step: Callable[[str], None]
) -> None:
    """Write the answers of `engine` to SELECT `queries`, each with a name, into the new folder `folder`.

    `at_once` of them run side by side; `step` hears which one begins. What has no answer within the limits of `engine`
    has none later either, and is left to it. Raises OSError if a file cannot be written.
    """
    folder.mkdir()

    def write(name: str, text: str) -> None:
        step(name)
        checked = check(text, len(text.encode()))
        if checked.volatile:
            return
        try:
            answer = engine.query(Query(text, results_type=JSON.media_type, checked=checked))
        except QueryError as error:
            _log.warning("%s has no answer that could be kept: %s", name, error)
        else:
            (folder / _name(checked.plain)).write_bytes(answer.body)

    with ThreadPoolExecutor(at_once) as threads:
        for job in [threads.submit(write, *query) for query in queries]:
            job.result()


class PreparedEngine:
    """An engine that is asked only for what is not prepared. Stands for one snapshot, as that does."""

    def __init__(self, engine: Engine, folder: Path, sums: Mapping[str, str], result_limit: int) -> None:
        """Give the files of `folder`, up to `result_limit` bytes of each; ask `engine` for what is not among them.

        `sums` are their names with the SHA-256 that they must have.
        """
        self._engine, self._folder, self._sums, self._limit = engine, folder, sums, result_limit

    def query(self, query: Query) -> Answer:
        """Return the whole answer; raise the QueryError that the engine raises, and StoreDamaged for another file.

        Only a query that the gate has been through may be found: all others go to the engine.
        """
        if not self._sums or query.checked is None or query.default_graphs or query.named_graphs:
            return self._engine.query(query)
        name = _name(query.checked.plain)
        if name not in self._sums:
            return self._engine.query(query)
        media_type = acceptable(query.results_type, RESULT_TYPES, "SELECT")
        body = self._read(name)
        if media_type != JSON.media_type:
            body = write_results(parse_query_results(body, format=QueryResultsFormat.JSON), media_type, self._limit)
        if len(body) > self._limit:
            return self._engine.query(query)  # which says so
        return Answer(body, media_type, "SELECT", cacheable=True)

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()

    def _read(self, name: str) -> bytes:
        try:
            body = (self._folder / name).read_bytes()
        except OSError as error:
            raise unreadable(error.strerror or "it is gone") from None
        if hashlib.sha256(body).hexdigest() != self._sums[name]:
            raise unreadable("it is not what was written")
        return body


def _name(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest() + ".json"
