"""What the checks found in the data that is served: by severity, rule and thing, and over time. Checks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from polisgraph.errors import BadParameter, NotFound
from polisgraph.findings import SEVERITIES
from polisgraph.history import Record, records
from polisgraph.namespaces import PGSH, shorten
from polisgraph.web import headers
from polisgraph.web.language import N_, language
from polisgraph.web.rows import Row
from polisgraph.web.site import is_iri, site

blueprint = Blueprint("quality", __name__)

TREND = 12
"""States of the data that the trend goes back."""
_FIRST = 20
"""Findings of each rule that the page for all rules shows."""


@dataclass(frozen=True)
class Group:
    """A rule with its findings: how many there are, how many there were before, and the first of them."""

    severity: str
    shape: str
    name: str
    comment: str
    findings: int
    things: int
    before: int | None
    rows: Sequence[Row]

    @property
    def local(self) -> str:
        """The name of the rule in addresses."""
        return self.shape.removeprefix(PGSH)

    @property
    def left_out(self) -> int:
        """Findings that are not shown."""
        return self.findings - len(self.rows)

    @property
    def change(self) -> int:
        """How many findings more there are than before."""
        return 0 if self.before is None else self.findings - self.before


@blueprint.route("/quality")
def quality() -> Response:
    """Show the findings: of all rules, with `rule` of one, or with `about` those about one thing."""
    tag = headers.tag("quality", language(), request.full_path)
    if known := headers.unchanged(tag):
        return known
    about, rule = request.args.get("about", ""), request.args.get("rule", "")
    trend = _trend()
    if about:
        page = render_template("quality-about.html", about=about, groups=_groups(trend, _about(about)))
    elif rule:
        rows = site().ask("findings-by-shape", lang=language(), shape=_shape(rule)).rows
        groups = [group for group in _groups(trend, rows) if group.local == rule]
        page = render_template("quality-rule.html", group=groups[0] if groups else None, rule=rule)
    else:
        rows = site().ask("findings", lang=language()).rows
        groups = _groups(trend, rows, _FIRST)
        things = site().ask("finding-things", lang=language()).rows
        checked = site().snapshot.manifest.get("findings") is not None
        page = render_template(
            "quality.html", groups=groups, things=things, trend=trend, checked=checked, severities=SEVERITIES,
            most=max((count(each, severity) for each in trend for severity in SEVERITIES), default=0), count=count,
        )  # fmt: skip
    return headers.tagged(Response(page, mimetype="text/html"), tag)


def count(record: Record, severity: str) -> int:
    """Return how many findings of a severity there were with the snapshot of `record`."""
    return sum((record.findings or {}).get(severity, {}).values())


def _trend() -> list[Record]:
    """Return the records of states that were checked, the oldest first; nothing where the last one was not."""
    found = [each for each in records(site().settings.home, site().snapshot.id) if each.findings is not None]
    return list(reversed(found[:TREND])) if found and found[0].after == site().snapshot.id else []


def _shape(rule: str) -> str:
    iri = PGSH + rule
    if not is_iri(iri) or not site().describes_shape(iri):
        raise NotFound(f"there is no rule {rule[:80]!r}; /shapes/ lists them")
    return iri


def _about(iri: str) -> Sequence[Row]:
    if not is_iri(iri):
        raise BadParameter("about is no IRI; give one", parameter="about", accepted=N_("an absolute IRI"))
    return site().ask("findings-about", lang=language(), focus=iri).rows


def _groups(trend: Sequence[Record], rows: Sequence[Row], most: int | None = None) -> list[Group]:
    """Return the rules that have found anything, with those of `rows` that are theirs, up to `most` of each."""
    before = trend[-2].findings if len(trend) > 1 else None
    groups = []
    for row in site().ask("finding-counts", lang=language()):
        shape = row["shape"].value
        severity = row["severity"].value.rpartition("#")[2]
        groups.append(
            Group(
                severity,
                shape,
                row["name"].value if "name" in row else shorten(shape),
                row["comment"].value if "comment" in row else "",
                int(row["findings"].value),
                int(row["things"].value),
                None if before is None else before.get(severity, {}).get(shorten(shape), 0),
                [each for each in rows if each["shape"].value == shape][:most],
            )
        )
    return groups
