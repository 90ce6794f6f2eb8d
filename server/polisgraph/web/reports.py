"""The reports on the web: their list, a form with its result for each, the part to embed, and the downloads."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from polisgraph.engine import Query
from polisgraph.errors import BadParameter, NotFound
from polisgraph.namespaces import BASE
from polisgraph.reports import Report, bind, excel_csv
from polisgraph.results import CSV, RESULT_TYPES
from polisgraph.web import attribution, given, headers, listing, negotiation
from polisgraph.web.citation import Citation
from polisgraph.web.columns import columns_of
from polisgraph.web.language import language
from polisgraph.web.openapi import openapi_document
from polisgraph.web.paging import page_number, require_rows
from polisgraph.web.parts import ROWS, Order, read_part
from polisgraph.web.picture import pictures
from polisgraph.web.rows import Table
from polisgraph.web.site import site
from polisgraph.web.usage import asking_by

blueprint = Blueprint("reports", __name__)

# Parameters of the address that are not the report's.
_OURS = ("format", "excel", "sort", "page")
_ENDINGS = ("csv", "tsv", "json", "xml")


@blueprint.route("/reports", strict_slashes=False)
def index() -> Response:
    """List the reports, or those that have a tag, fit some words, or ask by a term of the vocabulary."""
    name = headers.tag("reports", language(), request.full_path)
    if known := headers.unchanged(name):
        return known
    words, tag = request.args.get("q", "").strip(), request.args.get("tag", "")
    term = request.args.get("term", "").strip()[:200]
    reports = listing.found(asking_by(term) if term else site().reports, words, tag, language())
    shown: dict[str, Any] = {"tags": listing.tags(site().reports), "names": listing.TAGS, "all": len(site().reports)}
    page = render_template("reports.html", reports=reports, words=words[:200], tag=tag[:60], term=term, **shown)
    return headers.tagged(Response(page, mimetype="text/html"), name)


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
    found, values = _asked(name)
    if not negotiation.prefers_page():
        return _data(found, values)
    response = _page(found, values, "report.html")
    lasting = BASE + _path(found, given.address(given.read(found, _filled(found, values))))
    response.headers["Link"] = f'<{lasting}>; rel="canonical"'
    return response


@blueprint.route("/reports/<name>/embed")
def embed(name: str) -> Response:
    """Show the result alone, for a frame in a page of anybody; no other address may be framed."""
    headers.framed()
    return _page(*_asked(name), "report-embed.html")


def _asked(name: str) -> tuple[Report, dict[str, list[str]]]:
    found = site().reports.get(name)
    if found is None:
        raise NotFound(f"there is no report {name[:80]!r}; /reports lists them")
    return found, {key: values for key, values in request.args.lists() if key not in _OURS}


def _data(found: Report, values: Mapping[str, Sequence[str]]) -> Response:
    media_type = negotiation.agreed(RESULT_TYPES, "A report")
    text = bind(found, values, site().entities)
    excel = bool(request.args.get("excel")) and media_type == CSV.media_type
    spoken = next(iter(values.get("lang", ())), "de")
    name = headers.tag("report", text, media_type, excel and spoken)
    if known := headers.unchanged(name):
        return known
    answer = site().engine.query(Query(text, results_type=media_type))
    response = headers.data(answer)
    if excel:
        response.set_data(excel_csv(answer.body, spoken))
        response.headers["Content-Disposition"] = f'attachment; filename="{found.name}.csv"'
    return headers.kept(attribution.linked(response, attribution.of_download(answer.body)), answer, name)


def _filled(found: Report, values: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return `values`, or if there are none the samples: one click shows something."""
    if values.keys() - {"lang"}:
        return dict(values)
    return dict(values) | {p.name: list(p.sample) for p in found.parameters if not p.optional and p.sample}


def _page(found: Report, values: Mapping[str, list[str]], template: str) -> Response:
    """Return the form and a part of the rows."""
    filled = _filled(found, values)
    spoken = filled | {"lang": filled.get("lang") or [language()]}
    try:
        text = bind(found, spoken, site().entities)
        order, page = _order(found), page_number()
    except BadParameter as error:
        return Response(_render(template, found, filled, error=error), status=400, mimetype="text/html")
    name = headers.tag(template, text, language(), request.full_path, request.url_root)
    if known := headers.unchanged(name):
        return known
    answer = site().engine.query(Query(text))
    table = read_part(answer.body, (page - 1) * ROWS, ROWS, order)
    require_rows(table, page)
    named, told = attribution.of_answer(table)
    shown = _render(
        template, found, filled, text=text, table=table, order=order, page=page, attribution=named, told=told
    )
    return headers.kept(Response(shown, mimetype="text/html"), answer, name)


def _order(found: Report) -> Order | None:
    asked = request.args.get("sort", "")
    if not asked:
        return None
    kinds = {column.name: column.kind for column in found.columns}
    column = asked.removeprefix("-")
    if column not in kinds:
        accepted = ", ".join(kinds)
        raise BadParameter(f"sort: there is no column {column[:60]!r}", parameter="sort", accepted=accepted)
    return Order(column, kinds[column], asked.startswith("-"))


def _render(
    template: str,
    found: Report,
    values: Mapping[str, list[str]],
    *,
    text: str = "",
    table: Table | None = None,
    error: BadParameter | None = None,
    **more: object,
) -> str:
    wrong = str(error.details.get("parameter", "")) if error else ""
    read = given.read(found, values)
    asked: dict[str, Any] = given.address(read)
    fitting = {name: each for name, each in asked.items() if name != wrong}
    # Programs and other people's pages have no reader whose browser says the language.
    fixed = {"lang": [language()]} | asked
    lines = text.splitlines(keepends=True)
    return render_template(
        template,
        report=found,
        fields=given.fields(found, read, wrong),
        given=asked,
        error=error,
        wrong=wrong,
        without=url_for(".report", name=found.name, **fitting),
        table=table,
        untouched=not request.args.keys() & {p.name for p in found.parameters if p.name != "lang"},
        query="".join(line for line in lines if not line.startswith("#+")),
        downloads={ending: url_for(".report", name=found.name, ending=ending, **fixed) for ending in _ENDINGS},
        excel=url_for(".report", name=found.name, ending="csv", excel=1, **fixed),
        embed=request.url_root + _path(found, fixed, "/embed"),
        columns=columns_of(found, table) if table is not None else None,
        pictures=pictures(found, table) if table is not None else [],
        citation=_citation(found, read),
        rows_a_page=ROWS,
        **more,
    )


def _citation(found: Report, read: Mapping[str, Sequence[given.Given]]) -> Citation:
    manifest = site().snapshot.manifest
    asked = {name: values for name, values in given.address(read).items() if name != "lang"}
    labels = {p.name: p.label[language()] for p in found.parameters}
    return Citation(
        found.name,
        found.title[language()],
        tuple((labels[name], ", ".join(one.label for one in read[name])) for name in asked),
        site().snapshot.id,
        date.fromisoformat(str(manifest.get("today") or manifest["built"])[:10]),
        request.url_root + _path(found, asked),
        BASE + _path(found, asked),
    )


def _path(found: Report, values: dict[str, Any], below: str = "") -> str:
    """Return the address of the report with `values`, below where the site is mounted."""
    query = urlencode(values, doseq=True)
    return f"reports/{found.name}{below}" + (f"?{query}" if query else "")
