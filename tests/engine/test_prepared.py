"""Prepared answers: the bytes that the engine gives, and never those of another question."""

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from polisgraph.engine import Answer, Query
from polisgraph.engine.gate import check
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.prepared import PreparedEngine, prepare
from polisgraph.errors import NotAcceptable, StoreDamaged
from polisgraph.results import RESULT_TYPES
from tests.test_snapshot import flip, halve

PREPARED = 'SELECT ?o ?none { ?s <http://example.org/p> ?o . FILTER(?o != "a, \\"b\\"") } ORDER BY ?o'
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?a != ?g) }"
ELSEWHERE = Answer(b"from elsewhere", "text/csv", "SELECT", cacheable=True)


class Elsewhere:
    """An engine that gives everybody the same."""

    closed = False

    def query(self, query: Query) -> Answer:
        return ELSEWHERE

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def folder(pool: LocalEngine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("prepared") / "answers"
    prepare(path, pool, [("one", PREPARED)], 2, lambda name: None)
    return path


def giving(folder: Path, limit: int = 2**20) -> PreparedEngine:
    """An engine that gives what is in `folder` now, and asks elsewhere for the rest."""
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*")}
    return PreparedEngine(Elsewhere(), folder, sums, limit)


@pytest.fixture
def prepared(folder: Path) -> PreparedEngine:
    return giving(folder)


def query(text: str, **others: object) -> Query:
    return replace(Query(text, checked=check(text, 65_536)), **others)  # type: ignore[arg-type]


@pytest.mark.parametrize("media_type", RESULT_TYPES)
def test_they_are_the_bytes_that_the_engine_gives(media_type: str, pool: LocalEngine, prepared: PreparedEngine) -> None:
    asked = query(PREPARED, results_type=media_type)
    fresh = pool.query(asked)
    assert prepared.query(asked) == fresh and b"only b" in fresh.body
    assert prepared.query(query("# the same\n" + PREPARED.replace(" { ", "\n{\t"), results_type=media_type)) == fresh


@pytest.mark.parametrize(
    "asked",
    [
        query(PREPARED + " LIMIT 1"),
        query(PREPARED.replace("SELECT", "SELECT DISTINCT")),
        query(PREPARED, default_graphs=("http://example.org/graph/a",)),
        query(PREPARED, named_graphs=("http://example.org/graph/a",)),
        Query(PREPARED),
    ],
    ids=["limited", "distinct", "default graph", "named graph", "not looked at by the gate"],
)
def test_any_other_question_is_asked(asked: Query, prepared: PreparedEngine) -> None:
    assert prepared.query(asked) is ELSEWHERE


def test_a_media_type_that_there_is_not_is_refused(prepared: PreparedEngine) -> None:
    with pytest.raises(NotAcceptable):
        prepared.query(query(PREPARED, results_type=None))


def test_what_is_larger_than_a_result_may_be_is_not_given(folder: Path, pool: LocalEngine) -> None:
    size = len(pool.query(query(PREPARED)).body)
    assert giving(folder, size).query(query(PREPARED)).body != ELSEWHERE.body
    assert giving(folder, size - 1).query(query(PREPARED)) is ELSEWHERE


def test_where_nothing_is_prepared_the_engine_is_asked(tmp_path: Path) -> None:
    assert giving(tmp_path / "nothing").query(query(PREPARED)) is ELSEWHERE


@pytest.mark.parametrize("damage", [Path.unlink, halve, flip], ids=["gone", "cut off", "changed"])
def test_a_damaged_answer_is_not_given(damage: Callable[[Path], None], folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    engine = giving(copy)
    damage(next(copy.iterdir()))
    with pytest.raises(StoreDamaged, match="cannot be read"):
        engine.query(query(PREPARED))


def test_closing_it_closes_the_engine(folder: Path) -> None:
    other = Elsewhere()
    PreparedEngine(other, folder, {}, 1).close()
    assert other.closed


@pytest.fixture
def hasty(start: Callable[..., LocalEngine]) -> Iterator[LocalEngine]:
    with closing(start(workers=2, time_limit=1.0)) as engine:
        yield engine


def test_what_has_no_answer_or_another_each_time_is_left_to_the_engine(
    hasty: LocalEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names: list[str] = []
    queries = {"endless": ENDLESS, "passing": "SELECT (NOW() AS ?now) { }", "whole": "SELECT ?s { ?s ?p 1 }"}
    with caplog.at_level(logging.WARNING):
        prepare(tmp_path / "answers", hasty, queries.items(), 2, names.append)
    assert sorted(names) == sorted(queries)
    assert [path.read_bytes() for path in (tmp_path / "answers").iterdir()] == [
        hasty.query(query(queries["whole"])).body
    ]
    assert "endless has no answer" in caplog.text and "passing" not in caplog.text
