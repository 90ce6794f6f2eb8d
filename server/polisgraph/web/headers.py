"""What every answer carries: security, CORS, the snapshot, what it varies by, its tag. Makes no content."""

import hashlib
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, g, request

from polisgraph.engine import Answer
from polisgraph.results import content_type
from polisgraph.web.compression import SUFFIX
from polisgraph.web.language import language
from polisgraph.web.site import site

SNAPSHOT = "X-Polisgraph-Snapshot"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_FRAMED = _POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
_ALWAYS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # Public data without credentials: any page may read it.
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": f"ETag, Link, Retry-After, Content-Disposition, {SNAPSHOT}",
}
_SENDABLE = "Accept, Accept-Language, Content-Type, If-None-Match"
_PREFLIGHT_SECONDS = "86400"


def install(app: Flask) -> None:
    """Put the headers on every answer of `app`."""
    app.after_request(_complete)


def tag(*parts: object) -> str:
    """Return the strong entity tag (RFC 9110, section 8.8.3) of what `parts` determine in this edition."""
    digest = hashlib.sha256(site().edition.encode())
    for part in parts:
        encoded = repr(part).encode("utf-8", "backslashreplace")
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()[:32]


def unchanged(name: str) -> Response | None:
    """Return a 304 answer if the client has what `name` tags, otherwise None (RFC 9110, section 13.1.2)."""
    if request.if_none_match.star_tag:
        return None
    for variant in (name, name + SUFFIX):
        if request.if_none_match.contains_weak(variant):
            return tagged(Response(status=304), variant)
    return None


def data(answer: Answer) -> Response:
    """Return an answer of the engine as it goes out."""
    return Response(answer.body, content_type=content_type(answer.media_type))


def tagged(response: Response, name: str) -> Response:
    """Put the entity tag on `response`; caches may keep it but must ask whether it still holds."""
    response.set_etag(name)
    response.headers["Cache-Control"] = "no-cache"
    return response


def framed() -> None:
    """Let any page show the answer to this request inside of itself."""
    g.framed = True


def kept(response: Response, answer: Answer, name: str) -> Response:
    """Put the entity tag on `response` if the `answer` that it shows holds for as long as the snapshot does."""
    if answer.cacheable:
        return tagged(response, name)
    # Without a tag no client can ever ask whether it still holds.
    response.headers["Cache-Control"] = "no-store"
    return response


def _without_host(address: str) -> str:
    parts = urlsplit(address)
    return urlunsplit(("", "", "/" + parts.path.lstrip("/\\"), parts.query, parts.fragment))


def _complete(response: Response) -> Response:
    if response.status_code == 308 and response.location:
        # Flask leads to an address with its slash under the scheme and host that it believes to have; without
        # them it holds behind any proxy.
        response.location = _without_host(response.location)
    is_page = response.mimetype == "text/html"
    varies = "Accept, Accept-Language" + (", Cookie" if is_page or response.status_code == 304 else "")
    # These are nowhere set before; to look for each of them in all of the others takes longer than many a query.
    response.headers.extend({**_ALWAYS, SNAPSHOT: site().snapshot.id, "Vary": varies})
    if g.get("framed"):
        response.headers["Content-Security-Policy"] = _FRAMED
    if is_page and response.status_code not in (303, 304, 308):
        response.headers["Content-Language"] = language()
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if response.status_code >= 400 else "no-cache"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = _SENDABLE
        response.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
    return response
