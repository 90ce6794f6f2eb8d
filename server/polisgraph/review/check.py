"""Finds what a decision would contradict: links in other data files, and other decisions. The shapes judge it again."""

from collections.abc import Iterable
from typing import NamedTuple

from polisgraph.links import ItemLink, Status
from polisgraph.namespaces import DATA_GRAPHS, PREFIXES, shorten
from polisgraph.review.asking import Ask, rows


class Linked(NamedTuple):
    """That a thing has an item, and which file of the data folder says so, without its ending."""

    thing: str
    item: str
    file: str


def linked_by_hand(ask: Ask) -> list[Linked]:
    """Return the links that stand as such in the data files; raise QueryError as `ask` does."""
    return [
        Linked(thing, item.removeprefix(PREFIXES["wd"]), graph.removeprefix(DATA_GRAPHS))
        for thing, item, graph in rows(ask, "linked")
    ]


def contradiction(decision: ItemLink, linked: Iterable[Linked], decisions: Iterable[ItemLink]) -> str:
    """Say what `decision` contradicts, of the links by hand or of the other decisions; nothing if it does not."""
    for known in linked:
        same = known.thing == decision.thing, known.item == decision.item
        where = f"{known.file} links {shorten(known.thing)} to {known.item}"
        if decision.status is Status.REJECTED and all(same):
            return f"{where}; remove that link there before you reject it"
        if decision.status is Status.CONFIRMED and any(same) and not all(same):
            return f"{where}; remove that link there before you confirm {decision.item} for {shorten(decision.thing)}"
    for other in decisions:
        same = other.thing == decision.thing, other.item == decision.item
        both = decision.status is other.status is Status.CONFIRMED
        if both and any(same) and not all(same):
            what = f"{other.reviewer} confirmed {other.item} for {shorten(other.thing)} on {other.reviewed}"
            return f"{what}; reject that first"
    return ""
