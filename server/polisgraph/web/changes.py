"""What has changed between the states of the data that were in service: pages, and an Atom feed (RFC 4287)."""

from collections.abc import Callable, Sequence
from itertools import islice

from flask import Blueprint, Response, render_template, request

from polisgraph import history
from polisgraph.errors import NotFound
from polisgraph.history import Change, GraphChanges, Named, Record
from polisgraph.namespaces import BASE, DATA_GRAPHS, PREFIXES, shorten
from polisgraph.web import headers
from polisgraph.web.language import language
from polisgraph.web.site import site

blueprint = Blueprint("changes", __name__)

FEED = "application/atom+xml"
_ENTRIES = 30
_FEED_CHANGES = 40
_PAGE_CHANGES = 25
_MEMBER = PREFIXES["role"] + "member"


@blueprint.route("/changes")
def changes() -> Response:
    """List the changes, with what the last one brought."""
    tag = headers.tag("changes", language(), request.full_path)
    if known := headers.unchanged(tag):
        return known
    listed = _records()
    newest = next((each.number for each in listed if each.graphs), None)
    latest = None if newest is None else history.whole(site().settings.home, newest)
    page = render_template("changes.html", listed=listed, latest=latest, **_words(_PAGE_CHANGES))
    return headers.tagged(Response(page, mimetype="text/html"), tag)


@blueprint.route("/changes/<int:number>")
def change(number: int) -> Response:
    """Tell what one change brought, as far as its record tells."""
    tag = headers.tag("change", language(), request.full_path)
    if known := headers.unchanged(tag):
        return known
    record = next((each for each in _records() if each.number == number), None)
    whole = record and history.whole(site().settings.home, number)
    if not whole:
        raise NotFound(f"there is no change {number}; /changes lists them")
    page = render_template("change.html", record=whole, **_words(None))
    return headers.tagged(Response(page, mimetype="text/html"), tag)


@blueprint.route("/changes.atom")
def feed() -> Response:
    """Return the feed: an entry for each file that changed, the newest first."""
    tag = headers.tag("feed", language(), request.full_path, request.url_root)
    if known := headers.unchanged(tag):
        return known
    entries: list[tuple[Record, GraphChanges]] = []
    listed = _records()
    for each in listed:
        if each.graphs and len(entries) < _ENTRIES:
            whole = history.whole(site().settings.home, each.number)
            entries += [(whole, graph) for graph in whole.graphs] if whole else []
    feed = render_template(
        "changes.xml",
        entries=entries[:_ENTRIES],
        updated=listed[0].moment if listed else str(site().snapshot.manifest["built"]),
        base=BASE,
        **_words(_FEED_CHANGES),
    )
    return headers.tagged(Response(feed, mimetype=FEED), tag)


def news(most: int) -> list[Record]:
    """Return the newest changes of the data, whole."""
    return list(islice(history.latest(site().settings.home, site().snapshot.id), most))


def _records() -> Sequence[Record]:
    return history.records(site().settings.home, site().snapshot.id)


def words() -> dict[str, Callable[..., object]]:
    """Return what the macros of `changes-parts.html` call things and tell them apart with."""
    return {"called": called, "told": told, "file_name": file_name, "is_plain_member": is_plain_member}


def _words(most: int | None) -> dict[str, object]:
    return {**words(), "most": most}


def called(named: Named) -> str:
    """Return what to call a thing, in the reader's language if there is a name in it."""
    if not named.iri:
        return named.text
    names = named.labels
    chosen = names.get(language()) or names.get("de") or names.get("en") or next(iter(names.values()), "")
    return chosen or shorten(named.iri).strip("<>")


def told(change: Change) -> bool:
    """Whether a change can be told as a sentence: who, with whom."""
    return change.member is not None and change.organization is not None


def is_plain_member(change: Change) -> bool:
    """Whether the relation is membership and no office."""
    return change.role is None or change.role.iri == _MEMBER


def file_name(graph: GraphChanges) -> str:
    """Return the name of the file that a graph was read from, without ending."""
    return graph.graph.iri.removeprefix(DATA_GRAPHS)
