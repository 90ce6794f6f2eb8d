"""A snapshot on disk: write one, open one, put one in service. Knows nothing of how its content was made.

    <home>/snapshots/<id>/   store/  dumps/  manifest.json
    <home>/current           a link to the snapshot in service, switched by one rename

A snapshot is written beside the one in service and switched last, so that a crash at any moment leaves the old or the
new one.
"""

import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

from polisgraph.errors import SnapshotError
from polisgraph.namespaces import PREFIXES

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Snapshot:
    """A finished snapshot: its folder and what its manifest says."""

    path: Path
    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.manifest["id"])

    @property
    def store_path(self) -> Path:
        return self.path / "store"

    @property
    def dumps(self) -> Path:
        return self.path / "dumps"

    @property
    def graphs(self) -> frozenset[str]:
        """The IRIs of the named graphs."""
        return frozenset(self.manifest["graphs"])


def opened(path: Path) -> Snapshot:
    """Return the snapshot in the folder `path`; raise SnapshotError if it is not whole."""
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        snapshot = Snapshot(path, manifest)
        if not snapshot.store_path.is_dir() or "id" not in manifest or "graphs" not in manifest:
            raise ValueError("store or manifest is incomplete")
    except (OSError, ValueError) as error:
        raise SnapshotError(f"{path}: not a whole snapshot ({error}); delete this folder and build again") from None
    return snapshot


def current(home: Path) -> Snapshot:
    """Return the snapshot in service below `home`; raise SnapshotError if there is none or it is not whole."""
    link = home / "current"
    if not link.exists():
        raise SnapshotError(f"{home}: no snapshot here yet; run 'polisgraph build'")
    return opened(link.resolve())


def stored(home: Path, identity: str) -> Snapshot | None:
    """Return the snapshot `identity` below `home` if it is there."""
    path = _folder(home) / identity
    return opened(path) if (path / MANIFEST).exists() else None


def write(home: Path, store: ox.Store, manifest: dict[str, Any]) -> Snapshot:
    """Write `store` with its dumps and `manifest` (which names the id) below `home`; it is not in service yet.

    Raises SnapshotError if it cannot be written; nothing of it is left then.
    """
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / str(manifest["id"])
    draft = folder / f".{target.name}.draft"
    # What an interrupted build left behind; the lock says that nobody is at work on it.
    for left in (target, *folder.glob(".*.draft")):
        shutil.rmtree(left, ignore_errors=True)
    try:
        draft.mkdir()
        _store(draft / "store", store)
        _dump(draft / "dumps", store)
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        for path in sorted(draft.rglob("*")):
            _sync(path)
        _sync(draft)
        draft.rename(target)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise _unwritable(home, error) from None
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _sync(folder)
    return opened(target)


def put_in_service(home: Path, snapshot: Snapshot) -> None:
    """Switch `<home>/current` to `snapshot` by one rename.

    Of the others only the one in service before is kept, and those that a server holds.
    """
    link, fresh = home / "current", home / ".current.new"
    before = link.resolve().name if link.exists() else None
    if before == snapshot.path.name:
        return
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("snapshots") / snapshot.path.name)
    fresh.replace(link)
    _sync(home)
    for path in _folder(home).iterdir():
        if path.name not in (snapshot.path.name, before) and not _is_held(path):
            shutil.rmtree(path, ignore_errors=True)


def hold(snapshot: Snapshot) -> BinaryIO:
    """Return an open file; until it is closed, no build deletes `snapshot`."""
    file = (snapshot.path / MANIFEST).open("rb")
    fcntl.flock(file, fcntl.LOCK_SH)
    return file


def _is_held(path: Path) -> bool:
    try:
        with (path / MANIFEST).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # not a whole snapshot
        return False
    return False


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the lock on `home`, so that two builds do not write at once; the second waits.

    Raises SnapshotError if `home` is no folder that can be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "lock").open("w")
    except OSError as error:
        raise _unwritable(home, error) from None
    with file as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unwritable(home: Path, error: OSError) -> SnapshotError:
    reason = error.strerror or str(error)
    return SnapshotError(f"{home}: cannot be written: {reason}; what was in service stays. Another folder: --home")


def _folder(home: Path) -> Path:
    return home / "snapshots"


def _store(path: Path, content: ox.Store) -> None:
    store = ox.Store(str(path))
    store.bulk_extend(content)
    for graph in content.named_graphs():
        store.add_graph(graph)
    store.optimize()
    store.flush()


def _dump(folder: Path, store: ox.Store) -> None:
    """Write the dumps; the same content gives the same bytes (no time in the gzip head)."""
    folder.mkdir()
    default = ox.DefaultGraph()
    quads = sorted(f"{quad} .\n" for quad in store if quad.graph_name != default)
    turtle = store.dump(format=ox.RdfFormat.TURTLE, from_graph=default, prefixes=PREFIXES)
    assert turtle is not None
    for name, content in (("polisgraph.nq.gz", "".join(quads).encode()), ("polisgraph.ttl.gz", turtle)):
        (folder / name).write_bytes(gzip.compress(content, mtime=0))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
