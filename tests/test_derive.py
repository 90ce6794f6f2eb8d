"""The derivations: bounds of dates, memberships, and how rules are run. Labels have their own file."""

import calendar
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.errors import RuleError
from polisgraph.fixpoint import run_to_fixpoint
from polisgraph.load import load
from polisgraph.namespaces import DERIVED_GRAPH, PG, expand, shorten
from polisgraph.rules import Rule, read_rules
from tests.shipped import WRITTEN

RULES = bundle.ONTOLOGY / "rules"
DERIVATIONS = read_rules(RULES / "derive")
LABEL = PG + "displayLabel"
XSD = "http://www.w3.org/2001/XMLSchema#"
Sample = Callable[..., ox.Store]


def derived(store: ox.Store) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(DERIVED_GRAPH))}


def objects(store: ox.Store, subject: str, predicate: str) -> list[str]:
    """The objects of `subject` and `predicate` in the default graph, IRIs shortened."""
    found = store.quads_for_pattern(
        ox.NamedNode(expand(subject)), ox.NamedNode(expand(predicate)), None, ox.DefaultGraph()
    )
    return sorted(shorten(q.object.value) if isinstance(q.object, ox.NamedNode) else str(q.object) for q in found)


# Dates

YEARS = [1582, 1600, 1700, 1896, 1899, 1900, 1904, 1951, 1999, 2000, 2004, 2023, 2024, 2026, 2096, 2100, 2400]


def stated_dates() -> dict[tuple[str, str], tuple[date, date]]:
    """Lexical form and datatype of dates, and the first and last day they may mean by Python's calendar."""
    found = {}
    for year in YEARS:
        found[f"{year}", "gYear"] = date(year, 1, 1), date(year, 12, 31)
        for month in range(1, 13):
            last = calendar.monthrange(year, month)[1]
            found[f"{year}-{month:02}", "gYearMonth"] = date(year, month, 1), date(year, month, last)
            for day in (9, last):
                found[f"{year}-{month:02}-{day:02}", "date"] = (date(year, month, day),) * 2
    return found


def expected_bounds() -> set[tuple[str, str, str]]:
    names = {"start": ("earliestStart", "latestStart"), "end": ("earliestEnd", "latestEnd")}
    return {
        (f"ten:{stated}-{text}", f"pg:{name}", bound.isoformat())
        for (text, _), bounds in stated_dates().items()
        for stated, pair in names.items()
        for name, bound in zip(pair, bounds, strict=True)
    }


DATES = "\n".join(
    f'ten:{stated}-{text} pg:{stated} "{text}"^^xsd:{kind} .'
    for text, kind in stated_dates()
    for stated in ("start", "end")
)


def test_bounds_are_those_of_the_calendar(sample: Sample) -> None:
    store = sample(DATES)
    derive(store, RULES)
    bounds = {t for t in derived(store) if shorten(t.subject.value).startswith("ten:") and t.predicate.value != LABEL}
    assert {t.object.datatype.value for t in bounds} == {XSD + "date"}
    assert {(shorten(t.subject.value), shorten(t.predicate.value), t.object.value) for t in bounds} == expected_bounds()


def test_bounds_are_the_same_in_rdflib(sample: Sample) -> None:
    graph = rdflib.Graph().parse(data=sample(DATES).dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()))
    bounds = graph.query((RULES / "derive" / "1-date-bounds.rq").read_text(encoding="utf-8")).graph
    assert bounds is not None
    assert {o.datatype for o in bounds.objects()} == {rdflib.XSD.date}
    assert {(shorten(str(s)), shorten(str(p)), str(o)) for s, p, o in bounds} == expected_bounds()


@pytest.mark.parametrize(
    "value",
    [
        '"2021-02-29"^^xsd:date', '"1900-02-29"^^xsd:date', '"2021-04-31"^^xsd:date', '"21"^^xsd:gYear',
        '"2021-13"^^xsd:gYearMonth', '"2021-00"^^xsd:gYearMonth', '"2021-03"^^xsd:gYear', '"2021"', "2021",
        '"seit 2021"@de',
    ],
)  # fmt: skip
def test_what_is_no_date_has_no_bounds(sample: Sample, value: str) -> None:
    store = sample(f"ten:x pg:start {value} .")
    derive(store, RULES)
    assert not objects(store, "ten:x", "pg:earliestStart") + objects(store, "ten:x", "pg:latestStart")


# Memberships

MEMBERSHIP = "ten:x a pg:NetworkMembership ; org:member mun:bochum ; org:organization net:eurocities . "
TODAY = date(2026, 11, 22)

MEMBER_TODAY = {
    "nothing more is said": "",
    "full member": "ten:x org:role role:member .",
    "founding member": "ten:x org:role role:founding-member .",
    "signatory": "ten:x org:role role:signatory .",
    "began today": 'ten:x pg:start "2026-11-22"^^xsd:date .',
    "began some time this month": 'ten:x pg:start "2026-11"^^xsd:gYearMonth .',
    "ends today": 'ten:x pg:end "2026-11-22"^^xsd:date .',
    "ends some time this month": 'ten:x pg:end "2026-11"^^xsd:gYearMonth .',
    "ends some time this year": 'ten:x pg:end "2026"^^xsd:gYear .',
    "ends next year": 'ten:x pg:end "2027"^^xsd:gYear .',
    "the network will be dissolved": 'net:eurocities pg:dissolved "2027"^^xsd:gYear .',
    "the successor has not begun": 'ten:y pg:succeeds ten:x ; pg:start "2026-11-23"^^xsd:date .',
    "it succeeded another": "ten:x pg:succeeds ten:y .",
    "another tenure ended": 'ten:y a pg:NetworkMembership ; pg:end "2020"^^xsd:gYear .',
    "the same tenure ends next year": 'ten:x pg:sameTenureAs ten:y . ten:y pg:end "2027"^^xsd:gYear .',
}
MEMBER_ONCE = {
    "ended yesterday": 'ten:x pg:end "2026-11-21"^^xsd:date .',
    "ended last month": 'ten:x pg:end "2026-10"^^xsd:gYearMonth .',
    "ended last year": 'ten:x pg:end "2025"^^xsd:gYear .',
    "the same tenure ended": 'ten:x pg:sameTenureAs ten:y . ten:y pg:end "2025"^^xsd:gYear .',
    "the same tenure ended, said from there": 'ten:y pg:sameTenureAs ten:x ; pg:end "2025"^^xsd:gYear .',
    "a successor without a date": "ten:y pg:succeeds ten:x .",
    "a successor that has begun": 'ten:y pg:succeeds ten:x ; pg:start "2026"^^xsd:gYear .',
    "the network is dissolved": 'net:eurocities pg:dissolved "2025-12"^^xsd:gYearMonth .',
}
NEVER_MEMBER = {
    "begins tomorrow": 'ten:x pg:start "2026-11-23"^^xsd:date .',
    "begins next month": 'ten:x pg:start "2026-12"^^xsd:gYearMonth .',
    "begins next year": 'ten:x pg:start "2027"^^xsd:gYear .',
    "observer": "ten:x org:role role:observer .",
    "associate": "ten:x org:role role:associate .",
    "cooperation partner": "ten:x org:role role:cooperation-partner .",
    "a role of no known kind": "ten:x org:role role:supporter .",
    "a seat in a body": "ten:y a pg:BodyMembership .",
}


def memberships(store: ox.Store) -> tuple[list[str], list[str]]:
    derive(store, RULES)
    return objects(store, "mun:bochum", "pg:memberOf"), objects(store, "mun:bochum", "pg:everMemberOf")


@pytest.mark.parametrize("case", MEMBER_TODAY)
def test_member_today(sample: Sample, case: str) -> None:
    assert memberships(sample(MEMBERSHIP + MEMBER_TODAY[case])) == (["net:eurocities"], ["net:eurocities"])


@pytest.mark.parametrize("case", MEMBER_ONCE)
def test_member_once(sample: Sample, case: str) -> None:
    assert memberships(sample(MEMBERSHIP + MEMBER_ONCE[case])) == ([], ["net:eurocities"])


@pytest.mark.parametrize("case", NEVER_MEMBER)
def test_never_member(sample: Sample, case: str) -> None:
    kind = "pg:NetworkMembership" if case != "a seat in a body" else "pg:BodyMembership"
    text = MEMBERSHIP.replace("pg:NetworkMembership", kind) + NEVER_MEMBER[case]
    assert memberships(sample(text)) == ([], [])


def test_a_second_tenure_keeps_the_membership_that_the_first_ended(sample: Sample) -> None:
    again = 'ten:x pg:end "2010"^^xsd:gYear . ' + MEMBERSHIP.replace("ten:x", "ten:again")
    assert memberships(sample(MEMBERSHIP + again)) == (["net:eurocities"], ["net:eurocities"])


DAYS = ["2020-04-30", "2020-05-01", "2021-05-31", "2021-06-01"]


def test_the_answer_changes_with_the_day(sample: Sample) -> None:
    text = MEMBERSHIP + 'ten:x pg:start "2020-05-01"^^xsd:date ; pg:end "2021-05-31"^^xsd:date .'
    seen = [bool(memberships(sample(text, date.fromisoformat(day)))[0]) for day in DAYS]
    assert seen == [False, True, True, False]


def test_the_day_must_be_known(sample: Sample) -> None:
    store = sample(MEMBERSHIP)
    today = ox.NamedNode(PG + "today")
    (quad,) = store.quads_for_pattern(None, today, None, ox.DefaultGraph())
    store.add(ox.Quad(quad.subject, today, ox.Literal("2026-11-23", datatype=ox.NamedNode(XSD + "date"))))
    with pytest.raises(RuleError, match="2 times which day today is"):
        derive(store, RULES)
    for known in list(store.quads_for_pattern(None, today, None, ox.DefaultGraph())):
        store.remove(known)
    with pytest.raises(RuleError, match="0 times which day today is"):
        derive(store, RULES)


# The rules themselves


def test_a_second_run_finds_nothing() -> None:
    store = load(WRITTEN, bundle.ONTOLOGY, TODAY).store
    first = derive(store, RULES)
    assert first == len(derived(store)) > 0
    assert derive(store, RULES) == 0


def test_within_a_stage_the_order_of_the_rules_does_not_matter(tmp_path: Path) -> None:
    """What a rule asks the absence of is complete before its stage, so other names give the same triples."""
    for path in (RULES / "derive").glob("*.rq"):
        stage, _, name = path.stem.partition("-")
        (tmp_path / "derive").mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / "derive" / f"{stage}-{name[::-1]}.rq")
    stores = [load(WRITTEN, bundle.ONTOLOGY, TODAY).store for _ in range(2)]
    derive(stores[0], RULES)
    derive(stores[1], tmp_path)
    assert derived(stores[0]) == derived(stores[1])


def test_every_absence_is_told_in_words() -> None:
    told = Counter({rule.name: len(rule.absences) for rule in DERIVATIONS})
    nested = {"1-member-of": 2, "1-ever-member-of": 1}
    assert told == {r.name: r.body.count("NOT EXISTS") - nested.get(r.name, 0) for r in DERIVATIONS}
    assert told.total() > 0


def test_a_rule_without_a_stage_is_refused(tmp_path: Path, sample: Sample) -> None:
    (tmp_path / "derive").mkdir()
    shutil.copy(RULES / "derive" / "1-member-of.rq", tmp_path / "derive" / "member-of.rq")
    with pytest.raises(RuleError, match=r"member-of\.rq: begin its name with the number"):
        derive(sample(""), tmp_path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "a rule consists of comment lines"),
        ("# Says what.\nASK { ?s ?p ?o }", "a rule consists of comment lines"),
        ("# Says what.\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p }", "no SPARQL 1.1"),
        ("# Says what.\nCONSTRUCT { ?s ex:p ?o } WHERE { ?s ?p ?o }", "no SPARQL 1.1"),
        ("# Says what.\nSELECT * WHERE { ?s ?p ?o FILTER(<urn:unknown>(?o)) }", "the engine cannot run it"),
    ],
)
def test_a_faulty_rule_is_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "1-faulty.rq").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=rf"1-faulty\.rq: {complaint}"):
        read_rules(tmp_path)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="there is no rule"):
        read_rules(tmp_path)


MADE_UP = """# What is linked by {read} is linked by {made}.
PREFIX ex: <http://example.org/>

CONSTRUCT {{
    ?x ex:{made} ?y .
}}
WHERE {{
    ?x ex:{read} ?y .
    ?y ex:{asked} ?z .
}}
"""


def made_up(folder: Path, *rules: tuple[str, str, str]) -> tuple[Rule, ...]:
    for number, (read, asked, made) in enumerate(rules):
        text = MADE_UP.format(read=read, asked=asked, made=made)
        (folder / f"{number}-rule.rq").write_text(text, encoding="utf-8")
    return read_rules(folder)


def said(turtle: str) -> ox.Store:
    store = ox.Store()
    store.load(("@prefix ex: <http://example.org/> ." + turtle).encode(), format=ox.RdfFormat.TURTLE)
    return store


def test_rules_that_feed_each_other_run_until_nothing_is_new(tmp_path: Path) -> None:
    rules = made_up(tmp_path, ("c", "is", "d"), ("b", "is", "c"), ("a", "is", "b"))
    ran: list[str] = []
    store = said("ex:1 ex:a ex:2 . ex:2 ex:is ex:3 .")
    assert run_to_fixpoint(store, rules, DERIVED_GRAPH, ran.append) == 3
    assert {str(t.predicate).removesuffix(">")[-1] for t in derived(store)} == {"b", "c", "d"}
    assert ran == ["0-rule", "1-rule", "2-rule", "1-rule", "0-rule"]


def test_a_rule_does_not_run_again_for_what_cannot_take_part_in_it(tmp_path: Path) -> None:
    rules = made_up(tmp_path, ("a", "is", "is"))
    ran: list[str] = []
    apart, chained = (
        said("ex:1 ex:a ex:2 . ex:2 ex:is ex:3 ."),
        said("ex:0 ex:a ex:1 . ex:1 ex:a ex:2 . ex:2 ex:is ex:3 ."),
    )
    assert run_to_fixpoint(apart, rules, DERIVED_GRAPH, ran.append) == 1
    assert ran == ["0-rule"]
    assert run_to_fixpoint(chained, rules, DERIVED_GRAPH, ran.append) == 2
