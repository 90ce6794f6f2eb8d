"""The pages that lead to everything else: the start page, what this is, kinds of problems."""

from collections.abc import Sequence
from itertools import chain, zip_longest

from flask import Blueprint, Response, render_template, request

from polisgraph.errors import NotFound
from polisgraph.history import Change, Record
from polisgraph.namespaces import PG
from polisgraph.web import assets, attribution, changes, headers
from polisgraph.web.errors import ALL_KINDS
from polisgraph.web.language import N_, language
from polisgraph.web.rows import Row
from polisgraph.web.site import site

blueprint = Blueprint("pages", __name__)

_QUESTIONS = {
    "memberships-of-municipality": N_("Which networks is my city in, and since when?"),
    "members-of-network": N_("Which municipalities are in a network?"),
    "shared-networks": N_("Which cities sit in the same networks as mine?"),
    "office-holders": N_("Who holds which office?"),
    "lead-departments": N_("Which office of the city is in charge?"),
    "contradictions": N_("Where do sources disagree?"),
    "joining-timeline": N_("When did they join?"),
    "members-by-country": N_("From which countries do members come?"),
    "statement-sources": N_("Who says so?"),
}
"""What people come with, by the report that answers it; asked on the start page as far as the report is there."""
_COUNTED = {
    PG + "LocalAuthority": N_("Municipalities and counties"),
    PG + "Network": N_("Networks"),
    PG + "Body": N_("Bodies"),
    PG + "NetworkMembership": N_("Memberships in networks"),
    PG + "BodyMembership": N_("Seats on bodies"),
    PG + "OfficeHolding": N_("Offices held"),
    PG + "FigureClaim": N_("Figures claimed"),
    PG + "WebPage": N_("Web pages read"),
}
"""What the start page counts, by class."""
_SHOWN = 24
"""Networks and municipalities that the start page names, the largest and the best connected."""
_NEWS, _TOLD = 3, 5
"""Changes of the data that the start page counts, and what it tells of the newest one."""


@blueprint.route("/")
def home() -> Response:
    """Say what this is, and offer the ways in."""
    if known := headers.unchanged(_tag()):
        return known
    asked = {name: site().ask(name, lang=language()).rows for name in ("counts", "members", "networks")}
    questions = [(text, site().reports[name]) for name, text in _QUESTIONS.items() if name in site().reports]
    return _page(
        "home.html",
        counts=[(row, _COUNTED[row["class"].value]) for row in asked["counts"]],
        questions=questions,
        networks=_first(asked["networks"], "members"),
        members=_first(asked["members"], "networks"),
        news=(news := changes.news(_NEWS)),
        told=_told(news[0]) if news else [],
        words=changes.words(),
    )


def _told(record: Record) -> list[Change]:
    """Return what a record tells in sentences, something of each file before more of one, and no more than some."""
    graphs = [[change for change in graph.changes if changes.told(change)] for graph in record.graphs]
    in_turn = chain.from_iterable(zip_longest(*graphs))
    return [change for change in in_turn if change is not None][:_TOLD]


def _first(rows: Sequence[Row], number: str) -> list[Row]:
    """Return those of `rows` that have most of what `number` counts, and any at all."""
    return sorted((row for row in rows if row[number].value != "0"), key=lambda row: -int(row[number].value))[:_SHOWN]


@blueprint.route("/about")
def about() -> Response:
    """Say what the dataset holds, how to use it, and on what terms."""
    return headers.unchanged(_tag()) or _page(
        "about.html", graphs=site().ask("graphs").rows, attribution=attribution.terms()
    )


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


def _tag() -> str:
    return headers.tag("page", request.full_path, language())


def _page(template: str, **values: object) -> Response:
    return headers.tagged(Response(render_template(template, **values), mimetype="text/html"), _tag())
