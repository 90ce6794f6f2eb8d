"""The dataset as a whole: its description, its graphs and its dumps."""

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_file

from polisgraph.errors import NotFound
from polisgraph.namespaces import DESCRIPTION_GRAPH, GRAPHS
from polisgraph.web import attribution, documents, headers, links, negotiation
from polisgraph.web.site import site

blueprint = Blueprint("dataset", __name__)

_TYPES = {
    ".gz": "application/gzip",
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
        return links.see_other(links.own("about"))
    return documents.construct("graph", graph=DESCRIPTION_GRAPH)


@blueprint.route("/dataset")
@blueprint.route("/dataset/<path:part>")
@blueprint.route("/publisher")
def whole(part: str = "") -> Response:
    """Lead from what the description names to where it is described."""
    return links.see_other(links.own("about" if negotiation.prefers_page() else "void"))


@blueprint.route("/graph/<path:name>")
def graph(name: str) -> Response:
    """Return a named graph whole (compare SPARQL 1.1 Graph Store HTTP Protocol, section 5.2)."""
    iri = GRAPHS + negotiation.take_ending(name)
    if iri not in site().snapshot.graphs:
        raise NotFound(f"there is no graph {iri}; /sparql describes those that there are")
    if negotiation.prefers_page():
        return links.see_other(links.own("about#graphs"))
    own = [each for each in attribution.terms() if each.graph == iri]
    return attribution.linked(documents.construct("graph", graph=iri), own, only=bool(own))


@blueprint.route("/dumps/")
def dumps() -> Response:
    """List the dumps of the whole dataset."""
    files = [(path.name, path.stat().st_size) for path in _dumps()]
    return Response(render_template("dumps.html", files=files, attribution=attribution.terms()), mimetype="text/html")


@blueprint.route("/dumps/<name>")
def dump(name: str) -> Response:
    """Send a dump: compressed as it lies there, or under its name without `.gz` unpacked on the way."""
    for path in _dumps():
        if path.name == name:
            tag = headers.tag("dump", name)
            # Not the time of the file: copies of a snapshot on other servers have others.
            built = datetime.fromisoformat(str(site().snapshot.manifest["built"]))
            whole = send_file(path.resolve(), mimetype=_type(name), as_attachment=True, etag=tag, last_modified=built)
            return attribution.linked(whole, attribution.terms())
        if path.name == f"{name}.gz":
            return attribution.linked(_unpacked(path, name), attribution.terms())
    raise NotFound(f"there is no dump {name[:80]!r}; /dumps/ lists them")


def _dumps() -> list[Path]:
    folder = site().snapshot.dumps
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _type(name: str) -> str:
    return _TYPES.get(Path(name).suffix, "application/octet-stream")


def _unpacked(path: Path, name: str) -> Response:
    tag = headers.tag("dump", name)
    if known := headers.unchanged(tag):
        return known
    # Passed on as it is made: nobody on the way may take it for something that is in memory.
    content = b"" if request.method == "HEAD" else _chunks(path)
    response = Response(content, mimetype=_type(name), direct_passthrough=True)
    if request.method == "HEAD":
        del response.headers["Content-Length"]
    return headers.tagged(response, tag)


def _chunks(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
