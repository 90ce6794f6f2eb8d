"""What goes in and what comes out of a check of one file: plain data, and its form as JSON. Judges nothing."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """A text to check. `instead_of` is the IRI of the graph whose statements it replaces, "" for none."""

    turtle: str
    instead_of: str = ""


@dataclass(frozen=True)
class Noted:
    """A finding about the file: severity, rule (IRI, names), what it is about, how to mend it (de, en), the lines."""

    severity: str
    shape: str
    name: Mapping[str, str]
    focus: str
    path: str | None
    value: str | None
    message: Mapping[str, str]
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Verdict:
    """What a check found. `counts` are of all findings by severity; only the first of them are in `findings`.

    A text that is no Turtle has a `problem`, with line and column (from 1) if they can be told, and nothing else.
    """

    statements: int = 0
    subjects: int = 0
    known: int = 0
    """Of the subjects, those that the data describes already."""
    counts: Mapping[str, int] | None = None
    findings: tuple[Noted, ...] = ()
    problem: str = ""
    line: int | None = None
    column: int | None = None

    @property
    def conforms(self) -> bool:
        """Whether a build would take it: it is Turtle, and nothing is violated."""
        return not self.problem and not (self.counts or {}).get("Violation")

    @property
    def left_out(self) -> int:
        """Findings that are only counted."""
        return sum((self.counts or {}).values()) - len(self.findings)


def write(said: Request | Verdict) -> str:
    """Return a request or a verdict as JSON."""
    return json.dumps(asdict(said), ensure_ascii=False)


def read_request(text: str) -> Request:
    """Return the request that `write` has written."""
    return Request(**json.loads(text))


def read_verdict(text: bytes) -> Verdict:
    """Return the verdict that `write` has written."""
    said: dict[str, Any] = json.loads(text)
    noted = (Noted(**each | {"lines": tuple(each["lines"])}) for each in said["findings"])
    return Verdict(**said | {"findings": tuple(noted)})
