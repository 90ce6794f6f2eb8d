"""Reading the index: what is too much for one answer is asked for in parts, and the same comes out."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from polisgraph.engine import Answer, Engine, Query
from polisgraph.engine.local import LocalEngine
from polisgraph.errors import ResultTooLarge, TimeLimit
from polisgraph.linking import Index, Target, read_index
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web.desk import Desk


class Noting:
    """An engine that notes how many bytes it answered with."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sizes: list[int] = []

    def query(self, query: Query) -> Answer:
        answer = self.engine.query(query)
        self.sizes.append(len(answer.body))
        return answer

    def close(self) -> None:
        pass

    def index(self) -> Index:
        return read_index(lambda query: self.query(query).body)


@pytest.fixture(scope="module")
def whole(engine: Engine) -> Noting:
    return Noting(engine)


@pytest.fixture(scope="module")
def index(whole: Noting) -> Index:
    return whole.index()


def known(index: Index) -> list[Target]:
    """Return the targets, the further names of each sorted: in which order an engine tells them nobody says."""
    return [replace(target, others=sorted(target.others)) for target in index.targets]


def limited(snapshot: Snapshot, settings: Settings, most: int) -> Iterator[Noting]:
    small = replace(settings, result_limit=most, workers=1)
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, small)) as running:
        yield Noting(running)


def test_what_is_too_large_for_one_answer_is_read_in_parts(
    index: Index, whole: Noting, snapshot: Snapshot, settings: Settings
) -> None:
    most = max(whole.sizes) // 2
    for engine in limited(snapshot, settings, most):
        with Desk(engine, settings).turn() as service:
            assert known(service.index) == known(index)
            assert service.index.by_name.keys() == index.by_name.keys()
            assert [target.qid for target in service.suggestions.find("Koln", 0, 1)] == ["Q365"]
        assert max(engine.sizes) <= most < max(whole.sizes)


def test_what_takes_too_long_at_once_is_read_in_parts(index: Index, whole: Noting) -> None:
    first = "rdf:type pg:displayLabel"

    class Slow(Noting):
        def query(self, query: Query) -> Answer:
            if first in query.text:
                raise TimeLimit("too slow")
            return super().query(query)

    slow = Slow(whole.engine)
    assert known(slow.index()) == known(index)
    assert len(slow.sizes) > len(whole.sizes)


def test_a_part_that_is_too_large_is_an_error(
    whole: Noting, index: Index, snapshot: Snapshot, settings: Settings
) -> None:
    assert index.targets
    for engine in limited(snapshot, settings, max(whole.sizes) // 20):
        with pytest.raises(ResultTooLarge):
            engine.index()
