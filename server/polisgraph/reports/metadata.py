"""Reads the `#+` lines at the head of a report's file: YAML whose values know their lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from polisgraph.errors import RuleError
from polisgraph.reports.model import LANGUAGES, Text

MARK = "#+"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C takes a tenth of the time, which the command line and the first page of a server wait for."""


@dataclass(frozen=True)
class Value:
    """A word, a list or a mapping of the head, with its place. All words are text, also numbers."""

    path: Path
    line: int
    content: "str | list[Value] | dict[str, Value]"

    def error(self, message: str) -> RuleError:
        """Return the error that `message` describes, with file and line."""
        return RuleError(f"{self.path}:{self.line}: {message}")

    def word(self) -> str:
        """Return the text; raise RuleError if this is a list, a mapping or empty."""
        if not isinstance(self.content, str) or not self.content.strip():
            raise self.error("write a word or a sentence here")
        return self.content.strip()

    def items(self) -> "list[Value]":
        """Return the members of the list; raise RuleError if this is none."""
        if not isinstance(self.content, list):
            raise self.error("write a list here, as [one, two] or with a hyphen before each member")
        return self.content

    def mapping(self, allowed: Iterable[str] | None = None) -> "Mapping[str, Value]":
        """Return the mapping; raise RuleError if this is none, or has a key that is not `allowed`."""
        if not isinstance(self.content, dict):
            raise self.error("write a mapping here, as {key: value} or with one key a line")
        for key, value in self.content.items():
            if allowed is not None and key not in allowed:
                raise value.error(f"no such key: {key!r}; the keys are {', '.join(allowed)}")
        return self.content

    def need(self, key: str) -> "Value":
        """Return what stands under `key`; raise RuleError if nothing does."""
        found = self.mapping().get(key)
        if found is None:
            raise self.error(f"{key} is missing; add it")
        return found

    def text(self) -> Text:
        """Return a text in every language of the readers; raise RuleError if one is missing."""
        self.mapping(LANGUAGES)
        return {language: self.need(language).word() for language in LANGUAGES}

    def flag(self, key: str) -> bool:
        """Return whether `key` is true; left out means false. Raises RuleError for other words."""
        found = self.mapping().get(key)
        if found is not None and found.content not in ("true", "false"):
            raise found.error(f"{key} is true or false")
        return found is not None and found.content == "true"

    def number(self, key: str) -> int | None:
        """Return the whole number under `key`, None if it is left out. Raises RuleError for other words."""
        found = self.mapping().get(key)
        if found is None:
            return None
        try:
            return int(found.word())
        except ValueError:
            raise found.error(f"{key} is a whole number") from None


def read_head(path: Path, text: str) -> Value:
    """Return what the leading `#+` lines of `text` say.

    Raises RuleError, with file and line, if there are none or they are not YAML, or if a key stands twice.
    """
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith(MARK):
            break
        lines.append(line[len(MARK) :].removeprefix(" "))
    if not lines:
        raise RuleError(f"{path}:1: begin the file with '#+' lines that say what the report is; see README.md")
    try:
        node = yaml.compose("\n".join(lines), Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1 if mark else 1}"
        raise RuleError(f"{place}: not YAML ({getattr(error, 'problem', error)}); mend the line") from None
    return _value(path, node) if node is not None else Value(path, 1, {})


def _value(path: Path, node: yaml.Node, line: int | None = None) -> Value:
    """Return what `node` says. What stands under a key has the line of the key."""
    line = line or node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return Value(path, line, [_value(path, member) for member in node.value])
    if not isinstance(node, yaml.MappingNode):
        return Value(path, line, str(node.value))
    content: dict[str, Value] = {}
    for key, member in node.value:
        key_line = key.start_mark.line + 1
        if key.value in content:
            raise RuleError(f"{path}:{key_line}: {key.value!r} stands twice; keep one")
        content[key.value] = _value(path, member, key_line)
    return Value(path, line, content)
