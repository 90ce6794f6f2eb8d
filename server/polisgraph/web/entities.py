"""The pages and documents about entities: /id/… leads to /doc/…, which describes in the form that the client likes."""

from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request

from polisgraph import results
from polisgraph.engine import Query
from polisgraph.errors import BadParameter, NotFound
from polisgraph.namespaces import BASE
from polisgraph.web import headers, links, negotiation
from polisgraph.web.language import language
from polisgraph.web.portrait import portrait
from polisgraph.web.site import is_iri, question, site

blueprint = Blueprint("entities", __name__)

_FORMS = {form.names[0]: form.media_type for form in (*results.GRAPH_FORMATS, results.HTML)}


@blueprint.route("/id/<path:tail>")
def thing(tail: str) -> Response:
    """Lead from a thing to the document about it (RFC 9110, section 15.4.4; the httpRange-14 resolution)."""
    tail, ending = _split(tail)
    iri = BASE + "id/" + tail
    if not site().describes(iri) and not _kind(tail):
        raise _unknown(iri)
    ending = ending or request.args.get("format") or ""
    response = redirect(_doc(tail) + (f".{ending}" if ending in _FORMS else ""), 303)
    response.headers.add("Link", f'<{_encoded(_iri_of_doc(tail))}>; rel="describedby"')
    return Response.force_type(response)


@blueprint.route("/doc/<path:tail>")
def document(tail: str) -> Response:
    """Describe the thing `tail` below /id/, or list a kind of things."""
    tail, ending = _split(tail)
    request.view_args = {"ending": ending}
    iri = BASE + "id/" + tail
    alternates = {kind: f"{_doc(tail)}.{name}" for name, kind in _FORMS.items()}
    return _describe(iri, _iri_of_doc(tail), alternates)


@blueprint.route("/doc")
def elsewhere() -> Response:
    """Describe what has an IRI that does not lead here: countries, and terms that we reuse."""
    iri = request.args.get("iri", "")
    if not is_iri(iri):
        raise BadParameter("iri is missing or no IRI; give one such as https://…", parameter="iri", accepted="an IRI")
    here = links.own("doc?iri=") + quote(iri, safe="")
    alternates = {kind: f"{here}&format={name}" for name, kind in _FORMS.items()}
    return _describe(iri, BASE + "doc?iri=" + quote(iri, safe=""), alternates)


def _describe(iri: str, canonical: str, alternates: dict[str, str]) -> Response:
    page = negotiation.prefers_page()
    media_type = "text/html" if page else negotiation.described_as()
    name = headers.tag("document", iri, media_type, page and (language(), request.full_path))
    response = headers.unchanged(name) or headers.tagged(_page(iri, alternates) if page else _data(iri, media_type), name)
    described = [f'<{_encoded(canonical)}>; rel="canonical"', f'<{_encoded(iri)}>; rel="describes"']
    others = [f'<{link}>; rel="alternate"; type="{kind}"' for kind, link in alternates.items() if kind != media_type]
    response.headers["Link"] = ", ".join(described + others)
    return response


def _page(iri: str, alternates: dict[str, str]) -> Response:
    found = portrait(iri)
    if found is not None:
        return Response(render_template("entity.html", entity=found, alternates=alternates), mimetype="text/html")
    listed = _kind(iri.removeprefix(BASE + "id/"))
    if not listed:
        raise _unknown(iri)
    return Response(render_template("kind.html", kind=iri.rpartition("/")[2], rows=listed), mimetype="text/html")


def _data(iri: str, media_type: str) -> Response:
    if not site().describes(iri):
        raise _unknown(iri)
    text = question("description", {"subject": iri, "value": iri, "entity": iri})
    answer = site().engine.query(Query(text, graph_type=media_type))
    return headers.data(answer)


def _kind(tail: str) -> list[tuple[str, str]]:
    """Return the entities of a kind such as `municipality` with their labels; nothing for what is no kind."""
    namespace = f"{BASE}id/{tail}/"
    if "/" in tail.strip("/") or not is_iri(namespace):
        return []
    rows = site().ask("kind", namespace=namespace, lang=language())
    return [(row["entity"].value, row["label"].value) for row in rows]


def _split(tail: str) -> tuple[str, str]:
    stem, dot, ending = tail.rpartition(".")
    return (stem, ending) if dot and stem and ending in _FORMS else (tail, "")


def _doc(tail: str) -> str:
    return links.own("doc/" + quote(tail, safe="/-._~"))


def _iri_of_doc(tail: str) -> str:
    return f"{BASE}doc/{tail}"


def _encoded(iri: str) -> str:
    """Return `iri` in the characters that a header may hold."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%-._~")


def _unknown(iri: str) -> NotFound:
    return NotFound(f"the graph says nothing about {iri}")
