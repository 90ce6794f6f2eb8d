"""What the page of a municipality, network, body or person shows beyond the statements about it. Writes no HTML."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from polisgraph.folding import slug_of
from polisgraph.namespaces import PG
from polisgraph.web.language import language
from polisgraph.web.relations import Tenure, label_of, tenures
from polisgraph.web.rows import Row
from polisgraph.web.site import site

MEMBERS_SHOWN = 60
"""Members of a network that its page lists."""
_MEMBERS_NAMED = 500
"""Up to so many members are put in order before the page takes the first; some-members.rq asks for one more."""

_KINDS = {
    "municipality": ("LocalAuthority", "Municipality", "County", "Region"),
    "network": ("Network", "NationalSection", "RegionalCoalition", "LocalAuthorityAssociation"),
    "body": (*("Body", "Forum", "WorkingGroup", "Committee", "GoverningBody", "CoordinationGroup", "Secretariat"),),
    "source": ("SourceDocument", "WebPage", "EncyclopaediaArticle", "OfficialPage", "PressReport", "ReferenceDataset"),
}
_PERSON = "http://xmlns.com/foaf/0.1/Person"


@dataclass(frozen=True)
class Figures:
    """What sources say in figures on one point: one row per claim. `disputed` if two sources cannot both be right."""

    measure: str
    rows: tuple[Row, ...]
    disputed: bool


@dataclass(frozen=True)
class Part:
    """A section or body, with the parts that hang on it."""

    row: Row
    parts: "tuple[Part, ...]"


@dataclass
class Profile:
    """The parts of a page that depend on what kind of thing it is about; empty where nothing is known."""

    kind: str = ""
    """municipality, network, body, person or source; nothing for other things."""
    networks: list[Tenure] = field(default_factory=list)
    seats: list[Tenure] = field(default_factory=list)
    """Its tenures on bodies and in offices."""
    represented: list[Tenure] = field(default_factory=list)
    """Who else sits somewhere for it."""
    alike: tuple[Row, ...] = ()
    members: list[Tenure] = field(default_factory=list)
    members_today: int | None = None
    members_in_order: bool = True
    """Whether `members` are the first of all by name, not some of them."""
    offices: list[Tenure] = field(default_factory=list)
    hosts: list[Tenure] = field(default_factory=list)
    umbrellas: tuple[Row, ...] = ()
    sections: tuple[Part, ...] = ()
    bodies: tuple[Part, ...] = ()
    countries: tuple[Row, ...] = ()
    years: tuple[tuple[str, int, int], ...] = ()
    """Years with the number that joined and the sum so far."""
    promises: tuple[Row, ...] = ()
    figures: tuple[Figures, ...] = ()

    @property
    def disputes(self) -> tuple[str, ...]:
        """The points on which sources give different figures."""
        return tuple(each.measure for each in self.figures if each.disputed)

    @property
    def disputed_times(self) -> tuple[str, ...]:
        """Where it is, or others are for it, since or until when sources say differently."""
        at_places = [(each, "other") for each in (*self.networks, *self.seats)]
        at_places += [(each, "within") for each in (*self.represented, *self.offices)]
        return tuple(dict.fromkeys(label_of(each.row, name) for each, name in at_places if each.disputed))


def kind_of(classes: Iterable[str]) -> str:
    """Return which kind of page suits something of these classes."""
    names = set(classes)
    if _PERSON in names:
        return "person"
    return next((kind for kind, known in _KINDS.items() if names & {PG + name for name in known}), "")


def profile(iri: str, kind: str, sides: dict[str, list[Tenure]]) -> Profile:
    """Return what there is to show about `iri`; `sides` are its tenures. Raises QueryError as the engine does."""
    found = Profile(kind)
    for tenure in sides.get("member", []):
        is_network = _class_of(tenure) == PG + "NetworkMembership"
        (found.networks if is_network else found.seats).append(tenure)
    if kind in ("municipality", "network"):
        around = tenures(iri, "offices")
        found.offices, found.hosts = around.get("office", []), around.get("hosting", [])
        found.represented = around.get("represented", [])
        found.figures = tuple(_figures(_ask("claims", iri)))
    if kind == "municipality":
        found.alike = _ask("alike", iri)
    if kind in ("network", "body"):
        _place_structure(found, iri)
    if kind == "network":
        _place_members(found, iri)
        found.promises = tuple(_first_of_each(_ask("promises", iri), "commitment"))
        _place_tallies(found, iri)
    return found


def _ask(name: str, iri: str) -> tuple[Row, ...]:
    return site().ask(name, entity=iri, lang=language()).rows


def _class_of(tenure: Tenure) -> str:
    return tenure.row["kind"].value if "kind" in tenure.row else ""


def _first_of_each(rows: Iterable[Row], name: str) -> list[Row]:
    return list({row[name].value: row for row in reversed(list(rows))}.values())[::-1]


def _place_structure(found: Profile, iri: str) -> None:
    rows = _ask("structure", iri)
    found.umbrellas = tuple(_first_of_each((row for row in rows if row["side"].value == "umbrella"), "part"))
    found.sections = _tree([row for row in rows if row["side"].value == "section"])
    found.bodies = _tree([row for row in rows if row["side"].value == "body"])


def _tree(rows: list[Row]) -> tuple[Part, ...]:
    """Return the parts as a tree; what hangs on nothing in it stands at the top, and nothing stands in it twice."""
    first = {row["part"].value: row for row in reversed(rows)}
    below: dict[str, list[str]] = {}
    for part, row in reversed(first.items()):
        above = row["above"].value if "above" in row else ""
        below.setdefault(above if above in first and above != part else "", []).append(part)
    placed: set[str] = set()

    def grown(part: str) -> Part:
        placed.add(part)
        return Part(first[part], tuple(grown(each) for each in below.get(part, ()) if each not in placed))

    top = [grown(part) for part in below.get("", ()) if part not in placed]
    # Parts that hang on one another in a circle hang on nothing else; they are not lost.
    return (*top, *(grown(part) for part in first if part not in placed))


def _place_members(found: Profile, iri: str) -> None:
    """Take the first members by name, or if there are too many any of them, and one more than the page shows."""
    rows = _ask("some-members", iri)
    found.members_in_order = len(rows) <= _MEMBERS_NAMED
    names = {row["tenure"].value: slug_of(row["label"].value) for row in rows}
    first = sorted(names, key=lambda tenure: (names[tenure], tenure))[: MEMBERS_SHOWN + 1]
    members = tenures(iri, "members-of", tenure=first).get("organization", []) if first else []
    found.members = sorted(members, key=lambda each: slug_of(label_of(each.row, "other")))


def _place_tallies(found: Profile, iri: str) -> None:
    rows = _ask("tallies", iri)
    found.countries = tuple(row for row in rows if row["side"].value == "country")
    found.years = growth_of(rows)
    found.members_today = next((int(row["number"].value) for row in rows if row["side"].value == "members"), None)


def growth_of(tallies: Iterable[Row]) -> tuple[tuple[str, int, int], ...]:
    """Return all years from the first to the last in which somebody joined, with the number and the sum so far.

    `tallies` are rows of tallies.rq.
    """
    joined = {int(row["key"].value): int(row["number"].value) for row in tallies if row["side"].value == "year"}
    years = range(min(joined, default=0), max(joined, default=-1) + 1)
    sums = accumulate(joined.get(year, 0) for year in years)
    return tuple((str(year), joined.get(year, 0), total) for year, total in zip(years, sums, strict=True))


def _figures(rows: tuple[Row, ...]) -> Iterable[Figures]:
    groups: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in rows:
        key = (row["measure"].value, label_of(row, "scope"), label_of(row, "role"))
        groups.setdefault(key, {}).setdefault(row["claim"].value, row)
    for (_, scope, role), claims in groups.items():
        said = tuple(claims.values())
        name = ", ".join(part for part in (label_of(said[0], "measure"), scope, role) if part)
        yield Figures(name, said, any(_contradict(one, other) for one in said for other in said))


def _contradict(one: Row, other: Row) -> bool:
    """Whether two sources give different numbers, and not for different times."""
    times = [row["as_of"].value if "as_of" in row else "" for row in (one, other)]
    sources = [row["source"].value if "source" in row else "" for row in (one, other)]
    same_time = times[0].startswith(times[1]) or times[1].startswith(times[0])
    return one["value"] != other["value"] and sources[0] != sources[1] and same_time
