"""The file of decisions on disk: each change is written at once, whole or not at all. Decides nothing itself.

What an editor changed meanwhile is read again before each change, and stays.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from polisgraph.errors import SourceError
from polisgraph.links.record import ItemLink
from polisgraph.links.turtle import DECISIONS, read_links, render
from polisgraph.namespaces import expand

_TERMS = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>')
"""What may hold a # that begins no comment."""


@dataclass(frozen=True)
class Ledger:
    """The decisions in the Turtle file `path`, which need not be there yet. Several processes may use one."""

    path: Path

    def __post_init__(self) -> None:
        """Raise SourceError if the file is no Turtle or belongs to a snapshot, which nobody changes any more."""
        if self.path.suffix != ".ttl":
            raise SourceError("decisions are kept as Turtle; give a file that ends in .ttl", self.path)
        folder = self.path.resolve().parent
        for above in (folder, *folder.parents):
            if (above / "manifest.json").exists() and (above / "store").is_dir():
                raise SourceError(
                    f"belongs to the snapshot {above.name}, which is served and not changed; decisions go into a file"
                    " of your data folder, and the next build takes them up",
                    self.path,
                )

    def read(self) -> list[ItemLink]:
        """Return all decisions, in their order; raise SourceError for a file that is not theirs alone."""
        return self._parsed(self._content())

    def put(self, decision: ItemLink) -> ItemLink | None:
        """Write `decision` in the place of the one on its pair, and return that one, if there was any.

        When it returns, the decision is on the disk. Raises SourceError, and the file is then as it was.
        """
        with self._changing() as content:
            links = self._parsed(content)
            before = next((link for link in links if link.pair == decision.pair), None)
            self._write(content, [*(link for link in links if link.pair != decision.pair), decision])
        return before

    def withdraw(self, decision: ItemLink, before: ItemLink | None = None) -> None:
        """Undo: have `before`, or nothing, in the place of `decision`.

        Raises SourceError if `decision` does not stand there any more, and the file is then as it was.
        """
        with self._changing() as content:
            links = self._parsed(content)
            if decision not in links:
                raise SourceError(f"the decision on {decision.item} was changed since; it was left as it is", self.path)
            kept = [link for link in links if link != decision]
            self._write(content, [*kept, before] if before else kept)

    def _parsed(self, content: bytes | None) -> list[ItemLink]:
        links = read_links(self.path, content, strict=True) if content is not None else []
        if undecided := [link for link in links if not link.is_decision]:
            one = undecided[0]
            raise SourceError(f"holds a candidate, {one.item}; only decisions may stand in this file", self.path)
        return links

    def _content(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SourceError(f"cannot be read: {error.strerror}", self.path) from None

    @contextmanager
    def _changing(self) -> Iterator[bytes | None]:
        """Keep other processes from changing the file; give what is in it."""
        try:
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise SourceError(f"its folder cannot be opened: {error.strerror}", self.path) from None
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield self._content()
            os.fsync(folder)
        finally:
            os.close(folder)

    def _write(self, content: bytes | None, links: list[ItemLink]) -> None:
        head, above = _comments(self.path, (content or b"").decode("utf-8"))
        text = render(links, head or DECISIONS, above)
        if set(read_links(self.path, text.encode())) != set(links):
            raise SourceError("what would be written does not say what was decided; nothing was written", self.path)
        draft = self.path.with_name(f".{self.path.name}.draft")
        try:
            with draft.open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if content is not None:
                draft.chmod(self.path.stat().st_mode)
            if self._content() != content:
                raise SourceError("was changed by another program just now; nothing was written", self.path)
            draft.replace(self.path)
        except OSError as error:
            raise SourceError(f"cannot be written: {error.strerror}", self.path) from None
        finally:
            draft.unlink(missing_ok=True)


def _comments(path: Path, text: str) -> tuple[str, dict[str, str]]:
    """Return the comment at the top of a file, and those above its records by their IRIs.

    Raises SourceError for a comment that would be lost, because it stands within a record.
    """
    head, above, open_ = "", {"": ""}, False
    waiting, begun = "", False
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.strip()
        if bare.startswith("#") and not open_:
            waiting += f"{bare}\n"
            continue
        plain = _TERMS.sub("", bare)
        if "#" in plain:
            raise SourceError("this comment would be lost; put it above the record", path, number)
        if not begun and waiting:
            head, waiting = waiting, ""
        begun = True
        if not bare or plain.lower().startswith(("@prefix", "prefix")):
            continue
        if not open_ and waiting:
            try:
                above[expand(bare.split()[0])] = waiting
            except KeyError:
                told = "no prefix of the project begins the record below this comment, which would be lost"
                raise SourceError(told, path, number) from None
            waiting = ""
        open_ = not plain.endswith(".")
    if not begun and waiting:
        return waiting, above
    above[""] = waiting
    return head, above
