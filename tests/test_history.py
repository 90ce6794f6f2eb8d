"""What is kept of each change of snapshots: statements by file, told with names, and never more than its bound."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from polisgraph import history
from polisgraph.build import Plan, Progress, build
from polisgraph.history import difference, record
from polisgraph.namespaces import BASE, DATA_GRAPHS, PREFIXES, expand
from polisgraph.snapshot import Snapshot, in_service

HEAD = "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in ("pg", "mun", "net", "ten", "org", "skos", "dct", "src"))
NAMES = (
    HEAD
    + 'mun:a skos:prefLabel "Aachen"@de . net:n skos:prefLabel "Netz"@de , "Net"@en . src:s dct:title "Seite"@de .\n'
)
TENURE = (
    "ten:a--n a pg:NetworkMembership ; org:member mun:a ; org:organization net:n ; dct:source src:s ; pg:start {} .\n"
)


def make(home: Path, data: Path) -> Snapshot:
    plan = Plan(data=(data,), today=date(2026, 11, 22), validate=False, reason=False)
    return build(home, plan, Progress())[0]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Snapshot]]:
    """A home in which three states were in service: as it was, a tenure that changed, and one more file."""
    home, data = tmp_path_factory.mktemp("history"), tmp_path_factory.mktemp("data")
    (data / "names.ttl").write_text(NAMES, encoding="utf-8")
    (data / "from-s.ttl").write_text(HEAD + TENURE.format('"2019"'), encoding="utf-8")
    made = [make(home, data)]
    (data / "from-s.ttl").write_text(HEAD + TENURE.format('"2020"') + "mun:b a pg:Municipality .\n", encoding="utf-8")
    made.append(make(home, data))
    (data / "from-s.ttl").unlink()
    (data / "more.ttl").write_text(HEAD + 'mun:c skos:note "x" , [] .\n', encoding="utf-8")
    made.append(make(home, data))
    return home, made


def test_each_state_has_its_record(told: tuple[Path, list[Snapshot]]) -> None:
    home, made = told
    found = history.records(home, made[-1].id)
    assert [(each.number, each.before, each.after) for each in found] == [
        (3, made[1].id, made[2].id), (2, made[0].id, made[1].id), (1, None, made[0].id),
    ]  # fmt: skip
    assert [(each.added, each.removed) for each in found] == [(1, 6), (2, 1), (0, 0)]
    # A server that still has the state before does not tell of what comes after it.
    assert [each.number for each in history.records(home, made[1].id)] == [2, 1]
    assert list(history.latest(home, made[-1].id)) == [
        history.whole(home, each.number) for each in found if each.graphs
    ]


def test_a_change_is_told_with_names(told: tuple[Path, list[Snapshot]]) -> None:
    whole = history.whole(told[0], 2)
    assert whole is not None
    (graph,) = whole.graphs
    assert graph.graph.iri == DATA_GRAPHS + "from-s" and graph.graph.labels == {"de": "Seite"}
    assert graph.subjects == {"changed": 1, "added": 1} and graph.left_out == 0
    tenure, town = graph.changes
    assert tenure.kind == "changed" and town.kind == "added" and town.subject.iri == expand("mun:b")
    assert tenure.member and tenure.member.labels == {"de": "Aachen"}
    assert tenure.organization and tenure.organization.labels == {"de": "Netz", "en": "Net"}
    assert tenure.start == "2020" and [each.labels["de"] for each in tenure.sources] == ["Seite"]
    (fact,) = tenure.facts
    assert fact.property.iri == BASE + "ontology/start"
    assert [value.text for value in fact.before] == ["2019"] and [value.text for value in fact.after] == ["2020"]


def test_what_is_gone_keeps_its_names_and_blank_nodes_are_left_out(told: tuple[Path, list[Snapshot]]) -> None:
    whole = history.whole(told[0], 3)
    assert whole is not None
    gone, more = whole.graphs
    assert gone.subjects == {"removed": 2} and gone.changes[0].member is not None
    assert gone.changes[0].member.labels == {"de": "Aachen"}
    assert (more.added, more.removed) == (1, 0)


def test_the_bounds_hold(told: tuple[Path, list[Snapshot]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before, after = in_service(told[0]), told[1][1]
    assert before is not None and before.id == told[1][2].id
    monkeypatch.setattr(difference, "SHOWN_IN_ALL", 1)
    graphs = difference.compare(before, after)
    assert [len(graph.changes) for graph in graphs] == [1, 0]
    assert graphs[0].left_out == 1 and graphs[0].added == 6
    monkeypatch.setattr(history, "KEPT", 2)
    for _ in range(2):
        for snapshot in (after, before):
            history._record(tmp_path, None, snapshot)
    assert [each.number for each in history.records(tmp_path, "none")] == [4, 3]


def test_a_record_that_cannot_be_read_is_passed_over(
    told: tuple[Path, list[Snapshot]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "history"
    folder.mkdir()
    whole = history.whole(told[0], 2)
    assert whole is not None
    (folder / "000001-a.json").write_text(record.write(whole), encoding="utf-8")
    for number, text in enumerate(("", "[]", "{}", '{"form":1}', '{"form":2}', "[" * 100_000), start=2):
        (folder / f"00000{number}-b.json").write_text(text, encoding="utf-8")
    assert [each.number for each in history.records(tmp_path, "b")] == [1]
    assert "cannot be read" in caplog.text
    assert history.whole(tmp_path, 1) == replace(whole, number=1)


def test_without_room_for_a_record_the_snapshot_still_comes_into_service(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data, home = tmp_path / "names.ttl", tmp_path / "home"
    data.write_text(NAMES, encoding="utf-8")
    home.mkdir()
    (home / "history").write_text("no folder", encoding="utf-8")
    made = make(home, data)
    found = in_service(home)
    assert found is not None and found.id == made.id
    assert "could not be recorded" in caplog.text
