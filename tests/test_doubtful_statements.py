"""The reports on doubtful statements find what is planted, of kinds that the shipped data has none of, and no more."""

from collections.abc import Callable

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.namespaces import DATA_GRAPHS, PREFIXES
from polisgraph.reports import read_report

PREFIX_LINES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())

Rows = Callable[..., set[tuple[str, ...]]]


@pytest.fixture
def rows_with(store: ox.Store) -> Rows:
    """Run a report on the shipped data and one page more; return the rows that the page brings or, if `gone`, takes."""

    def run(report: str, turtle: str, gone: bool = False) -> set[tuple[str, ...]]:
        more = ox.Store()
        more.extend(store)
        page = 'src:other a pg:WebPage ; dct:title "Other"@en ; pg:notBefore "2026"^^xsd:gYear .\n' + turtle
        for graph in (ox.NamedNode(DATA_GRAPHS + "from-other"), ox.DefaultGraph()):
            more.load(PREFIX_LINES + page, ox.RdfFormat.TURTLE, to_graph=graph)
        derive(more, bundle.ONTOLOGY / "rules")
        before, after = _rows(store, report), _rows(more, report)
        return before - after if gone else after - before

    return run


def _rows(store: ox.Store, name: str) -> set[tuple[str, ...]]:
    """The rows of a report as its file stands, each without its IRIs."""
    solutions = store.query(read_report(bundle.QUERIES / f"{name}.rq").text)
    return {tuple(term.value for term in row if isinstance(term, ox.Literal)) for row in solutions}


def shown(rows: set[tuple[str, ...]], *words: str) -> list[tuple[str, ...]]:
    return [row for row in rows if all(any(word in cell for cell in row) for word in words)]


def test_two_years_of_foundation_contradict(rows_with: Rows) -> None:
    rows = rows_with("contradictions", 'net:eurocities pg:founded "1987"^^xsd:gYear ; dct:source src:other .')
    assert len(rows) == 3
    assert shown(rows, "Eurocities", "gegründet", "1987", "Other")
    assert shown(rows, "Eurocities", "gegründet", "1986", "Stadt Köln")


@pytest.mark.parametrize(
    "fact",
    [
        'net:strong-cities pg:founded "2015"^^xsd:gYear',  # less precise than 2015-09
        "net:eccar pg:foundedIn country:DEU",  # where Nuremberg lies
        'net:eurocities pg:founded "1986"^^xsd:gYear',
    ],
)
def test_what_is_only_less_precise_is_no_contradiction(rows_with: Rows, fact: str) -> None:
    assert rows_with("contradictions", f"{fact} ; dct:source src:other .") == set()


def membership(start: str, end: str = "") -> str:
    until = f'; pg:end "{end}"^^xsd:gYear' if end else ""
    return f"""ten:bochum--eurocities--other a pg:NetworkMembership ; org:member mun:bochum ;
        org:organization net:eurocities ; org:role role:member ; pg:start "{start}"^^xsd:gYear {until} ;
        dct:source src:other ."""


def test_two_starts_of_a_membership_contradict(rows_with: Rows) -> None:
    rows = rows_with("contradictions", membership("2019"))
    assert len(rows) == 3
    assert shown(rows, "Bochum – Eurocities (Mitglied)", "Beginn", "2019", "Other")
    assert shown(rows, "Bochum – Eurocities (Mitglied)", "Beginn", "2021-03", "Stadt Bochum")


@pytest.mark.parametrize(
    "made", [membership("2021"), membership("2001", "2005")], ids=["less precise", "earlier period"]
)
def test_two_starts_may_both_be_true(rows_with: Rows, made: str) -> None:
    assert rows_with("contradictions", made) == set()


def claim(network: str, measure: str, value: int, more: str = "") -> str:
    return f"""claim:other a pg:FigureClaim ; pg:about net:{network} ; pg:measure measure:{measure} ; pg:value {value} ;
        {more} dct:source src:other ."""


def test_numbers_of_different_times_do_not_contradict(rows_with: Rows) -> None:
    german = 'pg:scope country:DEU ; pg:asOf "{}"^^xsd:gYear ;'
    assert rows_with("contradictions", claim("eurocities", "member-cities", 25, german.format(2026))) == set()
    assert len(rows_with("contradictions", claim("eurocities", "member-cities", 25, german.format(2022)))) == 2


def test_a_younger_number_replaces_and_an_equal_one_confirms(rows_with: Rows) -> None:
    rows = rows_with("possibly-outdated", claim("strong-cities", "member-cities", 150))
    assert [row[0] for row in rows] == ["eine jüngere Quelle nennt eine andere Zahl"]
    confirmed = rows_with("possibly-outdated", claim("strong-cities", "member-cities", 100), gone=True)
    assert [row[0] for row in confirmed] == ["die Zahl ist älter als vier Jahre"]


def test_what_is_dissolved_or_overdue_is_outdated(rows_with: Rows) -> None:
    dissolved = 'net:cdia pg:dissolved "2025"^^xsd:gYear ; dct:source src:other .'
    assert shown(rows_with("possibly-outdated", dissolved), "Düsseldorf", "das Netzwerk ist aufgelöst")
    overdue = """commitment:other a pg:Commitment ; skos:prefLabel "Ziel"@de ; pg:undertakenIn net:cdia ;
        pg:deadline "{}"^^xsd:gYear ; dct:source src:other ."""
    assert shown(rows_with("possibly-outdated", overdue.format(2025)), "Ziel", "die Frist ist verstrichen")
    assert not rows_with("possibly-outdated", overdue.format(2026))
