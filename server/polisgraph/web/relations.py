"""How an entity stands to others: its tenures, and what else points at it. Writes no HTML."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from polisgraph.web.language import language
from polisgraph.web.rows import Row, Term
from polisgraph.web.site import site

_SHOWN = 50
TENURES_ASKED, MENTIONS_ASKED = 300, 2000
"""The bounds in tenures.rq and mentions.rq."""


@dataclass(frozen=True)
class Tenure:
    """One tenure from the side of the entity."""

    row: Row
    """What the question found; may have country and place of the other."""
    evidence: tuple[tuple[Term, str, tuple[str, ...]], ...]
    disputed: bool = False
    """Whether another source gives another start or end for the same role at the same place."""


@dataclass(frozen=True)
class Mentions:
    """Others that point here by one relation: how many, and the first of them."""

    relation: str
    label: str
    number: int
    subjects: tuple[tuple[str, str], ...]


def label_of(row: Row, name: str) -> str:
    """Return the label that stands beside the column `name`, or nothing."""
    return row[f"{name}_label"].value if f"{name}_label" in row else ""


def tenures(iri: str, question: str = "tenures", **values: Sequence[str]) -> dict[str, list[Tenure]]:
    """Return the tenures that `question` finds for `iri`, by its side; a source that says one twice counts once.

    `values` are what the question is given besides.
    """
    first: dict[tuple[str, str, str], Row] = {}
    evidence: dict[tuple[str, str, str], dict[Term, tuple[str, list[str]]]] = {}
    for row in site().ask(question, entity=iri, lang=language(), **values):
        key = (row["side"].value, row["tenure"].value, row["other"].value)
        first.setdefault(key, row)
        if "source" in row:
            source = row["source"]
            places = evidence.setdefault(key, {}).setdefault(source, (label_of(row, "source"), []))[1]
            if "locator" in row and row["locator"].value not in places:
                places.append(row["locator"].value)
    found: dict[str, list[Tenure]] = {}
    for key, row in first.items():
        vouching = evidence.get(key, {}).items()
        sources = tuple((source, label, tuple(places)) for source, (label, places) in vouching)
        found.setdefault(key[0], []).append(Tenure(row, sources))
    return {side: judged(each) for side, each in found.items()}


def judged(found: Sequence[Tenure]) -> list[Tenure]:
    """Return the tenures of one side as they stand, those marked on whose time sources disagree."""
    alike: dict[tuple[str, ...], list[Tenure]] = {}
    for tenure in found:
        place = tuple(tenure.row[name].value for name in ("other", "within") if name in tenure.row)
        alike.setdefault(place, []).append(tenure)
    pairs = (pair for each in alike.values() for pair in combinations(each, 2))
    disputed = {id(tenure) for pair in pairs if _at_odds(*pair) for tenure in pair}
    return [replace(tenure, disputed=True) if id(tenure) in disputed else tenure for tenure in found]


def _at_odds(one: Tenure, other: Tenure) -> bool:
    """Whether two sources give other times for the same, as the report `contradictions` judges it: in one role, neither
    time only less precise, and neither over before the other began.
    """
    roles = {each.row["role_label"] for each in (one, other) if "role_label" in each.row}
    sources = {source for each in (one, other) for source, _, _ in each.evidence}
    if len(roles) > 1 or len(sources) < 2 or not (one.evidence and other.evidence):
        return False
    if _is_before(one.row, other.row) or _is_before(other.row, one.row):
        return False
    times = ([each.row[name].value for each in (one, other) if name in each.row] for name in ("start", "end"))
    return any(len(both) == 2 and not _agree(both) for both in times)


def _is_before(one: Row, other: Row) -> bool:
    both = [one["end"].value, other["start"].value] if "end" in one and "start" in other else []
    return bool(both) and both[0] < both[1] and not _agree(both)


def _agree(times: Iterable[str]) -> bool:
    shorter, longer = sorted(times, key=len)
    return longer.startswith(shorter)


def mentions(iri: str) -> Iterator[Mentions]:
    """Yield what points at `iri`, but for the tenures, by relation."""
    by_relation: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for row in site().ask("mentions", entity=iri, lang=language()):
        relation = row["relation"].value
        subject = (row["subject"].value, label_of(row, "subject"))
        by_relation.setdefault(relation, (label_of(row, "relation"), []))[1].append(subject)
    for relation, (label, subjects) in by_relation.items():
        yield Mentions(relation, label, len(subjects), tuple(subjects[:_SHOWN]))
