"""Decides what each row of a list is: a known municipality, one not known yet, a joint group … Says nothing in triples.

The matcher finds and judges; here stands what only a whole list shows: rows twice, points that rows share, groups. The
order of the rows changes nothing.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from polisgraph.engine import Query
from polisgraph.folding import slug_of
from polisgraph.importing.mapping import shipped
from polisgraph.importing.reading import Row
from polisgraph.importing.rulings import Ruling
from polisgraph.linking import Candidate, Index, Matcher, Record, Target
from polisgraph.linking.index import Ask
from polisgraph.linking.names import read
from polisgraph.linking.score import NEARBY_KM, PART, kilometres_between
from polisgraph.namespaces import PREFIXES

_MUN, _PLACE, _ORGANIZATION = PREFIXES["mun"], PREFIXES["place"], PREFIXES["organization"]
_SEVERAL = PREFIXES["pg"] + "LocalAuthority"
"""What a list says of what is no municipality, nor of a kind that there is a class for: several together."""
_WORTH_A_LOOK = 40.0
"""What scores less is no candidate: another name, or far away."""
_SHARED = 3
"""A point that so many rows have is that of an area, not of each of them."""


class Outcome(StrEnum):
    """What became of a row; every row has exactly one."""

    LINKED = "linked"
    NEW = "new"
    JOINT_GROUP = "joint group"
    OTHER_AUTHORITY = "other authority"
    DOUBTFUL = "doubtful"
    DUPLICATE = "duplicate"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Decided:
    """A row and what became of it, and why.

    `member` is the IRI of who belongs to the network by it, empty if the row is left out; `target` what is linked to
    it, if anything is; `candidates` what it may be. `same_as` is the row that says the same, for a duplicate. `defects`
    are what was left out of it.
    """

    row: Row
    outcome: Outcome
    member: str
    reason: str
    target: Target | None = None
    candidates: tuple[Candidate, ...] = ()
    same_as: Row | None = None
    defects: tuple[str, ...] = ()
    ruled: bool = False
    """Whether a person decided so."""

    @property
    def positioned(self) -> bool:
        """Whether the position in the list is its own."""
        return self.row.latitude is not None and _SHARED_POINT not in self.defects


_SHARED_POINT = "its point is shared by others, so it is not its own"
_NO_POINT = "has no position"
_DANGLING = "its joint group is not on the list"


def established(ask: Ask, slug: str) -> Ask:
    """Return `ask` without what lists brought in: their rows are linked to what is known without them.

    So the outcome is the same whether the list called `slug` has been imported before or not, and whichever came first.
    """
    brought = (f"{_MUN}ags-", f"{_MUN}geonames-", *(f"{_ORGANIZATION}{name}-" for name in (slug, *shipped())))

    def answer(query: Query) -> bytes:
        body = ask(query)
        if not body.startswith(b"entity,"):
            return body
        rows = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
        text = io.StringIO(newline="")
        csv.writer(text).writerows(row for row in rows if not row[0].startswith(brought))
        return text.getvalue().encode("utf-8")

    return answer


def member_of(target: Target) -> str:
    """Return the IRI of the municipality that a target is: its own, or that made of the key of its gazetteer entry."""
    return target.iri if target.in_graph else _MUN + target.entry.removeprefix(_PLACE)


def decide(
    rows: Sequence[Row],
    index: Index,
    tell: Callable[[int, int], None] = lambda done, all_: None,
    rulings: Mapping[str, Ruling] = MappingProxyType({}),
) -> list[Decided]:
    """Return what became of each row, in the order of their tenures; `tell` hears how many of how many are done.

    `rulings` are people's decisions by the keys of rows; they count before anything that the matcher says.
    """
    targets = {target.iri: target for target in index.targets}
    matcher = Matcher(index)
    defects = _defects(rows)
    left_out: list[Decided] = []
    by_relation: dict[tuple[str, ...], list[Decided]] = defaultdict(list)
    for number, row in enumerate(sorted(rows, key=lambda row: (row.tenure, row.number)), start=1):
        tell(number, len(rows))
        if row.cited and not row.source:
            reason = f"its source is {row.why_not or 'none that the mapping takes'}: {row.cited}"
            left_out.append(Decided(row, Outcome.LEFT_OUT, "", reason))
            continue
        one = _alone(row, matcher, targets, defects[row.tenure])
        ruling = rulings.get(row.key.partition(" ")[2])
        by_relation[row.relation].append(_ruled(one, ruling, targets) if ruling else one)
    # What another source says, or of another network or body, is neither a double nor a rival.
    found = [one for group in by_relation.values() for one in _without_rivals(_without_doubles(group))]
    return sorted([*found, *left_out], key=lambda one: (one.row.tenure, one.row.number))


def _alone(row: Row, matcher: Matcher, targets: dict[str, Target], defects: tuple[str, ...]) -> Decided:
    if row.kind == _SEVERAL:
        return Decided(row, Outcome.JOINT_GROUP, row.authority, "the list says that it is several", defects=defects)
    if row.kind:
        told = f"the list says that it is a {row.kind.rpartition('/')[2]}"
        return Decided(row, Outcome.OTHER_AUTHORITY, row.authority, told, defects=defects)
    own = row.latitude is not None and row.longitude is not None and _SHARED_POINT not in defects
    record = Record(
        name=row.name,
        country=row.country,
        latitude=float(row.latitude or 0) if own else None,
        longitude=float(row.longitude or 0) if own else None,
    )
    answer = matcher.match(record)
    candidates = tuple(each for each in answer.candidates if each.score >= _WORTH_A_LOOK)
    target, reason = targets[answer.match.id] if answer.match else None, answer.reason
    # Positions in lists are often looked up by name, so where a country has a name twice they prove nothing.
    if answer.match and (others := [one for one in answer.candidates if one is not answer.match and _of_the_name(one)]):
        target, reason = None, f"{len(others)} more there have the name; only the position speaks for the first"
        candidates = tuple(one for one in answer.candidates if one is answer.match or one in others)
    if target is not None and target.kind in ("municipality", "above", "authority"):
        return Decided(row, Outcome.LINKED, member_of(target), reason, target, candidates, defects=defects)
    if read(row.name).kind == "above":
        outcome, reason = Outcome.OTHER_AUTHORITY, "its name says that it is above municipalities"
    else:
        outcome = Outcome.DOUBTFUL if candidates else Outcome.NEW
    return Decided(row, outcome, row.authority, reason, None, candidates, defects=defects)


def _ruled(one: Decided, ruling: Ruling, targets: dict[str, Target]) -> Decided:
    if not ruling.target:
        member = one.row.authority
        return replace(one, outcome=Outcome.NEW, member=member, target=None, reason=ruling.told, candidates=())
    target = targets[ruling.target]
    return replace(one, outcome=Outcome.LINKED, member=member_of(target), target=target, reason=ruling.told, ruled=True)


def _of_the_name(candidate: Candidate) -> bool:
    """Whether a candidate has the name, in full or but for an addition, and lies in the country of the row."""
    points = {feature.name: feature.points for feature in candidate.features}
    return points.get("name", 0) >= PART and points.get("country", 0) > 0 and "addition" not in points


def _defects(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """Return what is wrong with rows that is no error, by their tenures."""
    points = Counter((row.latitude, row.longitude) for row in rows)
    of_groups = {(row.latitude, row.longitude) for row in rows if row.kind == _SEVERAL}
    tenures = {row.tenure for row in rows}
    positioned = any(row.latitude is not None for row in rows)
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        point = (row.latitude, row.longitude)
        if row.latitude is None:
            found[row.tenure] += [_NO_POINT] * positioned
        elif points[point] >= _SHARED or (points[point] > 1 and point in of_groups):
            found[row.tenure].append(_SHARED_POINT)
        if row.group and row.group not in tenures:
            found[row.tenure].append(_DANGLING)
    return {row.tenure: tuple(found[row.tenure]) for row in rows}


def _without_doubles(decided: Iterable[Decided]) -> list[Decided]:
    """Take rows of one name for one member where nothing speaks against it: the first registration stays."""
    alike: dict[tuple[str, ...], list[Decided]] = defaultdict(list)
    for one in decided:
        linked = one.member if one.outcome is Outcome.LINKED else ""
        alike[slug_of(one.row.name), one.row.country, one.row.kind, linked].append(one)
    found = []
    for group in alike.values():
        first, *others = sorted(group, key=lambda one: (one.row.start or "~", one.row.tenure))
        found.append(first)
        for other in others:
            if first.outcome is Outcome.LINKED or _near(first.row, other.row):
                reason = f"is registered twice, first as {first.row.key}"
                other = replace(other, outcome=Outcome.DUPLICATE, member=first.member, reason=reason, same_as=first.row)
            found.append(other)
    return found


def _near(one: Row, other: Row) -> bool:
    """Whether two rows of one name may be one place: nothing is known of one of them, or they are near."""
    points = [(row.latitude, row.longitude) for row in (one, other)]
    if any(part is None for point in points for part in point):
        return True
    (a, b), (c, d) = (tuple(float(part or Decimal()) for part in point) for point in points)
    return kilometres_between(a, b, c, d) <= NEARBY_KM


def _without_rivals(decided: Sequence[Decided]) -> list[Decided]:
    """Link of rows with different names to one municipality only the likeliest; the others are doubtful."""
    claims: dict[str, list[Decided]] = defaultdict(list)
    for one in decided:
        if one.outcome is Outcome.LINKED:
            claims[one.member].append(one)
    best = {member: min(group, key=_strength) for member, group in claims.items()}
    lost = {one.row.tenure for group in claims.values() for one in group} - {one.row.tenure for one in best.values()}
    found = []
    for one in decided:
        winner = best.get(one.member)
        if one.row.tenure in lost and winner:
            reason = f"{winner.row.key} is linked to it already, «{winner.row.name}»"
            one = replace(one, outcome=Outcome.DOUBTFUL, member=one.row.authority, target=None, reason=reason)
        elif one.same_as is not None and one.same_as.tenure in lost:
            one = replace(one, member=one.same_as.authority)
        found.append(one)
    return found


def _strength(one: Decided) -> tuple[bool, float, str]:
    score = max((candidate.score for candidate in one.candidates if candidate.match), default=0.0)
    return not one.ruled, -score, one.row.tenure
