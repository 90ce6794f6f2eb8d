"""What search engines may read, and where they find it: robots.txt and the site map. Shows no page to people."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request

from polisgraph.engine import Query
from polisgraph.errors import NotFound
from polisgraph.web import headers
from polisgraph.web.links import page_of
from polisgraph.web.rows import read_json
from polisgraph.web.site import question, site

blueprint = Blueprint("crawlers", __name__)

NOT_FOR_CRAWLERS = (
    "/sparql",
    "/reports?",
    "/reports/*?",
    "/reports/*/embed",
    "/graph/",
    "/by/",
    "/wikidata/",
    "/review",
    "/search",
    "/compare?",
    "/quality?",
    "/reconcile",
)
"""What would have them ask every question there is, and addresses that only lead to pages."""

MOST = 10_000
"""Addresses in one file; the protocol of sitemaps.org allows 50,000."""

_PAGES = (
    "", "about", "sources", "quality", "changes", "check", "reports", "tutorial", "ontology/", "concepts/", "dumps/",
)  # fmt: skip
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


@blueprint.route("/robots.txt")
def robots() -> Response:
    """Keep crawlers from expensive pages, and name the site map (RFC 9309)."""
    root = request.root_path
    lines = ["User-agent: *", *(f"Disallow: {root}{path}" for path in NOT_FOR_CRAWLERS)]
    lines += ["", f"Sitemap: {request.url_root}sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.route("/sitemap.xml")
def sitemap() -> Response:
    """List the pages, the reports and the entities, or if these are many the files that do (sitemaps.org, 0.9)."""
    name = headers.tag("site map", request.url_root)
    if known := headers.unchanged(name):
        return known
    number = int(site().ask("sitemap-size").rows[0]["entities"].value)
    if number <= MOST:
        return headers.tagged(_urlset([*_listed(), *_entities(0)]), name)
    files = ["sitemap-0.xml", *(f"sitemap-{part + 1}.xml" for part in range(-(-number // MOST)))]
    parts = (f"<sitemap><loc>{escape(request.url_root + file)}</loc></sitemap>" for file in files)
    return headers.tagged(_document("sitemapindex", parts), name)


@blueprint.route("/sitemap-<int(max=9999):part>.xml")
def sitemap_part(part: int) -> Response:
    """List one part of what there is: 0 is pages and reports, the others are entities."""
    name = headers.tag("site map", request.url_root, part)
    if known := headers.unchanged(name):
        return known
    paths = _entities((part - 1) * MOST) if part else _listed()
    if not paths:
        raise NotFound(f"the site map has no part {part}; /sitemap.xml lists them")
    return headers.tagged(_urlset(paths), name)


def _listed() -> list[str]:
    """Return the paths of the pages that need no value, below where the site is mounted."""
    return [*_PAGES, *(f"reports/{name}" for name in sorted(site().reports))]


def _entities(offset: int) -> list[str]:
    """Return the paths of up to `MOST` entities' pages; the order is that of their IRIs."""
    text = question("sitemap", {}).replace("LIMIT 1 OFFSET 0", f"LIMIT {MOST} OFFSET {offset}")
    rows = read_json(site().engine.query(Query(text)).body).rows
    root = request.root_path + "/"
    return [page_of(row["entity"].value).removeprefix(root) for row in rows]


def _urlset(paths: Sequence[str]) -> Response:
    changed = str(site().snapshot.manifest.get("today", ""))
    lastmod = f"<lastmod>{escape(changed)}</lastmod>" if changed else ""
    return _document("urlset", (f"<url><loc>{escape(request.url_root + path)}</loc>{lastmod}</url>" for path in paths))


def _document(element: str, parts: Iterable[str]) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{element} xmlns="{_SCHEMA}">\n' + "\n".join(parts)
    return Response(f"{text}\n</{element}>\n", mimetype="application/xml")
