"""Accounts for every row of a list: how many came to what, and a table that says it row by row. Decides nothing."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

from polisgraph.importing.deciding import Decided, Outcome
from polisgraph.namespaces import shorten

_TOLD = {
    Outcome.LINKED: "linked to a known municipality",
    Outcome.NEW: "new: nothing known has the name",
    Outcome.JOINT_GROUP: "joint group",
    Outcome.OTHER_AUTHORITY: "other authority: a province, a union of municipalities",
    Outcome.DOUBTFUL: "doubtful: an authority of its own, with candidates to choose from",
    Outcome.DUPLICATE: "duplicate: registered twice, told at the first registration",
    Outcome.LEFT_OUT: "left out: its source is none that the mapping takes",
}
_COLUMNS = (
    "row", "key", "name", "country", "place", "outcome", "member", "linked_to", "reason", "defects", "candidates",
)  # fmt: skip
_NO_REASON = "not named in the mapping"


def summary(decided: Sequence[Decided]) -> Iterator[str]:
    """Yield lines that say how many rows came to what, and what was left out of how many."""
    found = Counter(one.outcome for one in decided)
    defects = Counter(defect for one in decided for defect in one.defects)
    width = max(len(f"{number:,}") for number in (len(decided), *found.values()))
    yield f"{len(decided):>{width},} rows"
    yield from (f"{found[outcome]:>{width},} {told}" for outcome, told in _TOLD.items())
    reasons = Counter(one.row.why_not or _NO_REASON for one in decided if one.outcome is Outcome.LEFT_OUT)
    if reasons.keys() - {_NO_REASON}:
        yield "the source of what is left out is"
        yield from (f"{number:>{width},} {reason}" for reason, number in sorted(reasons.items()))
    defective = sum(1 for one in decided if one.defects)
    yield f"of all rows {defective:,} have a defect, and what it spoils is left out"
    yield from (f"{number:>{width},} {defect}" for defect, number in sorted(defects.items()))


def write_account(decided: Sequence[Decided]) -> str:
    """Return a CSV table (RFC 4180, in UTF-8) with a line for each row, in the order of the list."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for one in sorted(decided, key=lambda one: one.row.number):
        row = one.row
        linked = shorten(one.target.iri) if one.target is not None else ""
        member = shorten(one.member) if one.member else ""
        candidates = " | ".join(f"{each.score:g} {each.name} {shorten(each.id)}" for each in one.candidates)
        place = shorten(row.seat.place.iri if row.seat else row.network) if row.seat or row.network else ""
        told = (row.number, row.key, row.name, row.country, place, one.outcome, member, linked, one.reason)
        writer.writerow([*told, "; ".join(one.defects), candidates])
    return buffer.getvalue()
