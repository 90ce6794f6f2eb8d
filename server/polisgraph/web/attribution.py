"""Which parts of the data have terms of their own, and on which of them an answer or a page rests. Writes no HTML."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, current_app

from polisgraph.errors import QueryError
from polisgraph.namespaces import BASE, DATASET
from polisgraph.web import links
from polisgraph.web.language import language
from polisgraph.web.rows import Table
from polisgraph.web.site import is_iri, site

_LOOKED_AT = 1000
"""So many things of an answer are looked at: more would take longer than the answer."""
_LOOKED_THROUGH = 256 * 1024
"""So many bytes of a download are looked through for things."""
_THING = re.compile((re.escape(BASE + "id/") + r"[^\s\"'<>,;&|\\]+").encode())
_SOURCE = "http://purl.org/dc/terms/source"


@dataclass(frozen=True)
class Terms:
    """A graph with terms of its own: its title in the visitor's language, IRIs of licences, and whom to name."""

    graph: str
    title: str
    licences: tuple[str, ...]
    rights: str


def terms() -> tuple[Terms, ...]:
    """Return the terms of all graphs of the snapshot that have some."""
    return tuple(each for name, each in _stated().items() if name in site().snapshot.graphs)


def _stated() -> dict[str, Terms]:
    """Return all terms that are stated, by what they are those of: graphs, and the dataset as a whole."""
    # Few, the same as long as the snapshot is served, and told with every page and download.
    kept: dict[str, dict[str, Terms]] = current_app.extensions.setdefault("polisgraph.terms", {})
    spoken = language()
    if spoken not in kept:
        kept[spoken] = _read()
    return kept[spoken]


def _read() -> dict[str, Terms]:
    found: dict[str, Terms] = {}
    for row in site().ask("attribution", lang=language()):
        graph, licence = row["graph"].value, row["licence"].value
        before = found.get(graph)
        licences = (*(before.licences if before else ()), licence)
        found[graph] = Terms(graph, row["title"].value, licences, row["rights"].value)
    return found


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

    They are those of the things in it, none where it has no rows. Where it names no thing, as an answer of counts, or
    more than are looked at, it may rest on any graph.
    """
    if table.truth is None and not len(table):
        return (), True
    things = dict.fromkeys(cell.value for row in table for cell in row.values() if cell.kind == "iri")
    if not things or len(things) > _LOOKED_AT or table.left_out:
        return terms(), False
    return of_things(things), True


def of_download(body: bytes) -> tuple[Terms, ...] | None:
    """Return the terms that count for a table in any of its forms, or None if they cannot be told. See `of_answer`."""
    if len(body) > _LOOKED_THROUGH:
        return None
    things = [iri for one in dict.fromkeys(_THING.findall(body)) if is_iri(iri := one.decode("utf-8", "replace"))]
    if not things or len(things) > _LOOKED_AT:
        return None
    try:
        return of_things(things)
    except QueryError:  # the answer is there, and the page of sources has the terms too
        return None


def linked(response: Response, used: Sequence[Terms] | None = None, only: bool = False) -> Response:
    """Have `response` lead to the terms of what it rests on (RFC 8288, section 3; RFC 4946 for `license`).

    That is always the page that has them all; with `used` also their licences and graphs, which say whom to name, and
    unless it rests `only` on them the licence of the dataset.
    """
    found = [f'<{links.own("sources")}>; rel="license"']
    if used is not None:
        whole = None if only else _stated().get(DATASET)
        licences = [licence for each in (whole, *used) if each for licence in each.licences]
        found += [f'<{links.encoded(licence)}>; rel="license"' for licence in dict.fromkeys(licences)]
        found += [f'<{links.encoded(each.graph)}>; rel="{_SOURCE}"' for each in used]
    response.headers["Link"] = ", ".join(found)
    return response
