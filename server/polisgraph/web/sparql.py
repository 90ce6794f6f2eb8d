"""The SPARQL endpoint: queries by the SPARQL 1.1 Protocol, its description, and a form for browsers."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from polisgraph import results
from polisgraph.engine import Query
from polisgraph.errors import QueryError
from polisgraph.namespaces import BASE, PREFIXES
from polisgraph.results import GRAPH_TYPES, JSON, N_TRIPLES, RESULT_TYPES
from polisgraph.web import attribution, documents, headers, negotiation, protocol
from polisgraph.web.language import N_, language
from polisgraph.web.paging import page_number, require_rows
from polisgraph.web.parts import ROWS
from polisgraph.web.protocol import Asked
from polisgraph.web.rows import Table, read_json, read_ntriples
from polisgraph.web.site import is_iri, site
from polisgraph.web.views import views

blueprint = Blueprint("sparql", __name__)

NTRIPLES = N_TRIPLES.media_type
_START = """SELECT ?network ?label
WHERE {
  ?network a pg:Network ;
    pg:displayLabel ?label .
  FILTER(LANG(?label) = "%s")
}
ORDER BY ?label
LIMIT 100
"""
_VIEWS = {"map": N_("Map"), "timeline": N_("Timeline"), "bar": N_("Bars"), "network": N_("Connections")}
_LABELLED = 600
_USED = ("pg", "mun", "net", "org", "dct", "skos")


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer a query, or say what this endpoint is (SPARQL 1.1 Protocol, 2.1; Service Description, 2)."""
    asked = protocol.read()
    page = asked.format == negotiation.PAGE if asked.format else negotiation.accepts_page()
    if asked.query is None:
        return (
            _form(asked)
            if page
            else documents.construct("service", calls="yes" if site().settings.service_endpoints else "no")
        )
    return _page(asked, asked.query) if page else _data(asked, asked.query)


def _data(asked: Asked, query: str) -> Response:
    results_type, graph_type = _media_types(asked.format)
    name = headers.tag("query", query, asked.default_graphs, asked.named_graphs, results_type, graph_type)
    if known := headers.unchanged(name):
        return known
    answer = site().engine.query(
        Query(query, asked.default_graphs, asked.named_graphs, results_type, graph_type, asked.time_limit)
    )
    return headers.kept(attribution.linked(headers.data(answer)), answer, name)


def _media_types(named: str | None) -> tuple[str | None, str | None]:
    """Return the media types for tables and for graphs; None where the client takes nothing that is on offer.

    Which of the two counts is known only once the query is parsed; the engine then says what is not on offer.
    """
    if named is None:
        accept = request.headers.get("Accept")
        return results.negotiate(accept, RESULT_TYPES), results.negotiate(accept, GRAPH_TYPES)
    found = results.by_name(named, RESULT_TYPES), results.by_name(named, GRAPH_TYPES)
    if found == (None, None):
        raise negotiation.not_acceptable("An answer", [*RESULT_TYPES, *GRAPH_TYPES])
    return found


def _page(asked: Asked, query: str) -> Response:
    name = headers.tag("page", query, asked.default_graphs, asked.named_graphs, language(), request.full_path)
    if known := headers.unchanged(name):
        return known
    page = page_number()
    answer = site().engine.query(
        Query(query, asked.default_graphs, asked.named_graphs, JSON.media_type, NTRIPLES, asked.time_limit)
    )
    is_graph = answer.form in ("CONSTRUCT", "DESCRIBE")
    table = (read_ntriples if is_graph else read_json)(answer.body, ROWS, (page - 1) * ROWS)
    require_rows(table, page)
    response = Response(_render(query, asked, table, is_graph, page, answer.cacheable), mimetype="text/html")
    return headers.kept(response, answer, name)


def _form(asked: Asked) -> Response:
    name = headers.tag("form", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    report = site().reports.get(asked.report or "")
    prefixes = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in _USED)
    query = report.text if report else prefixes + "\n" + _START % language()
    return headers.tagged(Response(_render(query, asked, None), mimetype="text/html"), name)


def _render(
    query: str, asked: Asked, table: Table | None, is_graph: bool = False, page: int = 1, lasting: bool = True
) -> str:
    """Return the page: the form, and the rows of `table`, page `page`. `lasting` if they come out again when asked."""
    formats = results.GRAPH_FORMATS if is_graph else results.RESULT_FORMATS
    again: dict[str, Any] = {
        "query": query,
        "default-graph-uri": asked.default_graphs,
        "named-graph-uri": asked.named_graphs,
    }
    names = [form.names[0] for form in formats] if table is not None else []
    downloads = {name: url_for(".endpoint", **again, format=name) for name in names}
    return render_template(
        "sparql.html",
        query=query,
        asked=asked,
        table=table,
        views=views(table) if table else [],
        view_names=_VIEWS,
        labels=_labels(table) if table else {},
        downloads=downloads,
        again=again,
        page=page,
        rows_a_page=ROWS,
        lasting=lasting,
        reports=site().reports,
        graphs=sorted(site().snapshot.graphs),
    )


def _labels(table: Table) -> dict[str, str]:
    """Return what our things in `table` are called in the reader's language; the answer is good without, too."""
    terms = (term for row in table for term in row.values() if term.kind == "iri" and term.value.startswith(BASE))
    found = list(dict.fromkeys(term.value for term in terms if is_iri(term.value)))[:_LABELLED]
    if not found:
        return {}
    try:
        rows = site().ask("labels", lang=language(), thing=found)
    except QueryError:
        return {}
    return {row["thing"].value: row["label"].value for row in rows}
