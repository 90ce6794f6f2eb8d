"""Writes a membership as a line of QuickStatements, version 1, and explains it in words. Decides nothing.

The format is that of https://www.wikidata.org/wiki/Help:QuickStatements: parts separated by tabs, qualifiers after the
value, sources with S for P, and an exclamation mark before what begins a further reference.
"""

from collections.abc import Iterable, Iterator

from polisgraph.namespaces import shorten
from polisgraph.wikidata.claims import Claim, Source
from polisgraph.wikidata.selection import LeftOut, Proposal
from polisgraph.wikidata.times import Time

MEMBER_OF, START, END = "P463", "P580", "P582"
STATED_IN, REFERENCE_URL, RETRIEVED = "S248", "S854", "S813"


def line(proposal: Proposal) -> str:
    """Return the line that adds the membership with its times, and a reference for each document that says it all."""
    parts = [proposal.member_item, MEMBER_OF, proposal.network_item]
    for property_, time in ((START, proposal.start), (END, proposal.end)):
        if time:
            parts += [property_, time.quickstatement]
    documents = {claim.source.iri: claim.source for claim in proposal.claims if claim.source}
    for number, source in enumerate(documents.values()):
        name, *rest = _reference(source)
        parts += ["!" * (number > 0) + name, *rest]
    return "\t".join(parts)


def explained(proposal: Proposal) -> Iterator[str]:
    """Yield the line and, below it, the statements that it comes from, each with its file and source."""
    yield line(proposal)
    for claim in proposal.claims:
        yield f"    {_said(claim)}"
        yield f"      {_where(claim)}"


def left_out(found: LeftOut) -> Iterator[str]:
    """Yield which statements are left out, and why."""
    for claim in found.claims:
        yield f"left out: {_said(claim)}"
        yield f"      {_where(claim)}"
        yield f"      because {found.reason}"


def summary(proposals: int, left: Iterable[LeftOut]) -> str:
    """Return a sentence that counts what is given back and what is not, by reason."""
    reasons: dict[str, int] = {}
    for found in left:
        reasons[found.reason] = reasons.get(found.reason, 0) + len(found.claims)
    number = sum(reasons.values())
    begin = f"{_counted(proposals, 'statement')} to give back" if proposals else "Nothing to give back"
    if not number:
        return begin + "."
    why = "; ".join(
        f"{times}: {reason}" for reason, times in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    )
    return f"{begin}; {_counted(number, 'statement')} of the data left out ({why})."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)


def _reference(source: Source) -> list[str]:
    parts = [STATED_IN, source.item] if source.item else [REFERENCE_URL, f'"{source.address}"']
    retrieved = Time.read(source.retrieved)
    return [*parts, RETRIEVED, retrieved.quickstatement] if retrieved else parts


def _said(claim: Claim) -> str:
    times = "".join(f", {word} {time}" for word, time in (("since", claim.start), ("until", claim.end)) if time)
    role = f", as {shorten(claim.role)}" if claim.role else ""
    return _one_line(f"{shorten(claim.tenure)}: {claim.member_label} in {claim.network_label}{role}{times}")


def _where(claim: Claim) -> str:
    source = f"source {shorten(claim.source.iri)} ({claim.source.label})" if claim.source else "no source"
    places = "".join(f', at "{place}"' for place in claim.locators)
    return _one_line(f"stated in {claim.file}, {source}{places}")


def _one_line(text: str) -> str:
    return " ".join(text.split())
