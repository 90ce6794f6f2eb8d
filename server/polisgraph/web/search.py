"""Finds anything on the site by what somebody types: a page with the results, and the first few for the search box."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from polisgraph.countries import name_of
from polisgraph.folding import slug_of, without_marks
from polisgraph.linking import Record
from polisgraph.linking.target import Target
from polisgraph.namespaces import BASE
from polisgraph.web import headers, links
from polisgraph.web.desk import desk
from polisgraph.web.language import gettext, language
from polisgraph.web.shelf import Book, Find, found
from polisgraph.web.site import Site, site

if TYPE_CHECKING:
    from polisgraph.reconciliation import Service

blueprint = Blueprint("search", __name__)

SHOWN = 30
"""Results on the page, of places and networks and of the rest each."""
_OFFERED = 8
_LONGEST = 100
_LISTED = BASE + "id/authority/"
_ALIKE = 45
"""Points of the matcher from which on a misspelt name counts as meant."""


@blueprint.route("/search", strict_slashes=False)
def page() -> Response:
    """Show what was found; without a question, how to ask."""
    name = headers.tag("search", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    query = _query()
    page = render_template("search.html", query=query, finds=search(query, SHOWN))
    return headers.tagged(Response(page, mimetype="text/html"), name)


@blueprint.route("/search/suggest")
def suggest() -> Response:
    """Send the likeliest few as JSON: a list of objects with `name`, `what` and `address`."""
    name = headers.tag("search-suggest", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    finds = search(_query(), _OFFERED)[:_OFFERED]
    return headers.tagged(jsonify([{"name": f.name, "what": f.what, "address": f.address} for f in finds]), name)


def search(query: str, limit: int) -> list[Find]:
    """Return up to `limit` of the places, networks and bodies, and as many of all else, the likeliest first.

    Raises Busy and QueryError as the desk does.
    """
    if not query:
        return []
    with desk().turn() as service:
        targets = list(service.suggestions.find(query, 0, limit))
        if len(targets) < limit:
            # The likeliest may be found in several ways.
            more = (*service.compounds.find(query), *_alike(service, query))
            targets = list({target.iri: target for target in (*targets, *more)}.values())
        # An entry of the gazetteer says where a place lies; what a list knows of one, in which networks it is.
        ranked = [
            (
                _distance(query, (*target.labels.values(), *target.others)),
                0 if target.in_graph else 2,
                number,
                _find(service, target),
            )
            for number, target in enumerate(targets)
        ]
    listed = [(_distance(query, [find.name]), 1, number, find) for number, find in enumerate(_of_lists(query, limit))]
    named = [find for *_, find in sorted((*ranked, *listed), key=lambda each: each[:3])][:limit]
    others = found(_shelf(site().edition, language(), request.script_root), query, limit)
    # Who types the name of a report or a person should not have to look below thirty villages.
    exact = [find for find in others if find.name.casefold().startswith(query.casefold())]
    rest = [find for find in others if find not in exact]
    return [*named[:3], *exact[:3], *named[3:], *exact[3:], *rest]


def _distance(query: str, names: Iterable[str]) -> int:
    """Return 0 if one of `names` is `query`, 1 if one or a word in one begins so, in whatever spelling, otherwise 2."""
    wanted = slug_of(query)
    spelt = {slug for name in names for slug in (slug_of(name), slug_of(without_marks(name.casefold())))}
    if wanted in spelt:
        return 0
    return 1 if any(f"-{wanted}" in f"-{name}" for name in spelt) else 2


def _of_lists(query: str, limit: int) -> list[Find]:
    """Return what only lists of members know, which is not linked to anything that is described apart."""
    iris = site().entities.beginning(query, limit, None, _LISTED)
    rows = site().ask("offers", thing=iris, lang=language()) if iris else ()
    finds = {}
    for row in rows:
        parts = [row[name].value for name in ("class", "country") if name in row]
        finds[row["thing"].value] = Find(row["label"].value, links.page_of(row["thing"].value), ", ".join(parts))
    return [finds[iri] for iri in iris if iri in finds]


def _alike(service: "Service", query: str) -> Iterator[Target]:
    """Yield what is spelt much like `query`, the likeliest first."""
    for path in site().entities.nearest(query, None, None):
        target = service.target(f"{BASE}id/{path}")
        if target:
            yield target
    for each in service.matcher.match(Record(query), _OFFERED, language()).candidates:
        target = service.target(each.id)
        if target and each.score >= _ALIKE:
            yield target


def _query() -> str:
    return " ".join(request.args.get("q", "").split())[:_LONGEST]


def _find(service: "Service", target: Target) -> Find:
    kinds = service.matcher.types(target, language())
    what = [kinds[0][1]] if kinds else []
    what += [name_of(target.country, language())] if target.country else []
    return Find(service.name(target, language()), links.page_of(target.iri), ", ".join(what))


@lru_cache(maxsize=8)
def _shelf(edition: str, language: str, root: str) -> tuple[Book, ...]:
    """Return the books of an edition of the site in a language; `root` is where it is mounted."""
    return (*_reports(site(), language), *_entities(site(), language))


def _reports(site: Site, language: str) -> Iterable[Book]:
    for name, report in site.reports.items():
        find = Find(report.title[language], url_for("reports.report", name=name), gettext("Report"))
        yield Book.of(find, f"{report.description[language]} {' '.join(report.tags)} {name}")


def _entities(site: Site, language: str) -> Iterable[Book]:
    seen = set()
    for row in site.ask("shelf", lang=language):
        iri = row["entity"].value
        if iri not in seen:
            seen.add(iri)
            what = row["class_label"].value if "class_label" in row else ""
            yield Book.of(Find(row["label"].value, links.page_of(iri), what))
