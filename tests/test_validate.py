"""Validation: what a finding says, where it points, the report in RDF, and data or shapes of strangers."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import RDF, SH

from polisgraph import bundle
from polisgraph.errors import SourceError
from polisgraph.findings import SEVERITIES, Finding, Place
from polisgraph.load import load
from polisgraph.namespaces import DERIVED_GRAPH, PG, PGSH, PREFIXES, REPORT_GRAPH
from polisgraph.validate import Validation, validate
from polisgraph.validate.terms import to_rdflib

SHAPES = bundle.ONTOLOGY / "shapes.ttl"
SOUND = Path(__file__).parent / "samples" / "sound.ttl"
HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
LINES = HEAD.count("\n")
FORUM = """
organization:forum a org:Organization ;
    skos:prefLabel "Forum"@de ;
    pg:founded "2004-13"^^xsd:gYearMonth ;
    dct:source src:seite .
"""
OPEN = """
ten:offen a pg:NetworkMembership ;
    org:member mun:musterstadt ;
    org:organization net:ring ;
    pg:start "2031"^^xsd:gYear ;
    dct:source src:seite ;
    pg:locator "Seite, 1" .
"""
SMALL = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix e: <http://example.org/> .
e:Rule a sh:NodeShape ; sh:targetSubjectsOf e:p ; sh:property [ sh:path %s ; %s ] .
"""


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "own.ttl") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def small_ontology(tmp_path: Path) -> Path:
    """An ontology of one class, where a whole one would only take time."""
    folder = tmp_path / "ontology"
    folder.mkdir()
    (folder / "small.ttl").write_text(f"{HEAD} pg:Forum rdfs:subClassOf pg:Body .")
    return folder


def check(*paths: Path, ontology: Path = bundle.ONTOLOGY, shapes: Path = SHAPES) -> Validation:
    return validate(load(paths, ontology, date(2026, 11, 22)), shapes)


def places(validation: Validation, finding: Finding | None = None) -> tuple[Place, ...]:
    """Where a finding stands: the one given, or the only one that there is."""
    (where,) = validation.places(validation.findings if finding is None else [finding])
    return where


def by_rule(validation: Validation) -> dict[str, Finding]:
    return {finding.shape.removeprefix(PGSH): finding for finding in validation.findings}


def test_a_finding_says_rule_subject_value_place_and_what_to_do(put: Callable[..., Path]) -> None:
    path = put(HEAD + FORUM)
    found = check(SOUND, path)
    assert not found.conforms
    (finding,) = found.findings
    assert (finding.severity, finding.shape) == ("Violation", PGSH + "Dates")
    assert finding.focus == PREFIXES["organization"] + "forum"
    assert finding.value == "2004-13"
    assert finding.path is not None
    assert "pg:founded" in finding.path.split("|")
    assert places(found) == ((path, LINES + 4),)
    assert finding.name == {"de": "Zeitpunkte", "en": "times"}
    shown = finding.text(places(found), "de", path.parent)
    assert shown.startswith(f"own.ttl:{LINES + 4}: Fehler Dates organization:forum pg:")
    assert "(2004-13): Kein Zeitpunkt: " in shown
    assert "(2004-13): Not a time: write " in finding.text()


def test_a_rule_asked_once_names_the_offender_and_the_values(put: Callable[..., Path]) -> None:
    path = put(HEAD + OPEN)
    found = check(SOUND, path)
    (finding,) = found.findings
    assert found.conforms, "a warning stops nothing"
    assert finding.focus == PREFIXES["ten"] + "offen"
    assert (finding.path, finding.value) == (PG + "start", None)
    assert places(found) == ((path, LINES + 5),)
    assert finding.message["de"].startswith("Beginnt 2031, also nach dem heutigen Tag (2026-11-22)")
    assert finding.message["en"].startswith("Starts 2031, that is after today (2026-11-22)")
    assert finding.text(places(found), "en", path.parent) == (
        f"own.ttl:{LINES + 5}: Warning TenureInTheFuture ten:offen pg:start: {finding.message['en']}"
    )


def test_things_in_messages_have_short_names(put: Callable[..., Path]) -> None:
    twice = OPEN.replace("2031", "2011") + OPEN.replace("2031", "2012").replace("ten:offen", "ten:doppelt")
    finding = by_rule(check(SOUND, put(HEAD + twice)))["MembershipsOverlap"]
    assert "Overlaps with ten:doppelt from the same source" in finding.message["en"]


def test_a_finding_in_two_files_has_two_places(put: Callable[..., Path]) -> None:
    one = put(HEAD + FORUM.replace("-13", ""), "one.ttl")
    two = put(HEAD + FORUM.replace("-13", "").replace("Forum", "Platz").replace('"2004"', '"2005"'), "two.ttl")
    found = check(SOUND, one, two)
    finding = by_rule(found)["Named"]
    where = places(found, finding)
    assert where == ((one, LINES + 3), (two, LINES + 3))
    assert [line.split(":")[0] for line in finding.text(where, base=one.parent).splitlines()] == ["one.ttl", "two.ttl"]


def test_a_dangling_link_is_placed_where_it_stands(put: Callable[..., Path]) -> None:
    path = put(HEAD + FORUM.replace('pg:founded "2004-13"^^xsd:gYearMonth', "pg:regionServed area:nirgends"))
    found = check(SOUND, path)
    assert places(found, by_rule(found)["NoDangling"]) == ((path, LINES + 4),)


def test_a_misspelt_property_is_placed_where_it_is_used(put: Callable[..., Path]) -> None:
    path = put(HEAD + FORUM.replace('pg:founded "2004-13"^^xsd:gYearMonth', "pg:fuonded 2004"))
    found = check(SOUND, path)
    assert [(f.shape, f.focus) for f in found.findings] == [(PGSH + "UndeclaredTerm", PG + "fuonded")]
    assert places(found) == ((path, LINES + 4),)


def test_a_node_without_a_name_is_placed_where_it_is_linked_to(put: Callable[..., Path]) -> None:
    blank = '[ a cv:ContactPoint ; skos:prefLabel "Amt"@de ]'
    path = put(HEAD + FORUM.replace('pg:founded "2004-13"^^xsd:gYearMonth', f"cv:contactPoint {blank}"))
    found = check(SOUND, path)
    finding = by_rule(found)["NoBlankNodes"]
    assert finding.focus.startswith("_:")
    assert places(found, finding) == ((path, LINES + 4),)


def test_nothing_that_rules_derive_is_judged(put: Callable[..., Path]) -> None:
    loaded = load([SOUND], bundle.ONTOLOGY, date(2026, 11, 22))
    member, network = (ox.NamedNode(PREFIXES[p] + slug) for p, slug in (("mun", "musterstadt"), ("net", "ring")))
    loaded.store.add(ox.Quad(member, ox.NamedNode(PG + "memberOf"), network, ox.NamedNode(DERIVED_GRAPH)))
    assert validate(loaded, SHAPES).findings == ()


def test_ill_typed_values_are_findings_and_nothing_else(
    put: Callable[..., Path], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    path = put(HEAD + FORUM.replace('"2004-13"^^xsd:gYearMonth', '"2004-02-31"^^xsd:date'))
    assert set(by_rule(check(SOUND, path))) == {"Dates"}
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def report_of(validation: Validation) -> rdflib.Graph:
    quads = list(validation.report())
    assert {quad.graph_name for quad in quads} == {ox.NamedNode(REPORT_GRAPH)}
    return to_rdflib(quads)


def test_the_report_follows_the_specification_with_names_for_nodes(put: Callable[..., Path]) -> None:
    """SHACL, section 3.6."""
    found = check(SOUND, put(HEAD + FORUM + OPEN))
    report, home = report_of(found), rdflib.URIRef(REPORT_GRAPH)
    assert (home, RDF.type, SH.ValidationReport) in report
    assert report.value(home, SH.conforms) == rdflib.Literal(False)
    results = sorted(report.objects(home, SH.result))
    assert results == sorted(rdflib.URIRef(finding.iri) for finding in found.findings)
    assert len(results) == 2
    for finding in found.findings:
        node = rdflib.URIRef(finding.iri)
        assert report.value(node, RDF.type) == SH.ValidationResult
        assert report.value(node, SH.focusNode) == rdflib.URIRef(finding.focus)
        assert report.value(node, SH.sourceShape) == rdflib.URIRef(finding.shape)
        assert report.value(node, SH.resultSeverity) == SH[finding.severity]
        assert len(list(report.objects(node, SH.sourceConstraintComponent))) == 1
        said = {(str(text), text.language) for text in report.objects(node, SH.resultMessage)}
        assert said == {(text, language) for language, text in finding.message.items()}
    paths = dict(report.subject_objects(SH.resultPath))
    values = dict(report.subject_objects(SH.value))
    assert list(map(str, paths.values())) == [PG + "start"], "only single properties"
    assert list(values.values()) == [rdflib.Literal("2004-13", datatype=rdflib.XSD.gYearMonth)]
    assert not any(isinstance(term, rdflib.BNode) for triple in report for term in triple)


def test_the_report_of_sound_data_conforms() -> None:
    found = check(SOUND)
    assert found.findings == ()
    assert found.conforms
    report = report_of(found)
    assert report.value(rdflib.URIRef(REPORT_GRAPH), SH.conforms) == rdflib.Literal(True)
    assert len(report) == 2


def test_two_runs_find_the_same_in_the_same_order(put: Callable[..., Path]) -> None:
    bad = sorted((Path(__file__).parent / "bad").glob("[A-M]*.ttl"))
    one, two = check(SOUND, *bad), check(SOUND, *bad)
    assert one.findings == two.findings
    assert list(one.report()) == list(two.report())
    ranks = [SEVERITIES.index(finding.severity) for finding in one.findings]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}
    assert len({finding.iri for finding in one.findings}) == len(one.findings)


STRANGE = {
    "a.ttl": "@prefix e: <http://example.org/> .\ne:s e:p 'a\\\\q', '''b\n c''' , [ e:p 1 ] .\n[] e:p e:s .",
    "a.nq": "<http://example.org/s> <http://example.org/p> <http://example.org/o> <http://example.org/g> .\n",
    "a.trig": "<http://example.org/g> { <http://example.org/s> <http://example.org/p> 'x'@de }",
    "a.jsonld": '{"@id": "http://example.org/s", "http://example.org/p": {"@value": "1", "@type": "http://example.org/t"}}',
}


@pytest.mark.parametrize("name", STRANGE)
def test_data_of_strangers_gets_findings(put: Callable[..., Path], name: str) -> None:
    path = put(STRANGE[name], name)
    found = check(path)
    undeclared = [f for f in found.findings if f.shape == PGSH + "UndeclaredTerm"]
    assert [finding.focus for finding in undeclared] == ["http://example.org/p"]
    lines = {"a.ttl": 2, "a.nq": 1, "a.trig": 1, "a.jsonld": None}
    assert places(found, undeclared[0]) == ((path, lines[name]),)
    assert "<http://example.org/p>" in undeclared[0].text()


def test_triple_terms_are_values_like_others(put: Callable[..., Path]) -> None:
    path = put("PREFIX e: <http://example.org/>\ne:s e:p <<( e:a e:b e:c )>> .")
    found = check(path)
    assert [(finding.focus, finding.value) for finding in found.findings] == [("http://example.org/p", None)]
    assert places(found) == ((path, 2),)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("e:q", "http://example.org/q"),
        ("[ sh:inversePath e:q ]", "^<http://example.org/q>"),
        ("( e:q [ sh:zeroOrMorePath e:r ] )", "<http://example.org/q>/<http://example.org/r>*"),
        ("[ sh:alternativePath ( e:q e:r ) ]", "<http://example.org/q>|<http://example.org/r>"),
        ("( [ sh:oneOrMorePath [ sh:alternativePath ( e:q e:r ) ] ] e:q )",
         "(<http://example.org/q>|<http://example.org/r>)+/<http://example.org/q>"),
        ("[ sh:zeroOrOnePath e:r ]", "<http://example.org/r>?"),
    ],
)  # fmt: skip
def test_paths_are_shown_as_sparql_has_them(
    put: Callable[..., Path], small_ontology: Path, path: str, shown: str
) -> None:
    data = put("@prefix e: <http://example.org/> . e:s e:p e:o .")
    shapes = put(SMALL % (path, "sh:minCount 9"), "shapes.ttl")
    (finding,) = check(data, ontology=small_ontology, shapes=shapes).findings
    assert finding.path == shown


def test_shapes_of_strangers_without_names_and_messages_work(put: Callable[..., Path], small_ontology: Path) -> None:
    data = put("@prefix e: <http://example.org/> .\ne:s e:p e:o .")
    found = check(data, ontology=small_ontology, shapes=put(SMALL % ("e:q", "sh:minCount 1"), "s.ttl"))
    (finding,) = found.findings
    assert finding.shape == finding.name["de"] == "http://example.org/Rule"
    assert finding.message == {"de": "weniger als 1 Werte", "en": "fewer than 1 values"}
    assert places(found) == ((data, 2),)


def test_an_error_in_the_ontology_is_placed_there(put: Callable[..., Path], small_ontology: Path) -> None:
    (small_ontology / "more.ttl").write_text("@prefix e: <http://example.org/> .\n\ne:s e:p e:o .")
    found = check(
        put("<http://example.org/x> <http://example.org/y> 1 ."),
        ontology=small_ontology,
        shapes=put(SMALL % ("e:q", "sh:minCount 1"), "s.ttl"),
    )
    assert places(found) == ((small_ontology / "more.ttl", 3),)


def test_a_syntax_error_in_the_shapes_has_its_line(put: Callable[..., Path], small_ontology: Path) -> None:
    with pytest.raises(SourceError, match=r"shapes\.ttl:2:.*syntax error") as caught:
        check(put("<a:b> <a:c> 1 ."), ontology=small_ontology, shapes=put("<a:b> <a:c>\n nonsense", "shapes.ttl"))
    assert caught.value.line == 2
