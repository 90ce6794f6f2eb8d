"""Offers names of entities for a parameter of a report while somebody types, where there are too many to list."""

from flask import Blueprint, Response, jsonify, request

from polisgraph.errors import NotFound
from polisgraph.namespaces import BASE
from polisgraph.reports import Parameter
from polisgraph.web import headers
from polisgraph.web.language import language
from polisgraph.web.site import site

blueprint = Blueprint("choosing", __name__)

OFFERED = 8
"""Entities in one answer."""


@blueprint.route("/reports/<name>/offers/<parameter>")
def offers(name: str, parameter: str) -> Response:
    """Send the likeliest few for `q` as JSON: objects with `name`, `what` and `value`, which the form takes."""
    report = site().reports.get(name)
    found = next((p for p in report.parameters if p.name == parameter and p.is_entity), None) if report else None
    if found is None:
        raise NotFound(f"there is no report {name[:80]!r} that asks for an entity as {parameter[:80]!r}")
    tag = headers.tag("offers", request.full_path, language())
    if known := headers.unchanged(tag):
        return known
    return headers.tagged(jsonify(_offers(found, request.args.get("q", ""))), tag)


def _offers(parameter: Parameter, typed: str) -> list[dict[str, str]]:
    # Of the vocabulary, which has names as well, nobody asks anything.
    anything = None if parameter.class_iri else BASE + "id/"
    lookup, where = site().entities, (parameter.class_iri, parameter.namespace or anything)
    iris = lookup.beginning(typed, OFFERED, *where)
    told = {row["thing"].value: row for row in site().ask("offers", thing=iris, lang=language())} if iris else {}
    found = []
    for row in (told[iri] for iri in iris if iri in told):
        iri, label = row["thing"].value, row["label"].value
        # Whoever has to name a city knows that it is one.
        parts = [row[name].value for name in ("class", "country") if name in row and (name != "class" or not where[0])]
        found.append({"name": label, "what": ", ".join(parts), "value": lookup.shortest(iri, label, *where)})
    return found
