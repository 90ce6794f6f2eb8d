"""A store in memory comes to the disk as it is, part of it ahead, and nothing is left beside it then."""

import errno
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import disk
from polisgraph.disk import InMemory
from polisgraph.dumps import Graph
from polisgraph.namespaces import DERIVED_GRAPH, DESCRIPTION_GRAPH

PART, NAME = (ox.NamedNode(f"https://example.org/{name}") for name in ("part", "name"))
THING, STATED = ox.NamedNode("https://example.org/thing"), ox.NamedNode("https://example.org/graph")
GROWING = tuple(ox.NamedNode(name) for name in (DERIVED_GRAPH, DESCRIPTION_GRAPH))


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    for name in ("workshop", "draft"):
        (tmp_path / name).mkdir()
    return tmp_path / "draft"


def say(store: ox.Store, graph: Graph, names: Iterable[object], inner: ox.BlankNode) -> None:
    store.extend([ox.Quad(THING, PART, inner, graph), ox.Quad(inner, NAME, ox.Literal("inner"), graph)])
    store.extend(ox.Quad(THING, NAME, ox.Literal(f"Ding\n«{name}»", language="de"), graph) for name in names)


@pytest.mark.parametrize("portion", [1, 300, 2**28])
def test_it_is_on_the_disk_as_it_was_in_memory(draft: Path, portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = threading.Event()

    def n_quads(store: ox.Store, graphs: Iterable[Graph], take: Callable[[bytes], object]) -> None:
        real(store, graphs, take)
        ahead.set()

    real = disk.n_quads
    monkeypatch.setattr(disk, "n_quads", n_quads)
    monkeypatch.setattr(disk, "_PORTION", portion)
    inner = ox.BlankNode()
    with closing(InMemory(draft.parent / "workshop")) as shop:
        for graph in (STATED, GROWING[0], ox.DefaultGraph()):
            say(shop.store, graph, range(9), inner)
        shop.stated()
        assert ahead.wait(60)
        # What is concluded, also in a graph in which something was stated.
        for graph in (*GROWING, ox.DefaultGraph()):
            say(shop.store, graph, range(5, 20), inner)
        shop.deliver(draft)
        store = shop.store
    made = ox.Store.read_only(str(draft / "store"))
    # Graphs share their blank nodes there too.
    (same,) = {quad.object for quad in made.quads_for_pattern(None, PART, None)}
    assert {quad.subject for quad in made.quads_for_pattern(None, NAME, ox.Literal("inner"))} == {same}
    named = {quad for quad in store if inner not in (quad.subject, quad.object)}
    assert {quad for quad in made if same not in (quad.subject, quad.object)} == named and len(made) == len(store)
    assert sorted(path.name for path in draft.iterdir()) == ["dumps", "store"]
    assert [path.name for path in draft.parent.iterdir()] == ["draft"]


def test_what_was_copied_ahead_is_not_copied_again(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[Graph] = []

    def n_quads(store: ox.Store, graphs: Iterable[Graph], take: Callable[[bytes], object]) -> None:
        copied.extend(graphs)
        real(store, graphs, take)

    real = disk.n_quads
    monkeypatch.setattr(disk, "n_quads", n_quads)
    with closing(InMemory(draft.parent / "workshop")) as shop:
        for graph in (STATED, *GROWING, ox.DefaultGraph()):
            say(shop.store, graph, "a", ox.BlankNode())
        shop.stated()
        shop.deliver(draft)
    assert sorted(copied, key=str) == sorted((STATED, *GROWING, ox.DefaultGraph()), key=str)


def test_what_fails_ahead_is_said_when_all_is_delivered(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(store: ox.Store, graphs: Iterable[Graph], take: Callable[[bytes], object]) -> None:
        real(store, graphs, take)
        if STATED in graphs:
            raise OSError(errno.ENOSPC, "No space left on device")

    real = disk.n_quads
    monkeypatch.setattr(disk, "n_quads", full)
    with closing(InMemory(draft.parent / "workshop")) as shop:
        say(shop.store, STATED, "a", ox.BlankNode())
        shop.stated()
        with pytest.raises(OSError, match="No space left"):
            shop.deliver(draft)


def test_nothing_goes_on_after_it_was_given_up(draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, taken, before = threading.Event(), list[bytes](), set(threading.enumerate())

    def endless(store: ox.Store, graphs: Iterable[Graph], take: Callable[[bytes], object]) -> None:
        while True:
            take(b"")
            taken.append(b"")
            begun.set()

    monkeypatch.setattr(disk, "n_quads", endless)
    with closing(InMemory(draft.parent / "workshop")) as shop:
        say(shop.store, STATED, "a", ox.BlankNode())
        shop.stated()
        assert begun.wait(60)
    assert taken and set(threading.enumerate()) <= before
