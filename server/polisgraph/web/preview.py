"""A small page about one entity, shown inside of a client's page, and the way from an identifier to its own page."""

from flask import Blueprint, Response, render_template, request

from polisgraph.countries import name_of
from polisgraph.errors import NotFound
from polisgraph.linking import SCHEMES
from polisgraph.linking.target import IRI, Target
from polisgraph.reconciliation import Service
from polisgraph.web import headers, links
from polisgraph.web.desk import desk
from polisgraph.web.language import language

blueprint = Blueprint("preview", __name__)

_NAMES, _NETWORKS = 4, 6
"""So many further names and networks fit on it."""


@blueprint.route("/reconcile/preview")
@blueprint.route("/reconcile/v1/preview")
def preview() -> Response:
    """Show an entity in a few lines (version 0.2, section 5). Any page may frame it: it changes and keeps nothing."""
    headers.framed()
    name = headers.tag("preview", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    with desk().turn() as service:
        target = _target(service)
        networks = sorted(_named(service, iri) for iri in target.networks)
        page = render_template(
            "preview.html",
            target=target,
            name=service.name(target, language()),
            type=next((each for _, each in service.matcher.types(target, language())), ""),
            country=name_of(target.country, language()) if target.country else "",
            others=sorted(set(target.others) - set(target.labels.values()), key=str.casefold)[:_NAMES],
            networks=networks[:_NETWORKS],
            more=len(networks) - _NETWORKS,
            keys=[key for name, value in target.keys.items() if (key := SCHEMES[name].key(value))],
            page=links.page_of(target.iri),
        )
    return headers.tagged(Response(page, mimetype="text/html"), name)


@blueprint.route("/reconcile/view")
def view() -> Response:
    """Lead from the identifier of an entity to its page; clients encode the slash in it, which is safe here."""
    with desk().turn() as service:
        return links.see_other(links.page_of(_target(service).iri))


def _target(service: Service) -> Target:
    given = request.args.get("id", "")
    found = service.target(given)
    if found is None:
        raise NotFound(f"there is no entity {given[:80]!r} here; /reconcile/suggest/entity finds those that there are")
    return found


def _named(service: Service, iri: str) -> str:
    found = service.index.keyed(IRI, iri)
    return service.name(service.index.targets[found[0]], language()) if found else links.short(iri)
