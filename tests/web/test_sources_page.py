"""The page of sources and licences: what each states, in which files, under which terms."""

import pyoxigraph as ox
import pytest

from polisgraph.namespaces import BASE, DATA_GRAPHS, PREFIXES
from polisgraph.snapshot import Snapshot
from polisgraph.web import sources
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


def test_many_sources_go_on_from_page_to_page(english: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = english.get("/sources")
    monkeypatch.setattr(sources, "_LISTED", 7)
    parts, address = [], "/sources?page=1"
    while address:
        parts.append(english.get(address))
        address = next((link for link in parts[-1].links if f"page={len(parts) + 1}#result" in link), "")
    assert len(parts) > 2 and f"Page 2 of {len(parts)}" in parts[1].text
    files = [name for name in whole.ids if name.startswith("file")]
    known = {"result", *files, *set.intersection(*(set(part.ids) for part in parts))}
    assert [name for part in parts for name in part.ids if name not in known] == [
        name for name in whole.ids if name not in known
    ]
    assert english.get(f"/sources?page={len(parts) + 1}").status == 404 and english.get("/sources?page=x").status == 400
