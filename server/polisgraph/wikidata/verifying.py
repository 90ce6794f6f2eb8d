"""Compares what our graph says of linked things with what their items say, and names every disagreement. Asks nothing.

Where one side says nothing there is no disagreement, save for memberships of which both sides have the items.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from polisgraph.linking.score import kilometres_between
from polisgraph.wikidata.claims import Claim
from polisgraph.wikidata.entities import Entity
from polisgraph.wikidata.items import (
    AREA,
    COUNTRY,
    DISAMBIGUATION,
    HUMAN,
    ORGANIZATION,
    SETTLEMENT,
    Item,
)
from polisgraph.wikidata.known import Known
from polisgraph.wikidata.times import Time, agree

KINDS = {
    "deleted": "the item is not there",
    "redirected": "the item was merged into another",
    "kind": "the item is something of another kind",
    "country": "the item lies in another country",
    "ags": "the item has another municipality key",
    "district": "the item has another district key",
    "coordinates": "the item lies elsewhere",
    "start": "a membership began at another time",
    "end": "a membership ended at another time, or on one side only",
    "lacking-there": "Wikidata lacks a membership",
    "lacking-here": "our data lacks a membership",
}
"""What a disagreement can be about."""

_WANTED = {"person": {HUMAN}, "place": {AREA, SETTLEMENT, COUNTRY}, "organization": {ORGANIZATION}}
_UNWANTED = {
    "person": {DISAMBIGUATION},
    "place": {HUMAN, DISAMBIGUATION},
    "organization": {HUMAN, SETTLEMENT, DISAMBIGUATION},
}


@dataclass(frozen=True)
class Disagreement:
    """Something on which our graph and Wikidata differ. `about` is one of `KINDS`."""

    about: str
    entity: str
    label: str
    item: str
    item_label: str
    ours: str
    theirs: str
    stated_in: str = ""
    """The files and sources that say it, of a membership."""


def kind_disagrees(kind: str, item: Item) -> bool:
    """Whether an item is no `person`, `place` or `organization`; one that says nothing of its kind may be any."""
    return bool(item.classes) and (not item.roots & _WANTED[kind] or bool(item.roots & _UNWANTED[kind]))


def compare_things(
    things: Mapping[str, Entity],
    items: Mapping[str, Item],
    countries: Mapping[str, Entity],
    distance: float,
) -> Iterator[Disagreement]:
    """Yield where a thing and its item differ, in the order of the IRIs.

    `countries` has the countries that things lie in, by IRI; `distance` is in kilometres.
    """
    for _, thing in sorted(things.items()):
        for number in sorted(thing.items):
            if number in items:
                yield from _compare_thing(thing, items[number], countries, distance)


def _compare_thing(
    entity: Entity, item: Item, countries: Mapping[str, Entity], distance: float
) -> Iterator[Disagreement]:
    def found(about: str, ours: str, theirs: str) -> Disagreement:
        return Disagreement(about, entity.iri, entity.name, item.number, item.label, ours, theirs)

    if item.redirect:
        yield found("redirected", item.number, item.redirect)
        return
    if not item.exists:
        yield found("deleted", item.number, "")
        return
    if kind_disagrees(entity.kind, item):
        yield found("kind", entity.kind, item.kind)
    homes = countries[entity.country].items if entity.country in countries else set()
    if homes and item.countries and not homes & item.countries:
        yield found("country", ", ".join(sorted(homes)), ", ".join(sorted(item.countries)))
    for scheme in ("ags", "district"):
        ours, theirs = entity.keys.get(scheme, set()), item.keys.get(scheme, set())
        if ours and theirs and not ours & theirs:
            yield found(scheme, ", ".join(sorted(ours)), ", ".join(sorted(theirs)))
    if entity.latitude is not None and entity.longitude is not None and item.points:
        here = entity.latitude, entity.longitude
        apart, near = min((kilometres_between(*here, *point), point) for point in item.points)
        if apart > distance:
            there = f"{near[0]:.4f}, {near[1]:.4f} ({apart:,.1f} km away)"
            yield found("coordinates", f"{here[0]:.4f}, {here[1]:.4f}", there)


def compare_memberships(
    claims: Iterable[Claim],
    known: Mapping[tuple[str, str], Sequence[Known]],
    entities: Mapping[str, Entity],
    items: Mapping[str, Item],
) -> Iterator[Disagreement]:
    """Yield where memberships differ of members and networks that both have an item, in the order of the items."""
    by_pair: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        if claim.member_item and claim.network_item:
            by_pair.setdefault((claim.member_item, claim.network_item), []).append(claim)
    of_item = {number: entity for entity in entities.values() for number in entity.items}
    alive = {number for number, item in items.items() if item.exists and not item.redirect}
    for pair in sorted(by_pair.keys() | known.keys()):
        # Of networks that are not linked nobody can say whether we have them under another name.
        if not set(pair) <= of_item.keys() & alive:
            continue
        member, network = (of_item[number] for number in pair)
        label = f"{member.name} in {network.name}"
        for about, ours, theirs, from_ in _compare_pair(by_pair.get(pair, []), known.get(pair, ())):
            yield Disagreement(about, member.iri, label, pair[0], items[pair[0]].label, ours, theirs, _stated(from_))


def _compare_pair(claims: Sequence[Claim], known: Sequence[Known]) -> Iterator[tuple[str, str, str, Sequence[Claim]]]:
    """Yield what differs, our words, theirs, and the claims that say ours."""
    ours = [claim for claim in claims if claim.is_member]
    theirs = [one for one in known if not one.deprecated]
    if ours and not theirs:
        yield "lacking-there", _period(_times(ours[0])), "deprecated" if known else "", ours
    elif theirs and not claims:
        yield from (("lacking-here", "", _period((one.start, one.end)), ()) for one in theirs)
    elif ours:
        yield from _compare_times(ours, theirs)


def _compare_times(ours: Sequence[Claim], theirs: Sequence[Known]) -> Iterator[tuple[str, str, str, Sequence[Claim]]]:
    told = False
    for one in theirs:
        if one.vague or any(not _differing(claim, one) for claim in ours):
            continue
        told = True
        # Nearest is what differs in one time only.
        claim = min(ours, key=lambda claim: len(_differing(claim, one)))
        for about in _differing(claim, one):
            yield about, _period(_times(claim)), _period((one.start, one.end)), [claim]
    for claim in ours if not told else ():
        if not any(one.vague or not _differing(claim, one) for one in theirs):
            one = min(theirs, key=lambda one: len(_differing(claim, one)))
            for about in _differing(claim, one):
                yield about, _period(_times(claim)), _period((one.start, one.end)), [claim]


def _differing(claim: Claim, one: Known) -> list[str]:
    """Return which of `start` and `end` differ. A time that is only less precise on one side does not."""
    start, end = _times(claim)
    differing = [] if agree(start, one.start) else ["start"]
    # That something is over in words only, or for a successor, agrees with an end and with none.
    over = claim.note or claim.succeeded or claim.dissolved or not claim.holds
    ended = end is not None, one.end is not None
    if not agree(end, one.end) or (ended[0] != ended[1] and not (over and not ended[0])):
        differing.append("end")
    return differing


def _times(claim: Claim) -> tuple[Time | None, Time | None]:
    return Time.read(claim.start), Time.read(claim.end)


def _period(times: tuple[Time | None, Time | None]) -> str:
    start, end = times
    words = [f"since {start.text}" if start and not end else f"from {start.text}" if start else ""]
    words.append(f"until {end.text}" if end else "")
    return " ".join(word for word in words if word) or "no dates"


def _stated(claims: Sequence[Claim]) -> str:
    found = {f"{claim.file} ({claim.source.label})" if claim.source else claim.file: None for claim in claims}
    return "; ".join(found)
