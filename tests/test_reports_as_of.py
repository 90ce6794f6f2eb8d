"""What a day given to a report leaves in, leaves out, and calls sure, possible or unknown."""

from collections.abc import Callable
from functools import cache

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.reason import reason
from polisgraph.reports import EntityLookup, Report, bind, load_reports
from tests.conftest import load_sample

RULES = bundle.ONTOLOGY / "rules"
DATED = [report for report in load_reports(bundle.QUERIES).values() if report.parameter("as_of")]

ASKED_FOR = {"municipality": "a", "network": "n"}
KINDS = {"NetworkMembership": "member", "OfficeHolding": "president"}
"""The kinds of tenure that the reports with a day are about, with a role for each."""

TURTLE = """
src:page a pg:WebPage ; dct:title "Seite"@de .
mun:a a pg:Municipality ; skos:prefLabel "A"@de .
mun:b a pg:Municipality ; skos:prefLabel "B"@de .
net:n a pg:Network ; skos:prefLabel "N"@de .
net:m a pg:Network ; skos:prefLabel "M"@de .
ten:a--n a pg:KIND ; org:member mun:a ; org:organization net:n ; org:role role:ROLE ;
    dct:source src:page ; pg:locator "Oben, 1" """


Concluded = Callable[[str], ox.Store]


@pytest.fixture(scope="module")
def concluded(tmp_path_factory: pytest.TempPathFactory) -> Concluded:
    """A function that loads Turtle and concludes what follows, once for all that is asked of the same text."""
    folder = tmp_path_factory.mktemp("samples")

    @cache
    def store(turtle: str) -> ox.Store:
        loaded = load_sample(folder, turtle)
        derive(loaded, RULES)
        reason(loaded, RULES)
        return loaded

    return store


def answer(report: Report, concluded: Concluded, dates: str, day: str, after: str = "") -> list[str]:
    """How certain `report` calls the tenure of A in N, with `dates`, on `day`; nothing if it leaves it out."""
    kind = next(kind for kind in KINDS if f"pg:{kind}" in report.text)
    store = concluded((TURTLE + dates + " ." + after).replace("KIND", kind).replace("ROLE", KINDS[kind]))
    entities = EntityLookup(lambda query: store.query(query).serialize(format=ox.QueryResultsFormat.JSON))
    values = {name: (value,) for name, value in ASKED_FOR.items() if report.parameter(name)}
    query = bind(report, values | {"as_of": (day,), "lang": ("en",)}, entities)
    return [row["certainty"].value for row in store.query(query)]


every_report = pytest.mark.parametrize("report", DATED, ids=lambda report: report.name)


@every_report
@pytest.mark.parametrize(
    ("day", "certainty"),
    [
        ("2014-12-31", []),
        ("2015-01-01", ["possible"]),
        ("2015-12-31", ["sure"]),
        ("2018-03-01", ["sure"]),
        ("2018-03-02", ["possible"]),
        ("2018-03-31", ["possible"]),
        ("2018-04-01", []),
    ],
)
def test_dates_are_as_precise_as_their_source(
    report: Report, concluded: Concluded, day: str, certainty: list[str]
) -> None:
    dates = '; pg:start "2015"^^xsd:gYear ; pg:end "2018-03"^^xsd:gYearMonth'
    assert answer(report, concluded, dates, day) == certainty


@every_report
@pytest.mark.parametrize(
    ("dates", "day", "certainty"),
    [
        ("", "1950-01-01", ["unknown"]),
        ('; pg:end "2018"^^xsd:gYear', "2018-12-31", ["unknown"]),
        ('; pg:end "2018"^^xsd:gYear', "2019-01-01", []),
        ('; pg:start "2015"^^xsd:gYear', "2090-01-01", ["sure"]),
    ],
)
def test_what_has_no_start_is_unknown_and_what_has_no_end_goes_on(
    report: Report, concluded: Concluded, dates: str, day: str, certainty: list[str]
) -> None:
    assert answer(report, concluded, dates, day) == certainty


@every_report
@pytest.mark.parametrize(
    ("successor", "day", "certainty"),
    [
        ('"2016"^^xsd:gYear', "2015-12-31", ["sure"]),
        ('"2016"^^xsd:gYear', "2016-01-01", ["unknown"]),
        (None, "2015-12-31", ["unknown"]),
    ],
)
def test_a_successor_ends_certainty(
    report: Report, concluded: Concluded, successor: str | None, day: str, certainty: list[str]
) -> None:
    """The successor is another municipality in another network, so that no report that is asked for A in N shows it."""
    start = f"; pg:start {successor}" if successor else ""
    after = f"""
ten:b--m a pg:KIND ; org:member mun:b ; org:organization net:m ; org:role role:ROLE ;
    pg:succeeds ten:a--n ; dct:source src:page ; pg:locator "Oben, 2" {start} ."""
    assert answer(report, concluded, '; pg:start "2013"^^xsd:gYear', day, after) == certainty
