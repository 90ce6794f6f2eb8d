"""What a file is told when it is checked beside the data: findings about what it describes, and their lines."""

from datetime import date

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.checking import Request, Verdict
from polisgraph.checking.inspection import inspect
from polisgraph.checking.surroundings import surroundings
from polisgraph.checking.verdict import read_request, read_verdict, write
from polisgraph.namespaces import DATA_GRAPHS, PREFIXES, expand

TODAY = date(2026, 11, 22)
HEAD = "".join(
    f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in ("pg", "mun", "net", "ten", "org", "role", "dct", "src", "xsd")
)
LINES = HEAD.count("\n")
GOOD = (
    HEAD
    + """ten:bochum--uclg a pg:NetworkMembership ;
    org:member mun:bochum ;
    org:organization net:uclg ;
    org:role role:member ;
    dct:source src:bochum-europa ;
    pg:locator "Netzwerke, 1" .
"""
)


def told(verdict: Verdict, severity: str = "Violation") -> list[tuple[str, tuple[int, ...]]]:
    found = [each for each in verdict.findings if each.severity == severity]
    return [(each.shape.rpartition("/")[2], tuple(line - LINES for line in each.lines)) for each in found]


def test_what_the_data_describes_need_not_stand_in_the_file(store: ox.Store) -> None:
    verdict = inspect(Request(GOOD), store, TODAY)
    assert verdict.conforms and verdict.findings == ()
    assert (verdict.statements, verdict.subjects, verdict.known) == (6, 1, 0)
    alone = inspect(Request(GOOD), None, TODAY)
    assert "NoDangling" in {name for name, _ in told(alone)}


def test_findings_have_their_lines_and_say_what_to_do(store: ox.Store) -> None:
    bad = GOOD.replace("net:uclg", "net:nowhere").replace("    pg:locator", "    pg:frobnicate 3 ;\n    pg:locator")
    verdict = inspect(Request(bad), store, TODAY)
    assert not verdict.conforms
    assert told(verdict) == [
        ("NetworkMembership", (3,)), ("NetworkMembership", (6,)), ("NoDangling", (3,)), ("UndeclaredTerm", (6,)),
    ]  # fmt: skip
    assert all(each.message["de"] and each.message["en"] for each in verdict.findings)


def test_a_file_takes_the_place_of_the_one_that_it_replaces(store: ox.Store) -> None:
    old = (bundle.DATA / "from-bochum-eurocities.ttl").read_text(encoding="utf-8")
    changed = old.replace('pg:start "2021-03"^^xsd:gYearMonth', 'pg:start "2021-03"^^xsd:gYearMonth ;\n pg:joinedAs 25')
    assert changed != old
    beside = inspect(Request(changed), store, TODAY)
    instead = inspect(Request(changed, DATA_GRAPHS + "from-bochum-eurocities"), store, TODAY)
    assert len(told(instead)) < len(told(beside)) or told(instead) == []
    graph = DATA_GRAPHS + "from-bochum-eurocities"
    triples = [quad.triple for quad in ox.parse(changed.encode(), format=ox.RdfFormat.TURTLE)]
    around = list(surroundings(store, triples, graph))
    assert around and all(quad.graph_name != ox.NamedNode(graph) for quad in around)
    assert any(quad.graph_name == ox.NamedNode(graph) for quad in surroundings(store, triples, ""))


def test_a_second_thing_with_the_same_identifier_is_found_in_the_data(store: ox.Store) -> None:
    (item,) = {
        q.object
        for q in store.quads_for_pattern(ox.NamedNode(expand("mun:koeln")), ox.NamedNode(expand("pg:wikidata")), None)
    }
    file = HEAD + f"mun:bochum pg:wikidata {item} .\n"
    assert ("WikidataUnique", (1,)) in told(inspect(Request(file), store, TODAY))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("<a:b> <a:c> d .", 1, 13),
        ("\ufeff<a:b> <a:c> <a:d> .\n\n<a:b> x .", 3, 7),
        ("<a> <b:c> 1 .", 1, 1),
        ("<a:b>\n  <a:c> .", 2, 9),
    ],
)
def test_a_syntax_error_has_its_place(text: str, line: int, column: int) -> None:
    verdict = inspect(Request(text), None, TODAY)
    assert verdict.problem and (verdict.line, verdict.column) == (line, column)
    assert not verdict.conforms and verdict.findings == ()


@pytest.mark.parametrize(
    "text",
    ["", "# nothing", '<a:b> <a:c> "\\uD800" .', "<a:b> <a:c> " + "[ <a:d> " * 5_000 + "1" + " ]" * 5_000 + " ."],
)
def test_odd_texts_get_a_verdict(text: str) -> None:
    verdict = inspect(Request(text), None, TODAY)
    assert read_verdict(write(verdict).encode()) == verdict
    assert read_request(write(Request(text, "g"))) == Request(text, "g")


def test_nothing_is_fetched(store: ox.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("went out"))
    owl = PREFIXES["owl"]
    file = f"<https://example.org/o> a <{owl}Ontology> ; <{owl}imports> <http://127.0.0.1:9/x> ."
    verdict = inspect(Request(file), store, TODAY)
    assert verdict.statements == 2
