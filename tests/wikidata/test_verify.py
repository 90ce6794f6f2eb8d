"""Every way in which our data and Wikidata can disagree is found, and nothing else, against the stand-in."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.cli import main
from polisgraph.wikidata.claims import Claim
from polisgraph.wikidata.differences import FORMATS
from polisgraph.wikidata.entities import Entity, read_entities
from polisgraph.wikidata.items import AREA, DISAMBIGUATION, HUMAN, ORGANIZATION, SETTLEMENT, Item
from polisgraph.wikidata.known import Known
from polisgraph.wikidata.times import Time
from polisgraph.wikidata.verifying import (
    KINDS,
    Disagreement,
    compare_memberships,
    compare_things,
    kind_disagrees,
)
from tests.processes import free_port
from tests.wikidata.conftest import HEAD
from tests.wikidata.standin import (
    CLUB,
    TRAIN,
    StandIn,
    html,
    item,
    member,
    point,
    refused,
    standing_in,
    value,
)

DATA = """
country:DEU a pg:Territory ; skos:prefLabel "Deutschland"@de , "Germany"@en ; pg:isoCode "DEU" ; pg:wikidata wd:Q183 .
src:page a pg:WebPage ; dct:title "Netzwerke"@de , "Networks"@en ; dct:identifier "page" .
"""
TOWNS = {
    "agreeing": ("Q9900000001", '; pg:ags "05999001" ; wgs84:lat 51.0 ; wgs84:long 7.0'),
    "gone": ("Q9900000002", ""),
    "merged": ("Q9900000003", ""),
    "train": ("Q9900000004", ""),
    "abroad": ("Q9900000005", ""),
    "other-ags": ("Q9900000006", '; pg:ags "05999006"'),
    "far": ("Q9900000007", "; wgs84:lat 51.0 ; wgs84:long 7.0"),
    "bare": ("Q9900000009", '; pg:ags "05999009" ; wgs84:lat 51.0 ; wgs84:long 7.0'),
}
NETWORKS = {"one": "Q9900000021", "two": "Q9900000022"}
WIKIDATA = (
    item("Q9900000001", "Agreeing", more='; wdt:P17 wd:Q142 , wd:Q183 ; wdt:P439 "05999001"' + point(51.05, 7.05))
    + "wd:Q9900000003 owl:sameAs wd:Q9900000013 .\n"
    + item("Q9900000013", "Survivor")
    + item("Q9900000004", "EuroTown", kind=TRAIN)
    + item("Q9900000005", "Abroad", more="; wdt:P17 wd:Q142")
    + item("Q9900000006", "Other key", more='; wdt:P17 wd:Q183 ; wdt:P439 "05999999"')
    + item("Q9900000007", "Far", more=point(51.0, 8.0))
    + item("Q9900000008", "County", more='; wdt:P440 "05998"')
    + "wd:Q9900000009 wikibase:statements 0 .\n"
    + item("Q9900000021", "One", kind=CLUB)
    + item("Q9900000022", "Two", kind=CLUB)
    + item("Q9900000031", "Person", kind="Q5")
    + value("Q9900000006", "P439", '"05999006"', rank="Deprecated")
)


GAZETTEER = """
place:right a pg:GazetteerEntry ; skos:prefLabel "Right" ; pg:country country:DEU ; pg:ags "05999001" ;
    wgs84:lat 51.0 ; wgs84:long 7.0 ; pg:wikidata wd:Q9900000001 .
place:wrong a pg:GazetteerEntry ; skos:prefLabel "Wrong" ; pg:country country:DEU ; pg:ags "05999007" ;
    wgs84:lat 52.0 ; wgs84:long 7.0 ; pg:wikidata wd:Q9900000006 .
place:unlinked a pg:GazetteerEntry ; skos:prefLabel "Unlinked" ; pg:country country:DEU ; pg:ags "05999008" .
"""


def data(*memberships: str) -> str:
    lines = [DATA]
    for name, (number, more) in TOWNS.items():
        lines.append(
            f'mun:{name} a pg:Municipality ; skos:prefLabel "{name}"@de , "{name}"@en ; pg:country country:DEU ;'
            f" pg:wikidata wd:{number} {more} .\n"
        )
    for name, number in NETWORKS.items():
        lines.append(
            f'net:{name} a pg:Network ; skos:prefLabel "{name}"@de , "{name}"@en ; pg:wikidata wd:{number} .\n'
        )
    lines.append(
        'county:county a pg:County ; skos:prefLabel "county"@de , "county"@en ; pg:country country:DEU ;'
        ' pg:districtKey "05999" ; pg:wikidata wd:Q9900000008 .\n'
        'net:unlinked a pg:Network ; skos:prefLabel "unlinked"@de , "unlinked"@en .\n'
        'person:one a foaf:Person ; skos:prefLabel "one"@de , "one"@en ; pg:wikidata wd:Q9900000031 .\n'
    )
    return "".join([*lines, *memberships])


def membership(name: str, network: str, times: str = "", role: str = "member") -> str:
    return (
        f"ten:{name}--{network} a pg:NetworkMembership ; org:member mun:{name} ; org:organization net:{network} ;"
        f' org:role role:{role} ; dct:source src:page ; pg:locator "Networks, 1" {times} .\n'
    )


def since(text: str, property_: str = "start") -> str:
    kind = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(text)]
    return f'; pg:{property_} "{text}"^^xsd:{kind} '


def home_with(folder: Path, *memberships: str) -> Path:
    path = folder / "from-page.ttl"
    path.write_text(HEAD + data(*memberships), encoding="utf-8")
    places = folder / "gazetteer.ttl"
    places.write_text(HEAD + GAZETTEER, encoding="utf-8")
    build(folder / "home", Plan((path, places), bundle.ONTOLOGY, validate=False), Progress())
    return folder / "home"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with(
        tmp_path_factory.mktemp("linked"),
        membership("agreeing", "one", since("2004")),
        membership("agreeing", "two", since("2004")),
        membership("abroad", "one", since("2010")),
        membership("abroad", "two", since("2010") + since("2012-05", "end")),
        membership("other-ags", "one"),
        membership("gone", "one"),
        membership("merged", "one"),
        membership("train", "one", since("2009")),
        membership("train", "two", role="observer"),
        membership("far", "unlinked"),
    )


MEMBERSHIPS = (
    member("Q9900000001", "Q9900000021", start="2004-03")
    + member("Q9900000001", "Q9900000022", start="2006")
    + member("Q9900000005", "Q9900000021", start="2010", end="2015")
    + member("Q9900000005", "Q9900000022", start="2010-01-01", end="2012")
    + member("Q9900000006", "Q9900000021", rank="Deprecated")
    + member("Q9900000004", "Q9900000021", start="?")
    + member("Q9900000004", "Q9900000022")
    + member("Q9900000007", "Q9900000021", start="2001")
    + member("Q9900000007", "Q9900000999", start="2001")
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with standing_in(tmp_path_factory.mktemp("wikidata"), WIKIDATA + MEMBERSHIPS) as stand_in:
        yield stand_in


@pytest.fixture(autouse=True)
def never_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polisgraph.wikidata.client.sleep", lambda seconds: None)


def verify(home: Path, address: str, cache: Path, *words: str) -> tuple[int, str, str]:
    options = ["--home", str(home), "--endpoint", address, "--cache", str(cache / "cache.sqlite"), *words]
    done = CliRunner().invoke(main, ["wikidata", "verify", *options])
    return done.exit_code, done.stdout, done.stderr


EXPECTED = {
    ("deleted", "gone", "Q9900000002", ""),
    ("redirected", "merged", "Q9900000003", "Q9900000013"),
    ("kind", "train", "place", "invented category of trains"),
    ("country", "abroad", "Q183", "Q142"),
    ("ags", "other-ags", "05999006", "05999999"),
    ("district", "county", "05999", "05998"),
    ("coordinates", "far", "51.0000, 7.0000", "51.0000, 8.0000 (70.0 km away)"),
    ("start", "agreeing in two", "since 2004", "since 2006"),
    ("end", "abroad in one", "since 2010", "from 2010 until 2015"),
    ("lacking-there", "other-ags in one", "no dates", "deprecated"),
    ("lacking-here", "far in one", "", "since 2001"),
}


def test_every_disagreement_is_found_and_no_other(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    status, out, err = verify(home, stand_in.address, tmp_path, "--format", "json")
    found = json.loads(out)
    assert {(one["about"], one["label"], one["ours"], one["theirs"]) for one in found} == EXPECTED
    assert status == 3 and f"13 items compared with {stand_in.address}: 11 disagreements." in err
    assert {one["about"] for one in found} == set(KINDS)
    (start,) = (one for one in found if one["about"] == "start")
    assert start["stated_in"] == "data/from-page (Networks)" and start["item_label"] == "Agreeing"
    assert start["entity"] == "https://w3id.org/polisgraph/id/municipality/agreeing"


def test_the_forms_say_the_same(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    status, out, _ = verify(home, stand_in.address, tmp_path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 3 and {(r["about"], r["label"], r["ours"], r["theirs"]) for r in rows} == EXPECTED
    asked = len(stand_in.asked)
    status, out, _ = verify(home, stand_in.address, tmp_path)
    # Only what is not there is asked about again: it may come back.
    assert status == 3 and len(stand_in.asked) == asked + 1 and "Q9900000002>" in stand_in.asked[-1]
    for about, label, ours, theirs in EXPECTED:
        assert f"{about}: {KINDS[about]}" in out and label in out and ours in out and theirs in out
    assert "mun:far" in out and "Q9900000007 (Far)" in out and "\x1b" not in out
    assert max(map(len, out.splitlines())) > 80


def test_nothing_is_changed(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    verify(home, stand_in.address, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
    assert not any("INSERT" in query or "DELETE" in query for query in stand_in.asked)


def test_the_gazetteer_is_compared_when_asked_for(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    status, out, err = verify(home, stand_in.address, tmp_path, "--format", "json", "--gazetteer")
    found = [(one["about"], one["entity"].rpartition("/")[2], one["label"], one["theirs"]) for one in json.loads(out)]
    assert status == 3 and found == [("ags", "wrong", "Wrong", "05999999")] and "2 items compared" in err
    assert not any("P463" in query for query in stand_in.asked)


def test_what_is_far_is_for_the_reader_to_say(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    _, out, _ = verify(home, stand_in.address, tmp_path, "--format", "json", "--distance", "100")
    assert "coordinates" not in {one["about"] for one in json.loads(out)}
    _, out, _ = verify(home, stand_in.address, tmp_path, "--format", "json", "--distance", "1")
    assert [one["label"] for one in json.loads(out) if one["about"] == "coordinates"] == ["agreeing", "far"]


def test_where_all_agree_nothing_is_printed(tmp_path: Path, stand_in: StandIn) -> None:
    path = tmp_path / "linked.ttl"
    path.write_text(HEAD + DATA + 'net:one a pg:Network ; skos:prefLabel "one"@en ; pg:wikidata wd:Q9900000021 .\n')
    build(tmp_path / "home", Plan((path,), bundle.ONTOLOGY, validate=False), Progress())
    for form, expected in (("table", ""), ("json", "[]\n"), ("csv", ",".join(Disagreement.__annotations__) + "\n")):
        status, out, err = verify(tmp_path / "home", stand_in.address, tmp_path, "--format", form)
        assert (status, out.replace("\r", "")) == (0, expected) and "2 items compared" in err and "all agree" in err


def test_a_run_that_fails_says_so_and_the_next_goes_on(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.faults = [refused(429, "1"), html, *[refused(500)] * 4]
    status, out, err = verify(home, stand_in.address, tmp_path)
    assert (status, out) == (1, "") and len(stand_in.asked) == 5
    assert "answered with status 429; asking again in 1 s" in err
    assert err.endswith(
        f"polisgraph: {stand_in.address} gave no whole answer: it answered with status 500, 5 times. Try again later.\n"
    )
    stand_in.clear()
    assert verify(home, stand_in.address, tmp_path)[0] == 3
    assert len(stand_in.asked) == 5


@pytest.mark.parametrize("contact", ["a\nb", "\u00fcber@x.example"])
def test_a_contact_that_cannot_be_told_is_refused(home: Path, tmp_path: Path, contact: str) -> None:
    status, out, err = verify(home, "https://x.example/", tmp_path, "--contact", contact)
    assert (status, out) == (2, "") and "plain letters" in err


def test_the_program_is_quiet_in_a_pipe(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "polisgraph", "wikidata", "verify", "--home", str(home)]
    command += ["--endpoint", stand_in.address, "--cache", str(tmp_path / "cache.sqlite"), "--format", "csv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3 and done.stdout.count("\n") == 1 + len(EXPECTED)
    assert done.stderr == f"13 items compared with {stand_in.address}: 11 disagreements.\n"


def test_an_endpoint_that_is_not_there(home: Path, tmp_path: Path) -> None:
    status, out, err = verify(home, f"http://127.0.0.1:{free_port()}/sparql", tmp_path)
    assert (status, out) == (1, "") and "cannot be reached, 5 times" in err and "Traceback" not in err


def claim(start: str = "", end: str = "", note: bool = False, holds: bool = True) -> Claim:
    return Claim(
        tenure="ten:1", graph="data/from-page", member="mun:1", member_label="1", member_item="Q1", network="net:2",
        network_label="2", network_item="Q2", role="role:member", is_member=True, holds=holds, start=start, end=end,
        note=note, succeeded=False, dissolved=False, source=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (claim("2004"), ["2004/"], []),
        (claim("2004-03"), ["2004/"], []),
        (claim("2004-03-14"), ["2004-03/"], []),
        (claim("2004-03"), ["2004-04/"], [("start", "since 2004-03", "since 2004-04")]),
        (claim(), ["2004/"], []),
        (claim("2004"), ["/"], []),
        (claim("2004"), ["2004/2010"], [("end", "since 2004", "from 2004 until 2010")]),
        (claim("2004", "2010"), ["2004/"], [("end", "from 2004 until 2010", "since 2004")]),
        (claim("2004", "2010"), ["2005/2011"],
         [("start", "from 2004 until 2010", "from 2005 until 2011"),
          ("end", "from 2004 until 2010", "from 2005 until 2011")]),
        (claim(note=True), ["/2010"], []),
        (claim(holds=False), ["/2010"], []),
        (claim("2004"), ["vague"], []),
        (claim("2004", "2008"), ["2004/2008", "2012/"], [("start", "from 2004 until 2008", "since 2012"),
                                                       ("end", "from 2004 until 2008", "since 2012")]),
    ],
)  # fmt: skip
def test_times_are_compared_as_precisely_as_both_are(
    ours: Claim, theirs: list[str], expected: list[tuple[str, str, str]]
) -> None:
    known = []
    for text in theirs:
        start, _, end = text.partition("/")
        known.append(Known(Time.read(start), Time.read(end), False, text == "vague"))
    entities = {iri: Entity(iri, items={number}) for iri, number in (("mun:1", "Q1"), ("net:2", "Q2"))}
    items = {number: Item(number, exists=True) for number in ("Q1", "Q2")}
    found = list(compare_memberships([ours], {("Q1", "Q2"): known}, entities, items))
    assert [(one.about, one.ours, one.theirs) for one in found] == expected


@pytest.mark.parametrize(
    ("kind", "roots", "wrong"),
    [
        ("person", {HUMAN}, False), ("person", {ORGANIZATION}, True), ("person", set(), True),
        ("place", {AREA}, False), ("place", {SETTLEMENT, ORGANIZATION}, False), ("place", {DISAMBIGUATION}, True),
        ("place", {ORGANIZATION}, True), ("organization", {ORGANIZATION}, False),
        ("organization", {ORGANIZATION, AREA}, False), ("organization", {ORGANIZATION, SETTLEMENT}, True),
        ("organization", {HUMAN}, True), ("organization", set(), True),
    ],
)  # fmt: skip
def test_kinds(kind: str, roots: set[str], wrong: bool) -> None:
    assert kind_disagrees(kind, Item("Q1", True, roots=roots, classes={"Q2": ""})) == wrong
    assert not kind_disagrees(kind, Item("Q1", True))


def test_names_are_no_markup_and_no_commands_of_a_terminal() -> None:
    nasty = "[red]x[/red] \x1b[31m\n=1"
    found = [Disagreement("kind", "https://x.example/", nasty, "Q1", nasty, "place", nasty)]
    for form in FORMATS.values():
        assert "\x1b" not in form(found) or form is FORMATS["csv"]
    assert "[red]x[/red]" in FORMATS["table"](found)


def test_the_shipped_graph_is_read_whole(store: ox.Store) -> None:
    """Every linked thing is compared, each with the item that was confirmed for it."""
    entities = read_entities(store)
    linked = {iri: entity for iri, entity in entities.items() if entity.items}
    rows = store.query(
        "SELECT (COUNT(DISTINCT ?thing) AS ?number) { ?thing <https://w3id.org/polisgraph/ontology/wikidata> ?item }"
    )
    assert isinstance(rows, ox.QuerySolutions)
    assert len(linked) == int(next(rows)["number"].value) >= 70
    koeln = entities["https://w3id.org/polisgraph/id/municipality/koeln"]
    assert (koeln.items, koeln.kind, koeln.keys["ags"], koeln.name) == ({"Q365"}, "place", {"05315000"}, "Cologne")
    assert isinstance(koeln, Entity) and koeln.latitude is not None
    eurocities = entities["https://w3id.org/polisgraph/id/network/eurocities"]
    assert eurocities.kind == "organization" and eurocities.websites == {"https://eurocities.eu/"}
    germany = entities[koeln.country]
    assert germany.kind == "place" and germany.items == {"Q183"}
    far = {number: Item(number, True, countries={"Q142"}) for entity in linked.values() for number in entity.items}
    abroad = [one for one in compare_things(entities, far, entities, distance=10.0) if one.label == "Cologne"]
    assert [(one.about, one.ours, one.theirs) for one in abroad] == [("country", "Q183", "Q142")]
