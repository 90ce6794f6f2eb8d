"""Keeps what an endpoint said about a thing, with the time when, in one file; a run that broke off goes on from there.

Asks nobody and judges nothing.
"""

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from polisgraph.errors import WikidataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polisgraph.wikidata.client import Row

_FORGOTTEN = 90 * 24.0
"""Age in hours after which an answer is removed, unless somebody wants older ones."""
_TABLE = """
CREATE TABLE IF NOT EXISTS said
  (endpoint TEXT, question TEXT, thing TEXT, at REAL, rows TEXT, PRIMARY KEY (endpoint, question, thing)) WITHOUT ROWID
"""


def default_path() -> Path:
    """Return the file in the user's folder of caches (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    folder = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return folder / "polisgraph" / "wikidata.sqlite"


@dataclass
class Cache:
    """What the endpoint at `endpoint` said at most `hours` ago. Every call is whole on the disk or not there."""

    path: Path
    endpoint: str
    hours: float
    _base: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WikidataError(f"{self.path.parent} cannot be made for the cache: {error.strerror}") from None
        with self._told():
            self._base = sqlite3.connect(self.path, timeout=60)
            with self._base:
                self._base.execute(_TABLE)
                oldest = time.time() - max(self.hours, _FORGOTTEN) * 3600
                self._base.execute("DELETE FROM said WHERE at < ?", (oldest,))

    def known(self, question: str, things: Iterable[str]) -> "dict[str, list[Row]]":
        """Return the rows for those of `things` about which the text `question` was asked, if that holds still."""
        oldest = time.time() - self.hours * 3600
        with self._told():
            rows = self._base.execute(
                "SELECT thing, rows FROM said WHERE endpoint = ? AND question = ? AND at > ?"
                " AND thing IN (SELECT value FROM json_each(?))",
                (self.endpoint, _digest(question), oldest, json.dumps(list(things))),
            )
            return {thing: json.loads(text) for thing, text in rows}

    def keep(self, question: str, answers: "Mapping[str, list[Row]]") -> None:
        """Keep the answers about things, all or none."""
        now, digest = time.time(), _digest(question)
        rows = [(self.endpoint, digest, thing, now, json.dumps(said)) for thing, said in answers.items()]
        with self._told(), self._base:
            self._base.executemany("REPLACE INTO said VALUES (?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    @contextmanager
    def _told(self) -> "Iterator[None]":
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            raise WikidataError(
                f"{self.path} cannot be used as a cache ({error}): remove it, or name another file with --cache."
            ) from None


def _digest(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()
