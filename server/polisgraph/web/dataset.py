"""The dataset as a whole: its description, its graphs, its dumps, and whether the service is well."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, send_file

from polisgraph.engine import Query
from polisgraph.errors import NotFound
from polisgraph.namespaces import DESCRIPTION_GRAPH, GRAPHS
from polisgraph.web import headers, links, negotiation, sparql
from polisgraph.web.site import question, site

blueprint = Blueprint("dataset", __name__)

_TYPES = {
    ".nq": "application/n-quads",
    ".nt": "application/n-triples",
    ".ttl": "text/turtle",
    ".trig": "application/trig",
    ".json": "application/json",
}
_CHUNK = 256 * 1024


@blueprint.route("/.well-known/void")
@blueprint.route("/void")
@blueprint.route("/void.<ending>")
def void(ending: str = "") -> Response:
    """Describe the dataset (VoID, section 7.2: the well-known address; DCAT 3)."""
    if negotiation.prefers_page():
        return Response.force_type(redirect(links.own("about"), 303))
    return sparql.description()


@blueprint.route("/dataset")
@blueprint.route("/dataset/<path:part>")
@blueprint.route("/publisher")
def whole(part: str = "") -> Response:
    """Lead from what the description names to where it is described."""
    return Response.force_type(redirect(links.own("about" if negotiation.prefers_page() else "void"), 303))


@blueprint.route("/graph/<path:name>")
def graph(name: str) -> Response:
    """Return a named graph whole (compare SPARQL 1.1 Graph Store HTTP Protocol, section 5.2)."""
    iri = GRAPHS + name
    if iri not in site().snapshot.graphs:
        raise NotFound(f"there is no graph {iri}; /sparql describes those that there are")
    if negotiation.prefers_page():
        return Response.force_type(redirect(links.own("about#graphs"), 303))
    media_type = negotiation.described_as()
    tag = headers.tag("graph", iri, media_type)
    known = headers.unchanged(tag)
    if known is not None:
        return known
    answer = site().engine.query(Query(question("graph", {"graph": iri}), graph_type=media_type))
    return headers.tagged(headers.data(answer), tag)


@blueprint.route("/dumps/")
def dumps() -> Response:
    """List the dumps of the whole dataset."""
    files = [(path.name, path.stat().st_size) for path in _dumps()]
    return Response(render_template("dumps.html", files=files), mimetype="text/html")


@blueprint.route("/dumps/<name>")
def dump(name: str) -> Response:
    """Send a dump: compressed as it lies there, or under its name without `.gz` unpacked on the way."""
    for path in _dumps():
        if path.name == name:
            kind = "application/gzip" if path.suffix == ".gz" else _TYPES.get(path.suffix, "application/octet-stream")
            sent = send_file(path.resolve(), mimetype=kind, as_attachment=True, etag=headers.tag("dump", name))
            return Response.force_type(sent)
        if path.name == f"{name}.gz":
            return _unpacked(path, name)
    raise NotFound(f"there is no dump {name[:80]!r}; /dumps/ lists them")


@blueprint.route("/health")
def health() -> Response:
    """Say that the service answers queries, and from which snapshot."""
    site().describes(DESCRIPTION_GRAPH)
    return Response(json.dumps({"status": "ok", "snapshot": site().snapshot.id}), mimetype="application/json")


def _dumps() -> list[Path]:
    folder = site().snapshot.dumps
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _unpacked(path: Path, name: str) -> Response:
    kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
    tag = headers.tag("dump", name)
    known = headers.unchanged(tag)
    if known is not None:
        return known
    response = Response(b"" if request.method == "HEAD" else _chunks(path), mimetype=kind)
    if request.method == "HEAD":
        del response.headers["Content-Length"]
    return headers.tagged(response, tag)


def _chunks(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
