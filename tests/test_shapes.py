"""The shapes themselves: each is described, looks at something in the real data, and finds what it is for."""

import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pyshacl
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

from polisgraph import bundle, namespaces
from polisgraph.findings import Finding
from polisgraph.load import load
from polisgraph.validate import Validation, validate
from tests.shipped import LISTS, WRITTEN

FILE = bundle.ONTOLOGY / "shapes.ttl"
PG, PGSH = rdflib.Namespace(namespaces.PG), rdflib.Namespace(namespaces.PGSH)
SHAPES = rdflib.Graph().parse(FILE)
NAMES = sorted({str(shape).removeprefix(str(PGSH)) for shape in SHAPES.subjects(SH.name)})
PARTS_OF_OTHERS = {"PartialDate"}
"""Shapes without a target, which others use."""
RULES = [name for name in NAMES if name not in PARTS_OF_OTHERS]
ASKED_ONCE = [name for name in RULES if (PGSH[name], SH.sparql, None) in SHAPES]
CORE = [name for name in RULES if name not in ASKED_ONCE]
TODAY = date(2026, 11, 22)
TESTS = Path(__file__).parent
SOUND = TESTS / "samples" / "sound.ttl"
BAD = sorted((TESTS / "bad").glob("*.ttl"))
EXPLAINED: dict[str, str] = {}
"""Subject of each warning in the shipped data that is meant to stand, with the reason."""


def parts(name: str) -> list[rdflib.term.Node]:
    """The shape and the property shapes within it that have a message of their own."""
    below = [PGSH[name], *SHAPES.objects(PGSH[name], SH.property)]
    return [part for part in below if (part, SH.message, None) in SHAPES]


Placed = list[tuple[Finding, set[Path]]]
"""Findings, each with the files that it stands in."""


def at(validation: Validation) -> Placed:
    where = validation.places(validation.findings)
    return [(f, {path for path, _ in places}) for f, places in zip(validation.findings, where, strict=True)]


def texts(part: rdflib.term.Node, prop: rdflib.URIRef) -> dict[str | None, str]:
    found = [text for text in SHAPES.objects(part, prop) if isinstance(text, rdflib.Literal)]
    assert len({text.language for text in found}) == len(found)
    return {text.language: str(text) for text in found}


@pytest.fixture(scope="module")
def examples() -> Placed:
    """All bad examples beside the sound world, validated once; no two speak about the same subject."""
    return at(validate(load([SOUND, *BAD], bundle.ONTOLOGY, TODAY), FILE))


@pytest.fixture(scope="module")
def data() -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in [*WRITTEN, *bundle.ONTOLOGY.glob("*.ttl")]:
        if path != FILE:
            graph.parse(path)
    for path in LISTS:
        # A list has a line a thing: of each kind a few lines do.
        lines = path.read_text(encoding="utf-8").splitlines()
        graph.parse(data="\n".join([line for line in lines if line.startswith("@prefix")] + lines[-3:]))
    graph.parse(data=f"<{PG.dataset}> <{PG.today}> '{TODAY}' .", format="turtle")
    return graph


def test_the_shapes_are_shapes() -> None:
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text


@pytest.mark.parametrize("name", NAMES)
def test_each_shape_is_described_in_both_languages(name: str) -> None:
    assert set(texts(PGSH[name], SH.name)) == {"de", "en"}
    assert set(texts(PGSH[name], RDFS.comment)) == {"de", "en"}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_has_one_severity_and_says_what_to_do(name: str) -> None:
    severity = SHAPES.value(PGSH[name], SH.severity)
    assert severity in (SH.Violation, SH.Warning, SH.Info)
    assert parts(name)
    for part in (PGSH[name], *SHAPES.objects(PGSH[name], SH.property)):
        said = texts(part, SH.message)
        own = set(SHAPES.predicates(part)) - {
            SH.property,
            SH.path,
            SH.name,
            SH.severity,
            RDF.type,
            RDFS.comment,
        }
        own -= {SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf}
        assert set(said) == ({"de", "en"} if own else set()), "what checks has a message, and only that"
        assert re.findall(r"\{.*?\}", said.get("de", "")) == re.findall(r"\{.*?\}", said.get("en", ""))
        if part != PGSH[name]:
            assert SHAPES.value(part, SH.severity, default=SH.Violation) == severity, "it is not inherited"


@pytest.mark.parametrize("name", ASKED_ONCE)
def test_rules_with_a_query_are_asked_once(name: str) -> None:
    targets = [o for p, o in SHAPES.predicate_objects(PGSH[name]) if p.startswith(str(SH) + "target")]
    assert targets == [rdflib.URIRef("https://w3id.org/polisgraph/dataset")]
    assert len(list(SHAPES.objects(PGSH[name], SH.property))) == 0


@pytest.mark.parametrize("name", ASKED_ONCE)
def test_each_query_looks_at_something_in_the_real_data(name: str, data: rdflib.Graph) -> None:
    constraint = SHAPES.value(PGSH[name], SH.sparql)
    query = str(SHAPES.value(constraint, SH.select))
    looked_at, comment, _ = query.partition("# at fault:")
    assert comment
    prefixes = "".join(
        f"PREFIX {SHAPES.value(one, SH.prefix)}: <{SHAPES.value(one, SH.namespace)}>\n"
        for one in SHAPES.objects(None, SH.declare)
    )
    closed = looked_at + "}" * (looked_at.count("{") - looked_at.count("}"))
    assert len(data.query(f"{prefixes}{closed} LIMIT 1")) == 1


@pytest.mark.parametrize("name", CORE)
def test_each_shape_has_a_focus_node_in_the_real_data(name: str, data: rdflib.Graph) -> None:
    shape = PGSH[name]
    checks = [part for part in (shape, *SHAPES.objects(shape, SH.property)) if (part, SH.path, None) in SHAPES]
    banned = bool(checks) and all((part, SH.maxCount, rdflib.Literal(0)) in SHAPES for part in checks)
    found = {s for prop in SHAPES.objects(shape, SH.targetSubjectsOf) for s in data.subjects(prop)}
    found |= {o for prop in SHAPES.objects(shape, SH.targetObjectsOf) for o in data.objects(None, prop)}
    for kind in SHAPES.objects(shape, SH.targetClass):
        for below in data.transitive_subjects(RDFS.subClassOf, kind):
            found |= set(data.subjects(RDF.type, below))
    # What a shape bans altogether is not there; its bad example shows that it would be found.
    assert banned != bool(found)


def test_each_rule_has_a_bad_example() -> None:
    assert sorted(path.stem for path in BAD) == RULES


def test_no_two_examples_speak_about_the_same() -> None:
    about = Counter(s for path in [SOUND, *BAD] for s in set(rdflib.Graph().parse(path).subjects()))
    assert [subject for subject, count in about.items() if count > 1] == []


def test_the_sound_world_has_no_findings(examples: Placed) -> None:
    assert [finding.text() for finding, files in examples if SOUND in files] == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_example_breaks_its_shape_alone_and_every_part_of_it(path: Path, examples: Placed) -> None:
    found = [finding for finding, files in examples if path in files]
    others = [finding.text() for finding in found if finding.shape != str(PGSH[path.stem])]
    assert others == []
    assert {finding.severity for finding in found} == {
        str(SHAPES.value(PGSH[path.stem], SH.severity)).removeprefix(str(SH))
    }
    for part in parts(path.stem):
        for language, template in texts(part, SH.message).items():
            pattern = re.sub(r"\\\{.*?\\\}", ".+", re.escape(template))
            assert any(re.fullmatch(pattern, f.message[str(language)]) for f in found), template


def test_no_finding_stands_nowhere(examples: Placed) -> None:
    assert [finding for finding, files in examples if not files] == []


def test_lists_of_properties_in_the_shapes_are_complete(data: rdflib.Graph) -> None:
    derived = set(SHAPES.objects(PGSH.NoHandWrittenDerived, SH.targetSubjectsOf))
    ban = SHAPES.value(SHAPES.value(PGSH.NoHandWrittenDerived, SH.property), SH.path)
    assert derived == set(SHAPES.items(SHAPES.value(ban, SH.alternativePath)))
    ours = {prop for prop in data.subjects(RDF.type, OWL.ObjectProperty) if prop.startswith(PG)}
    assert ours - set(SHAPES.objects(PGSH.NoDangling, SH.targetObjectsOf)) - derived == {
        PG.wikidata,
        PG.wikidataCandidate,
        PG.linkOf,  # may be an entry of the gazetteer, which stands apart; ItemLink looks
        PG.linkTo,
    }
    schemes = set(SHAPES.objects(None, SH.node / SH.property / SH.hasValue))
    assert schemes == set(data.subjects(RDF.type, SKOS.ConceptScheme))


@pytest.fixture(scope="module")
def shipped() -> Validation:
    return validate(load(WRITTEN, bundle.ONTOLOGY), FILE)


def test_the_shipped_data_has_no_violation_and_no_unexplained_warning(shipped: Validation) -> None:
    def worth(finding: Finding) -> bool:
        return finding.severity != "Info" and finding.focus not in EXPLAINED

    assert [finding.text() for finding in shipped.findings if worth(finding)] == []
    assert shipped.conforms
    assert set(EXPLAINED) <= {finding.focus for finding in shipped.findings}


def test_the_shipped_data_shows_the_disagreements_that_it_keeps(shipped: Validation) -> None:
    by_rule = defaultdict(set)
    for finding in shipped.findings:
        by_rule[finding.shape.removeprefix(str(PGSH))].add(finding.focus)
    assert "https://w3id.org/polisgraph/id/network/eurocities" in by_rule["Unlinked"]
    assert any("eurocities-member-cities" in focus for focus in by_rule["CompetingFigures"])


@pytest.mark.parametrize(
    "withdrawn", [path for path in WRITTEN if path.name.startswith("from-")], ids=lambda path: path.stem
)
def test_a_page_can_be_withdrawn(withdrawn: Path) -> None:
    kept = [path for path in WRITTEN if path != withdrawn]
    left = validate(load(kept, bundle.ONTOLOGY), FILE)
    assert [finding.text() for finding in left.findings if finding.severity == "Violation"] == []
