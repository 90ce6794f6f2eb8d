"""A list whose rows are seats in bodies and offices: what tenures it makes, of which bodies, and who followed whom."""

import csv
import io
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph.errors import SourceError
from polisgraph.importing import (
    Decided,
    Mapping,
    Outcome,
    carry_over,
    decide,
    find_mapping,
    read_mapping,
    read_rows,
    statements,
    summary,
    write_account,
)
from polisgraph.importing.turtle import Statements, values
from polisgraph.linking import Index
from polisgraph.namespaces import expand, shorten

HEADER = "network_key,body,role,member_name,country_iso2,start,end,as_of,source,note\n"
LEADERS, ARTICLE = "https://eurocities.eu/governance/", "https://en.wikipedia.org/wiki/Energy_Cities"
BOARD, PEACE = (
    "https://energy-cities.eu/governance/",
    "https://www.mayorsforpeace.org/en/news/2021/former-210125-news-en/",
)
BOLOGNA = "http://www.comune.bologna.it/relazioniinternazionali/servizi/159:14330/16444/"
PRESS = "https://eupoliticalreport.com/?p=17550"
TERM = "mandate of three years; start taken from the change of presidency in 2023; not translated"
ROWS = f"""eurocities,Executive Committee,president,Köln,DE,,,2023,{LEADERS},page date not stored
eurocities,Executive Committee,member,Köln,DE,,,2023,{LEADERS},
eurocities,"WG Skills, creativity, and work",lead,Köln,DE,,,2023,{LEADERS},parent: Forum Culture
eurocities,Presidency,president,Köln,DE,2023,,2023,{PRESS},
energy_cities,Presidency,president,Nirgendwo,DE,1997,2005,,{ARTICLE},
energy_cities,Presidency,president,Köln,DE,2005,2023,,{ARTICLE},
energy_cities,Board of Directors,observer,Köln,DE,2023,,,{BOARD},{TERM}
eccar,Secretariat,host,Köln,DE,,,2013-01-24,{BOLOGNA},
mayors_for_peace,Lead City for Belgium,lead,Gent,BE,,,2021-01,{PEACE},
"""


@pytest.fixture(scope="module")
def seats() -> Mapping:
    return read_mapping(find_mapping("facts-governance"))


def decided_on(folder: Path, index: Index, mapping: Mapping, rows: str) -> list[Decided]:
    path = folder / "seats.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return decide(read_rows(path, mapping), index)


@pytest.fixture
def decided(tmp_path: Path, index: Index, seats: Mapping) -> list[Decided]:
    return decided_on(tmp_path, index, seats, ROWS)


def told(said: Statements, iri: str) -> set[tuple[str, str]]:
    return {
        (prop, shorten(value.value) if isinstance(value, ox.NamedNode) else value.value)
        for prop, value in said[expand(iri)]
    }


def followed(said: Statements) -> dict[str, list[str]]:
    """Whom each followed, by their tenures."""
    return {
        shorten(iri): [shorten(one) for one in before] for iri in said if (before := values(said, iri, "pg:succeeds"))
    }


def test_each_row_is_a_seat_an_office_or_a_hosting(decided: list[Decided], seats: Mapping) -> None:
    said = statements(decided, seats, set())
    start = "ten:facts-governance--"
    tenures = {shorten(iri).removeprefix(start) for iri in said if shorten(iri).startswith(start)}
    assert tenures == {
        "eurocities-executive-committee--president--koeln--eurocities-governance",
        "eurocities-executive-committee--member--koeln--eurocities-governance",
        "eurocities-wg-skills-creativity-and-work--lead--koeln--eurocities-governance",
        "energy-cities--president--nirgendwo--wikipedia-energy-cities",
        "energy-cities--president--koeln--wikipedia-energy-cities",
        "energy-cities-board--observer--koeln--energy-cities-governance",
        "eccar-geschaeftsstelle--host--koeln--bologna-eccar",
        "mayors-for-peace--lead--gent--mayors-for-peace-news-2021",
    }
    # One source gives one member two seats in one body: neither is a second registration of the other.
    president = told(said, f"{start}eurocities-executive-committee--president--koeln--eurocities-governance")
    assert president == {
        ("rdf:type", "pg:OfficeHolding"), ("org:member", "mun:koeln"), ("org:role", "role:president"),
        ("org:organization", "body:eurocities-executive-committee"), ("pg:attestedOn", "2023"),
        ("pg:timeNote", "Seite ohne Datum"), ("pg:timeNote", "page without a date"),
        ("dct:source", "src:eurocities-governance"), ("pg:locator", "Executive Committee, «Köln»"),
    }  # fmt: skip
    member = told(said, f"{start}eurocities-executive-committee--member--koeln--eurocities-governance")
    assert {("rdf:type", "pg:BodyMembership"), ("org:role", "role:member")} <= member
    hosting = told(said, f"{start}eccar-geschaeftsstelle--host--koeln--bologna-eccar")
    assert hosting == {
        ("rdf:type", "pg:SecretariatHosting"), ("pg:host", "mun:koeln"), ("pg:attestedOn", "2013-01-24"),
        ("pg:hostedBody", "body:eccar-geschaeftsstelle"), ("dct:source", "src:bologna-eccar"),
        ("pg:locator", "Secretariat, «Köln»"),
    }  # fmt: skip
    lead = told(said, f"{start}mayors-for-peace--lead--gent--mayors-for-peace-news-2021")
    assert {("org:role", "role:lead-city"), ("pg:represents", "country:BEL")} <= lead
    observer = told(said, f"{start}energy-cities-board--observer--koeln--energy-cities-governance")
    note = "three years; start taken from the change of presidency in 2023"
    assert {("org:role", "role:observer"), ("pg:start", "2023"), ("pg:timeNote", f"for {note}")} <= observer


def test_bodies_are_described_with_whoever_speaks_of_them(decided: list[Decided], seats: Mapping) -> None:
    said = statements(decided, seats, set())
    group = told(said, "body:eurocities-wg-skills-creativity-and-work")
    assert {
        ("rdf:type", "pg:WorkingGroup"), ("pg:bodyOf", "net:eurocities"),
        ("pg:subBodyOf", "body:eurocities-forum-kultur"),
        ("skos:prefLabel", "Eurocities working group on skills, creativity and work"),
        ("dct:source", "src:eurocities-governance"), ("pg:locator", "«WG Skills, creativity, and work»"),
    } <= group  # fmt: skip
    known = told(said, "body:eurocities-executive-committee")
    assert ("dct:source", "src:eurocities-governance") in known and "skos:prefLabel" not in dict(known)
    assert not {"net:eurocities", "net:energy-cities", "body:eurocities-forum-umwelt"} & {shorten(iri) for iri in said}


def test_who_followed_whom_is_said_where_one_source_gives_both_times(
    tmp_path: Path, index: Index, seats: Mapping
) -> None:
    term = "energy_cities,Presidency,president"
    both = f"{term},Erste,DE,1994,1997,,{ARTICLE},\n{term},Zweite,DE,1997-05,2000,,{ARTICLE},\n"
    said = statements(decided_on(tmp_path, index, seats, both), seats, set())
    start, end = "ten:facts-governance--energy-cities--president--", "--wikipedia-energy-cities"
    assert values(said, expand(f"{start}zweite{end}"), "pg:succeeds") == [expand(f"{start}erste{end}")]
    for rows in (
        f"{both}{term},Dritte,DE,1997,,,{ARTICLE},\n",  # two came: after whom, nobody says
        f"{both}{term},Dritte,DE,1990,1997,,{ARTICLE},\n",  # two went
        both.replace(ARTICLE, BOARD, 1),  # what two sources say
        both.replace("Presidency,president", "Board of Directors,member"),  # of several members nobody follows one
        f"{term},Erste,DE,1997,1997,,{ARTICLE},\n",  # it began in the year in which it ended
    ):
        assert followed(statements(decided_on(tmp_path, index, seats, rows), seats, set())) == {}


def test_an_office_that_a_list_has_twice_is_followed_once(tmp_path: Path, index: Index) -> None:
    text = find_mapping("facts-governance").read_text(encoding="utf-8")
    path = tmp_path / "facts-governance.json"
    path.write_text(text.replace("{body}--{role}--{member_name}--{source}", "{_row}", 1), encoding="utf-8")
    term, times = "energy_cities,Presidency,president", ("Erste,DE,1994,1997", "Erste,DE,1994,1997", "Zweite,DE,1997,")
    rows = "".join(f"{term},{time},,{ARTICLE},\n" for time in times)
    mapping = read_mapping(path)
    said = statements(decided_on(tmp_path, index, mapping, rows), mapping, set())
    assert followed(said) == {"ten:facts-governance--4": ["ten:facts-governance--2"]}


def test_a_source_is_not_older_than_what_it_says(decided: list[Decided], seats: Mapping) -> None:
    said = statements(decided, seats, set())
    found = {
        name: values(said, expand(f"src:{name}"), "pg:notBefore")
        for name in ("wikipedia-energy-cities", "bologna-eccar")
    }
    # Until when somebody holds an office is often known beforehand.
    assert found == {"wikipedia-energy-cities": ["2005"], "bologna-eccar": ["2013-01-24"]}


def test_what_is_left_out_has_its_reason(decided: list[Decided]) -> None:
    lines = [line.strip() for line in summary(decided)]
    assert "1 left out: its source is none that the mapping takes" in lines and "1 a report of the press" in lines
    account = {row["row"]: row for row in csv.DictReader(io.StringIO(write_account(decided)))}
    assert len(account) == 9
    assert account["5"]["reason"] == f"its source is a report of the press: {PRESS}"
    assert account["4"]["place"] == "body:eurocities-wg-skills-creativity-and-work"
    assert account["6"]["outcome"] == Outcome.NEW and account["6"]["place"] == "net:energy-cities"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (f"esn,Board,member,Köln,DE,,,,{BOARD},", "row 2, column 'network_key': 'esn' is no network"),
        (f"eccar,Council,member,Köln,DE,,,,{BOARD},", "row 2, column 'body': 'Council' is no body of eccar"),
        (f"eccar,Board,patron,Köln,DE,,,,{BOARD},", "row 2, column 'role': 'patron' is not"),
        (f"eccar,Board,host,Köln,DE,,,,{BOARD},", "row 2, column 'role': 'host' is nothing that one is in 'Board'"),
        (f"eccar,Secretariat,member,Köln,DE,,,,{BOARD},", "row 2, column 'role': 'member' is nothing that one is in"),
        (f"eccar,,member,Köln,DE,,,,{BOARD},", "row 2, column 'body': required"),
    ],
)
def test_a_wrong_seat_is_named(tmp_path: Path, index: Index, seats: Mapping, row: str, problem: str) -> None:
    with pytest.raises(SourceError, match=re.escape(problem)):
        decided_on(tmp_path, index, seats, f"{row}\n")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"propertyUrl": "org:organization"', '"propertyUrl": "org:role"', "seats need columns"),
        ('"rdf:type": {"@id": "https://w3id.org/polisgraph/ontology/Forum"}', '"x": 1', "without a network or class"),
        ('"skos:note": "a report of the press"', '"x": 1', "stands for nothing"),
    ],
)
def test_a_mapping_of_seats_says_what_they_are(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = find_mapping("facts-governance").read_text(encoding="utf-8")
    path = tmp_path / "seats.json"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=problem):
        read_mapping(path)


def test_a_role_needs_a_tenure_that_it_makes(tmp_path: Path, index: Index) -> None:
    text = find_mapping("facts-governance").read_text(encoding="utf-8")
    path = tmp_path / "seats.json"
    path.write_text(text.replace(f'"rdf:type": {{"@id": "{expand("pg:BodyMembership")}"}}', '"x": 1'), encoding="utf-8")
    with pytest.raises(SourceError, match="row 2, column 'role': 'member' is no role of which the mapping says"):
        decided_on(tmp_path, index, read_mapping(path), f"eccar,Board,member,Köln,DE,,,,{BOARD},\n")


@pytest.mark.parametrize(
    ("gone", "left_with_it"),
    [
        ("energy-cities-board--observer--koeln--energy-cities-governance", "energy-cities-governance"),
        ("eurocities-executive-committee--member--koeln--eurocities-governance", ""),  # it goes on presiding there
    ],
)
def test_a_seat_that_is_gone_ends_even_if_the_city_has_another(
    tmp_path: Path, index: Index, seats: Mapping, gone: str, left_with_it: str
) -> None:
    old = statements(decided_on(tmp_path, index, seats, ROWS), seats, set())
    fewer = [line for line in ROWS.splitlines(keepends=True) if f",{gone.split('--')[1]},Köln" not in line]
    assert len(fewer) == ROWS.count("\n") - 1
    new = statements(decided_on(tmp_path, index, seats, "".join(fewer)), seats, set())
    body, seat = expand(f"body:{gone.split('--')[0]}"), expand(f"ten:facts-governance--{gone}")
    assert seat not in new and (body in new) is not bool(left_with_it)
    carry_over(old, new, seats)
    assert values(new, seat, "pg:end") == ["2025-10"] and body in new
    assert not left_with_it or expand(f"src:{left_with_it}") in new
