"""A snapshot as one file: the same bytes out as in, and nothing of a file that is not whole."""

import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from polisgraph import archive, seal
from polisgraph.cli import main
from polisgraph.errors import SnapshotError
from polisgraph.snapshot import Snapshot, current, opened
from tests.test_snapshot import flip, small


@pytest.fixture
def made(tmp_path: Path) -> Snapshot:
    return small(tmp_path / "home", "a0a0a0a0")


@pytest.fixture
def packed(made: Snapshot, tmp_path: Path) -> bytes:
    archive.export(made, tmp_path / "it.tar")
    return (tmp_path / "it.tar").read_bytes()


def command(*words: object, home: Path, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["snapshot", *map(str, words), "--home", str(home)], input=given)


def test_what_goes_out_comes_in_and_goes_out_the_same(made: Snapshot, packed: bytes, tmp_path: Path) -> None:
    other = tmp_path / "other"
    found, fresh = archive.import_(other, io.BytesIO(packed))
    assert fresh and current(other).id == made.id == found.id
    assert opened(found.path, full=True).manifest == made.manifest
    archive.export(found, tmp_path / "again.tar")
    assert (tmp_path / "again.tar").read_bytes() == packed
    again, fresh = archive.import_(other, io.BytesIO(packed))
    assert not fresh and again.path == found.path


def test_the_commands(made: Snapshot, tmp_path: Path) -> None:
    home, other, file = tmp_path / "home", tmp_path / "other", tmp_path / "it.tar"
    assert command("export", file, home=home).exit_code == 0
    assert "is there already" in command("export", file, home=home).stderr
    newer = small(other, "b0b0b0b0")
    kept = command("import", file, "--no-switch", home=other)
    assert kept.exit_code == 0 and "Not switched" in kept.stderr and current(other).id == newer.id
    known = command("import", "-", home=other, given=file.read_bytes())
    assert known.exit_code == 0 and "there already" in known.stderr and current(other).id == made.id
    listed = command("list", home=other).stdout.splitlines()
    assert [line.split()[0] for line in listed] == [made.id, newer.id]
    assert listed[0].endswith("current") and listed[1].endswith("previous") and "1 triples" in listed[0]
    assert command("verify", home=other).stdout.count("whole") == 2
    flip(next((newer.path / "store").glob("*.sst")))
    assert "damaged" in command("list", home=other).stdout
    verified = command("verify", home=other)
    assert verified.exit_code == 1 and verified.stdout.count("whole,") == 1 and ".sst" in verified.stdout
    assert command("verify", made.id, home=other).exit_code == 0
    assert "no snapshot c0" in command("verify", "c0", home=other).stderr
    assert "no whole snapshot" in command("export", "--id", newer.id, tmp_path / "no.tar", home=other).stderr
    assert not (tmp_path / "no.tar").exists()


def test_a_copy_that_changed_without_a_trace_is_not_exported(made: Snapshot, tmp_path: Path) -> None:
    table = next((made.path / "store").glob("*.sst"))
    flip(table)
    seal.trust(made.path, made.manifest)  # as if the disk had changed it, of which the file system knows nothing
    assert current(tmp_path / "home").id == made.id
    with pytest.raises(SnapshotError, match=f"{table.name} is not what was written"):
        archive.export(made, tmp_path / "it.tar")
    assert not list(tmp_path.glob("*.tar")) and not list(tmp_path.glob(".*"))
    with pytest.raises(SnapshotError, match=table.name):
        opened(made.path, full=True)


def test_what_cannot_be_written_is_said(made: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="cannot be written: No such file"):
        archive.export(made, tmp_path / "nowhere" / "it.tar")


def refused(home: Path, content: bytes, match: str) -> None:
    """The archive is refused for that reason, and `home` is as it was."""
    before = sorted(path.relative_to(home) for path in home.rglob("*")) if home.exists() else []
    with pytest.raises(SnapshotError, match=match):
        archive.import_(home, io.BytesIO(content))
    after = sorted(path.relative_to(home) for path in home.rglob("*"))
    assert set(after) - set(before) <= {Path("lock"), Path("snapshots")}


def test_cut_off_anywhere_it_is_refused(packed: bytes, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed)) as whole:
        places = [end for head in whole for end in (head.offset, head.offset_data, head.offset_data + head.size // 2)]
        last = max(head.offset_data + head.size for head in whole)
    for place in [*places, last - 1]:
        refused(tmp_path / "other", packed[:place], "not a whole archive")


def test_changed_anywhere_it_is_refused(packed: bytes, tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed)) as whole:
        # The name, the size, the kind and the sum in each head; the first, a middle and the last byte of each file.
        places = [
            place
            for head in whole
            for place in (
                *(head.offset + field for field in (0, 12, 124, 135, 148, 156)),
                *(head.offset_data + offset for offset in (0, head.size // 2, head.size - 1) if head.size),
            )
        ]
    for place in places:
        changed = bytearray(packed)
        changed[place] ^= 0x11
        refused(tmp_path / "other", bytes(changed), "not a whole archive")


def members(packed: bytes) -> list[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as whole:
        return [(head.name, whole.extractfile(head).read()) for head in whole]  # type: ignore[union-attr]


def put_together(parts: list[tuple[str, bytes]], **attributes: object) -> bytes:
    """An archive of `parts`, the second of them with other `attributes`."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.GNU_FORMAT) as made:
        for number, (name, content) in enumerate(parts):
            head = tarfile.TarInfo(name)
            head.size = len(content)
            if number == 1:
                for key, value in attributes.items():
                    setattr(head, key, value)
            made.addfile(head, io.BytesIO(content))
    return target.getvalue()


def resealed(parts: list[tuple[str, bytes]], change: Callable[[dict[str, object]], None]) -> bytes:
    """An archive with a manifest that was changed and sealed again, as an attacker can."""
    manifest = json.loads(parts[0][1])
    change(manifest)
    manifest["seal"] = seal._seal(manifest)
    return put_together([(parts[0][0], json.dumps(manifest).encode()), *parts[1:]])


HARMFUL = ["/etc/passwd", "../../current", "store/../../x", "store/a/b", "store/.hidden", "x", "checked.json", ""]


@pytest.mark.parametrize("name", HARMFUL)
def test_no_name_leads_out_of_the_snapshot(packed: bytes, tmp_path: Path, name: str) -> None:
    parts = members(packed)
    identity = parts[0][0].partition("/")[0]
    for spelled in (name, f"{identity}/{name}"):
        refused(tmp_path / "other", put_together([parts[0], (spelled, b"x"), *parts[1:]]), "not a whole archive")
    entry = {"bytes": 1, "sha256": "0" * 64}
    listed = resealed(parts, lambda manifest: manifest["files"].update({name: entry}))  # type: ignore[attr-defined]
    refused(tmp_path / "other", listed, "no file of a snapshot")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.XHDTYPE,
             tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_SPARSE, tarfile.CONTTYPE],
)  # fmt: skip
def test_nothing_but_regular_files_is_taken(packed: bytes, tmp_path: Path, kind: bytes) -> None:
    parts = put_together(members(packed), type=kind, linkname="/etc/passwd")
    refused(tmp_path / "other", parts, "is not a regular file")


def test_a_manifest_of_another_kind_is_refused(packed: bytes, tmp_path: Path) -> None:
    parts, other = members(packed), tmp_path / "other"
    for key, value, said in [
        ("id", "b0b0b0b0", "something else"),
        ("files", [], "something else"),
        ("graphs", None, "something else"),
        ("files", {}, "holds no store"),
        ("files", {"store/CURRENT": 5}, "no size"),
        ("files", {"store/CURRENT": {"bytes": -1}}, "no size"),
        ("files", {"store/CURRENT": {"bytes": 16}}, "not a whole archive"),
    ]:
        refused(other, resealed(parts, lambda m, k=key, v=value: m.update({k: v})), said)  # type: ignore[misc]
    refused(other, put_together(parts[1:]), "does not begin with")
    refused(other, put_together([(f"../{parts[0][0]}", parts[0][1]), *parts[1:]]), "does not begin with")
    refused(other, put_together([*parts, parts[1]]), "twice")
    refused(other, put_together(parts[:-1]), "ends before")
    refused(other, put_together([(parts[0][0], b"[" * 200_000)]), "not a whole archive")
    refused(other, b"", "not a whole archive")
    refused(other, os.urandom(4096), "not a whole archive")


def test_what_does_not_fit_on_the_disk_is_not_begun(packed: bytes, tmp_path: Path) -> None:
    entry = {"bytes": 2**60, "sha256": "0" * 64}
    huge = resealed(members(packed), lambda m: m["files"].update({"store/9.sst": entry}))  # type: ignore[attr-defined]
    refused(tmp_path / "other", huge, "the disk has not that much room left")


def test_a_store_that_the_engine_cannot_read_is_refused(packed: bytes, tmp_path: Path) -> None:
    parts = members(packed)
    bad = b"MANIFEST-999999\n"

    def change(manifest: dict[str, object]) -> None:
        import hashlib

        listed = {"bytes": len(bad), "sha256": hashlib.sha256(bad).hexdigest()}
        manifest["files"]["store/CURRENT"] = listed  # type: ignore[index]

    swapped = [(name, bad if name.endswith("store/CURRENT") else content) for name, content in parts]
    refused(tmp_path / "other", resealed(swapped, change), "the engine cannot read the store|cannot be written")
