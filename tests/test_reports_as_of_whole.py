"""Every report with a day is right over all that is shipped: here its rows are computed anew from the data files."""

import random
from bisect import bisect_left
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.load import data_graphs
from polisgraph.namespaces import GAZETTEER_GRAPH, PREFIXES
from polisgraph.reports import EntityLookup, bind, load_reports
from tests.test_reports_as_of import DATED

REPORTS = load_reports(bundle.QUERIES)
PG, ORG, NET = PREFIXES["pg"], PREFIXES["org"], PREFIXES["net"]
LARGEST = NET + "covenant-of-mayors"

Row = tuple[str, ...]
"""Of whom or of what the row is, its source, its start and end as written there, and how certain it is."""


@dataclass
class Said:
    """What files say: for each subject and property the values."""

    values: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def __call__(self, subject: str, prop: str) -> list[str]:
        return self.values.get((subject, prop), [])

    def one(self, subject: str, prop: str) -> str:
        found = set(self(subject, prop))
        assert len(found) < 2, f"{subject} has several {prop}: say what a report should make of it"
        return next(iter(found), "")


class Evidence:
    """The data files, read without our program: each by itself, and all together."""

    def __init__(self) -> None:
        self.files: dict[str, Said] = {}
        self.all = Said()
        self.tenures: dict[str, list[str]] = defaultdict(list)
        """The files that say of which kind a tenure is, by tenure."""
        self.successors: dict[str, list[str]] = defaultdict(list)
        wanted = {
            PREFIXES["rdf"] + "type", ORG + "member", ORG + "organization", ORG + "postIn", PREFIXES["dct"] + "source",
            *(PG + name for name in ("start", "end", "succeeds", "represents", "exOfficio", "bodyOf", "sectionOf")),
        }  # fmt: skip
        for path, graph in data_graphs((bundle.DATA,)):
            if graph == GAZETTEER_GRAPH:
                continue
            said = self.files[graph] = Said()
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                prop = quad.predicate.value
                if prop in wanted and isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.Triple):
                    for each in (said, self.all):
                        each.values[quad.subject.value, prop].append(quad.object.value)
                    if prop == PG + "succeeds":
                        self.successors[quad.object.value].append(quad.subject.value)
                    if prop == PREFIXES["rdf"] + "type" and quad.object.value in KINDS:
                        self.tenures[quad.subject.value].append(graph)

    def kinds(self, tenure: str) -> set[str]:
        return {kind.removeprefix(PG) for kind in self.all(tenure, PREFIXES["rdf"] + "type")}

    def certainty(self, tenure: str, day: date) -> str | None:
        """How certain the tenure is on `day`; None if it surely was not."""
        first, last = bounds(self.all.one(tenure, PG + "start"))
        end, latest = bounds(self.all.one(tenure, PG + "end"))
        if (first and first > day) or (latest and latest < day):
            return None
        begun = (bounds(self.all.one(next_, PG + "start"))[0] for next_ in self.successors[tenure])
        if last is None or (latest is None and any(start is None or start <= day for start in begun)):
            return "unknown"
        return "sure" if last <= day and (end is None or day <= end) else "possible"

    def rows(self, tenure: str, of: str, day: date) -> Iterator[Row]:
        """The rows that a report has for the tenure on `day`: one a file and source."""
        if certainty := self.certainty(tenure, day):
            for said in (self.files[graph] for graph in self.tenures[tenure]):
                for source in said(tenure, PREFIXES["dct"] + "source"):
                    yield of, source, said.one(tenure, PG + "start"), said.one(tenure, PG + "end"), certainty


KINDS = {PG + kind for kind in ("NetworkMembership", "BodyMembership", "OfficeHolding")}


def bounds(written: str) -> tuple[date | None, date | None]:
    """The first and the last day that a date of whatever precision can mean."""
    if not written:
        return None, None
    year, month, day = (*map(int, written.split("-")), 0, 0)[:3]
    last = month or 12
    return date(year, month or 1, day or 1), date(year, last, day or monthrange(year, last)[1])


def borders(evidence: Evidence, tenures: Iterable[str]) -> list[date]:
    """The days on which something about `tenures` may change, and those before and after."""
    written = {evidence.all.one(tenure, PG + prop) for tenure in tenures for prop in ("start", "end")}
    known = {day for each in written for day in bounds(each) if day}
    return sorted({day + timedelta(days=more) for day in known for more in (-1, 0, 1)})


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return Evidence()


def asked(store: ox.Store, report: str, **values: str) -> ox.QuerySolutions:
    entities = EntityLookup(lambda query: store.query(query).serialize(format=ox.QueryResultsFormat.JSON))
    return store.query(bind(REPORTS[report], {name: (value,) for name, value in values.items()}, entities))


def answered(store: ox.Store, report: str, column: str, day: date, **values: str) -> Iterator[Row]:
    for row in asked(store, report, as_of=day.isoformat(), lang="en", **values):
        found = (row[each] for each in (column, "source", "start", "end", "certainty"))
        yield tuple(term.value if term else "" for term in found)


def some(days: list[date], most: int, seed: str) -> list[date]:
    return random.Random(seed).sample(days, min(most, len(days)))


def test_each_report_with_a_day_is_looked_at() -> None:
    assert {report.name for report in DATED} == {
        "members-of-network", "memberships-of-municipality", "office-holders", "representation-of-municipality",
    }  # fmt: skip


def test_the_members_of_the_largest_network_on_a_day_when_most_joined(
    whole_store: ox.Store, evidence: Evidence
) -> None:
    members = [tenure for tenure in evidence.tenures if LARGEST in evidence.all(tenure, ORG + "organization")]
    starts = Counter(evidence.all.one(tenure, PG + "start") for tenure in members)
    starts.pop("")
    busiest = date.fromisoformat(max(starts, key=lambda start: (starts[start], start)))
    numbers = []
    for day in (busiest - timedelta(days=1), busiest):
        expected = Counter(
            row
            for tenure in members
            for member in evidence.all(tenure, ORG + "member")
            for row in evidence.rows(tenure, member, day)
        )
        assert Counter(answered(whole_store, "members-of-network", "member", day, network=LARGEST)) == expected
        numbers.append(expected.total())
    # They were counted on no day before they joined: those of that day make the difference.
    assert numbers[1] - numbers[0] >= starts[busiest.isoformat()] > 10


def test_the_number_of_members_at_the_end_of_each_year(whole_store: ox.Store, evidence: Evidence) -> None:
    """The history of a network counts whom the report with a day shows as sure, each once, by the year of joining."""
    rows = asked(whole_store, "network-history", network=LARGEST)
    told = {row["year"].value: int(row["members"].value) for row in rows}
    joined: dict[str, str] = {}
    for tenure in evidence.tenures:
        if LARGEST in evidence.all(tenure, ORG + "organization") and (start := evidence.all.one(tenure, PG + "start")):
            for member in evidence.all(tenure, ORG + "member"):
                joined[member] = min(start[:4], joined.get(member, "9999"))
    years = sorted(joined.values())
    assert len(told) > 10 and told == {year: bisect_left(years, f"{year}~") for year in set(years)}


def test_the_members_of_every_other_network_on_all_days_that_matter(whole_store: ox.Store, evidence: Evidence) -> None:
    of_network: dict[str, list[str]] = defaultdict(list)
    for tenure in evidence.tenures:
        if "NetworkMembership" in evidence.kinds(tenure):
            for network in set(evidence.all(tenure, ORG + "organization")) - {LARGEST}:
                of_network[network].append(tenure)
    looked_at = 0
    for network, tenures in of_network.items():
        for day in some(borders(evidence, tenures), 12, network):
            expected = Counter(
                row
                for tenure in tenures
                for member in set(evidence.all(tenure, ORG + "member"))
                for row in evidence.rows(tenure, member, day)
            )
            assert Counter(answered(whole_store, "members-of-network", "member", day, network=network)) == expected
            looked_at += bool(expected)
    assert looked_at > 50


def test_the_memberships_of_municipalities(whole_store: ox.Store, evidence: Evidence) -> None:
    of_member: dict[str, list[str]] = defaultdict(list)
    for tenure in evidence.tenures:
        if "NetworkMembership" in evidence.kinds(tenure):
            for member in set(evidence.all(tenure, ORG + "member")):
                of_member[member].append(tenure)
    several = sorted(member for member, tenures in of_member.items() if len(tenures) > 1)
    for member in random.Random(5).sample(several, 40) + random.Random(5).sample(sorted(of_member), 10):
        for day in some(borders(evidence, of_member[member]), 4, member):
            expected = Counter(
                row
                for tenure in of_member[member]
                for joined in set(evidence.all(tenure, ORG + "organization"))
                for network in {joined, *evidence.all(joined, PG + "sectionOf")}
                for row in evidence.rows(tenure, network, day)
            )
            found = answered(whole_store, "memberships-of-municipality", "network", day, municipality=member)
            assert Counter(found) == expected, (member, day)


def test_offices_and_seats(whole_store: ox.Store, evidence: Evidence) -> None:
    """A row may stand there several times, for each municipality that it is of: so as sets."""
    every = {tenure for tenure in evidence.tenures if not evidence.kinds(tenure) & {"NetworkMembership"}}
    offices = {tenure for tenure in every if "OfficeHolding" in evidence.kinds(tenure)}
    days = borders(evidence, offices)
    assert len(days) > 10
    for day in some(days, 20, "offices"):
        found = set(answered(whole_store, "office-holders", "holder", day))
        expected = {
            row
            for tenure in offices
            for holder in evidence.all(tenure, ORG + "member")
            for row in evidence.rows(tenure, holder, day)
        }
        # Beside offices it shows seats in bodies that lead.
        assert expected <= found
        rest = (row for tenure in every - offices for member in evidence.all(tenure, ORG + "member")
                for row in evidence.rows(tenure, member, day))  # fmt: skip
        assert found - expected <= set(rest)
    of_municipality: dict[str, set[str]] = defaultdict(set)
    for tenure in every:
        posts = (
            place for post in evidence.all(tenure, PG + "exOfficio") for place in evidence.all(post, ORG + "postIn")
        )
        for one in (*evidence.all(tenure, ORG + "member"), *evidence.all(tenure, PG + "represents"), *posts):
            of_municipality[one].add(tenure)
    ours = partial(answered, whole_store, "representation-of-municipality", "body")
    for municipality in sorted(one for one in of_municipality if one.startswith(PREFIXES["mun"])):
        tenures = of_municipality[municipality]
        for day in some(borders(evidence, tenures), 4, municipality):
            expected = {
                row
                for tenure in tenures
                for body in evidence.all(tenure, ORG + "organization")
                for row in evidence.rows(tenure, body, day)
            }
            assert set(ours(day, municipality=municipality)) == expected, (municipality, day)
