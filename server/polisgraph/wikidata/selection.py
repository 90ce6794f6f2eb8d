"""Decides which memberships can be given back to Wikidata, and says of every other one why not. Asks nothing.

Nothing is given back when in doubt: what sources contradict, what is told in words only, what is over at a time that
no one says, what Wikidata has or sees otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from polisgraph.wikidata.claims import Claim
from polisgraph.wikidata.known import Known
from polisgraph.wikidata.times import Time, agree


@dataclass(frozen=True)
class Proposal:
    """A membership for Wikidata, with the claims that each say all of it: its references."""

    member_item: str
    network_item: str
    start: Time | None
    end: Time | None
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class LeftOut:
    """Claims that are not given back, and why."""

    claims: tuple[Claim, ...]
    reason: str


def select(
    claims: Sequence[Claim], known: Mapping[tuple[str, str], Sequence[Known]] | None = None
) -> list[Proposal | LeftOut]:
    """Return what can be given back and what not, together all of `claims`, in the order of member and network.

    `known` are the memberships that Wikidata has, by the items of member and network; None if that is not known.
    """
    found: list[Proposal | LeftOut] = []
    for _, group in groupby(sorted(claims, key=lambda claim: claim.pair), key=lambda claim: claim.pair):
        found += _of_pair(list(group), known)
    return found


def _of_pair(
    claims: Sequence[Claim], known: Mapping[tuple[str, str], Sequence[Known]] | None
) -> Iterator[Proposal | LeftOut]:
    """Decide on all claims about one member and one network."""
    usable = []
    for claim in claims:
        fault = _fault(claim)
        if fault:
            yield LeftOut((claim,), fault)
        else:
            usable.append(claim)
    if usable and len(usable) < len(claims):
        yield LeftOut(tuple(usable), "another statement on the same member and network is in doubt or of another kind")
        return
    reason = _conflict(usable)
    if reason:
        yield LeftOut(tuple(usable), reason)
    else:
        yield from _of_period(usable, known)


def _of_period(
    claims: Sequence[Claim], known: Mapping[tuple[str, str], Sequence[Known]] | None
) -> Iterator[Proposal | LeftOut]:
    """Decide on claims that agree on one time of membership."""
    citable = []
    for claim in claims:
        fault = claim.source.fault if claim.source else "it names no source"
        if fault:
            yield LeftOut((claim,), fault)
        else:
            citable.append(claim)
    if not citable:
        return
    best = max(citable, key=lambda claim: (len(claim.end), len(claim.start)))
    whole = tuple(claim for claim in citable if (claim.start, claim.end) == (best.start, best.end))
    for claim in citable:
        if claim not in whole:
            yield LeftOut((claim,), "it says less precisely what another source says")
    if not _is_whole(best, claims):
        yield LeftOut(whole, "a source that cannot be cited says more of its time than those that can")
        return
    proposal = Proposal(best.member_item, best.network_item, Time.read(best.start), Time.read(best.end), whole)
    there = [] if known is None else known.get((best.member_item, best.network_item), [])
    reason = _there(proposal, there)
    yield LeftOut(whole, reason) if reason else proposal


def _is_whole(best: Claim, claims: Iterable[Claim]) -> bool:
    """Whether no claim knows of an end that `best` does not."""
    return bool(best.end) or not any(claim.end for claim in claims)


def _fault(claim: Claim) -> str:
    """Say what about the membership itself keeps it from being given back; nothing if nothing does."""
    if not claim.is_member:
        return "its role is none of a member" if claim.role else "it names no role"
    missing = [f"{what} has no confirmed item" for what, item in _ends(claim) if not item]
    if missing:
        return " and ".join(missing)
    if not claim.holds:
        return "its status is not active"
    if claim.succeeded:
        return "it gave way to a successor"
    if any(text and Time.read(text) is None for text in (claim.start, claim.end)):
        return "its time is none of the calendar"
    start, end = Time.read(claim.start), Time.read(claim.end)
    if start and end and end.before(start):
        return "it ends before it starts"
    if claim.note:
        return "its time is told in words only"
    if claim.dissolved and not claim.end:
        return "the network is dissolved and no end is stated"
    return ""


def _ends(claim: Claim) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("the member", claim.member_item), ("the network", claim.network_item)


def _conflict(claims: Sequence[Claim]) -> str:
    """Say what keeps claims about one member and one network from being one statement; nothing if nothing does.

    Lines with the same member and network are one statement to QuickStatements: two times of membership would be mixed.
    """
    several = False
    for one, other in combinations(claims, 2):
        if one.tenure != other.tenure and (_apart(one, other) or _apart(other, one)):
            several = True
        elif not (_agree(one.start, other.start) and _agree(one.end, other.end)):
            return "sources contradict one another on its time"
    return "QuickStatements cannot keep several times of one membership apart" if several else ""


def _agree(one: str, other: str) -> bool:
    return agree(Time.read(one), Time.read(other))


def _apart(earlier: Claim, later: Claim) -> bool:
    """Whether one was over before the other began."""
    end, start = Time.read(earlier.end), Time.read(later.start)
    return bool(end and start and end.before(start))


def _there(proposal: Proposal, there: Sequence[Known]) -> str:
    """Say why what Wikidata has makes the proposal needless or doubtful; nothing if it does not."""
    if not there:
        return ""
    if len(there) > 1:
        return "Wikidata has several statements of this membership"
    one = there[0]
    if one.deprecated:
        return "Wikidata has this membership as deprecated"
    if one.vague or not (agree(one.start, proposal.start) and agree(one.end, proposal.end)):
        return "Wikidata says otherwise of its time"
    if one.end and not proposal.end:
        return "Wikidata knows that it has ended"
    if all(ours is None or theirs is not None for ours, theirs in _times(proposal, one)):
        return "Wikidata has it"
    if any(ours and theirs and ours != theirs for ours, theirs in _times(proposal, one)):
        return "Wikidata has one of its times more or less precisely"
    return ""


def _times(proposal: Proposal, one: Known) -> tuple[tuple[Time | None, Time | None], ...]:
    return (proposal.start, one.start), (proposal.end, one.end)
