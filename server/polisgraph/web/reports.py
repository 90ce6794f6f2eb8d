"""The reports on the web: their list, a form with its result for each, and the downloads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from polisgraph.engine import Query
from polisgraph.errors import BadParameter, NotFound
from polisgraph.reports import Parameter, Report, bind, choices, excel_csv
from polisgraph.results import CSV, RESULT_TYPES
from polisgraph.web import headers, negotiation
from polisgraph.web.language import language
from polisgraph.web.openapi import openapi_document
from polisgraph.web.rows import ROWS_SHOWN, read_json
from polisgraph.web.site import site

blueprint = Blueprint("reports", __name__)

# Parameters of the address that are not the report's.
_OURS = ("format", "excel")
_ENDINGS = ("csv", "tsv", "json", "xml")


@dataclass(frozen=True)
class Field:
    """A parameter as the form shows it: what was given, and what may be."""

    parameter: Parameter
    given: tuple[str, ...]
    choices: Sequence[tuple[str, str]]
    wrong: bool


@blueprint.route("/reports", strict_slashes=False)
def index() -> Response:
    """List the reports."""
    name = headers.tag("reports", language(), request.full_path)
    page = Response(render_template("reports.html", reports=site().reports), mimetype="text/html")
    return headers.unchanged(name) or headers.tagged(page, name)


@blueprint.route("/openapi.json")
def openapi() -> Response:
    """Describe the interface for programs."""
    # A relative address: it holds wherever the server is mounted (OpenAPI 3.1, Server Object).
    document = openapi_document(site().reports, request.script_root or "/")
    return Response(json.dumps(document, ensure_ascii=False, indent=1), mimetype="application/json")


@blueprint.route("/reports/<name>")
@blueprint.route("/reports/<name>.<any(csv, tsv, json, xml, html):ending>")
def report(name: str, ending: str = "") -> Response:
    """Answer a report: as a page with its form, or as a download."""
    found = site().reports.get(name)
    if found is None:
        raise NotFound(f"there is no report {name[:80]!r}; /reports lists them")
    values = {key: given for key, given in request.args.lists() if key not in _OURS}
    return _page(found, values) if negotiation.prefers_page() else _data(found, values)


def _data(found: Report, values: Mapping[str, Sequence[str]]) -> Response:
    media_type = negotiation.agreed(RESULT_TYPES, "A report")
    text = bind(found, values, site().entities)
    excel = bool(request.args.get("excel")) and media_type == CSV.media_type
    spoken = next(iter(values.get("lang", ())), "de")
    name = headers.tag("report", text, media_type, excel and spoken)
    known = headers.unchanged(name)
    if known is not None:
        return known
    answer = site().engine.query(Query(text, results_type=media_type))
    response = headers.data(answer)
    if excel:
        response.set_data(excel_csv(answer.body, spoken))
        response.headers["Content-Disposition"] = f'attachment; filename="{found.name}.csv"'
    return headers.kept(response, answer, name)


def _page(found: Report, values: dict[str, list[str]]) -> Response:
    """Return the form and the rows. Without values the samples are shown: one click shows something."""
    untouched = not values.keys() - {"lang"}
    if untouched:
        values |= {p.name: list(p.sample) for p in found.parameters if not p.optional and p.sample}
    values["lang"] = values.get("lang") or [language()]
    try:
        text = bind(found, values, site().entities)
    except BadParameter as error:
        return Response(_render(found, values, error=error), status=400, mimetype="text/html")
    name = headers.tag("report page", text, language(), request.full_path)
    known = headers.unchanged(name)
    if known is not None:
        return known
    answer = site().engine.query(Query(text))
    page = _render(found, values, text=text, table=read_json(answer.body, ROWS_SHOWN), untouched=untouched)
    return headers.kept(Response(page, mimetype="text/html"), answer, name)


def _render(found: Report, values: Mapping[str, list[str]], error: BadParameter | None = None, **more: object) -> str:
    wrong = str(error.details.get("parameter", "")) if error else ""
    fields = [
        Field(p, tuple(values.get(p.name, ())), choices(p, language(), site().entities), p.name == wrong)
        for p in found.parameters
        if p.name != "lang"
    ]
    # Only the report's own parameters: url_for has keywords too, and a visitor may send anything by their names.
    sent = {p.name: [value for value in values.get(p.name, ()) if value] for p in found.parameters}
    given: dict[str, Any] = {name: kept for name, kept in sent.items() if kept}
    text = str(more.get("text", ""))
    query = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#+"))
    downloads = {kind: url_for(".report", name=found.name, ending=kind, **given) for kind in _ENDINGS}
    return render_template(
        "report.html",
        report=found,
        fields=fields,
        given=given,
        error=error,
        query=query,
        downloads=downloads,
        excel=url_for(".report", name=found.name, ending="csv", excel=1, **given),
        visible=[c for c in found.columns if not any(other.of == c.name for other in found.columns)],
        **more,
    )
