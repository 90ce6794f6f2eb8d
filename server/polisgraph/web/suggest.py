"""Completes what somebody types in a client of the Reconciliation Service API; flyouts and proposals of properties.

Versions 0.2 and 1.0 have the same answers, at addresses of their own; 1.0 has no flyouts.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request

from polisgraph.errors import BadParameter, NotFound
from polisgraph.folding import slug_of
from polisgraph.reconciliation.identifiers import id_of, term_iri, term_of
from polisgraph.reconciliation.statements import Property, properties
from polisgraph.web import headers
from polisgraph.web.desk import desk
from polisgraph.web.language import LANGUAGES, language
from polisgraph.web.reconcile import ask, kept

blueprint = Blueprint("suggest", __name__)

SHOWN = 12
"""Suggestions in one answer."""
_FURTHEST = 100_000
_KIND = "<any(entity, property, type):kind>"


@blueprint.route(f"/reconcile/suggest/{_KIND}")
@blueprint.route(f"/reconcile/v1/suggest/{_KIND}")
def suggest(kind: str) -> Response:
    """Suggest entities, properties or types by the beginning of a name, or by a key (version 0.2, section 6)."""
    prefix, skip = request.args.get("prefix", ""), _number("cursor", 0, _FURTHEST, 0)
    name = headers.tag("suggest", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    found = _SUGGESTED[kind](prefix, skip)
    return kept({"result": list(found)}, name)


@blueprint.route(f"/reconcile/flyout/{_KIND}")
def flyout(kind: str) -> Response:
    """Describe a suggestion in a few words of HTML (version 0.2, section 6.5)."""
    given = request.args.get("id", "")
    name = headers.tag("flyout", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    title, lines = _DESCRIBED[kind](given)
    return kept({"id": given, "html": render_template("flyout.html", title=title, lines=lines)}, name)


@blueprint.route("/reconcile/properties")
@blueprint.route("/reconcile/v1/extend/propose")
def propose() -> Response:
    """Propose properties of the entities of a type, the most common first (version 0.2, section 7.2)."""
    type_, limit = request.args.get("type", ""), _number("limit", 1, 1000, 0)
    name = headers.tag("properties", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    found = _properties(term_iri(type_) if type_ else "")
    listed = [{"id": each.id, "name": each.name} for each in found[: limit or None]]
    return kept({"properties": listed, "type": type_} | ({"limit": limit} if limit else {}), name)


def _properties(type_: str = "") -> list[Property]:
    return properties(ask, desk().service(), language(), type_)


def _entities(prefix: str, skip: int) -> Iterable[Mapping[str, Any]]:
    with desk().turn() as service:
        found = service.suggestions.find(prefix, skip, SHOWN)
        return [
            {
                "id": id_of(target.iri),
                "name": service.name(target, language()),
                "description": service.description(target, language()),
                "notable": [
                    {"id": term_of(iri), "name": name} for iri, name in service.matcher.types(target, language())
                ],
            }
            for target in found
        ]


def _some_properties(prefix: str, skip: int) -> Iterable[Mapping[str, Any]]:
    fitting = [each for each in _properties() if _begins(prefix, each.id, each.name)]
    return [each.document() for each in fitting][skip : skip + 3 * SHOWN]


def _types(prefix: str, skip: int) -> Iterable[Mapping[str, Any]]:
    with desk().turn() as service:
        ranked = [iri for iri, _ in service.types.numbers.most_common()]
        names = {iri: [service.types.name(iri, each) for each in (language(), *LANGUAGES)] for iri in ranked}
    fitting = [iri for iri in ranked if _begins(prefix, term_of(iri), *names[iri])]
    return [{"id": term_of(iri), "name": names[iri][0]} for iri in fitting][skip : skip + 3 * SHOWN]


def _begins(prefix: str, id_: str, *names: str) -> bool:
    """Whether the identifier, its last part, a name or a word in one begins with `prefix`."""
    text = prefix.strip()
    wanted = slug_of(text)
    if text.casefold() == id_.casefold() or term_iri(text) == term_iri(id_):
        return True
    known = [slug_of(word) for word in (id_, id_.partition(":")[2], *names)]
    return any(each.startswith(wanted) or f"-{wanted}" in each for each in known) if wanted or not text else False


def _entity(given: str) -> tuple[str, list[str]]:
    with desk().turn() as service:
        target = service.target(given)
        if target is None:
            raise _unknown("entity", given)
        others = sorted(set(target.others) - set(target.labels.values()))[:5]
        lines = [service.description(target, language()), ", ".join(others)]
        return service.name(target, language()), [line for line in lines if line]


def _property(given: str) -> tuple[str, list[str]]:
    found = next((each for each in _properties() if term_iri(each.id) == term_iri(given)), None)
    if found is None:
        raise _unknown("property", given)
    return found.name, [line for line in (found.id, found.description) if line]


def _type(given: str) -> tuple[str, list[str]]:
    iri = term_iri(given)
    with desk().turn() as service:
        if iri not in service.types:
            raise _unknown("type", given)
        return service.types.name(iri, language()), [term_of(iri)]


_SUGGESTED = {"entity": _entities, "property": _some_properties, "type": _types}
_DESCRIBED = {"entity": _entity, "property": _property, "type": _type}


def _unknown(kind: str, given: str) -> NotFound:
    return NotFound(f"there is no {kind} {given[:80]!r} here; /reconcile/suggest/{kind} finds those that there are")


def _number(name: str, least: int, most: int, default: int) -> int:
    """Return the parameter `name` as a number; raise BadParameter if it is none in the range."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
        accepted = f"a whole number from {least} to {most}"
        raise BadParameter(f"{name}: {text[:40]!r} is none; send {accepted}", parameter=name, accepted=accepted)
    return int(text)
