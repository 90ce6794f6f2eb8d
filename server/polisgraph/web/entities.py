"""The documents about entities: /id/… leads to /doc/…, which describes in the form that the client likes."""

from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from polisgraph.errors import BadParameter, NotFound
from polisgraph.folding import slug_of, without_marks
from polisgraph.namespaces import BASE
from polisgraph.web import attribution, documents, headers, links, negotiation
from polisgraph.web.language import N_, gettext, language
from polisgraph.web.paging import page_number, require_rows
from polisgraph.web.portrait import portrait
from polisgraph.web.rows import Table
from polisgraph.web.schema import described
from polisgraph.web.site import is_iri, question, site

blueprint = Blueprint("entities", __name__)

_SAFE = "/-._~"
_LISTED = 500
"""Entities of a kind on one page, which stays below 100 kB."""
_MOST = 20_000
"""So many of a kind are listed in all: the bound in kind.rq is one more."""
KINDS = {
    "municipality": N_("Municipalities"),
    "county": N_("Counties"),
    "authority": N_("Other local authorities"),
    "territory": N_("Countries and territories"),
    "network": N_("Networks"),
    "body": N_("Bodies"),
    "unit": N_("Municipal units"),
    "post": N_("Posts"),
    "person": N_("People"),
    "organization": N_("Organisations"),
    "tenure": N_("Memberships, seats and offices"),
    "partnership": N_("Partnerships"),
    "claim": N_("Figures claimed"),
    "commitment": N_("Commitments"),
    "source": N_("Sources"),
    "place": N_("Places of the gazetteer"),
}
"""What lists of entities are called, by the part of the IRI behind /id/; others go by that part."""
_ANSWERS = {
    "municipality": ("most-connected-municipalities", "memberships-of-municipality", "shared-networks"),
    "network": ("networks-by-theme", "members-of-network", "network-overlap"),
    "body": ("bodies-of-network", "network-structure"),
    "person": ("office-holders", "office-succession"),
    "tenure": ("memberships-of-municipality", "office-holders"),
    "unit": ("lead-departments",),
    "commitment": ("commitments",),
    "claim": ("network-figures", "contradictions"),
}
"""Reports that say more about a kind than a list of names does."""


@blueprint.route("/id/<path:tail>")
def thing(tail: str) -> Response:
    """Lead from a thing to the document about it (RFC 9110, section 15.4.4; the httpRange-14 resolution)."""
    tail = negotiation.take_ending(tail)
    iri = BASE + "id/" + tail
    if not site().describes(iri) and not len(_kind(tail)):
        raise _unknown(iri)
    return _see(_doc(tail), _iri_of_doc(tail))


def lead_to(iri: str) -> Response:
    """Lead to the entity `iri`, in the form that the address names; one that lives elsewhere to our page about it."""
    tail = iri.removeprefix(BASE + "id/")
    if tail != iri:
        return _see(links.own("id/" + quote(tail, safe=_SAFE)), _iri_of_doc(tail))
    elsewhere = "doc?iri=" + quote(iri, safe="")
    return _see(links.own(elsewhere), BASE + elsewhere)


def _see(path: str, document: str) -> Response:
    """Return a redirect to `path`, with the form that the address names, and the IRI of the document beside it."""
    ending = negotiation.asked_for()
    if ending in negotiation.ENDINGS:
        path += f"&format={ending}" if "?" in path else f".{ending}"
    response = links.see_other(path)
    response.headers["Link"] = f'<{links.encoded(document)}>; rel="describedby"'
    return response


@blueprint.route("/doc/<path:tail>")
def document(tail: str) -> Response:
    """Describe the thing `tail` below /id/, or list a kind of things."""
    tail = negotiation.take_ending(tail)
    iri = BASE + "id/" + tail
    alternates = {kind: f"{_doc(tail)}.{name}" for name, kind in negotiation.ENDINGS.items()}
    return _describe(iri, _iri_of_doc(tail), alternates)


@blueprint.route("/doc")
def elsewhere() -> Response:
    """Describe what has an IRI that does not lead here: countries, and terms that we reuse."""
    iri = request.args.get("iri", "")
    if not is_iri(iri):
        raise BadParameter("iri is missing or no IRI; give one", parameter="iri", accepted=N_("an absolute IRI"))
    here = links.own("doc?iri=") + quote(iri, safe="")
    alternates = {kind: f"{here}&format={name}" for name, kind in negotiation.ENDINGS.items()}
    return _describe(iri, BASE + "doc?iri=" + quote(iri, safe=""), alternates)


def _describe(iri: str, canonical: str, alternates: dict[str, str]) -> Response:
    page = negotiation.prefers_page()
    response = _page(iri, canonical, alternates) if page else _data(iri, canonical)
    media_type = response.mimetype
    relations = [f'<{links.encoded(canonical)}>; rel="canonical"', f'<{links.encoded(iri)}>; rel="describes"']
    others = {kind: link for kind, link in alternates.items() if kind != media_type}
    offered = [f'<{link}>; rel="alternate"; type="{kind}"' for kind, link in others.items()]
    response.headers["Link"] = ", ".join([*relations, *offered, *response.headers.getlist("Link")])
    return response


def _page(iri: str, canonical: str, alternates: dict[str, str]) -> Response:
    name = headers.tag("entity", iri, language(), request.full_path)
    if known := headers.unchanged(name):
        return known
    found = portrait(iri)
    if found is not None:
        page = render_template(
            "entity.html",
            entity=found,
            about=described(found),
            asking=question("everything-about", {"entity": iri}),
            canonical_address=canonical,
            alternates=alternates,
            attribution=attribution.of_things([iri]),
            told=True,
        )
        return headers.tagged(Response(page, mimetype="text/html"), name)
    page_asked = page_number()
    listed = _kind(iri.removeprefix(BASE + "id/"), (page_asked - 1) * _LISTED, _LISTED)
    if not len(listed):
        raise _unknown(iri)
    require_rows(listed, page_asked)
    kind = iri.rpartition("/")[2]
    page = render_template(
        "kind.html",
        heading=gettext(KINDS[kind]) if kind in KINDS else kind.replace("-", " ").capitalize(),
        kind=kind,
        table=listed,
        page=page_asked,
        rows_a_page=_LISTED,
        is_cut=len(listed) > _MOST,
        answers=[site().reports[each] for each in _ANSWERS.get(kind, ()) if each in site().reports],
    )
    return headers.tagged(Response(page, mimetype="text/html"), name)


def _data(iri: str, canonical: str) -> Response:
    """Return what is said of `iri`, and of the document the parts of the data with terms of their own."""
    if not site().describes(iri):
        raise _unknown(iri)
    used: list[attribution.Terms] = []

    def values() -> documents.Values:
        used.extend(attribution.of_things([iri]))
        graphs = [each.graph for each in used]
        return {"subject": iri, "value": iri, "entity": iri, "document": canonical, "graph": graphs}

    response = documents.construct_with("description", values, iri, canonical)
    return attribution.linked(response, used) if response.status_code == 200 else response


def _kind(tail: str, first: int = 0, keep: int = 0) -> Table:
    """Return `keep` entities of a kind such as `municipality` from the row `first` on, in the order of the alphabet.

    An empty table for what is no kind. The engine would order by code points, and takes longer than all else for it.
    """
    namespace = f"{BASE}id/{tail}/"
    if "/" in tail.strip("/") or not is_iri(namespace):
        return Table()
    asked = (site().ask(name, namespace=namespace, lang=language()) for name in ("kind", "any-kind"))
    found = next(filter(len, asked), Table())
    rows = sorted(found, key=lambda row: (_place(row["label"].value), row["entity"].value))
    return Table(found.columns, tuple(rows)).part(first, keep)


def _place(label: str) -> tuple[bool, str]:
    """Say where a label stands in the alphabet: ö as o, names in other scripts behind those in Latin letters."""
    letters = slug_of(without_marks(label))
    return not letters, letters or label


def _doc(tail: str) -> str:
    return links.own("doc/" + quote(tail, safe=_SAFE))


def _iri_of_doc(tail: str) -> str:
    return f"{BASE}doc/{tail}"


def _unknown(iri: str) -> NotFound:
    return NotFound(f"the graph says nothing about {iri}")
