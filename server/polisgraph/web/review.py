"""The page of candidates: shows what speaks for them, and hands out what a reader marks as a file. Keeps nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, render_template, request

from polisgraph.engine import Query
from polisgraph.errors import BadParameter
from polisgraph.links import Decisions, ItemLink, Status, decided, read_decisions, render, reviewer
from polisgraph.namespaces import shorten
from polisgraph.review import Case, Thing, cases, contradiction, linked_by_hand, read_things
from polisgraph.review.asking import csv_of
from polisgraph.review.things import shown_keys, spoken
from polisgraph.web import headers
from polisgraph.web.language import N_, language
from polisgraph.web.site import site

blueprint = Blueprint("review", __name__)

SHOWN = 20
"""Candidates on a page."""
_PARTS = ("graph", "gazetteer")
_HEAD = """\
# Decisions on Wikidata items, marked at {address}. To keep them:
#   polisgraph review --take {name}
# or append this file to data/decisions.ttl. Then run 'polisgraph check', and commit data/decisions.ttl.
"""


@dataclass(frozen=True)
class Shown:
    """A case as the page shows it."""

    case: Case
    thing: Thing

    @property
    def name(self) -> str:
        """What the field of the form is called."""
        return _field(self.case)

    @property
    def facts(self) -> dict[str, str]:
        """What is known of the thing, in the reader's language."""
        thing, speech = self.thing, language()
        found = {
            "kind": spoken(thing.kinds, speech),
            "country": spoken(thing.countries, speech),
            "whole": spoken(thing.wholes, speech),
            "names": ", ".join(sorted(set(thing.others))),
            "keys": ", ".join(f"{scheme} {value}" for scheme, value in shown_keys(thing)),
        }
        return {name: text for name, text in found.items() if text}

    @property
    def command(self) -> str:
        """What confirms or rejects it on a command line, but for the flag and who decides."""
        name = shorten(self.case.thing)
        return f"{name!r} {self.case.item}" if name.startswith("<") else f"{name} {self.case.item}"


@blueprint.route("/review", strict_slashes=False)
def index() -> Response:
    """Show candidates, some at a time, with a form to mark what they are."""
    part = request.args.get("of", "")
    if part not in ("", *_PARTS):
        raise BadParameter(f"of={part[:40]!r} is no part of the candidates", parameter="of", accepted=", ".join(_PARTS))
    tag = headers.tag("review", language(), request.full_path)
    if known := headers.unchanged(tag):
        return known
    found = cases(_ask, _decisions())
    counts = {"graph": sum(case.in_graph for case in found), "gazetteer": sum(not case.in_graph for case in found)}
    part = part or next((name for name in _PARTS if counts[name]), _PARTS[0])
    chosen = [case for case in found if case.in_graph == (part == "graph")]
    pages = max(1, -(-len(chosen) // SHOWN))
    page = _number(request.args.get("page", "1"), pages)
    now = chosen[(page - 1) * SHOWN : page * SHOWN]
    things = read_things(_ask, [case.thing for case in now])
    shown = [Shown(case, things[case.thing]) for case in now]
    unlinked = site().reports.get("missing-links")
    body = render_template(
        "review.html", shown=shown, part=part, counts=counts, page=page, pages=pages, unlinked=unlinked
    )
    return headers.tagged(Response(body, mimetype="text/html"), tag)


@blueprint.route("/review/decisions.ttl")
def decisions() -> Response:
    """Hand out what was marked in the form as Turtle; the graph that is served stays as it is."""
    try:
        who = reviewer(request.args.get("by", ""))
    except ValueError as error:
        raise BadParameter(str(error), parameter="by", accepted=N_("a role, a post or a handle")) from None
    links = _marked(who)
    if not links:
        raise BadParameter("nothing was marked: choose «the same» or «not the same» for at least one candidate")
    linked = linked_by_hand(_ask)
    for link in links:
        if objection := contradiction(link, linked, links):
            raise BadParameter(f"{link.item} for {shorten(link.thing)}: {objection}")
    name = "decisions-marked.ttl"
    text = render(links, _HEAD.format(address=request.base_url.rpartition("/")[0], name=name))
    response = Response(text, content_type="text/turtle; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"  # it bears the day
    return response


def _marked(who: str) -> Sequence[ItemLink]:
    """Return the decisions that the form sent: fields <item>@<thing>, with a status or nothing."""
    given = {field: text for field, text in request.args.items() if "@" in field and text}
    pending = {_field(case): case for case in cases(_ask, _decisions())} if given else {}
    found = []
    for field, text in given.items():
        if field not in pending:
            raise BadParameter(f"{field[:200]!r} is no candidate, or it is decided on", parameter=field[:200])
        if text not in (Status.CONFIRMED, Status.REJECTED):
            told = f"{text[:40]!r} is no decision on a candidate"
            raise BadParameter(told, parameter=field, accepted="confirmed, rejected")
        found.append(decided(pending[field].candidates, Status(text), who, date.today()))
    return found


def _field(case: Case) -> str:
    return f"{case.item}@{case.thing}"


def _decisions() -> Decisions:
    return read_decisions(lambda text: csv_of(_ask, text))


def _ask(query: Query) -> bytes:
    return site().engine.query(query).body


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most):
        raise BadParameter(f"page={text[:20]!r}: there are pages 1 to {most}", parameter="page", accepted=f"1–{most}")
    return int(text)
