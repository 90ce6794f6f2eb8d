"""Which parts of the data have terms of their own, and on which of them an answer or a page rests. Writes no HTML."""

from collections.abc import Iterable
from dataclasses import dataclass

from polisgraph.web.language import language
from polisgraph.web.rows import Table
from polisgraph.web.site import site

_LOOKED_AT = 1000
"""So many things of an answer are looked at: more would take longer than the answer."""


@dataclass(frozen=True)
class Terms:
    """A graph with terms of its own: its title in the visitor's language, IRIs of licences, and whom to name."""

    graph: str
    title: str
    licences: tuple[str, ...]
    rights: str


def terms() -> tuple[Terms, ...]:
    """Return the terms of all graphs of the snapshot that have some."""
    found: dict[str, Terms] = {}
    for row in site().ask("attribution", lang=language()):
        graph, licence = row["graph"].value, row["licence"].value
        before = found.get(graph)
        licences = (*(before.licences if before else ()), licence)
        found[graph] = Terms(graph, row["title"].value, licences, row["rights"].value)
    return tuple(each for each in found.values() if each.graph in site().snapshot.graphs)


def of_things(things: Iterable[str]) -> tuple[Terms, ...]:
    """Return the terms of the graphs that say something about one of `things`, or lead to it."""
    everything = terms()
    asked = (
        site().ask("attributed", graph=[each.graph for each in everything], thing=list(things)) if everything else ()
    )
    named = {row["graph"].value for row in asked}
    return tuple(each for each in everything if each.graph in named)


def of_answer(table: Table) -> tuple[tuple[Terms, ...], bool]:
    """Return the terms that count for an answer, and whether they can be told.

    They are those of the things in it. Where it names none, as an answer of counts, or more than are looked at, it may
    rest on any graph.
    """
    things = dict.fromkeys(cell.value for row in table for cell in row.values() if cell.kind == "iri")
    if not things or len(things) > _LOOKED_AT or table.left_out:
        return terms(), False
    return of_things(things), True
