"""What was in service when, and what each change brought: a file beside the snapshots for each. Judges nothing.

    <home>/history/000012-<id>.json

A snapshot is deleted two builds later, its record stays: it is written before the switch, for a reader finds it then.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from polisgraph import snapshot
from polisgraph.history.difference import compare, findings
from polisgraph.history.record import Change, Fact, GraphChanges, Named, Record, read, write
from polisgraph.journal import facts
from polisgraph.snapshot import Snapshot

__all__ = ["KEPT", "Change", "Fact", "GraphChanges", "Named", "Record", "latest", "put_in_service", "records", "whole"]

KEPT = 40
"""Records that are kept, the newest."""

_log = logging.getLogger(__name__)


def put_in_service(home: Path, found: Snapshot) -> None:
    """Record what `found` changes against the snapshot in service below `home`, and put it in service.

    The caller holds the lock. Without a record, because a disk is full or the old snapshot is damaged, the change goes
    on all the same.
    """
    before = snapshot.in_service(home)
    if before is None or before.id != found.id:
        try:
            _record(home, before, found)
        except (OSError, RuntimeError, ValueError) as error:
            _log.warning("what has changed could not be recorded", extra=facts(error=str(error), snapshot=found.id))
    snapshot.put_in_service(home, found)


def records(home: Path, until: str) -> tuple[Record, ...]:
    """Return the records below `home` up to the last one by which the snapshot `until` came, the newest first.

    They count and tell no single changes: for these `whole` reads one whole. What cannot be read is passed over. If
    `until` has no record, all are returned.
    """
    return tuple(
        replace(found, graphs=tuple(replace(each, changes=()) for each in found.graphs))
        for found in _until(home, until)
    )


def latest(home: Path, until: str) -> Iterator[Record]:
    """Yield those of `records` that tell of changes in files of the data, whole, the newest first.

    A record is read when it is its turn: who wants the newest only does not wait for all.
    """
    return (found for found in _until(home, until) if found.graphs)


def _until(home: Path, until: str) -> Iterator[Record]:
    paths = _files(home)
    last = next((place for place, path in enumerate(paths) if path.name.endswith(f"-{until}.json")), 0)
    return (found for path in paths[last:] if (found := _read(path)))


def whole(home: Path, number: int) -> Record | None:
    """Return the record of that number whole; None if there is none that can be read."""
    found = next(iter((home / "history").glob(f"{number:06}-*.json")), None)
    return None if found is None else _read(found)


def _read(path: Path) -> Record | None:
    try:
        return replace(read(path.read_bytes()), number=int(path.name[:6]))
    except (OSError, ValueError) as error:
        _log.warning("a record of what has changed cannot be read", extra=facts(file=str(path), error=str(error)))
        return None


def _record(home: Path, before: Snapshot | None, after: Snapshot) -> None:
    made = Record(
        after=after.id,
        moment=datetime.now(UTC).isoformat(timespec="seconds"),
        triples=int(after.manifest.get("triples", 0)),
        before=before.id if before else None,
        findings=findings(after) if after.manifest.get("findings") is not None else None,
        graphs=compare(before, after) if before else (),
    )
    known = _files(home)
    number = int(known[0].name[:6]) + 1 if known else 1
    folder = home / "history"
    folder.mkdir(exist_ok=True)
    draft = folder / f".{after.id}.new"
    draft.write_text(write(made), encoding="utf-8")
    draft.replace(folder / f"{number:06}-{after.id}.json")
    for path in known[KEPT - 1 :]:
        path.unlink(missing_ok=True)


def _files(home: Path) -> list[Path]:
    """Return the files of the records, the newest first."""
    return sorted((home / "history").glob("[0-9][0-9][0-9][0-9][0-9][0-9]-*.json"), reverse=True)
