"""The shipped single facts beside what people wrote: their pages, what contradicts what, the reports that show them."""

from collections import Counter

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.build import Plan, Progress, assemble
from polisgraph.importing import find_mapping, read_mapping, read_statements
from polisgraph.importing.turtle import RELATIONS, values
from polisgraph.namespaces import DATA_GRAPHS, expand, shorten
from polisgraph.reports import Case, EntityLookup, bind, read_report
from tests.shipped import WRITTEN

FACTS = {
    "facts-memberships": {"pg:NetworkMembership": 81},
    "facts-governance": {"pg:BodyMembership": 96, "pg:OfficeHolding": 65, "pg:SecretariatHosting": 2},
}
"""The lists, and how many tenures of which class are made of them."""

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def facts() -> ox.Store:
    """What people wrote and both lists of single facts, derived and reasoned over, in memory."""
    files = [bundle.DATA / f"from-{name}.ttl" for name in FACTS]
    return assemble(Plan(data=(*WRITTEN, *files)), Progress())[0].store


def answer(facts: ox.Store, name: str, **given: str) -> Rows:
    """Return what a report says in English: by the names of its columns, without those that are empty."""
    report = read_report(bundle.QUERIES / f"{name}.rq")
    entities = EntityLookup(lambda query: facts.query(query).serialize(format=ox.QueryResultsFormat.JSON))
    case = Case({name: (value,) for name, value in ({"lang": "en"} | given).items()})
    solutions = facts.query(bind(report, report.values_of(case), entities))
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{name: row[name].value for name in names if row[name] is not None} for row in solutions]


@pytest.mark.parametrize("name", FACTS)
def test_each_row_cites_a_page_that_is_described(name: str) -> None:
    said = read_statements(bundle.DATA / f"from-{name}.ttl")
    field = read_mapping(find_mapping(name)).field("source")
    assert field is not None
    tenures = [iri for iri in said if RELATIONS & set(values(said, iri, "rdf:type"))]
    kinds = Counter(shorten(kind) for iri in tenures for kind in values(said, iri, "rdf:type"))
    assert kinds == FACTS[name]
    assert all(len(values(said, iri, prop)) == 1 for iri in tenures for prop in ("dct:source", "pg:locator"))
    taken = {address: code for address, code in field.codes.items() if code.iri}
    assert {source for iri in tenures for source in values(said, iri, "dct:source")} == {
        code.iri for code in taken.values()
    }
    for address, code in taken.items():
        assert values(said, code.iri, "dct:identifier") == [address]
        assert values(said, code.iri, "rdf:type") == [code.kind]
    rights = values(said, f"{DATA_GRAPHS}from-{name}", "dct:rights")
    assert "no text was taken" in rights[0]
    assert expand("foaf:Person") not in {kind for iri in said for kind in values(said, iri, "rdf:type")}


def test_a_list_of_a_day_is_no_start() -> None:
    said = read_statements(bundle.DATA / "from-facts-governance.ttl")
    leaders = [iri for iri in said if expand("src:eurocities-governance") in values(said, iri, "dct:source")]
    seats = [iri for iri in leaders if RELATIONS & set(values(said, iri, "rdf:type"))]
    assert len(seats) == 34
    assert all(values(said, iri, "pg:attestedOn") == ["2023"] for iri in seats)
    assert not any(values(said, iri, prop) for iri in seats for prop in ("pg:start", "pg:end"))


def test_contradictions_of_the_facts_with_the_pages_show(facts: ox.Store) -> None:
    rows = answer(facts, "contradictions")

    def stated(start: str, point: str = "start") -> list[tuple[str, str]]:
        found = [row for row in rows if row["subject_label"].startswith(start) and row["point"] == point]
        return [(row["stated"], row["source"].rpartition("/")[2]) for row in found]

    assert sorted(stated("Hamburg – Rainbow")) == [("2014", "rainbow-cities-about-us"), ("2016-07-28", "queer-de-2016")]
    assert sorted(stated("Munich – Rainbow")) == [("2012", "rainbow-cities-about-us"), ("2015-11-25", "queer-de-2016")]
    # One source names the city, the other its mayor: they stand one below the other all the same.
    mayor, city = "Eckart Würzner – Energy Cities (president)", "Heidelberg – Energy Cities (president)"
    labels = [row["subject_label"] for row in rows]
    assert stated(city) == [("2005", "wikipedia-energy-cities")] and stated(mayor) == [("2006", "heidelberg")]
    assert abs(labels.index(city) - labels.index(mayor)) == 1
    hosts = {
        row["stated"].partition(" – ")[0] for row in rows if row.get("subject") == expand("body:eccar-geschaeftsstelle")
    }
    assert hosts == {"Potsdam", "Barcelona, Heidelberg", "Nuremberg"}


def test_two_who_speak_for_one_city_do_not_contradict_each_other(facts: ox.Store) -> None:
    assert not [row for row in answer(facts, "contradictions") if "UCLG" in row.get("subject_label", "")]


def test_who_followed_whom(facts: ox.Store) -> None:
    def changes(network: str) -> list[tuple[str, str]]:
        rows = answer(facts, "office-succession", network=network)
        return [(row["predecessor_label"], row["successor_label"]) for row in rows]

    assert changes("energy-cities") == [
        ("Besançon", "Barcelona"), ("Barcelona", "Odense"), ("Odense", "Heidelberg"), ("Heidelberg", "Leuven"),
    ]  # fmt: skip
    assert changes("rgre-de") == [("Stuttgart", "Pohlheim")]
    assert changes("climate-alliance") == [("Rostock", "Cologne")]


def test_bodies_and_who_sits_in_them(facts: ox.Store) -> None:
    bodies = answer(facts, "bodies-of-network", network="eurocities")
    forum = [row for row in bodies if row["body"] == expand("body:eurocities-forum-kultur")]
    assert {row["source"].rpartition("/")[2] for row in forum} >= {"duesseldorf", "eurocities-governance"}
    groups = {row["body_label"]: row.get("parent_label") for row in bodies if row["kinds"] == "working group"}
    assert (
        len(groups) == 14
        and groups["Eurocities working group on innovation"] == "Eurocities Economic Development Forum"
    )
    offices = answer(facts, "office-holders", network="eurocities")
    presidents = {
        (row["holder_label"], row.get("stated_as_of"), row.get("start"), row.get("end"))
        for row in offices
        if row.get("office_label") == "president"
    }
    assert presidents >= {
        ("Nantes", "2016", None, None), ("Florence", "2023", None, None),
        ("Gent", None, "2016", "2018"), ("Stockholm", None, "2018-11", None),
    }  # fmt: skip
    mine = answer(facts, "representation-of-municipality", municipality="heidelberg", as_of="2014-06-30")
    assert ("Energy Cities Board of Directors", "sure") in {(row["body_label"], row["certainty"]) for row in mine}


def test_secretariats_have_their_hosts(facts: ox.Store) -> None:
    rows = answer(facts, "secretariats")
    found = {(row["host_label"], row.get("start"), row.get("stated_as_of")) for row in rows if "host_label" in row}
    assert found >= {("Montreal", "2015-06", "2015-06"), ("Nuremberg", None, "2013-01-24"), ("Potsdam", None, None)}


def test_of_two_lists_of_the_same_seats_the_later_counts(facts: ox.Store) -> None:
    seats = {
        row["country_label"]: int(row["seats"]) for row in answer(facts, "boards-and-members", network="eurocities")
    }
    # Of the committees of 2016 and 2023 Birmingham sat in the first only; Leeds, Belfast and London lead groups.
    assert seats["United Kingdom"] == 3
    assert seats["Norway"] == 2


def test_seats_of_cities_whose_membership_no_source_names(facts: ox.Store) -> None:
    rows = answer(facts, "seats-without-membership", network="eurocities")
    keys = [
        (row["municipality_label"], row["body_label"], row.get("role_label"), row.get("stated_as_of")) for row in rows
    ]
    assert ("Porto", "Eurocities Environment Forum", "chair", "2023") in keys
    assert len(keys) == len(set(keys))
