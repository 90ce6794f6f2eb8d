"""Builds: skipped when nothing changed, refused when the data is wrong, and never half done."""

import errno
import gzip
import re
import signal
import subprocess
import sys
import threading
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest

from polisgraph import archive, bundle, dumps
from polisgraph.build import Plan, Progress, build
from polisgraph.engine import Engine, Query
from polisgraph.engine.gate import check
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.prepared import PreparedEngine
from polisgraph.errors import BadParameter, RuleError, SnapshotError, SourceError, ValidationError
from polisgraph.namespaces import APART, DATASET, DERIVED_GRAPH, INFERRED_GRAPH, REPORT_GRAPH
from polisgraph.reports import EntityLookup, bind, load_reports
from polisgraph.settings import Machine, Settings
from polisgraph.snapshot import MANIFEST, Snapshot, current, hold, opened
from tests.importing.conftest import GAZETTEER
from tests.shipped import WRITTEN

GOOD = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix theme: <https://w3id.org/polisgraph/id/theme/> .

theme:weather a skos:Concept ;
    skos:prefLabel "Wetter"@de , "weather"@en ;
    skos:inScheme <https://w3id.org/polisgraph/id/theme> .
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.ttl"
    path.write_text(GOOD, encoding="utf-8")
    return path


def make(home: Path, data: Path) -> tuple[Snapshot, bool]:
    return build(home, Plan(data=(data,)), Progress())


def test_unchanged_inputs_are_not_built_again(tmp_path: Path, data: Path) -> None:
    first, built = make(tmp_path / "home", data)
    again, rebuilt = make(tmp_path / "home", data)
    assert built and not rebuilt and first.id == again.id
    data.write_text(GOOD + "# a comment counts: the file is another one\n", encoding="utf-8")
    other, built_other = make(tmp_path / "home", data)
    assert built_other and other.id != first.id
    assert current(tmp_path / "home").id == other.id


def test_what_was_built_for_the_current_day_is_built_again_on_the_next(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, dated = tmp_path / "home", tmp_path / "dated.ttl"
    dated.write_text(GOOD + f'<{DATASET}> <http://purl.org/dc/terms/modified> "2020-02-03" .', encoding="utf-8")

    class Morning(date):
        @classmethod
        def today(cls) -> date:
            return day

    def quick(path: Path, named: date | None = None) -> tuple[Snapshot, bool]:
        return build(home, Plan(data=(path,), today=named, validate=False, reason=False), Progress())

    for module in ("build", "load"):
        monkeypatch.setattr(f"polisgraph.{module}.date", Morning)
    day = date(2030, 1, 1)
    first, again = quick(data), quick(data)
    assert first[1] and not again[1] and again[0].manifest["today"] == "2030-01-01"
    # A day that somebody names is another matter, even if it is the current one.
    explicit, built = quick(data, day)
    assert built and explicit.id != first[0].id
    assert quick(dated)[1]
    day = date(2030, 1, 2)
    assert not quick(dated)[1] and current(home).manifest["today"] == "2020-02-03"
    later, built = quick(data)
    assert built and later.manifest["today"] == "2030-01-02" and later.id != first[0].id


def test_going_back_to_earlier_inputs_switches_without_building(tmp_path: Path, data: Path) -> None:
    first, _ = make(tmp_path / "home", data)
    data.write_text(GOOD + "#\n", encoding="utf-8")
    make(tmp_path / "home", data)
    data.write_text(GOOD, encoding="utf-8")
    back, built = make(tmp_path / "home", data)
    assert not built and back.id == first.id == current(tmp_path / "home").id


def test_only_the_snapshot_in_service_and_the_one_before_are_kept(tmp_path: Path, data: Path) -> None:
    made = []
    for number in range(4):
        data.write_text(f"{GOOD}# {number}\n", encoding="utf-8")
        made.append(make(tmp_path / "home", data)[0].id)
    assert {path.name for path in (tmp_path / "home" / "snapshots").iterdir()} == set(made[-2:])


def test_a_snapshot_that_a_server_holds_is_not_deleted(tmp_path: Path, data: Path) -> None:
    held, _ = make(tmp_path / "home", data)
    with hold(held):
        for number in range(3):
            data.write_text(f"{GOOD}# {number}\n", encoding="utf-8")
            make(tmp_path / "home", data)
        assert held.path.is_dir()
    data.write_text(f"{GOOD}# last\n", encoding="utf-8")
    make(tmp_path / "home", data)
    assert not held.path.exists()


def test_a_file_changed_during_the_build_is_noticed(tmp_path: Path, data: Path) -> None:
    def change(stage: str) -> None:
        if stage == "load":
            data.write_text(GOOD + "# later\n", encoding="utf-8")

    with pytest.raises(SourceError, match="was changed while the build ran"):
        build(tmp_path / "home", Plan(data=(data,)), Progress(change))


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("theme:weather a", SourceError, "data.ttl:1:1"),
        (GOOD.replace('"Wetter"@de ,', ""), ValidationError, "nothing was built"),
    ],
)
def test_a_failed_build_leaves_the_old_snapshot_in_service(
    tmp_path: Path, data: Path, content: str, error: type[Exception], message: str
) -> None:
    good, _ = make(tmp_path / "home", data)
    data.write_text(content, encoding="utf-8")
    with pytest.raises(error, match=message):
        make(tmp_path / "home", data)
    assert current(tmp_path / "home").id == good.id
    assert [path.name for path in (tmp_path / "home" / "snapshots").iterdir()] == [good.id]


@pytest.mark.parametrize("where", ["derive", "reason", "describe", "write", "answer"])
def test_a_failure_at_any_stage_leaves_nothing_behind(
    tmp_path: Path, data: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polisgraph.build._PREPARED_FROM", 0)
    home, threads = tmp_path / "home", threading.active_count()

    def fail(stage: str) -> None:
        if stage == where:
            raise RuleError(stage)

    with pytest.raises(RuleError, match=where):
        build(home, Plan(data=(data,)), Progress(fail))
    assert {path.name for path in home.rglob("*")} <= {"lock", "snapshots"}
    assert threading.active_count() == threads


KILLED = """
import importlib, os, signal, sys
from pathlib import Path
from polisgraph import build
where, home, data = sys.argv[1:]
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
if where.startswith("before "):
    module, _, name = where.removeprefix("before ").rpartition(".")
    setattr(importlib.import_module(f"polisgraph.{module}"), name, die)
show = lambda stage: die() if stage == where else None
build.build(Path(home), build.Plan(data=(Path(data),)), build.Progress(show))
"""


@pytest.mark.parametrize(
    "where",
    [
        "load",
        "validate",
        "derive",
        "reason",
        "describe",
        "write",
        "before disk.n_quads",
        "before dumps.write",
        "before disk._move",
        "before snapshot._sync",
        "before snapshot.put_in_service",
    ],
)
def test_a_build_killed_at_any_stage_leaves_the_old_snapshot_and_the_next_one_succeeds(
    tmp_path: Path, data: Path, where: str
) -> None:
    home = tmp_path / "home"
    old, _ = make(home, data)
    data.write_text(GOOD + "# changed\n", encoding="utf-8")
    killed = subprocess.run([sys.executable, "-c", KILLED, where, str(home), str(data)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert current(home).id == old.id
    assert len(ox.Store.read_only(str(current(home).store_path))) > 0
    new, _ = make(home, data)
    assert current(home).id == new.id != old.id
    assert {path.name for path in (home / "snapshots").iterdir()} == {old.id, new.id}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SnapshotError, match=re.escape(f"{data}: cannot be written")):
        make(data, data)
    good, _ = make(tmp_path / "home", data)
    data.write_text(GOOD + "# changed\n", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("polisgraph.dumps.write", full)
    with pytest.raises(SnapshotError, match="No space left on device"):
        make(tmp_path / "home", data)
    assert current(tmp_path / "home").id == good.id
    assert [path.name for path in (tmp_path / "home" / "snapshots").iterdir()] == [good.id]


def test_no_snapshot_and_a_damaged_one_are_told_apart(tmp_path: Path, data: Path) -> None:
    with pytest.raises(SnapshotError, match="run 'polisgraph build'"):
        current(tmp_path / "nowhere")
    snapshot, _ = make(tmp_path / "home", data)
    (snapshot.path / MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(SnapshotError, match="not a whole snapshot"):
        opened(snapshot.path)


def test_without_validation_and_reasoning_there_is_only_what_was_loaded(tmp_path: Path) -> None:
    path = tmp_path / "foreign.nt"
    path.write_text('<http://example.org/s> <http://example.org/p> "o" .\n', encoding="utf-8")
    snapshot, _ = build(tmp_path / "home", Plan(data=(path,), validate=False, reason=False), Progress())
    assert not snapshot.graphs & {REPORT_GRAPH, DERIVED_GRAPH, INFERRED_GRAPH}


def test_the_default_graph_is_the_union_of_all_graphs_but_those_apart(tmp_path: Path) -> None:
    snapshot, _ = build(tmp_path / "home", Plan(data=(*WRITTEN, GAZETTEER)), Progress())
    store = ox.Store.read_only(str(snapshot.store_path))
    apart = set(map(ox.NamedNode, APART))
    assert snapshot.graphs >= APART
    default = {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    assert default == {q.triple for q in store if q.graph_name != ox.DefaultGraph() and q.graph_name not in apart}
    assert {graph.value for graph in store.named_graphs()} == snapshot.graphs


def test_the_counts_of_the_description_are_what_a_query_counts(store: ox.Store) -> None:
    def number(pattern: str) -> int:
        answer = store.query(f"PREFIX void: <http://rdfs.org/ns/void#> SELECT {pattern}")
        assert isinstance(answer, ox.QuerySolutions)
        return int(next(answer)[0].value)

    for stated, counted in {
        "triples": "(COUNT(*) AS ?n) { ?s ?p ?o }",
        "distinctSubjects": "(COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        "properties": "(COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
        "classes": "(COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    }.items():
        assert number(f"?n {{ <{DATASET}> void:{stated} ?n }}") == number(counted), stated


def test_the_graphs_are_the_subsets_of_the_dataset_with_their_sizes(store: ox.Store) -> None:
    answer = store.query(
        f"PREFIX void: <http://rdfs.org/ns/void#> SELECT ?g ?n {{ <{DATASET}> void:subset ?g . ?g void:triples ?n }}"
    )
    assert isinstance(answer, ox.QuerySolutions)
    stated = {row["g"].value: int(row["n"].value) for row in answer}
    counted = {
        graph.value: sum(1 for _ in store.quads_for_pattern(None, None, None, graph)) for graph in store.named_graphs()
    }
    assert stated == counted


def test_the_dumps_hold_what_the_store_holds(snapshot: Snapshot) -> None:
    store = ox.Store.read_only(str(snapshot.store_path))
    quads = gzip.decompress((snapshot.dumps / "polisgraph.nq.gz").read_bytes())
    again = ox.Store()
    again.load(quads, format=ox.RdfFormat.N_QUADS)
    assert {graph.value for graph in again.named_graphs()} == snapshot.graphs
    assert len(again) == sum(1 for quad in store if quad.graph_name != ox.DefaultGraph())
    turtle = gzip.decompress((snapshot.dumps / "polisgraph.ttl.gz").read_bytes())
    assert len(set(ox.parse(turtle, format=ox.RdfFormat.TURTLE))) == snapshot.manifest["triples"]


def test_the_shipped_folders_are_found() -> None:
    assert all(folder.is_dir() for folder in (bundle.DATA, bundle.ONTOLOGY, bundle.QUERIES))


def test_the_same_content_gives_the_same_dumps(tmp_path: Path) -> None:
    quads = [
        ox.Quad(
            ox.NamedNode(f"x:s{n % 7}"), ox.NamedNode("x:p"), ox.Literal(f"line {n}\n."), ox.NamedNode(f"x:g{n % 3}")
        )
        for n in range(500)
    ]
    for name, order in (("one", quads), ("two", quads[::-1])):
        store = ox.Store(str(tmp_path / f"{name}.store"))
        for quad in order:
            store.extend([quad, ox.Quad(quad.subject, quad.predicate, quad.object)])
        dumps.write(tmp_path / name, store)
    for name in ("polisgraph.nq.gz", "polisgraph.ttl.gz"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    text = gzip.decompress((tmp_path / "one" / "polisgraph.nq.gz").read_bytes())
    assert set(ox.parse(text, format=ox.RdfFormat.N_QUADS)) == set(quads)


def test_what_does_not_fit_into_memory_is_built_on_the_disk(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def content(snapshot: Snapshot) -> set[ox.Quad]:
        quads = ox.Store.read_only(str(snapshot.store_path))
        # Blank nodes have other names in each build.
        return {quad for quad in quads if not {type(quad.subject), type(quad.object)} & {ox.BlankNode, ox.Triple}}

    in_memory, _ = make(tmp_path / "one", data)
    monkeypatch.setattr("polisgraph.build.this_machine", lambda: Machine(cores=1, memory=10_000))
    monkeypatch.setattr("polisgraph.build.InMemory", None)
    on_disk, _ = make(tmp_path / "two", data)
    assert in_memory.id == on_disk.id
    assert in_memory.manifest["graphs"] == on_disk.manifest["graphs"]
    assert in_memory.manifest["triples"] == on_disk.manifest["triples"]
    assert content(in_memory) == content(on_disk)
    assert not (tmp_path / "two" / "workshop").exists()


def test_answers_of_a_large_graph_are_prepared(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not make(tmp_path / "small", data)[0].answers.exists()
    monkeypatch.setattr("polisgraph.build._PREPARED_FROM", 0)
    progress = Progress()
    made, _ = build(tmp_path / "home", Plan(data=WRITTEN), progress)
    assert progress.seconds["answer"] > 0
    with closing(LocalEngine(made.store_path, made.graphs, Settings(workers=2, time_limit=20.0))) as engine:
        lookup = EntityLookup(lambda text: engine.query(Query(text)).body)
        queries = []
        for report in load_reports(bundle.QUERIES).values():
            with suppress(BadParameter):  # it cannot be asked without a value
                queries += [bind(report, {"lang": [language]}, lookup) for language in ("de", "en")]
        assert len(list(made.answers.iterdir())) == len(queries) > 40
        kept = PreparedEngine(cast(Engine, None), made.answers, made.prepared, 2**26)
        for text in queries[::7]:
            asked = Query(text, checked=check(text, 2**20))
            assert kept.query(asked).body == engine.query(asked).body
    # They go with the snapshot wherever it goes.
    archive.export(made, tmp_path / "archive")
    with (tmp_path / "archive").open("rb") as file:
        moved, _ = archive.import_(tmp_path / "other", file)
    assert sorted(path.name for path in moved.answers.iterdir()) == sorted(path.name for path in made.answers.iterdir())
