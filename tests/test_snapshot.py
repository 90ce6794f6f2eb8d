"""Snapshots on disk: a damaged one is refused by name, the one before stands in, and nothing whole is read twice."""

import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import seal
from polisgraph.build import Plan, Progress, build
from polisgraph.errors import SnapshotError
from polisgraph.snapshot import Snapshot, current, opened, put_in_service, stored, workshop, write


def small(home: Path, name: str) -> Snapshot:
    """A snapshot with one triple that says its name, in service."""
    quad = ox.Quad(ox.NamedNode("http://example.org/s"), ox.NamedNode("http://example.org/p"), ox.Literal(name))
    with workshop(home) as shop:
        shop.store.add(quad)
        made = write(home, shop, {"id": name, "graphs": {}, "triples": 1, "built": "2026-11-22T00:00:00+00:00"})
    put_in_service(home, made)
    return made


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def swap(path: Path) -> None:
    """Put another file of the same size in its place, with the same time of change."""
    before = path.stat()
    copy = path.with_name("copy")
    copy.write_bytes(bytes(before.st_size))
    os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    copy.replace(path)


DAMAGES: dict[str, Callable[[Path], None]] = {"flip": flip, "halve": halve, "swap": swap, "remove": Path.unlink}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_any_file_is_found_at_opening_and_the_snapshot_before_is_used(
    damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before, after = small(tmp_path, "a0"), small(tmp_path, "b0")
    whole = tmp_path / "whole"
    shutil.copytree(after.path, whole)
    names = [path.relative_to(whole) for path in sorted(whole.rglob("*")) if path.is_file() and path.stat().st_size]
    assert len(names) > 8
    for name in names:
        if name.name == "checked.json":  # what it says counts only if it is right
            continue
        shutil.rmtree(after.path)
        shutil.copytree(whole, after.path)
        assert current(tmp_path).id == "b0"
        DAMAGES[damage](after.path / name)
        with pytest.raises(SnapshotError, match=rf"b0: not a whole snapshot \(.*{name.name}"):
            opened(after.path)
        assert stored(tmp_path, "b0") is None
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            used = current(tmp_path)
        assert used.path == before.path and used.instead_of is not None and name.name in used.instead_of
        assert "previous snapshot a0 is used" in caplog.text and name.name in caplog.text


def test_a_file_too_many_is_refused(tmp_path: Path) -> None:
    made = small(tmp_path, "a0")
    # The engine would read a log of changes that it finds beside its tables.
    (made.path / "store" / "000099.log").write_bytes(b"")
    with pytest.raises(SnapshotError, match=r"000099\.log does not belong to it"):
        opened(made.path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"id": "a0", "graphs": {}, "files": {}}', "[" * 100_000])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: str) -> None:
    made = small(tmp_path, "a0")
    (made.path / seal.MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(SnapshotError, match="not a whole snapshot"):
        current(tmp_path)


def test_without_a_whole_one_the_error_is_that_of_the_current_one(tmp_path: Path) -> None:
    first, second = small(tmp_path, "a0"), small(tmp_path, "b0")
    flip(first.path / "store" / "CURRENT")
    halve(second.path / seal.MANIFEST)
    with pytest.raises(SnapshotError, match="b0: not a whole snapshot"):
        current(tmp_path)


def test_a_whole_snapshot_is_read_in_full_once(tmp_path: Path) -> None:
    made = small(tmp_path, "a0")
    files = made.manifest["files"]
    assert seal.check(made.path, made.manifest) == 0
    copy = shutil.copytree(made.path, tmp_path / "copy")
    assert seal.check(copy, made.manifest) == len(files)
    assert seal.check(copy, made.manifest) == 0
    (copy / "dumps" / "polisgraph.nq.gz").touch()
    assert seal.check(copy, made.manifest) == 1
    read: list[int] = []
    assert seal.check(copy, made.manifest, full=True, advance=read.append) == len(files)
    assert sum(read) == sum(file["bytes"] for file in files.values())


@pytest.mark.parametrize("content", ["", "{", "[]", '{"store/CURRENT": 1}'])
def test_a_broken_note_of_what_was_checked_costs_time_only(tmp_path: Path, content: str) -> None:
    made = small(tmp_path, "a0")
    (made.path / "checked.json").write_text(content, encoding="utf-8")
    assert seal.check(made.path, made.manifest) == len(made.manifest["files"])
    assert seal.check(made.path, made.manifest) == 0


def test_a_damaged_snapshot_is_built_anew_in_its_place(tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text('<http://example.org/s> <http://example.org/p> "o" .\n', encoding="utf-8")
    plan = Plan(data=(data,), validate=False, reason=False)
    first, _ = build(tmp_path / "home", plan, Progress())
    flip(next((first.path / "store").glob("*.sst")))
    again, fresh = build(tmp_path / "home", plan, Progress())
    assert fresh and again.id == first.id and current(tmp_path / "home").instead_of is None
    assert opened(again.path, full=True)
    assert [path.name for path in (tmp_path / "home" / "snapshots").iterdir()] == [first.id]


def test_a_damaged_snapshot_never_becomes_the_previous_one(tmp_path: Path) -> None:
    first, second = small(tmp_path, "a0"), small(tmp_path, "b0")
    flip(next((second.path / "store").glob("*.sst")))
    third = small(tmp_path, "c0")
    assert {path.name for path in (tmp_path / "snapshots").iterdir()} == {"a0", "c0"}
    flip(next((third.path / "store").glob("*.sst")))
    assert current(tmp_path).path == first.path


def test_neither_machine_nor_folder_are_named_in_a_snapshot(tmp_path: Path) -> None:
    made = small(tmp_path, "a0")
    for path in made.path.rglob("*"):
        assert not path.is_file() or str(tmp_path).encode() not in path.read_bytes(), path
    assert json.loads((made.path / seal.MANIFEST).read_text())["files"].keys() >= {"store/CURRENT"}
