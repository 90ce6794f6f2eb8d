"""The pages that lead to everything else: the start page, what this is, kinds of problems."""

from flask import Blueprint, Response, render_template, request

from polisgraph.errors import NotFound
from polisgraph.web import assets, headers
from polisgraph.web.errors import ALL_KINDS
from polisgraph.web.language import language
from polisgraph.web.site import site

blueprint = Blueprint("pages", __name__)

_FIRST = (
    "memberships-of-municipality",
    "members-of-network",
    "shared-networks",
    "office-holders",
    "contradictions",
    "statement-sources",
)
"""The reports that the start page offers, as far as they are there."""
_NOT_FOR_CRAWLERS = ("/sparql", "/reports/*?", "/graph/", "/by/", "/wikidata/", "/review")


@blueprint.route("/")
def home() -> Response:
    """Say what this is, and offer the ways in."""
    known = headers.unchanged(_tag())
    if known is not None:
        return known
    asked = {name: site().ask(name, lang=language()).rows for name in ("counts", "members", "networks")}
    reports = [site().reports[name] for name in _FIRST if name in site().reports]
    return _page("home.html", reports=reports, **asked)


@blueprint.route("/about")
def about() -> Response:
    """Say what the dataset holds, how to use it, and on what terms."""
    return headers.unchanged(_tag()) or _page("about.html", graphs=site().ask("graphs").rows)


@blueprint.route("/problem/<slug>")
def problem(slug: str) -> Response:
    """Explain the kind of problem that a problem document names (RFC 9457, section 3.1.1)."""
    for kind in ALL_KINDS:
        if kind.slug == slug:
            return headers.unchanged(_tag()) or _page("problem-kind.html", kind=kind)
    raise NotFound(f"there is no kind of problem {slug[:80]!r}")


@blueprint.route("/static/<path:name>")
def static(name: str) -> Response:
    """Send a file that pages refer to."""
    return assets.send(name)


@blueprint.route("/robots.txt")
def robots() -> Response:
    """Keep crawlers from asking every query there is, and from addresses that only lead to pages."""
    return Response(
        "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in _NOT_FOR_CRAWLERS), mimetype="text/plain"
    )


def _tag() -> str:
    return headers.tag("page", request.full_path, language())


def _page(template: str, **values: object) -> Response:
    return headers.tagged(Response(render_template(template, **values), mimetype="text/html"), _tag())
