"""A snapshot as a single file, to be taken to another machine: a tar archive, checked on its way out and on its way in.

It holds `<id>/manifest.json`, then every file that the manifest lists, in the order of their names: regular files only,
without times, owners or modes, so that the same snapshot always gives the same bytes. What is in the store is
compressed already.
"""

import hashlib
import io
import os
import re
import shutil
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from polisgraph import history, seal, snapshot
from polisgraph.errors import SnapshotError
from polisgraph.snapshot import Snapshot

_MANIFEST_LIMIT = 16 * 2**20
_FILE_LIMIT = 2**40
_ID = re.compile(r"[0-9a-f]{8,64}")
_NAME = re.compile(r"(?:store|dumps|answers)/[A-Za-z0-9_-][A-Za-z0-9._-]*")
_PIECE = 2**20

Advance = seal.Advance


def size(found: Snapshot) -> int:
    """Return the bytes of the files of a snapshot, the manifest left out."""
    return sum(file["bytes"] for file in found.manifest["files"].values())


def export(found: Snapshot, target: Path, advance: Advance = lambda _: None) -> None:
    """Write `found` to the new file `target`, which appears whole or not at all.

    Raises SnapshotError if a file of the snapshot is not what it must be, or if `target` is there already or cannot
    be written. `advance` hears of the bytes as they are written.
    """
    if target.exists():
        raise SnapshotError(f"{target} is there already; choose another name or remove it")
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with snapshot.hold(found), draft.open("xb") as file:
            _pack(found, file, advance)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(target)
    except OSError as error:
        raise SnapshotError(f"{target}: cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            draft.unlink()


def import_(
    home: Path,
    file: IO[bytes],
    *,
    switch: bool = True,
    begin: Advance = lambda _: None,
    advance: Advance = lambda _: None,
) -> tuple[Snapshot, bool]:
    """Unpack the archive `file` into `home`, and put it in service if `switch`; return it and whether it is new.

    Every byte is checked before the snapshot gets its name. Raises SnapshotError for anything but a whole archive;
    nothing of it is left then. `begin` hears how many bytes there are to read, `advance` of each part of them.
    """
    with snapshot.locked(home):
        try:
            with tarfile.open(fileobj=file, mode="r|", tarinfo=_Plain) as archive:
                identity, raw = _manifest(archive)
                manifest = seal.read(raw)
                _check_listing(identity, manifest)
                found = snapshot.stored(home, identity)
                fresh = found is None
                if found is None:
                    begin(sum(listed["bytes"] for listed in manifest["files"].values()))
                    found = snapshot.receive(
                        home, identity, lambda draft: _unpack(archive, draft, raw, manifest, advance)
                    )
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise SnapshotError(
                f"not a whole archive of a snapshot: {error}; nothing was imported. Export it again, or copy it again"
            ) from None
        if switch:
            history.put_in_service(home, found)
    return found, fresh


def _pack(found: Snapshot, target: IO[bytes], advance: Advance) -> None:
    raw = (found.path / seal.MANIFEST).read_bytes()
    if seal.read(raw) != found.manifest:
        raise SnapshotError(f"{found.path}: was replaced; export again")
    with tarfile.open(fileobj=target, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(_header(f"{found.id}/{seal.MANIFEST}", len(raw)), io.BytesIO(raw))
        for name, listed in sorted(found.manifest["files"].items()):
            with (found.path / name).open("rb") as file:
                digested = _Digested(file, advance)
                archive.addfile(_header(f"{found.id}/{name}", listed["bytes"]), digested)
            if digested.hexdigest() != listed["sha256"]:
                raise SnapshotError(f"{found.path}: {name} is not what was written; nothing was exported. Build again")


def _header(name: str, length: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size = length
    return header


class _Digested(io.RawIOBase):
    """Reads from another file, and knows the SHA-256 of what was read."""

    def __init__(self, file: IO[bytes], advance: Advance) -> None:
        self._file, self._advance, self._digest = file, advance, hashlib.sha256()

    def read(self, length: int = -1) -> bytes:
        piece = self._file.read(length)
        self._digest.update(piece)
        self._advance(len(piece))
        return piece

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


class _Plain(tarfile.TarInfo):
    """The head of a regular file. What else a tar archive may hold has no place here, above all links."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Plain":
        # Asked here, before tarfile acts on a head: one that announces a long name is read into memory whole.
        head = super().frombuf(buf, encoding, errors)
        if head.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise ValueError(f"{head.name[:80]!r} is not a regular file")
        if not 0 <= head.size <= _FILE_LIMIT:
            raise ValueError(f"{head.name[:80]!r} has an impossible size")
        return head


def _manifest(archive: tarfile.TarFile) -> tuple[str, bytes]:
    """Return the id and the manifest that `archive` begins with."""
    head = archive.next()
    identity, _, name = head.name.partition("/") if head else ("", "", "")
    if head is None or name != seal.MANIFEST or not _ID.fullmatch(identity) or head.size > _MANIFEST_LIMIT:
        raise ValueError(f"it does not begin with a {seal.MANIFEST}")
    return identity, _content(archive, head).read()


def _check_listing(identity: str, manifest: Mapping[str, Any]) -> None:
    """Raise ValueError unless `manifest` is one of the snapshot `identity` and lists nothing but files of a snapshot.

    A seal can be made by anyone: what it holds together may still be meant to do harm.
    """
    files, graphs = manifest.get("files"), manifest.get("graphs")
    if manifest.get("id") != identity or not isinstance(files, dict) or not isinstance(graphs, dict):
        raise ValueError("its manifest is that of something else")
    for name, listed in files.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"its manifest lists {name[:80]!r}, which is no file of a snapshot")
        if not isinstance(listed, dict) or not isinstance(listed.get("bytes"), int) or listed["bytes"] < 0:
            raise ValueError(f"its manifest gives {name} no size")
    if "store/CURRENT" not in files:
        raise ValueError("it holds no store")


def _unpack(archive: tarfile.TarFile, draft: Path, raw: bytes, manifest: Mapping[str, Any], advance: Advance) -> None:
    """Write the files of `archive` into the folder `draft`; raise ValueError unless they are those of `manifest`."""
    needed = sum(listed["bytes"] for listed in manifest["files"].values())
    if needed > shutil.disk_usage(draft).free:
        raise OSError(None, f"{needed:,} bytes are needed, and the disk has not that much room left")
    waiting = dict(manifest["files"])
    for folder in {name.partition("/")[0] for name in waiting}:
        (draft / folder).mkdir()
    while (head := archive.next()) is not None:
        name = _inside(draft, head.name.removeprefix(f"{manifest['id']}/"))
        listed = waiting.pop(name, None)
        if listed is None or head.size != listed["bytes"]:
            raise ValueError(f"{head.name[:80]!r} is twice in it, has another size or is not in its manifest")
        digested = _Digested(_content(archive, head), advance)
        with (draft / name).open("xb") as file:
            shutil.copyfileobj(digested, file, _PIECE)
            complete = file.tell() == head.size
        if not complete or digested.hexdigest() != listed["sha256"]:
            raise ValueError(f"{name} is cut off or changed: its SHA-256 is another")
    if waiting:
        raise ValueError(f"it ends before {min(waiting)}")
    (draft / seal.MANIFEST).write_bytes(raw)
    seal.trust(draft, manifest)


def _inside(draft: Path, name: str) -> str:
    """Return `name` if it lies in `draft`; raise ValueError otherwise. The second wall behind the list of names.

    `tarfile.data_filter` does the same, but not in every Python 3.11.
    """
    root = draft.resolve()
    if name.startswith("/") or root not in (root / name).resolve().parents:
        raise ValueError(f"{name[:80]!r} leads out of the snapshot")
    return name


def _content(archive: tarfile.TarFile, head: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(head)
    assert content is not None  # a regular file has one
    return content
