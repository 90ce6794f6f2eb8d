"""The page of sources and licences: what each states, in which files, under which terms."""

import pyoxigraph as ox

from polisgraph.namespaces import BASE, DATA_GRAPHS, PREFIXES
from polisgraph.snapshot import Snapshot
from tests.web.conftest import Reader


def test_each_source_says_how_much_it_states_and_about_what(english: Reader, store: ox.Store) -> None:
    page = english.get("/sources")
    koeln = ox.NamedNode(BASE + "id/source/koeln")
    said = 0
    for graph in store.named_graphs():
        subjects = {
            q.subject for q in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["dct"] + "source"), koeln, graph)
        }
        if graph.value.startswith(DATA_GRAPHS):
            said += sum(1 for subject in subjects for _ in store.quads_for_pattern(subject, None, None, graph))
    assert said > 1000 and f"{said:,}:" in page.text
    assert "× network membership" in page.text and "#file-from-koeln" in page.links
    assert "© GeoNames" in page.text and "https://creativecommons.org/licenses/by/4.0/" in page.links


def test_each_file_of_the_data_is_there_with_its_terms(german: Reader, snapshot: Snapshot) -> None:
    page = german.get("/sources")
    for graph in snapshot.graphs:
        if graph.startswith(DATA_GRAPHS):
            assert f"file-{graph.removeprefix(DATA_GRAPHS)}" in page.ids
            assert f"/{graph.removeprefix(BASE)}.ttl" in page.links
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
