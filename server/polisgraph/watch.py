"""Builds anew when data, ontology or queries change. Builds nothing itself: each build is a process of its own.

So a build takes neither time nor memory from who watches, and one that crashes ends nothing else.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from watchfiles import BaseFilter, Change, watch

from polisgraph.journal import facts
from polisgraph.lastbuild import record

_log = logging.getLogger(__name__)


class Watch:
    """A thread that runs a build after every change, one after the other. Changes during a build cause another one."""

    def __init__(self, home: Path, paths: Sequence[Path], words: Sequence[str]) -> None:
        """Watch `paths`, files and folders, and build below `home` with the words of a command line, `words`."""
        self._home, self._words = home, words
        self._paths = [path.resolve() for path in paths]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._building: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more, and end a build that is running: what it began is cleared away by the next one."""
        self._stop.set()
        with self._lock:
            if self._building:
                self._building.terminate()
        self._thread.join()

    def _run(self) -> None:
        # An editor puts a new file in the place of the old one, so that watching the file alone would see one change.
        folders = {path if path.is_dir() else path.parent for path in self._paths}
        for changes in watch(*folders, watch_filter=_Sources(self._paths), stop_event=self._stop, rust_timeout=500):
            changed = sorted(str(path) for _, path in changes)
            _log.info("files have changed; a build begins", extra=facts(files=changed[:10], number=len(changed)))
            self._build()

    def _build(self) -> None:
        command = [sys.executable, "-m", "polisgraph", "build", "--home", str(self._home), *self._words]
        with self._lock:
            if self._stop.is_set():
                return
            self._building = subprocess.Popen(  # noqa: S603  # our own program and the words of who started it
                command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        printed, complained = self._building.communicate()
        status = self._building.returncode
        if self._stop.is_set():
            return
        if status < 0:  # a build that is killed has no last words
            record(self._home, f"the build was ended by signal {-status}; memory may be short")
        if status:
            said = (printed + complained).strip()
            _log.error("the build failed; the old snapshot stays", extra=facts(status=status, output=said))
        else:
            _log.info("built", extra=facts(output=complained.strip()))


class _Sources(BaseFilter):
    """Lets those changes through that are to, or below, what is watched, and are no editor's scratch files."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._paths = paths

    def __call__(self, change: Change, path: str) -> bool:
        found = Path(path)
        if found.name.startswith((".", "#")) or found.name.endswith(("~", ".swp", ".tmp", "4913")):
            return False
        return any(found == each or each in found.parents for each in self._paths)
