"""Leads from a key of another register to what has it: /wikidata/Q365, /by/gnd/4031483-2. Describes nothing."""

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request

from polisgraph.errors import NotFound, SeveralChoices
from polisgraph.reports.keys import SCHEMES, WIKIDATA, Key
from polisgraph.web import entities, headers, links, negotiation
from polisgraph.web.language import language
from polisgraph.web.site import site

blueprint = Blueprint("lookups", __name__)


@blueprint.route("/wikidata/<path:value>")
def wikidata(value: str) -> Response:
    """Lead to the entity with a Wikidata item."""
    return _lead(WIKIDATA.name, value)


@blueprint.route("/by/<scheme>/<path:value>")
def by(scheme: str, value: str) -> Response:
    """Lead to the entity with a key of any scheme."""
    return _lead(scheme, value)


@blueprint.route("/by", strict_slashes=False)
def schemes() -> Response:
    """List the schemes."""
    name = headers.tag("schemes", language(), request.full_path)
    if known := headers.unchanged(name):
        return known
    labels = {row["property"].value: row["label"].value for row in site().ask("schemes", lang=language())}
    page = render_template("lookups.html", schemes=SCHEMES.values(), labels=labels)
    return headers.tagged(Response(page, mimetype="text/html"), name)


def _lead(name: str, given: str) -> Response:
    """Lead to what has the key `given` of a scheme, in the form that the address asks for, as /id/… does."""
    value = negotiation.take_ending(given)
    scheme = SCHEMES.get(name.lower())
    if scheme is None:
        raise _unknown(f"there is no scheme {name[:60]!r}", name, value)
    key = scheme.key(value)
    if key is None:
        form = f"{value[:60]!r} is no key of the scheme {scheme.name}; one is written like {scheme.example}"
        raise _unknown(form, scheme.name, value, like=scheme.example)
    found = {entity.iri: entity.labels[language()] for entity in site().entities.bearing(key)} or _places(key)
    if not found:
        raise _unknown(f"nothing here has the key {key}", scheme.name, key.value)
    if len(found) > 1:
        raise _several(key, found)
    return entities.lead_to(next(iter(found)))


def _places(key: Key) -> dict[str, str]:
    """Return the entries of the gazetteer that have `key`, and their names: they are asked if no entity has it."""
    number = key.scheme.values + key.value
    if not key.scheme.values and not number.isalnum():
        return {}  # no key of a place
    rows = site().ask("places", register=key.scheme.property, number=number)
    return {row["place"].value: row["name"].value for row in rows}


def _several(key: Key, found: Mapping[str, str]) -> SeveralChoices:
    choices = [{"iri": iri, "label": label} for iri, label in found.items()]
    return SeveralChoices(
        f"{len(found)} things have the key {key}; choose one",
        scheme=key.scheme.name,
        value=key.value,
        choices=choices,
    )


def _unknown(why: str, scheme: str, value: str, **details: object) -> NotFound:
    known = ", ".join(SCHEMES)
    message = f"{why}; keys are looked up at {links.own('by')}/<scheme>/<key> with one of the schemes {known}"
    return NotFound(message, scheme=scheme[:60], value=value[:60], **details, schemes=list(SCHEMES))
