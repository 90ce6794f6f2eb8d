"""Where links lead: our IRIs to the server that shows the page, others only over http(s) or mailto."""

from urllib.parse import quote, urlencode, urlsplit

from flask import Response, request

from polisgraph.namespaces import BASE, PREFIXES, shorten

_ONTOLOGY = BASE + "ontology/"
_SHAPES = BASE + "shapes/"
_ELSEWHERE = (PREFIXES["country"], PREFIXES["nuts"])
_PATH = "/:@!$&'()*+,;=~%-._"


def own(path: str) -> str:
    """Return a path of this server, below wherever it is mounted. Never leads to another host."""
    return request.script_root + "/" + path.lstrip("/\\")


def href(iri: str) -> str | None:
    """Return where a link to `iri` leads, or None if it must not be a link.

    IRIs below our base, and places that we describe under others' IRIs, lead to this server.
    """
    if iri.startswith(BASE):
        return _local(iri)
    if iri.startswith(_ELSEWHERE):
        return page_of(iri)
    try:
        parts = urlsplit(iri)
    except ValueError:
        return None
    if parts.scheme in ("http", "https") and parts.netloc:
        return iri
    return iri if parts.scheme == "mailto" else None


def page_of(iri: str) -> str:
    """Return the page of this server that describes `iri`, wherever that IRI lives."""
    if iri.startswith(BASE):
        return _local(iri)
    return own("doc?iri=") + quote(iri, safe="")


def term_page(iri: str) -> str:
    """Return where a class or property is explained: its place on the page of the vocabulary."""
    if iri.startswith(BASE):
        return _local(iri)
    name = shorten(iri)
    return page_of(iri) if name.startswith("<") else own("ontology/#") + quote(name, safe=":-._~")


def canonical(path: str) -> str:
    """Return the lasting address of the page that is at `path` of this server (RFC 6596)."""
    return BASE + quote(path.lstrip("/"), safe=_PATH)


def encoded(iri: str) -> str:
    """Return `iri` in the characters that a header may hold."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%-._~")


def in_language(code: str) -> str:
    """Return the address of the current page in another language."""
    given = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return own(quote(request.path, safe=_PATH)) + "?" + urlencode([*given, ("lang", code)])


def plain(iri: str) -> str:
    """Return `iri` as people say it: a Wikidata item by its number, an address without its scheme."""
    if iri.startswith(PREFIXES["wd"]):
        return iri.removeprefix(PREFIXES["wd"])
    name = short(iri)
    return name.partition("://")[2].removesuffix("/") if name.startswith(("http://", "https://")) else name


def slug(iri: str) -> str:
    """Return how the forms of reports call an entity: the end of its IRI where that says which it is, or its IRI."""
    for namespace in (PREFIXES["mun"], PREFIXES["net"]):
        tail = iri.removeprefix(namespace)
        if tail != iri and "/" not in tail:
            return tail
    return iri


def see_other(path: str) -> Response:
    """Return a redirect to a path of this server (303, RFC 9110, section 15.4.4)."""
    return Response(status=303, headers={"Location": path})


def is_local(link: str) -> bool:
    """Whether `link`, as `href` returned it, leads to this server."""
    return link.startswith("/")


def short(iri: str) -> str:
    """Return `iri` as people write it: with a known prefix, or as it is."""
    name = shorten(iri)
    return name[1:-1] if name.startswith("<") else name


def _local(iri: str) -> str:
    for namespace, page in ((_ONTOLOGY, "ontology/"), (_SHAPES, "shapes/")):
        term = iri.removeprefix(namespace)
        if term != iri:
            return own(page) + ("#" + quote(term, safe="-._~") if term and not term[0].isdigit() else "")
    rest = iri.removeprefix(BASE)
    rest = "doc/" + rest.removeprefix("id/") if rest.startswith("id/") else rest
    return own(quote(rest, safe=_PATH + "?#"))
