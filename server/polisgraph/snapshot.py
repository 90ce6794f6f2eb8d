"""A snapshot on disk: write one, open one, put one in service. Knows nothing of how its content was made.

    <home>/snapshots/<id>/   store/  dumps/  answers/  manifest.json
    <home>/current           a link to the snapshot in service, switched by one rename
    <home>/previous          a link to the one that was in service before, used if the current one is damaged

A snapshot is written beside the one in service and switched last, so that a crash at any moment leaves the old or the
new one.
"""

import fcntl
import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

from polisgraph import seal
from polisgraph.disk import OnDisk, Workshop
from polisgraph.errors import SnapshotError
from polisgraph.seal import MANIFEST

ANSWERS = "answers"
"""The folder of a snapshot for answers that were prepared; a snapshot need not have it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Snapshot:
    """A finished snapshot: its folder and what its manifest says.

    `instead_of` says what is wrong with the one that should be in service, if this one stands in for it.
    """

    path: Path
    manifest: dict[str, Any]
    instead_of: str | None = None

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
    def answers(self) -> Path:
        return self.path / ANSWERS

    @property
    def prepared(self) -> dict[str, str]:
        """The names of the files in `answers`, each with its SHA-256."""
        files = {Path(name): file["sha256"] for name, file in self.manifest["files"].items()}
        return {path.name: digest for path, digest in files.items() if path.parent.name == ANSWERS}

    @property
    def graphs(self) -> frozenset[str]:
        """The IRIs of the named graphs."""
        return frozenset(self.manifest["graphs"])


def opened(path: Path, *, full: bool = False, advance: seal.Advance = lambda _: None) -> Snapshot:
    """Return the snapshot in the folder `path`; raise SnapshotError, which says what is wrong, if it is not whole.

    Files that are not known to be as they were written are read, with `full` all files; `advance` hears how much.
    """
    try:
        manifest = seal.read((path / MANIFEST).read_bytes())
        if seal.check(path, manifest, full=full, advance=advance):
            _try(path / "store")
    except (OSError, RuntimeError, ValueError) as error:
        raise SnapshotError(f"{path}: not a whole snapshot ({error}); delete this folder and build again") from None
    return Snapshot(path, manifest)


def current(home: Path) -> Snapshot:
    """Return the snapshot in service below `home`, or if it is damaged the one before, which then says so.

    Raises SnapshotError if there is none or none is whole.
    """
    link = home / "current"
    if not link.is_symlink():
        raise SnapshotError(f"{home}: no snapshot here yet; run 'polisgraph build'")
    try:
        return opened(link.resolve())
    except SnapshotError as error:
        damage = error
    try:
        before = opened((home / "previous").resolve(strict=True))
    except (OSError, SnapshotError):
        raise damage from None
    _log.error("%s. The previous snapshot %s is used instead.", damage, before.id)
    return replace(before, instead_of=str(damage))


def stored(home: Path, identity: str) -> Snapshot | None:
    """Return the snapshot `identity` below `home` if it is there and whole."""
    path = _folder(home) / identity
    try:
        return opened(path) if (path / MANIFEST).exists() else None
    except SnapshotError as error:
        _log.warning("%s", error)
        return None


def write(
    home: Path, shop: Workshop, manifest: dict[str, Any], complete: Callable[[Path], object] = lambda draft: None
) -> Snapshot:
    """Write what was built in `shop`, a `workshop` of `home`, with its dumps and `manifest` (which names the id).

    It is not in service yet. `complete` may add what belongs to the snapshot besides, in the folder that it is given.
    Raises SnapshotError if it cannot be written; nothing of it is left then.
    """

    def fill(draft: Path) -> None:
        shop.deliver(draft)
        complete(draft)
        seal.write(draft, seal.sealed(draft, manifest))

    return receive(home, str(manifest["id"]), fill)


def receive(home: Path, identity: str, fill: Callable[[Path], None]) -> Snapshot:
    """Have `fill` write the snapshot `identity` into a folder, and return it from its place below `home`.

    The caller holds the lock. Raises SnapshotError if it cannot be written or what was written is not whole, and what
    `fill` raises; nothing of it is left then.
    """
    folder = _folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{identity}.draft"
    # What an interrupted build left behind; the lock says that nobody is at work on it.
    for left in folder.glob(".*"):
        shutil.rmtree(left, ignore_errors=True)
    try:
        draft.mkdir()
        fill(draft)
        _settle(draft, folder / identity)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise _unwritable(home, error) from None
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return opened(folder / identity)


def kept(home: Path) -> Iterator[tuple[str, Snapshot | SnapshotError]]:
    """Yield the id of every snapshot below `home`, and the snapshot or what is wrong with it."""
    folder = _folder(home)
    for path in sorted(folder.glob("[!.]*")) if folder.is_dir() else ():
        try:
            yield path.name, opened(path)
        except SnapshotError as error:
            yield path.name, error


def roles(home: Path, identity: str) -> list[str]:
    """Return what the snapshot `identity` is for: "current", "previous", "held" by a server."""
    found = [name for name in ("current", "previous") if _linked(home, name) == identity]
    return [*found, "held"] if _is_held(_folder(home) / identity) else found


@contextmanager
def workshop(home: Path, kind: type[Workshop] = OnDisk) -> Iterator[Workshop]:
    """Yield a place of this `kind` below `home` to build in; it is gone at the end. The caller holds the lock.

    Raises SnapshotError where the disk fails.
    """
    folder = home / "workshop"
    # What an interrupted build left behind; the lock says that nobody is at work on it.
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        with closing(kind(folder)) as shop:
            yield shop
    except OSError as error:
        raise _unwritable(home, error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # The parser of SPARQL leaves frames in cycles, which would keep the store open and so its files on the disk.
        gc.collect()


def in_service(home: Path) -> Snapshot | None:
    """Return the snapshot that `<home>/current` leads to, if there is one and it is whole."""
    name = _linked(home, "current")
    return None if name is None else stored(home, name)


def put_in_service(home: Path, snapshot: Snapshot) -> None:
    """Switch `<home>/current` to `snapshot` by one rename.

    Of the others only the one in service before is kept, or if that is damaged the one before it, and those that a
    server holds.
    """
    before = _linked(home, "current")
    if before != snapshot.path.name:
        if before is not None and stored(home, before) is not None:
            _point(home, "previous", before)
        _point(home, "current", snapshot.path.name)
    # Also after a build that changed nothing: the one before may have been ended before it came to this.
    staying = (snapshot.path.name, _linked(home, "previous"))
    for path in _folder(home).iterdir():
        if path.name not in staying and not _is_held(path):
            shutil.rmtree(path, ignore_errors=True)


def _linked(home: Path, name: str) -> str | None:
    link = home / name
    return link.readlink().name if link.is_symlink() else None


def _point(home: Path, name: str, to: str) -> None:
    fresh = home / f".{name}.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path("snapshots") / to)
    fresh.replace(home / name)
    _sync(home)


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


def _try(path: Path) -> None:
    """Raise OSError, RuntimeError or ValueError if the engine cannot open the store in `path` and read from it."""
    if next(iter(ox.Store.read_only(str(path))), None) is None:
        raise ValueError("the store is empty")


def _settle(draft: Path, target: Path) -> None:
    """Have the disk hold everything in `draft`, then give it the name `target`, from which a damaged one gives way."""
    try:
        _try(draft / "store")
    except (RuntimeError, ValueError) as error:
        raise SnapshotError(f"the engine cannot read the store of {target.name}: {error}") from None
    for path in (*sorted(draft.rglob("*")), draft):
        _sync(path)
    if target.exists():
        target.rename(draft.with_suffix(".damaged"))
    draft.rename(target)
    _sync(target.parent)
    shutil.rmtree(draft.with_suffix(".damaged"), ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
