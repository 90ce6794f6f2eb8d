"""What the files of a snapshot must be: their names, sizes and SHA-256, under a seal. Opens no store, mends nothing.

The manifest lists every file and carries a seal, the SHA-256 of all the rest of it. To read gigabytes at every start
would take too long, and to trust the engine's own checksums is not enough: it takes what it cannot read for a value
that is missing, and answers. So what was read in full is noted in `checked.json` together with the inode and the times
that the file system then gave to each file. A file with the same inode, times and size is not read again; any other is.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
_CHECKED = "checked.json"
_OWN = (MANIFEST, _CHECKED)

_DISTRUSTED: set[Path] = set()

Advance = Callable[[int], None]
"""Hears how many more bytes have been read."""


def sealed(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return `manifest` with the list of the files in `folder`, and sealed. Raises OSError if one cannot be read."""
    paths = _paths(folder)
    sums = _sums(folder, paths)
    files = {name: {"bytes": (folder / name).stat().st_size, "sha256": sums[name]} for name in paths}
    whole = {**manifest, "files": files}
    return whole | {"seal": _seal(whole)}


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a sealed `manifest` into `folder`, whose files have just been read in full."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    trust(folder, manifest)


def trust(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Note that the files in `folder` are those of a sealed `manifest`, as whoever wrote them has made sure."""
    _note(folder, {name: _look(folder / name) for name in manifest["files"]})


def read(content: bytes | str) -> dict[str, Any]:
    """Return the manifest that `content` is; raise ValueError if it is none or its seal is broken."""
    try:
        manifest = json.loads(content)
    except (RecursionError, ValueError) as error:
        raise ValueError(f"{MANIFEST} cannot be read: {error}") from None
    if not isinstance(manifest, dict) or "seal" not in manifest:
        raise ValueError(f"{MANIFEST} has no seal")
    if manifest["seal"] != _seal(manifest):
        raise ValueError(f"{MANIFEST} is not what was written: its seal is broken")
    return manifest


def check(
    folder: Path,
    manifest: Mapping[str, Any],
    *,
    full: bool = False,
    advance: Advance = lambda _: None,
    readers: int | None = None,
) -> int:
    """Compare the files in `folder` with a sealed `manifest`; return how many were read.

    Reads those that are not known to be as they were, or with `full` all, by so many `readers` at once. Raises
    ValueError, which names the first file that is missing, too many, or another than the one that was written; OSError
    if one cannot be read.
    """
    files, found = manifest["files"], set(_paths(folder))
    for name in sorted(files.keys() ^ found):
        raise ValueError(f"{name} is missing" if name in files else f"{name} does not belong to it")
    for name, file in files.items():
        size = (folder / name).stat().st_size
        if size != file["bytes"]:
            raise ValueError(f"{name} has {size:,} bytes instead of {file['bytes']:,}")
    known, seen = {} if full else _noted(folder), {name: _look(folder / name) for name in files}
    doubtful = [name for name in files if known.get(name) != seen[name]]
    for name, found_sum in _sums(folder, doubtful, advance, readers).items():
        if found_sum != files[name]["sha256"]:
            raise ValueError(f"{name} is not what was written: its SHA-256 is another")
    if doubtful:
        _note(folder, seen)
    return len(doubtful)


def distrust(folder: Path) -> None:
    """Have this process read all files in `folder` at the next check, and if it can, every process."""
    _DISTRUSTED.add(folder.resolve())
    with suppress(OSError):
        (folder / _CHECKED).unlink()


def _seal(manifest: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _paths(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(name for path in found if (name := path.relative_to(folder).as_posix()) not in _OWN)


def _sums(
    folder: Path, names: Iterable[str], advance: Advance = lambda _: None, readers: int | None = None
) -> dict[str, str]:
    def read(name: str) -> str:
        digest = hashlib.sha256()
        with (folder / name).open("rb", buffering=0) as file:
            while chunk := file.read(2**20):
                digest.update(chunk)
                advance(len(chunk))
        return digest.hexdigest()

    names = list(names)
    # Neither reading nor hashing holds Python's lock.
    with ThreadPoolExecutor(readers or min(4, os.cpu_count() or 1)) as threads:
        return dict(zip(names, threads.map(read, names), strict=True))


def _look(path: Path) -> list[int]:
    """Return what changes when a file is written to, replaced or copied; the last of these no program can set."""
    seen = path.stat()
    return [seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns]


def _noted(folder: Path) -> dict[str, Any]:
    if folder.resolve() in _DISTRUSTED:
        return {}
    try:
        noted = json.loads((folder / _CHECKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _note(folder: Path, looks: Mapping[str, list[int]]) -> None:
    # Half of it written is none of it. Where nothing can be written, the files are read again next time.
    with suppress(OSError):
        (folder / _CHECKED).write_text(json.dumps(looks), encoding="utf-8")
