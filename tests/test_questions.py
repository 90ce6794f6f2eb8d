"""A report answers each question that the graph was made for, and rightly where the shipped data has few cases."""

import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.namespaces import expand
from polisgraph.reason import reason
from polisgraph.reports import EntityLookup, bind, load_reports
from tests.conftest import load_sample

REPORTS = load_reports(bundle.QUERIES)

TURTLE = """
src:page a pg:WebPage ; dct:title "Page"@en .
mun:a a pg:Municipality ; skos:prefLabel "A"@en . mun:b a pg:Municipality ; skos:prefLabel "B"@en .
mun:c a pg:Municipality ; skos:prefLabel "C"@en .
net:n a pg:Network ; skos:prefLabel "N"@en . net:m a pg:Network ; skos:prefLabel "M"@en .
net:o a pg:Network ; skos:prefLabel "O"@en . net:p a pg:Network ; skos:prefLabel "P"@en .
net:q a pg:Network ; skos:prefLabel "Q"@en .
body:board a pg:GoverningBody ; skos:prefLabel "Board"@en ; pg:bodyOf net:q .
partnership:ab a pg:Partnership ; pg:partner mun:a , mun:b .
"""
MEMBERSHIPS = [
    ("a", "n", 'pg:start "2010"^^xsd:gYear'),
    ("b", "n", 'pg:start "2005-03"^^xsd:gYearMonth'),
    ("a", "m", 'pg:start "2001-05-03"^^xsd:date'),
    ("b", "m", 'pg:start "2002"^^xsd:gYear'),
    ("a", "o", 'pg:start "2003"^^xsd:gYear'),
    ("b", "o", 'pg:start "2003-05"^^xsd:gYearMonth'),
    ("a", "p", 'pg:start "2003"^^xsd:gYear'),
    ("c", "p", 'pg:start "2003"^^xsd:gYear'),
    ("c", "q", 'pg:start "2004"^^xsd:gYear ; pg:end "2011-06"^^xsd:gYearMonth'),
    ("c", "n", 'pg:start "2004"^^xsd:gYear ; pg:end "2099"^^xsd:gYear'),
]
SEATS = [
    ("a", 'pg:start "2019"^^xsd:gYear'),
    ("c", 'pg:start "2005"^^xsd:gYear ; pg:end "2009"^^xsd:gYear'),
    ("c", 'pg:start "2012"^^xsd:gYear ; pg:end "2013"^^xsd:gYear'),
    ("c", 'pg:start "2015"^^xsd:gYear'),
]


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    tenures = [
        f"ten:{who}--{where} a pg:NetworkMembership ; org:member mun:{who} ; org:organization net:{where} ;"
        f" dct:source src:page ; {dates} ."
        for who, where, dates in MEMBERSHIPS
    ]
    seats = [
        f"ten:seat-{number} a pg:BodyMembership ; org:member mun:{who} ; org:organization body:board ;"
        f" dct:source src:page ; {dates} ."
        for number, (who, dates) in enumerate(SEATS)
    ]
    store = load_sample(tmp_path_factory.mktemp("questions"), TURTLE + "\n".join(tenures + seats))
    derive(store, bundle.ONTOLOGY / "rules")
    reason(store, bundle.ONTOLOGY / "rules")
    return store


def answer(store: ox.Store, name: str, *columns: str, **values: str) -> list[tuple[str, ...]]:
    """What the report says in English, in `columns`; an empty text where it says nothing."""
    entities = EntityLookup(lambda query: store.query(query).serialize(format=ox.QueryResultsFormat.JSON))
    given = {parameter: (value,) for parameter, value in values.items()} | {"lang": ("en",)}
    solutions = store.query(bind(REPORTS[name], given, entities))
    return [tuple(row[column].value if row[column] else "" for column in columns) for row in solutions]


def test_each_question_has_a_report() -> None:
    readme = (bundle.QUERIES / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Questions that the graph was made for\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if "?" in line]
    assert len(rows) == 14
    for row in rows:
        links = re.findall(r"\[([\w-]+)\]\(([\w.-]+)\)", row)
        assert links, row
        assert all(name in REPORTS and Path(path).stem == name for name, path in links), row


def test_who_followed_its_twin(sample_store: ox.Store) -> None:
    """Times that overlap give no order, and a network without the twin is named too."""
    columns = ("network_label", "twin_label", "joined", "twin_joined", "sequence")
    assert answer(sample_store, "followed-its-twin", *columns, municipality="a") == [
        ("M", "B", "2001-05-03", "2002", "before its twin"),
        ("N", "B", "2010", "2005-03", "followed its twin"),
        ("O", "B", "2003", "2003-05", "unknown"),
        ("P", "", "2003", "", "no twin known in it"),
    ]
    assert [row[0] for row in answer(sample_store, "followed-its-twin", "sequence", municipality="b")] == [
        "followed its twin", "before its twin", "unknown",
    ]  # fmt: skip


def test_who_left_and_after_how_long(sample_store: ox.Store) -> None:
    """An end that is still to come is none yet."""
    assert answer(sample_store, "departures", "place_label", "who_label", "end", "years", network="q") == [
        ("Board", "C", "2013", "1"),
        ("Q", "C", "2011-06", "7"),
        ("Board", "C", "2009", "4"),
    ]
    assert answer(sample_store, "departures", "who_label", network="n") == []


def test_a_seat_needs_a_membership_of_its_own_time(sample_store: ox.Store) -> None:
    columns = ("municipality_label", "start", "membership")
    assert answer(sample_store, "seats-without-membership", *columns) == [
        ("A", "2019", "none known"),
        ("C", "2012", "ended"),
        ("C", "2015", "ended"),
    ]


def test_the_share_of_a_country_is_told_where_its_number_is_documented(whole_store: ox.Store) -> None:
    """Counted anew: members by going through the statements, all municipalities by the lines of the gazetteer."""

    def said(prop: str) -> set[tuple[str, str]]:
        quads = whole_store.quads_for_pattern(None, ox.NamedNode(expand(prop)), None, ox.DefaultGraph())
        return {(quad.subject.value, quad.object.value) for quad in quads}

    municipalities = {subject for subject, kind in said("rdf:type") if kind == expand("pg:Municipality")}
    country = {subject: where for subject, where in said("pg:country") if subject in municipalities}
    members = Counter(country[member] for member in {member for member, _ in said("pg:memberOf")} & country.keys())
    german = len(re.findall(r';pg:ags "', (bundle.DATA / "gazetteer.ttl").read_text(encoding="utf-8")))
    report = REPORTS["municipalities-covered"]
    query = bind(report, {"lang": ("en",)}, EntityLookup(lambda text: b""))
    found = {row["country"].value: row for row in whole_store.query(query)}
    assert {iri: int(row["members"].value) for iri, row in found.items()} == members
    known = Counter(country.values())
    assert all(int(row["known"].value) == known[iri] for iri, row in found.items())
    germany = expand("country:DEU")
    assert [iri for iri, row in found.items() if row["all"]] == [germany]
    assert int(found[germany]["all"].value) == german > 10_000
    assert float(found[germany]["percent_of_all"].value) == round(members[germany] / german * 100, 1)
