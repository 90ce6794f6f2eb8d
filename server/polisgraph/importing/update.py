"""Compares two editions of one list, and keeps in the newer what ended: nothing that was said is deleted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from polisgraph.importing.mapping import Mapping
from polisgraph.importing.turtle import RELATIONS, Statements, timed, values
from polisgraph.namespaces import PREFIXES, expand

_NAME = re.compile(r"«(.*)»")
_PARTIES = ("org:member", "pg:host", "pg:partner")
_PLACES = ("org:organization", "pg:hostedBody")
_SHOWN = 20
_TOLD_OF = {
    "pg:start": "joined",
    "org:member": "linked to",
    "pg:withinGroup": "joint group",
    "pg:undertakes": "commitments",
    "pg:coordinatedBy": "coordinator",
    "pg:supportedBy": "supporter",
    "pg:host": "linked to",
}
_DESCRIBED = ("pg:undertakes", "pg:coordinatedBy", "pg:supportedBy")
"""What a membership leads to that the list describes itself."""
_FORMERLY = ("Früher verzeichnet als", "Formerly registered as")
_Said = Iterator[tuple[str, ox.NamedNode | ox.Literal]]


@dataclass
class Difference:
    """What a newer edition says otherwise, a line each: «Tirana (member_ref 16906) …»."""

    joined: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield the difference for people, the first of each kind by name."""
        for kind in ("joined", "left", "returned", "renamed", "status", "other"):
            told: list[str] = getattr(self, kind)
            title = {"status": "changed status", "other": "changed otherwise"}.get(kind, kind)
            yield f"{title}: {len(told):,}"
            yield from (f"  {line}" for line in told[:_SHOWN])
            if len(told) > _SHOWN:
                yield f"  … and {len(told) - _SHOWN:,} more"


def memberships(said: Statements) -> set[str]:
    """Return the IRIs of memberships, seats and partnerships among `said`."""
    return {iri for iri in said if RELATIONS & set(values(said, iri, "rdf:type"))}


def compare(old: Statements, new: Statements) -> Difference:
    """Return what `new` says of memberships that `old`, an earlier edition, says otherwise or not at all."""
    found = Difference()
    before, after = memberships(old), memberships(new)
    found.joined = [_told(new, iri) for iri in sorted(after - before)]
    for iri in sorted(before - after):
        if not values(old, iri, "pg:end"):
            found.left.append(_told(old, iri))
    for iri in sorted(before & after):
        if values(old, iri, "pg:end") and not values(new, iri, "pg:end"):
            found.returned.append(_told(new, iri))
        if _names(old, iri) != _names(new, iri):
            found.renamed.append(f"{_told(old, iri)}: now {', '.join(_names(new, iri))}")
        was, is_ = (_status(said, iri) for said in (old, new))
        if was != is_ and not values(old, iri, "pg:end"):
            found.status.append(f"{_told(new, iri)}: {was} → {is_}")
        for prop, what in _TOLD_OF.items():
            one, other = (", ".join(values(said, iri, prop)) or "nothing" for said in (old, new))
            if one != other:
                found.other.append(f"{_told(new, iri)}: {what} {one} → {other}")
    return found


def carry_over(old: Statements, new: Statements, mapping: Mapping) -> None:
    """Put into `new` what `old` says of memberships that are not on the list any more, and end them.

    The end is the date of the newer edition: that they are gone is known, not since when, and a note says so. Who is on
    the list under another key now was not gone: that registration ends with the other's start, or is noted there.
    """
    earlier = next(iter(values(old, mapping.source, "pg:notBefore")), "")
    live = {_held(new, iri): iri for iri in sorted(memberships(new)) if not values(new, iri, "pg:partner")}
    for iri in memberships(old) & memberships(new):
        new[iri] += [each for each in old[iri] if each[0] == "skos:note" and each[1].value.startswith(_FORMERLY)]
    for iri in sorted(memberships(old) - memberships(new)):
        parties = [party for prop in _PARTIES for party in values(old, iri, prop)]
        now = live.get(_held(old, iri), "")
        start, end = (next(iter(values(old, iri, prop)), "") for prop in ("pg:start", "pg:end"))
        until = end or mapping.issued
        if now:
            next_start = next(iter(values(new, now, "pg:start")), "")
            until = min(until, next_start)
            if not until or until <= start:
                new[now] += _before(old, iri, start)
                continue
        new[iri] = list(old[iri]) if until == end else [*_ended(old[iri], until, earlier, mapping.issued)]
        others = [each for prop in (*_DESCRIBED, *_PLACES, "dct:source") for each in values(old, iri, prop)]
        for member in parties:
            countries = values(old, member, "pg:country")
            others += [member, *countries, expand("src:cldr")] if member in old else []
        for each in others:
            if each in old:
                new.setdefault(each, old[each])


def _held(said: Statements, iri: str) -> tuple[str, ...]:
    """Return what a member has once only by one source: a membership of a network, or a seat, whatever its key."""
    seat = expand("pg:NetworkMembership") not in values(said, iri, "rdf:type")
    props = (*_PARTIES, *_PLACES, "dct:source", *(["org:role"] if seat else []))
    return tuple(value for prop in props for value in values(said, iri, prop))


def _ended(said: Sequence[tuple[str, ox.NamedNode | ox.Literal]], until: str, earlier: str, issued: str) -> _Said:
    yield from (each for each in said if each[0] not in ("pg:status", "pg:end"))
    yield "pg:end", timed(until)
    yield "pg:status", ox.NamedNode(PREFIXES["status"] + "ended")
    if not any(prop == "pg:timeNote" for prop, _ in said):
        german = f"Steht auf der Liste von {earlier} noch, auf der von {issued} nicht mehr."
        yield "pg:timeNote", ox.Literal(german, language="de")
        yield "pg:timeNote", ox.Literal(f"Is on the list of {earlier}, on that of {issued} no more.", language="en")


def _before(old: Statements, iri: str, start: str) -> _Said:
    told = f"{_told(old, iri)}{f', {start}' if start else ''}"
    yield "skos:note", ox.Literal(f"{_FORMERLY[0]} {told}.", language="de")
    yield "skos:note", ox.Literal(f"{_FORMERLY[1]} {told}.", language="en")


def _names(said: Statements, iri: str) -> list[str]:
    return sorted({_NAME.findall(text)[-1] for text in values(said, iri, "pg:locator") if _NAME.search(text)})


def _status(said: Statements, iri: str) -> str:
    found = values(said, iri, "pg:status")
    return found[0].rpartition("/")[2] if found else "on the list"


def _told(said: Statements, iri: str) -> str:
    keys = [text.partition(", «")[0] for text in values(said, iri, "pg:locator")]
    return f"{', '.join(_names(said, iri)) or iri} ({', '.join(keys)})"
