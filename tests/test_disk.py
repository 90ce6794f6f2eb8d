"""A store in memory comes to the disk as it is, and nothing lies beside it then."""

from pathlib import Path

import pyoxigraph as ox

from polisgraph.disk import copy
from polisgraph.namespaces import DERIVED_GRAPH

PART, NAME = (ox.NamedNode(f"https://example.org/{name}") for name in ("part", "name"))


def test_graphs_share_their_blank_nodes_on_the_disk_too(tmp_path: Path) -> None:
    thing, inner = ox.NamedNode("https://example.org/thing"), ox.BlankNode()
    store = ox.Store()
    for graph in (ox.DefaultGraph(), ox.NamedNode("https://example.org/graph"), ox.NamedNode(DERIVED_GRAPH)):
        store.extend([ox.Quad(thing, PART, inner, graph), ox.Quad(inner, NAME, ox.Literal("inner"), graph)])
        store.add(ox.Quad(thing, NAME, ox.Literal("Ding\n«thing»", language="de"), graph))
    copy(store, tmp_path / "store")
    made = ox.Store.read_only(str(tmp_path / "store"))
    (same,) = {quad.object for quad in made.quads_for_pattern(None, PART, None)}
    assert {quad.subject for quad in made.quads_for_pattern(None, NAME, ox.Literal("inner"))} == {same}
    named = {quad for quad in store if inner not in (quad.subject, quad.object)}
    assert {quad for quad in made if same not in (quad.subject, quad.object)} == named and len(made) == len(store)
    assert [path.name for path in tmp_path.iterdir()] == ["store"]
