"""Puts two to six municipalities, or as many networks, side by side: what they share, what only one has, since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from polisgraph.namespaces import PG
from polisgraph.reports import Entity
from polisgraph.web import headers, links
from polisgraph.web.given import suggested
from polisgraph.web.language import language
from polisgraph.web.profile import growth_of
from polisgraph.web.rows import Row
from polisgraph.web.site import site

blueprint = Blueprint("compare", __name__)

MOST = 6
"""Things that stand side by side."""
_CLASSES = (PG + "LocalAuthority", PG + "Network")
_QUESTIONS = {_CLASSES[0]: "memberships-side-by-side", _CLASSES[1]: "members-side-by-side"}
_OFFERED = 300
"""Names that the fields propose; any other may be written as well."""
_SHARED_ASKED = 200
"""The bound in members-side-by-side.rq."""


@dataclass(frozen=True)
class Line:
    """A network that municipalities are in, or a municipality in networks, with its memberships by column."""

    iri: str
    label: str
    cells: tuple[tuple[Row, ...], ...]

    @property
    def shared(self) -> int:
        """How many of those side by side have it."""
        return sum(1 for cell in self.cells if cell)


@dataclass(frozen=True)
class Apart:
    """What one of several networks has by itself: `alone` of its `members` of today are in none of the others.

    `named` are some of those, IRI and label; `years` says how many had joined by the end of each year.
    """

    entity: Entity
    members: int
    alone: int
    named: Sequence[tuple[str, str]]
    years: Mapping[str, int]


@dataclass(frozen=True)
class Wish:
    """What was written into one field: what it means, or what is named most like it, by slug and label.

    `shown` is how its form shows it: by its name where that is enough to find it again, else as it was written.
    """

    given: str
    entity: Entity | None
    shown: str
    nearest: Sequence[tuple[str, str]] = ()
    other: Entity | None = None
    """A network among municipalities, or a municipality among networks, if it means that."""


@blueprint.route("/compare", strict_slashes=False)
def page() -> Response:
    """Show the comparison, or the form for one where there is nothing to compare yet."""
    name = headers.tag("compare", request.full_path, language())
    if known := headers.unchanged(name):
        return known
    wishes, class_ = _wishes([given.strip()[:200] for given in request.args.getlist("with") if given.strip()][:MOST])
    chosen = list({wish.entity.iri: wish.entity for wish in wishes if wish.entity}.values())
    lines = _lines(chosen, class_) if len(chosen) > 1 else []
    apart = _apart(chosen) if len(chosen) > 1 and class_ == _CLASSES[1] else []
    page = render_template(
        "compare.html",
        wishes=wishes,
        chosen=chosen,
        kind="network" if class_ == _CLASSES[1] else "municipality",
        lines=lines,
        dated=[
            (line, entity, row)
            for line in lines
            for entity, cell in zip(chosen, line.cells, strict=True)
            for row in cell
            if "start" in row or "end" in row
        ],
        all=[line for line in lines if line.shared == len(chosen)],
        some=[line for line in lines if 1 < line.shared < len(chosen)],
        one=[line for line in lines if line.shared == 1],
        is_part=bool(apart) and len(lines) >= _SHARED_ASKED,
        apart=apart,
        years=_grown(apart),
        offered=_offered(class_ if chosen else ""),
        examples=[] if chosen else [_largest("members", "networks"), _largest("networks", "members")],
        most=MOST,
    )
    return headers.tagged(Response(page, mimetype="text/html"), name)


def _wishes(given: Sequence[str]) -> tuple[list[Wish], str]:
    """Return what each name means; the first that means something says whether all are municipalities or networks."""
    classes: tuple[str, ...] = _CLASSES
    wishes = []
    for name in given:
        found, class_ = _named(name, classes)
        if found:
            classes = (class_,)
        other, _ = (None, "") if found else _named(name, _CLASSES)
        nearest = () if found or other else tuple(site().entities.nearest(name, class_, None))[:3]
        similar = [(each, _called(each, class_)) for each in nearest]
        wishes.append(Wish(name, found, _shown(name, found, class_), similar, other))
    return wishes, classes[0]


def _shown(given: str, meant: Entity | None, class_: str) -> str:
    if meant is None:
        return given
    label = meant.labels[language()]
    return label if [each.iri for each in site().entities.named(label, class_, None)] == [meant.iri] else given


def _called(slug: str, class_: str) -> str:
    found = site().entities.named(slug, class_, None)
    return found[0].labels[language()] if found else slug


def _named(name: str, classes: tuple[str, ...]) -> tuple[Entity | None, str]:
    for class_ in classes:
        found = site().entities.named(name, class_, None)
        if found:
            return found[0], class_
    return None, classes[0]


def _lines(chosen: Sequence[Entity], class_: str) -> list[Line]:
    places = {entity.iri: place for place, entity in enumerate(chosen)}
    rows: dict[tuple[str, str], list[dict[str, Row]]] = {}
    asked = {"entity": list(places)} | ({"any": list(places)} if class_ == _CLASSES[1] else {})
    for row in site().ask(_QUESTIONS[class_], lang=language(), **asked):
        key = (row["other"].value, row["other_label"].value)
        cells = rows.setdefault(key, [{} for _ in chosen])
        cells[places[row["entity"].value]].setdefault(row["tenure"].value, row)
    lines = [Line(iri, label, tuple(tuple(cell.values()) for cell in cells)) for (iri, label), cells in rows.items()]
    return sorted(lines, key=lambda line: -line.shared)


def _apart(chosen: Sequence[Entity]) -> list[Apart]:
    iris = [entity.iri for entity in chosen]
    counted = {row["entity"].value: row for row in site().ask("members-in-common", entity=iris, any=iris)}
    found = []
    for entity in chosen:
        row = counted[entity.iri]
        members, shared = (int(row[name].value) if name in row else 0 for name in ("members", "number"))
        others = [iri for iri in iris if iri != entity.iri]
        named = site().ask("members-in-none-of", entity=entity.iri, any=others, lang=language())
        joined = growth_of(site().ask("tallies", entity=entity.iri, lang=language()))
        found.append(
            Apart(
                entity,
                members,
                members - shared,
                [(each["other"].value, each["other_label"].value) for each in named],
                {year: total for year, _, total in joined},
            )
        )
    return found


def _grown(apart: Sequence[Apart]) -> list[tuple[str, list[int | None]]]:
    """Return years, each with how many members every network had by its end; None before the first is known."""
    known = [int(year) for each in apart for year in each.years]
    totals: list[int | None] = [None] * len(apart)
    grown = []
    for year in map(str, range(min(known, default=0), max(known, default=-1) + 1)):
        totals = [each.years.get(year, before) for each, before in zip(apart, totals, strict=True)]
        grown.append((year, totals))
    return grown


def _offered(class_: str) -> list[tuple[str, str]]:
    """Return what may be written, as `suggested` does: the best connected municipalities, the largest networks."""
    asked = {_CLASSES[0]: ("members",), _CLASSES[1]: ("networks",)}.get(class_, ("networks", "members"))
    rows = [row for name in asked for row in site().ask(name, lang=language())]
    return suggested([(links.slug(row["entity"].value), row["label"].value) for row in rows])[:_OFFERED]


def _largest(name: str, number: str) -> list[tuple[str, str]]:
    rows = sorted(site().ask(name, lang=language()), key=lambda row: -int(row[number].value))
    return [(links.slug(row["entity"].value), row["label"].value) for row in rows[:3]]
