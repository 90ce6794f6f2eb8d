"""What the query editor of /sparql proposes: prefixes, classes and properties in use. Runs no query of a visitor."""

import json

from flask import Blueprint, Response, request

from polisgraph.namespaces import BASE, PREFIXES
from polisgraph.web import headers
from polisgraph.web.language import language
from polisgraph.web.rows import Term
from polisgraph.web.site import site

blueprint = Blueprint("editing", __name__)

_NONE = Term("literal", "")


@blueprint.route("/sparql/completion.json")
def completion() -> Response:
    """Return prefixes, and classes and properties with label and number of uses, those most in use first (JSON)."""
    name = headers.tag("completion", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    terms: dict[str, list[list[str]]] = {"class": [], "property": []}
    for row in site().ask("completion", lang=language()):
        terms[row["kind"].value].append([row["term"].value, row.get("label", _NONE).value, row["uses"].value])
    document = {
        "base": f"{BASE}id/",
        "prefixes": PREFIXES,
        "classes": terms["class"],
        "properties": terms["property"],
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return headers.tagged(Response(text, mimetype="application/json"), name)
