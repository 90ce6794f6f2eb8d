"""Watches over the files of the snapshot in service, so that no answer goes out which damaged files may have made.

The engine does not always say that it cannot read something; it may take it for missing and answer without it. So the
sizes and times of the files are looked at after each answer that was computed. They are held open for that: then it
takes a microsecond each. That a file of another inode has come in the place of one of them, its folder tells.
Answers that were prepared are not among these: they are compared with their sums whenever they are given. For what a
disk changes without telling, all files are read from time to time.
"""

import logging
import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from polisgraph import seal
from polisgraph.engine import Answer, Engine, Query
from polisgraph.errors import SnapshotError, StoreDamaged
from polisgraph.journal import facts
from polisgraph.snapshot import Snapshot
from polisgraph.web.layers import Refuse

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FIRST = 10.0
"""Seconds after the start at which all files are read."""
EVERY = 3600.0
"""Seconds between two readings of all files."""
_LOW = 15
"""How much the thread that reads steps back behind those that answer."""

_known = attrgetter("st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")
_log = logging.getLogger(__name__)


class _Files:
    """Files that are held open for as long as somebody has this, and what the file system knew of them at first."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Open the files at `paths`; raises OSError if that fails."""
        self._open: list[int] = []
        self._folders = sorted({str(path.parent) for path in paths})
        for path in paths:
            self._open.append(os.open(path, os.O_RDONLY))
        self._first = self._look()

    def are_as_before(self) -> bool:
        """Whether the file system knows of no change."""
        try:
            return self._look() == self._first
        except OSError:
            return False

    def _look(self) -> list[object]:
        return [*map(_known, map(os.stat, self._folders)), *map(_known, map(os.fstat, self._open))]

    def __del__(self) -> None:
        for number in self._open:
            os.close(number)


class Guard:
    """Knows whether the files of a snapshot are what they were when it was opened."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Watch over `snapshot`, which has just been opened, until `close`. Raises SnapshotError if a file is gone."""
        self._snapshot = snapshot
        prepared = snapshot.answers.name + "/"
        self._paths = [snapshot.path / name for name in snapshot.manifest["files"] if not name.startswith(prepared)]
        try:
            self._files = _Files(self._paths)
        except OSError as error:
            raise SnapshotError(f"{snapshot.path}: cannot be watched over ({error})") from None
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self.damage: str | None = None
        """What is wrong with the files; None while nothing is known to be."""
        self._reader = threading.Thread(target=self._run, name="guard", daemon=True)
        self._reader.start()

    def confirm(self) -> None:
        """Raise StoreDamaged unless the files are what they were, as far as the file system knows."""
        if self.damage is None and not self._files.are_as_before():
            self._read(full=False)
        if self.damage is not None:
            raise StoreDamaged("The data on the server's disk is damaged. Its operator finds more in the log.")

    def suspect(self) -> None:
        """Have all files read now: there is a sign that one is damaged."""
        self._wake.set()

    def close(self) -> None:
        """Watch no more."""
        self._closed = True
        self._files = _Files(())
        self._wake.set()

    def _run(self) -> None:
        # On Linux a priority is a thread's own; elsewhere the process is better left as it is.
        if hasattr(os, "sched_setaffinity"):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW)
        wait = FIRST
        while not self._closed and self.damage is None:
            self._wake.wait(wait)
            self._wake.clear()
            wait = EVERY
            if not self._closed:
                self._read(full=True)

    def _read(self, *, full: bool) -> None:
        with self._lock:
            if self._closed or not self._snapshot.path.exists():  # moved away, open as they are
                return
            fresh = self._files
            with suppress(OSError):  # what is missing is named below; there may be no descriptor left, too
                fresh = _Files(self._paths)
            try:
                seal.check(self._snapshot.path, self._snapshot.manifest, full=full, readers=1)
            except (OSError, ValueError) as error:
                if self._snapshot.path.exists():
                    seal.distrust(self._snapshot.path)
                    self.damage = f"{self._snapshot.path}: damaged while it was in service ({error}); build again"
                    _log.critical("the files are damaged", extra=facts(error=self.damage, snapshot=self._snapshot.id))
            else:
                if not self._closed:
                    self._files = fresh


class Unwatched(Guard):
    """For a snapshot that is at an endpoint: there are no files to watch over."""

    def __init__(self) -> None:
        self.damage = None

    def confirm(self) -> None:
        pass

    def suspect(self) -> None:
        pass

    def close(self) -> None:
        pass


class GuardedEngine:
    """An engine whose answers count only if the files are still what they were afterwards."""

    def __init__(self, engine: Engine, guard: Guard) -> None:
        self._engine, self._guard = engine, guard

    def query(self, query: Query) -> Answer:
        """Return the whole answer; raise what the engine raises, and StoreDamaged if files are not what they were."""
        try:
            answer = self._engine.query(query)
        except StoreDamaged:
            self._guard.suspect()
            raise
        self._guard.confirm()
        return answer

    def close(self) -> None:
        """Nothing: whoever made the engine ends it."""


def guarded(app: "WSGIApplication", guard: Guard, refuse: Refuse) -> "WSGIApplication":
    """Return an application that passes requests to `app` as long as the files are whole; `refuse` answers then."""

    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # Dumps go out as they lie there.
        if guard.damage is not None or environ["PATH_INFO"].startswith("/dumps/"):
            try:
                guard.confirm()
            except StoreDamaged as error:
                return refuse(environ, start_response, error)
        return app(environ, start_response)

    return call
