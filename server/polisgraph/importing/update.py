"""Compares two editions of one list, and keeps in the newer what ended: nothing that was said is deleted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from polisgraph.importing.mapping import Mapping
from polisgraph.importing.statements import timed
from polisgraph.importing.turtle import Statements, values
from polisgraph.namespaces import PREFIXES, expand

_NAME = re.compile(r"«(.*)»")
_MEMBERSHIP = expand("pg:NetworkMembership")
_SHOWN = 20


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
    """Return the IRIs of the memberships among `said`."""
    return {iri for iri in said if _MEMBERSHIP in values(said, iri, "rdf:type")}


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
        for prop, what in (("pg:start", "joined"), ("org:member", "linked to"), ("rdfs:seeAlso", "joint group")):
            one, other = (", ".join(values(said, iri, prop)) or "nothing" for said in (old, new))
            if one != other:
                found.other.append(f"{_told(new, iri)}: {what} {one} → {other}")
    return found


def carry_over(old: Statements, new: Statements, mapping: Mapping) -> None:
    """Put into `new` what `old` says of memberships that are not on the list any more, and end them.

    The end is the date of the newer edition: that they are gone is known, not since when, and a note says so.
    """
    earlier = next(iter(values(old, mapping.source, "pg:notBefore")), "")
    for iri in memberships(old) - memberships(new):
        said = list(old[iri])
        if not values(old, iri, "pg:end"):
            said = [each for each in said if each[0] != "pg:status"]
            said.append(("pg:end", timed(mapping.issued)))
            said.append(("pg:status", ox.NamedNode(PREFIXES["status"] + "ended")))
            since = (f"auf der Liste von {earlier} noch, ", f"on the list of {earlier}, ")
            for language, before, now in (
                ("de", "Steht " + since[0], f"auf der von {mapping.issued} nicht mehr."),
                ("en", "Is " + since[1], f"on that of {mapping.issued} no more."),
            ):
                said.append(("pg:timeNote", ox.Literal(before + now, language=language)))
        new[iri] = said
        for member in values(old, iri, "org:member"):
            if member in old:
                new.setdefault(member, old[member])
                for country in values(old, member, "pg:country"):
                    if country in old:
                        new.setdefault(country, old[country])
                        new.setdefault(expand("src:cldr"), old[expand("src:cldr")])
    # A group that ended stays described, so what refers to it still finds it.


def _names(said: Statements, iri: str) -> list[str]:
    return sorted({_NAME.findall(text)[-1] for text in values(said, iri, "pg:locator") if _NAME.search(text)})


def _status(said: Statements, iri: str) -> str:
    found = values(said, iri, "pg:status")
    return found[0].rpartition("/")[2] if found else "on the list"


def _told(said: Statements, iri: str) -> str:
    keys = [text.partition(", «")[0] for text in values(said, iri, "pg:locator")]
    return f"{', '.join(_names(said, iri)) or iri} ({', '.join(keys)})"
