"""Answers queries with SERVICE: asks the endpoints first, then the engine with what they said.

Before an endpoint is asked, the engine is asked for the values of the variables that the query binds without it: the
endpoint gets these in batches, and need not list all that it knows.
"""

import threading
from collections.abc import Collection, Sequence
from dataclasses import replace
from time import monotonic
from typing import TypeAlias

import pyoxigraph as ox
from cachetools import TTLCache

from polisgraph.engine import Answer, Engine, Query
from polisgraph.engine.diagnosis import is_well_formed, syntax_error
from polisgraph.engine.gate import check
from polisgraph.errors import BadQuery, EndpointFailed, Forbidden, QueryError, ResultTooLarge, TimeLimit
from polisgraph.federation.clauses import Clause, Row, next_clause, values_block
from polisgraph.federation.client import Client
from polisgraph.namespaces import PREFIXES
from polisgraph.results import JSON

CLAUSES = 5
"""SERVICE clauses that a query may have."""
VALUES = 2_000
"""Solutions that a query may have before a SERVICE; each of them goes to the endpoint."""
BATCH = 200
"""Solutions that one request to an endpoint takes along."""
ROWS = 20_000
"""Rows that the endpoints may give for one query."""
BYTES = 8 * 2**20
"""Bytes that one answer of an endpoint may have."""
KEPT = 600.0
"""Seconds for which the answer of an endpoint is taken to hold."""
_Table: TypeAlias = tuple[tuple[str, ...], list[Row]]
_ROOM = 64 * 2**20
_LONGEST = 64 * 2**20


class FederatingEngine:
    """An engine around another one, which only gets queries without SERVICE. Safe to use from many threads."""

    def __init__(
        self, engine: Engine, endpoints: Collection[str], client: Client, time_limit: float, query_limit: int
    ) -> None:
        """Let queries to `engine`, of up to `query_limit` bytes, call those `endpoints`, for `time_limit` seconds."""
        self._engine, self._endpoints, self._client = engine, endpoints, client
        self._time_limit, self._query_limit = time_limit, query_limit
        self._kept: TTLCache[tuple[str, str], bytes] = TTLCache(_ROOM, KEPT, getsizeof=len)
        self._lock = threading.Lock()

    def query(self, query: Query) -> Answer:
        """Return the whole answer, or raise a QueryError: Forbidden for an endpoint that is not allowed.

        The answer is not cacheable if an endpoint had a part in it: what that says may change.
        """
        checked = query.checked or check(query.text, self._query_limit, service=True)
        if not checked.service:
            return self._engine.query(query)
        if not is_well_formed(checked.text):
            raise syntax_error(checked, dict(PREFIXES)) or BadQuery("Syntax error.")
        deadline = monotonic() + min(query.time_limit or self._time_limit, self._time_limit)
        text, bare, room = checked.plain, checked.plain, ROWS
        for _ in range(CLAUSES + 1):
            clause = next_clause(text)
            if clause is None:
                break
            self._check_allowed(clause)
            names, rows = self._solutions(clause, query, deadline, room)
            room -= len(rows)
            text = clause.answered(values_block(names, rows))
            bare = _without(bare)
        else:
            raise BadQuery(f"The query has more than {CLAUSES} SERVICE clauses. Ask in parts.")
        # The gate looks at what the client wrote. What the endpoints said is inline data of our own writing.
        final = replace(check(bare, _LONGEST), text=text)
        answer = self._engine.query(replace(query, checked=final, time_limit=_left(deadline)))
        return replace(answer, cacheable=False)

    def close(self) -> None:
        """Forget what endpoints said, and close the engine."""
        self._kept.clear()
        self._engine.close()

    def _check_allowed(self, clause: Clause) -> None:
        if clause.endpoint in self._endpoints:
            return
        allowed = ", ".join(f"<{endpoint}>" for endpoint in self._endpoints)
        raise Forbidden(f"SERVICE <{clause.endpoint}> is not allowed here; these endpoints are: {allowed}.")

    def _solutions(
        self, clause: Clause, query: Query, deadline: float, room: int
    ) -> tuple[tuple[str, ...], Sequence[Row]]:
        """Return the variables and the solutions that the endpoint gives for the clause."""
        questions = [clause.question()]
        if clause.shared:
            before = self._values(clause, query, deadline)
            if not before:
                return clause.shared, []
            # A value that may be any would meet what is found for others a second time.
            if not any(None in row for row in before):
                questions = [clause.question(before[at : at + BATCH]) for at in range(0, len(before), BATCH)]
        names: tuple[str, ...] = ()
        rows: list[Row] = []
        try:
            for question in questions:
                names, more = self._asked(clause, question, deadline)
                rows += more
                if len(rows) > room:
                    raise ResultTooLarge(
                        f"SERVICE: the endpoints give more than {ROWS:,} rows. Narrow the pattern, or put what is"
                        " known before SERVICE.",
                        limit=ROWS,
                    )
        except QueryError:
            if not clause.silent:
                raise
            # One solution without values (SPARQL 1.1 Federated Query, section 2.3).
            names = tuple(sorted(clause.variables))
            return names, [(None,) * len(names)]
        return names, rows

    def _values(self, clause: Clause, query: Query, deadline: float) -> list[Row]:
        """Return the solutions before the clause for the variables that it shares with them."""
        text = f"{clause.before}LIMIT {VALUES + 1}"
        asked = replace(
            query,
            checked=check(text, _LONGEST),
            results_type=JSON.media_type,
            time_limit=_left(deadline),
        )
        table = _read(self._engine.query(asked).body)
        assert table is not None, "our own engine answers in what it was asked for"
        rows = table[1]
        if len(rows) > VALUES:
            shared = ", ".join(f"?{name}" for name in clause.shared)
            raise ResultTooLarge(
                f"SERVICE <{clause.endpoint}>: there are more than {VALUES:,} values of {shared} to ask it for. Narrow"
                " what stands beside SERVICE, or take fewer with a LIMIT in a subquery.",
                limit=VALUES,
            )
        # What a blank node is here no other endpoint knows.
        return [row for row in rows if not any(isinstance(term, ox.BlankNode) for term in row)]

    def _asked(self, clause: Clause, question: str, deadline: float) -> tuple[tuple[str, ...], list[Row]]:
        endpoint = clause.endpoint
        key = (endpoint, question)
        with self._lock:
            kept = self._kept.get(key)
        body = kept or self._client.ask(endpoint, question, JSON.media_type, _left(deadline))
        table = _read(body)
        if table is None:
            raise EndpointFailed(f"SERVICE: what {endpoint} answers is no SPARQL result in JSON.")
        names, rows = table
        # Once only: to keep it again would make an old answer a new one.
        if kept is None and len(body) < _ROOM // 4:
            with self._lock:
                self._kept[key] = body
        wanted = [at for at, name in enumerate(names) if name in clause.variables]
        return tuple(names[at] for at in wanted), [[row[at] for at in wanted] for row in rows]


def _read(body: bytes) -> _Table | None:
    """Return variables and rows of a result, or None if it is none.

    No error comes out of here: its frames would hold what the engine reads with, which only this thread may let go.
    """
    try:
        found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if isinstance(found, ox.QuerySolutions):
            names = tuple(variable.value for variable in found.variables)
            return names, [tuple(solution[name] for name in names) for solution in found]
    except (SyntaxError, ValueError):
        pass
    return None


def _without(text: str) -> str:
    """Return `text` without its first SERVICE."""
    clause = next_clause(text)
    return clause.answered("") if clause else text


def _left(deadline: float) -> float:
    """Return the seconds that are left; raise TimeLimit if there are none."""
    left = deadline - monotonic()
    if left <= 0:
        raise TimeLimit("The query's time is over: the endpoints that it calls took all of it.")
    return left
