"""What is kept, what is asked once, and that neither changes an answer."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polisgraph import metrics
from polisgraph.engine import Answer, Query
from polisgraph.engine.cache import CachingEngine
from polisgraph.engine.gate import check
from polisgraph.engine.local import LocalEngine
from polisgraph.errors import Abandoned, BadQuery, Busy, Forbidden, QueryError, TimeLimit
from polisgraph.results import GRAPH_TYPES, RESULT_TYPES


class Recorder:
    """An engine that notes what it is asked, and answers or fails when told to."""

    def __init__(self) -> None:
        self.asked: list[Query] = []
        self.gate = threading.Event()
        self.gate.set()
        self.outcome: Callable[[Query], Answer] = lambda query: Answer(query.text.encode(), "text/csv", "ASK", True)
        self.closed = False

    def query(self, query: Query) -> Answer:
        self.asked.append(query)
        self.gate.wait(10)
        return self.outcome(query)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def caching(recorder: Recorder) -> CachingEngine:
    return CachingEngine(recorder, 1_000_000, 10_000)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as executor:
        yield executor


def test_a_question_is_asked_once(caching: CachingEngine, recorder: Recorder) -> None:
    first = caching.query(Query("ASK { ?s ?p ?o }"))
    again = caching.query(Query("#  the same\nASK   {\t?s ?p ?o\r\n}", time_limit=2.0))
    assert first is again and len(recorder.asked) == 1
    assert caching.query(Query("ASK { ?s ?p ?o } ")).body is caching.query(Query("ASK { ?s ?p ?o } #")).body


@pytest.mark.parametrize(
    "other",
    [
        Query("ASK { ?s ?p ?x }"),
        Query("ASK { ?s ?p ?o }", default_graphs=("urn:g",)),
        Query("ASK { ?s ?p ?o }", named_graphs=("urn:g",)),
        Query("ASK { ?s ?p ?o }", results_type="text/csv"),
        Query("ASK { ?s ?p ?o }", graph_type="application/n-triples"),
    ],
)
def test_whatever_changes_an_answer_is_another_question(
    other: Query, caching: CachingEngine, recorder: Recorder
) -> None:
    caching.query(Query("ASK { ?s ?p ?o }"))
    caching.query(other)
    assert len(recorder.asked) == 2


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()", "now ()", "\\u004eOW()"])
def test_what_may_change_is_asked_each_time(function: str, caching: CachingEngine, recorder: Recorder) -> None:
    for _ in range(2):
        caching.query(Query(f"ASK {{ BIND({function} AS ?x) }}"))
    assert len(recorder.asked) == 2


def test_what_the_engine_calls_passing_is_not_kept(caching: CachingEngine, recorder: Recorder) -> None:
    recorder.outcome = lambda query: Answer(b"", "text/csv", "ASK", False)
    for _ in range(2):
        caching.query(Query("ASK {}"))
    assert len(recorder.asked) == 2


def test_errors_are_not_kept(caching: CachingEngine, recorder: Recorder) -> None:
    def fail(query: Query) -> Answer:
        raise TimeLimit("too long", limit=1)

    good, recorder.outcome = recorder.outcome, fail
    with pytest.raises(TimeLimit):
        caching.query(Query("ASK {}"))
    recorder.outcome = good
    assert caching.query(Query("ASK {}")).form == "ASK"


def test_what_no_engine_may_see_does_not_get_there(caching: CachingEngine, recorder: Recorder) -> None:
    with pytest.raises(Forbidden):
        caching.query(Query("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }"))
    with pytest.raises(BadQuery):
        caching.query(Query("ASK { " + "{" * 200))
    assert recorder.asked == []


def joined(caching: CachingEngine, recorder: Recorder, threads: ThreadPoolExecutor) -> list[Answer | BaseException]:
    """Ask the same five times at once, and let the engine answer when all are waiting; return what came of them."""
    recorder.gate.clear()
    before = metrics.CACHE_LOOKUPS.value("answers", "joined")
    asking = [threads.submit(caching.query, Query("SELECT * {}")) for _ in range(5)]
    for _ in range(1000):
        if metrics.CACHE_LOOKUPS.value("answers", "joined") == before + 4:
            break
        time.sleep(0.005)
    recorder.gate.set()
    return [one.exception(10) or one.result() for one in asking]


def test_five_who_ask_the_same_at_once_share_one_answer(
    caching: CachingEngine, recorder: Recorder, threads: ThreadPoolExecutor
) -> None:
    outcomes = joined(caching, recorder, threads)
    assert len(recorder.asked) == 1
    assert all(outcome is outcomes[0] for outcome in outcomes) and isinstance(outcomes[0], Answer)


def test_five_who_ask_the_same_at_once_share_an_error(
    caching: CachingEngine, recorder: Recorder, threads: ThreadPoolExecutor
) -> None:
    def fail(query: Query) -> Answer:
        raise TimeLimit("too long", limit=3)

    recorder.outcome = fail
    outcomes = joined(caching, recorder, threads)
    assert len(recorder.asked) == 1
    assert len({id(outcome) for outcome in outcomes}) == 5, "each thread raises an error of its own"
    assert all(isinstance(outcome, TimeLimit) and outcome.details == {"limit": 3} for outcome in outcomes)


@pytest.mark.parametrize("error", [Busy, Abandoned])
def test_one_who_had_no_turn_or_has_gone_does_not_cost_others_theirs(
    error: type[Busy], caching: CachingEngine, recorder: Recorder, threads: ThreadPoolExecutor
) -> None:
    good = recorder.outcome

    def refuse_first(query: Query) -> Answer:
        recorder.outcome = good
        raise error("no turn")

    recorder.outcome = refuse_first
    outcomes = joined(caching, recorder, threads)
    assert sum(isinstance(outcome, Busy) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Answer) for outcome in outcomes) == 4


def test_who_allows_less_time_does_not_end_the_question_of_who_allows_more(
    caching: CachingEngine, recorder: Recorder, threads: ThreadPoolExecutor
) -> None:
    recorder.gate.clear()
    asking = [threads.submit(caching.query, Query("ASK {}", time_limit=limit)) for limit in (0.5, None)]
    for _ in range(1000):
        if len(recorder.asked) == 2:
            break
        time.sleep(0.005)
    recorder.gate.set()
    assert [one.result(10).form for one in asking] == ["ASK", "ASK"]
    assert {query.time_limit for query in recorder.asked} == {0.5, None}


def test_the_room_has_an_end(caching: CachingEngine, recorder: Recorder) -> None:
    recorder.outcome = lambda query: Answer(bytes(50_000), "text/csv", "SELECT", True)
    before = metrics.CACHE_BYTES.value("answers")
    for number in range(100):
        caching.query(Query(f"ASK {{ ?s ?p {number} }}"))
    assert 500_000 < metrics.CACHE_BYTES.value("answers") - before <= 1_000_000
    recorder.outcome = lambda query: Answer(bytes(200_000), "text/csv", "SELECT", True)
    for _ in range(2):
        caching.query(Query("ASK { ?much ?p ?o }"))
    assert len(recorder.asked) == 102, "an answer that would cost many others their room is not kept"


def test_nothing_outlives_the_snapshot(caching: CachingEngine, recorder: Recorder) -> None:
    before = metrics.CACHE_BYTES.value("answers")
    caching.query(Query("ASK {}"))
    assert metrics.CACHE_BYTES.value("answers") > before
    caching.close()
    assert recorder.closed
    for _ in range(2):
        caching.query(Query("ASK {}"))
    assert len(recorder.asked) == 3 and metrics.CACHE_BYTES.value("answers") == before


@pytest.mark.parametrize("media_type", [*RESULT_TYPES, *GRAPH_TYPES])
def test_a_kept_answer_is_the_same_bytes_as_a_fresh_one(media_type: str, pool: LocalEngine) -> None:
    form = "SELECT *" if media_type in RESULT_TYPES else "CONSTRUCT { ?s ?p ?o }"
    query = Query(f"{form} {{ ?s ?p ?o }} ORDER BY ?s ?p ?o", results_type=media_type, graph_type=media_type)
    caching = CachingEngine(pool, 100_000_000, 10_000)
    fresh, first, kept = pool.query(query), caching.query(query), caching.query(query)
    assert kept is first
    assert kept == fresh


_PIECES = [
    "?s", "?p", "?o", ".", ";", ",", "{", "}", "<http://a#b>", "<a", "?a<?b", "&&?c>?d", "#comment", "# ' \"\n",
    "'a # b'", '"""x\n # y"""', "'it\\'s'", "\n", "\t", " ", "a", "FILTER(?s", "<", ">", ")", "(1", "1.", ".5", "e5",
    "ex:a", "ex:", "_:b", "@en", "^^", "\\u0023", "\\u000a", "'\\\\u0041'", "SELECT * {", "ASK {", "\r", "\u00b7",
]  # fmt: skip


@settings(max_examples=1500, deadline=None, derandomize=True, database=None)
@given(
    pieces=st.lists(st.sampled_from(_PIECES), max_size=14),
    start=st.sampled_from(["ASK { ", "SELECT * { ?s ?p ?o ", ""]),
)
def test_space_and_comments_are_all_that_a_condensed_query_lacks(pieces: list[str], start: str) -> None:
    try:
        checked = check("PREFIX ex: <http://e#> " + start + " ".join(pieces) + ("}" if start else ""), 10_000)
    except QueryError:
        return
    assert outcome(checked.plain) == outcome(checked.text)
    assert check(checked.plain, 10_000).plain == checked.plain


_STORE = ox.Store()
_STORE.load(b"<http://a#b> <http://e#a> 'a # b', 'it\\'s', 1, .5 . <http://e#a> a 'x'@en .", ox.RdfFormat.TURTLE)


def outcome(text: str) -> object:
    """What pyoxigraph makes of a text: its rows, or that it does not run."""
    try:
        result = _STORE.query(text)
        return bool(result) if isinstance(result, ox.QueryBoolean) else sorted(map(str, result))
    except (SyntaxError, RuntimeError):
        return "error"


def test_the_local_engine_and_the_cache_fail_alike(pool: LocalEngine) -> None:
    with closing(CachingEngine(Unclosed(pool), 1_000_000, 65_536)) as caching:
        for text in (
            "",
            "SELECT",
            "INSERT DATA {}",
            "ASK { SERVICE <urn:x> {} }",
            "ASK {" * 300,
            "ASK { 'open }",
            "\x00",
        ):
            with pytest.raises(QueryError) as plain:
                pool.query(Query(text))
            with pytest.raises(QueryError) as cached:
                caching.query(Query(text))
            assert (type(plain.value), str(plain.value)) == (type(cached.value), str(cached.value))


class Unclosed:
    """An engine that others go on using."""

    def __init__(self, engine: LocalEngine) -> None:
        self.query = engine.query

    def close(self) -> None:
        """Leave it open."""
