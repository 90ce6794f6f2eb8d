"""What is kept of a change of snapshots: plain data, and its form as JSON. Reads no store and no file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORM = 1
"""The form of the JSON document; a record of another form is passed over."""


@dataclass(frozen=True)
class Named:
    """A thing with what it was called then (by language, "" where none is told), or a literal's text."""

    iri: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    language: str = ""


@dataclass(frozen=True)
class Fact:
    """A property and its values that were there before only, and now only."""

    property: Named
    before: tuple[Named, ...]
    after: tuple[Named, ...]


@dataclass(frozen=True)
class Change:
    """What happened to one subject in one file: `kind` is added, changed or removed.

    A relation that holds for a time has its parties, role and time as they are now, or if it is gone as they were.
    """

    kind: str
    subject: Named
    type: Named | None
    member: Named | None
    organization: Named | None
    role: Named | None
    start: str | None
    end: str | None
    sources: tuple[Named, ...]
    facts: tuple[Fact, ...]
    more: int
    """Properties that are not told."""


@dataclass(frozen=True)
class GraphChanges:
    """What happened in one file: statements and subjects counted, the first changes told."""

    graph: Named
    added: int
    removed: int
    subjects: Mapping[str, int]
    changes: tuple[Change, ...]

    @property
    def left_out(self) -> int:
        """Subjects that are counted and not told about."""
        return sum(self.subjects.values()) - len(self.changes)


@dataclass(frozen=True)
class Record:
    """One snapshot taking the place of another in service.

    `moment` is when (ISO 8601, UTC); `before` the id of the one that it followed, if there was one; `findings` are
    those of the new one, by severity and shape.
    """

    after: str
    moment: str
    triples: int
    before: str | None
    findings: Mapping[str, Mapping[str, int]] | None
    graphs: tuple[GraphChanges, ...]
    number: int = 0
    """Its place in the order of the records."""

    @property
    def added(self) -> int:
        """Statements that are new."""
        return sum(each.added for each in self.graphs)

    @property
    def removed(self) -> int:
        """Statements that are gone."""
        return sum(each.removed for each in self.graphs)


def write(record: Record) -> str:
    """Return a record as JSON."""
    return json.dumps({"form": FORM, **asdict(record)}, ensure_ascii=False, separators=(",", ":"))


def read(text: str | bytes) -> Record:
    """Return the record that `write` has written; raise ValueError for anything else."""
    try:
        said = json.loads(text)
        if said.pop("form") != FORM:
            raise ValueError("a record of another form")
        return Record(**said | {"graphs": tuple(_graph(each) for each in said["graphs"])})
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no record of a change: {error}") from None


def _graph(said: dict[str, Any]) -> GraphChanges:
    changes = tuple(_change(each) for each in said["changes"])
    return GraphChanges(**said | {"graph": Named(**said["graph"]), "changes": changes})


def _change(said: dict[str, Any]) -> Change:
    single = {name: said[name] and Named(**said[name]) for name in ("type", "member", "organization", "role")}
    several = {"sources": _all(said["sources"]), "facts": tuple(_fact(each) for each in said["facts"])}
    return Change(**said | single | several | {"subject": Named(**said["subject"])})


def _fact(said: dict[str, Any]) -> Fact:
    return Fact(Named(**said["property"]), _all(said["before"]), _all(said["after"]))


def _all(said: list[dict[str, Any]]) -> tuple[Named, ...]:
    return tuple(Named(**each) for each in said)
