"""The benchmark: its data are of the shape they say, reproducible and valid, and its harness measures what is there."""

import json
import re
from collections import Counter
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from rich.console import Console

from polisgraph import bundle
from polisgraph.load import load
from polisgraph.namespaces import PREFIXES
from polisgraph.snapshot import Snapshot
from polisgraph.validate import validate
from tests.benchmarks.data import Build
from tests.benchmarks.generate import generate
from tests.benchmarks.measuring import Latency
from tests.benchmarks.pages import Kind, PageFigures, kinds, measured
from tests.benchmarks.peers import Polisgraph
from tests.benchmarks.profiles import PROFILES, Profile
from tests.benchmarks.run import ALL, Budget, ItemFigures, PeerFigures, Run
from tests.benchmarks.synthetic import World
from tests.benchmarks.table import Measured, keep, show
from tests.benchmarks.targets import targets
from tests.benchmarks.work import NONCE, items

TINY = Profile("tiny", municipalities=120, networks=40, memberships=140)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(TINY, 42, tmp_path_factory.mktemp("tiny")).parent


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "synthetic").iterdir()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tiny: Path, tmp_path: Path) -> None:
    generate(TINY, 42, tmp_path / "again")
    generate(TINY, 43, tmp_path / "other")
    assert contents(tiny) == contents(tmp_path / "again") != contents(tmp_path / "other")


def test_synthetic_data_are_valid_and_marked_as_synthetic(tiny: Path) -> None:
    loaded = load([tiny], bundle.ONTOLOGY)
    found = validate(loaded, bundle.ONTOLOGY / "shapes.ttl").findings
    assert {finding.severity for finding in found} == {"Info"}
    titles = {
        quad.subject.value: quad.object.value
        for quad in loaded.store.quads_for_pattern(None, ox.NamedNode(PREFIXES["dct"] + "title"), None, None)
        if isinstance(quad.object, ox.Literal) and quad.object.language == "en"
    }
    assert all("Synthetic" in titles.get(file.graph, "Synthetic") for file in loaded.data_files())
    assert len([file for file in loaded.data_files() if file.graph in titles]) == len(loaded.data_files()) - 1


def test_the_shape_is_that_of_the_published_lists() -> None:
    world = World(Profile("small", municipalities=10_000, networks=100, memberships=12_500), 42)
    degrees: Counter[int] = Counter()
    rows: Counter[int] = Counter()
    for member in world.members():
        today = [membership for membership in member.memberships if not membership.end]
        degrees[len(today)] += 1
        rows.update(membership.network.index for membership in today)
    joined = sum(degrees.values()) - degrees[0]
    assert abs(degrees[1] / joined - 0.88) < 0.01
    assert max(degrees) == 28
    assert abs(rows.total() / 12_500 - 1) < 0.01
    assert abs(rows[0] / rows.total() - 0.58) < 0.02


def test_nothing_is_left_where_a_graph_stands_already(tiny: Path) -> None:
    before = contents(tiny)
    with pytest.raises(FileExistsError, match="remove it first"):
        generate(TINY, 1, tiny)
    assert contents(tiny) == before
    assert [path.name for path in tiny.iterdir()] == ["synthetic"]


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Profile("odd", municipalities=100, networks=40, memberships=1000)
    assert PROFILES["realistic"].memberships == 125_000


def test_every_query_and_report_is_varied_and_made_unrepeatable() -> None:
    found = items()
    assert sum(item.report is None for item in found) == 20
    for item in found:
        assert NONCE in item.about("", repeatable=False) and NONCE not in item.about("")
        if item.sample:
            other = item.about("net:other")
            assert "net:other" in other and f"{{ {item.sample} }}" not in other


def test_a_target_names_what_misses_it_most() -> None:
    def figures(name: str, **p50: float) -> PeerFigures:
        times = {query: Latency(seconds, seconds, requests=5, failed=0) for query, seconds in p50.items()}
        return PeerFigures(name, items={q: ItemFigures(1, right=True, unrepeated=time) for q, time in times.items()})

    def said(ours: PeerFigures, peer: PeerFigures) -> list[tuple[str, bool | None]]:
        found = targets("shipped", Build(1.0, 1, 1, {}, {}, validated=False), [ours, peer])
        return [(target.measured, target.met) for target in found if target.aim.startswith("unrepeated")]

    oxigraph = figures("oxigraph serve-read-only", a=0.010, b=0.020, c=0.001, d=0.002)
    missed = figures("Polisgraph", a=0.012, b=0.025, c=0.0015, d=0.0027)
    assert said(missed, oxigraph) == [
        ("1 of 2; the worst 1.25 × (b)", False),
        ("2 of 2; the worst +0.7 ms (d)", True),
    ]
    assert said(figures("Polisgraph"), oxigraph) == [("none measured", None)] * 2


def test_every_kind_of_page_is_timed(store: ox.Store) -> None:
    found = {kind.name: kind for kind in kinds(store)}
    entities = ("city", "largest network", "other network", "body", "person", "source", "membership")
    assert {"home", *entities, "search", "comparison", "report members-of-network"} <= found.keys()
    assert all(path.startswith("/doc/") for name in entities for path in found[name].paths)
    assert all(len(set(kind.paths)) == len(kind.paths) for kind in found.values())


def test_pages_are_timed_cold_and_warm(snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, found_again = Polisgraph.stop, dict[str, bool]()

    def told(server: Polisgraph) -> None:
        metrics = httpx.get(f"http://{server.host}/metrics").text
        hits = re.search(r'^\w+cache_lookups\w*{.*outcome="hit".*} [1-9]', metrics, re.MULTILINE)
        found_again[server.folder.name] = hits is not None
        stop(server)

    monkeypatch.setattr(Polisgraph, "stop", told)
    asked = [Kind("home", ("/",)), Kind("city", ("/doc/municipality/koeln",)), Kind("gone", ("/doc/x/y",), False)]
    home, city, gone = measured(snapshot, tmp_path, 0.05, lambda step: None, asked)
    for page in (home, city):
        assert page.size > 3_000 and page.cold and page.warm and not page.problem
    assert gone.problem.startswith("404") and gone.cold is gone.warm is None
    assert found_again == {"pages-cold": False, "pages-warm": True}


def test_pages_have_a_target_unless_they_are_only_to_be_known() -> None:
    def page(name: str, cold: float, warm: float, budgeted: bool = True) -> PageFigures:
        return PageFigures(name, 1, *(Latency(p50, p50, 5, 0) for p50 in (cold, warm)), budgeted)

    def said(*pages: PageFigures) -> list[tuple[str, bool | None]]:
        figures = [PeerFigures(kind.name) for kind in ALL[:2]]
        found = targets("shipped", Build(1.0, 1, 1, {}, {}, validated=False), figures, pages)
        return [(target.measured, target.met) for target in found if target.aim.startswith("home")]

    slow = page("slow", 9, 9, budgeted=False)
    assert said(page("home", 0.1, 0.01), slow) == [
        ("1 of 1; the worst 100 ms (home)", True),
        ("1 of 1; the worst 10 ms (home)", True),
    ]
    failed = PageFigures("city", 0, None, None, True, "500")
    assert [met for _, met in said(page("home", 0.1, 0.03), failed)] == [False, False]


@pytest.mark.load
def test_the_harness_measures_what_servers_answer(snapshot: Snapshot, tmp_path: Path) -> None:
    budget = Budget(latency=0.01, load=1, start=120, clients=(2,))
    steps: list[str] = []
    work = [item for item in items() if item.name in ("query 01-networks-of-a-city", "report members-by-country")]
    figures = Run(snapshot, tmp_path, budget, steps.append, work).measure(ALL[:2])
    for figure in figures:
        assert not figure.left_out
        assert figure.start_seconds and figure.memory and figure.disk
        assert {name: item.rows for name, item in figure.items.items()} == {
            "query 01-networks-of-a-city": figures[0].items["query 01-networks-of-a-city"].rows,
            "report members-by-country": 2,
        }
        for item in figure.items.values():
            assert item.right and item.unrepeated and item.repeated and not item.unrepeated.failed
        mixed = figure.mix("mixed", "unrepeated", 2)
        assert mixed and mixed.per_second > 0 and mixed.failed == 0
    build = Build(1.0, 1, 1, {"load": 1.0}, {"triples": 1}, validated=False)
    found = targets("shipped", build, figures)
    measured = Measured("shipped", found, build, figures)
    keep(tmp_path / "figures.json", measured)
    assert [server["name"] for server in json.loads((tmp_path / "figures.json").read_text())["servers"]] == [
        figure.name for figure in figures
    ]
    console = Console(record=True, width=240)
    show(console, measured)
    shown = console.export_text()
    assert "Targets, shipped" in shown and "query 01-networks-of-a-city" in shown
    assert {target.met for target in found if "build" in target.aim or "SHACL" in target.aim} == {None}
    assert steps
