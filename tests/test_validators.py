"""Both validators give the same answers: the questions to the store, and pySHACL, the reference."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from polisgraph import bundle
from polisgraph.findings import Finding
from polisgraph.load import Loaded, load
from polisgraph.namespaces import PREFIXES
from polisgraph.validate import Validator, literals, native, questions, reference, validate, wellformed
from polisgraph.validate.questions import Result
from polisgraph.validate.shapes import Shapes, read_shapes
from polisgraph.validate.terms import quiet, term
from tests.shipped import WRITTEN

TESTS = Path(__file__).parent
SHAPES = bundle.ONTOLOGY / "shapes.ttl"
SOUND = TESTS / "samples" / "sound.ttl"
BAD = sorted((TESTS / "bad").glob("*.ttl"))
TODAY = date(2026, 11, 22)


def essence(result: Result, shapes: Shapes) -> tuple[object, ...]:
    path = shapes.path(result.part)
    where = str(result.path) if result.path is not None else f"<{path.single}>" if path and path.single else None
    return repr(result.part), result.component, str(result.focus), str(result.value), where, result.source


Essences = set[tuple[object, ...]]


def same(ours: Essences, theirs: Essences) -> None:
    assert sorted(map(str, ours - theirs)) == [], "only the questions find this"
    assert sorted(map(str, theirs - ours)) == [], "only pySHACL finds this"


def compare(store: ox.Store, shapes: Path) -> set[str]:
    """The results of both validators in full must be the same. Returns the names of the shapes that are broken."""
    rules = read_shapes(shapes)
    with quiet():
        found = list(native.results(rules, store))
        same(*({essence(result, rules) for result in results} for results in (found, reference.results(rules, store))))
    return {str(rules.owner(result.part)) for result in found}


def judged(loaded: Loaded, validator: Validator) -> tuple[Essences, tuple[Finding, ...]]:
    """Validate once; return the results of the validator in full, and the findings that are made of them."""
    module = native if validator == "questions" else reference
    original, heard = module.results, []

    def results(*given: Any) -> list[Result]:
        found = list(original(*given))
        heard.extend(found)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "results", results)
        findings = validate(loaded, SHAPES, validator).findings
    rules = read_shapes(SHAPES)
    return {essence(result, rules) for result in heard}, findings


@pytest.fixture(params=[0, 2_000], ids=["for many nodes", "for few nodes"])
def plan(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of asking, whatever the number of nodes."""
    monkeypatch.setattr(questions, "FEW", request.param)


VALUES = [
    *[ox.Literal(text) for text in ("", " x", "05911000", "DEA51", "Köln", "Ko\u0308ln", "2\n", "{?start}")],
    *[ox.Literal("Rat", language=tag) for tag in ("de", "en", "de-AT", "fr")],
    *[
        ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))
        for text, kind in [
            ("5911000", "integer"), ("-1", "integer"), ("zwei", "integer"), ("1.5", "decimal"), ("200", "decimal"),
            ("1e3", "double"), ("true", "boolean"), ("2004", "gYear"), ("0000", "gYear"), ("2004-13", "gYearMonth"),
            ("2031-01", "gYearMonth"), ("1999-12-31", "date"), ("2004-02-31", "date"), ("P3Y", "duration"),
            ("2004-02-01T00:00:00", "dateTime"), ("x", "anyURI"),
        ]
    ],
    *[ox.NamedNode(PREFIXES[prefix] + name) for prefix, name in (
        ("net", "ring"), ("net", "nirgends"), ("mun", "musterstadt"), ("role", "member"), ("pg", "Network"),
        ("org", "Organization"), ("wd", "Q64"), ("src", "seite"), ("foaf", "Person"), ("area", "europe"),
    )],
    ox.BlankNode("b"),
]  # fmt: skip
"""What a person may write in the wrong place. (A backslash in a message is too much for pySHACL.)"""


def mutated(store: ox.Store, seed: int, number: int, along: tuple[ox.NamedNode, ...] = ()) -> None:
    """Break `number` statements of the data in `store` at random, if given `along` properties: drop, double, move, or
    change a value."""
    chance = random.Random(seed)
    default = ox.DefaultGraph()
    data = sorted((q for q in store if q.graph_name != default and "/graph/data/" in str(q.graph_name)), key=str)
    predicates = sorted({q.predicate for q in data}, key=str)
    subjects = sorted({q.subject for q in data}, key=str)
    for quad in chance.sample([quad for quad in data if not along or quad.predicate in along], number):
        how = chance.randrange(5)
        subject, predicate, value = quad.subject, quad.predicate, quad.object
        if how != 1:
            store.remove(ox.Quad(subject, predicate, value, default))
        if how == 0:
            continue
        if how in (1, 2):
            value = chance.choice(VALUES)
        elif how == 3:
            predicate = chance.choice(predicates)
        else:
            subject = chance.choice(subjects)
        store.add(ox.Quad(subject, predicate, value, default))


LEAST = {"the shipped data": 30, "the bad examples": 100} | {f"random defects {seed}": 150 for seed in range(4)}
"""What is validated, and a number of findings that it has more than."""


@dataclass(frozen=True)
class Case:
    """Data, what pySHACL says of it, and how much that is at least."""

    loaded: Loaded
    results: Essences
    findings: tuple[Finding, ...]
    least: int


@pytest.fixture(scope="module", params=LEAST)
def case(request: pytest.FixtureRequest) -> Case:
    name = request.param
    loaded = load(WRITTEN, bundle.ONTOLOGY) if "shipped" in name else load([SOUND, *BAD], bundle.ONTOLOGY, TODAY)
    if name.startswith("random"):
        mutated(loaded.store, int(name.split()[-1]), 250)
    return Case(loaded, *judged(loaded, "pyshacl"), LEAST[name])


@pytest.mark.usefixtures("plan")
def test_data_gives_the_same_results_and_findings(case: Case) -> None:
    results, findings = judged(case.loaded, "questions")
    same(results, case.results)
    assert findings == case.findings and len(findings) > case.least


DATA = """
@prefix e: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:Sub rdfs:subClassOf e:Class . e:SubSub rdfs:subClassOf e:Sub .
e:a a e:T ; e:p 1 , 2 , "3" ; e:q e:b , e:c ; e:r "x"@de , "y"@de , "z"@en , "w"@EN ; e:s 5 ; e:t 5 ; e:u e:a .
e:b a e:T , e:Class ; e:p 7.5 , "2004-02-31"^^xsd:date , "x" ; e:q e:d , "literal" , [] ; e:r "x"@de ; e:s 1 , 9 ;
  e:t 5 .
e:c a e:Sub ; e:p "a\\nb" , "Köln" , "" , e:b ; e:q e:c ; e:s "m" ; e:t "n" , 4 ; e:next e:d .
e:d a e:SubSub , e:T ; e:p "2004-01-01"^^xsd:date , true , 1e3 , "01"^^xsd:integer ; e:next e:e ; e:s e:a ; e:t e:b .
e:e e:p "2004"^^xsd:gYear , "x"^^xsd:integer , "2020-01-01T00:00:00Z"^^xsd:dateTime ;
  e:p "2020-01-01T00:00:00"^^xsd:dateTime ;
  e:next e:a ; e:t 3 ; e:s 3 ; e:r "de-AT"@de-AT , "zh"@zh-Hant-TW , "plain" ; e:u e:e , e:a .
e:f a e:T ; e:p -0.0 , 100 , "abc" , "ABC" , e:g , <mailto:a@example.org> ; e:q e:f ; e:u e:b .
e:g e:p 3 , 4 , 5 , 6 , 7 ; e:q e:a , e:b , e:d .
[] a e:T ; e:p 3 .
"""
TARGETS = "sh:targetClass e:T , e:Class ; sh:targetSubjectsOf e:p ; sh:targetNode e:nowhere , e:a , 5 , 'x'@de"
SHAPE = """@prefix e: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
OF_VALUES = {
    "class": "sh:class e:Class",
    "two classes": "sh:class e:Class , e:T",
    "unused class": "sh:class e:Unused",
    **{f"datatype {kind}": f"sh:datatype {kind}" for kind in (
        "xsd:integer", "xsd:decimal", "xsd:double", "xsd:string", "xsd:boolean", "xsd:date", "xsd:dateTime",
        "xsd:gYear", "rdf:langString", "rdfs:Literal", "rdfs:Datatype", "e:own",
    )},
    **{f"node kind {kind}": f"sh:nodeKind sh:{kind}" for kind in (
        "IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral",
    )},
    **{f"{limit} {value}": f"sh:{limit} {value}" for limit in (
        "minExclusive", "minInclusive", "maxExclusive", "maxInclusive",
    ) for value in ("3", "3.0", "1e0", "'b'", "'2004-01-01'^^xsd:date", "'2020-01-01T00:00:00Z'^^xsd:dateTime")},
    "minLength": "sh:minLength 2",
    "minLength 0": "sh:minLength 0",
    "maxLength": "sh:maxLength 3",
    "pattern": "sh:pattern '^[a-z]+$'",
    "pattern with flags": "sh:pattern '^[A-C]+$' ; sh:flags 'i'",
    "pattern of lines": "sh:pattern '^b' ; sh:flags 'm'",
    "pattern of Python alone": "sh:pattern '^(?!a)(.)\\\\\\\\w*$'",
    "languageIn": "sh:languageIn ( 'de' 'zh' )",
    "languageIn one country": "sh:languageIn ( 'de-at' 'zh-hant' )",
    "in": "sh:in ( e:b 1 'x' 'x'@de 5.0 )",
    "not": "sh:not [ sh:class e:Class ]",
    "and": "sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class e:T ] )",
    "or": "sh:or ( [ sh:datatype xsd:integer ] [ sh:class e:T ] [ sh:path e:q ; sh:minCount 2 ] )",
    "xone": "sh:xone ( [ sh:datatype xsd:integer ] [ sh:minInclusive 2 ] [ sh:class e:T ] )",
    "node": "sh:node [ sh:nodeKind sh:IRI ; sh:property [ sh:path e:q ; sh:minCount 1 ] ]",
    "node with everything": """sh:node [
        sh:closed true ; sh:ignoredProperties ( rdf:type e:p e:q e:r ) ;
        sh:or ( [ sh:property [ sh:path e:p ; sh:maxCount 2 ] ] [ sh:property [ sh:path e:p ; sh:minCount 5 ] ]
                [ sh:property [ sh:path e:r ; sh:uniqueLang true ] ]
                [ sh:property [ sh:path e:s ; sh:equals e:t ] ] [ sh:disjoint e:u ] [ sh:equals e:u ]
                [ sh:property [ sh:path e:s ; sh:disjoint e:t ; sh:lessThan e:t ; sh:hasValue 3 ] ]
                [ sh:property [ sh:path e:q ; sh:qualifiedMinCount 1 ;
                                sh:qualifiedValueShape [ sh:class e:T ] ] ] ) ]""",
    "property": "sh:property [ sh:path e:q ; sh:class e:T ; sh:property [ sh:path e:p ; sh:datatype xsd:integer ] ]",
    "deactivated property": "sh:property [ sh:path e:q ; sh:class e:T ; sh:deactivated true ]",
    "equals": "sh:equals e:u",
    "disjoint": "sh:disjoint e:u",
    "closed": "sh:closed true ; sh:ignoredProperties ( rdf:type e:p ) ; sh:property [ sh:path e:r ]",
    "hasValue": "sh:hasValue e:a , e:b",
    "deactivated": "sh:class e:T ; sh:deactivated true",
    "warning": "sh:class e:Class ; sh:severity sh:Warning ; sh:not [ sh:class e:T ; sh:severity sh:Info ]",
}  # fmt: skip
OF_PROPERTIES = {
    "minCount": "sh:minCount 2",
    "minCount 0": "sh:minCount 0",
    "minCount 5": "sh:minCount 5",
    "maxCount": "sh:maxCount 2",
    "maxCount 0": "sh:maxCount 0",
    "maxCount 4": "sh:maxCount 4",
    "uniqueLang": "sh:uniqueLang true",
    "no uniqueLang": "sh:uniqueLang false",
    "qualified": "sh:qualifiedValueShape [ sh:class e:T ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 2",
    "qualified two": "sh:qualifiedValueShape [ sh:datatype xsd:integer ] ; sh:qualifiedMinCount 2",
    "qualified none": "sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMaxCount 0",
}
PATHS = {
    "property": "e:p",
    "links": "e:q",
    "texts": "e:r",
    "inverse": "[ sh:inversePath e:q ]",
    "sequence": "( e:q e:p )",
    "there and back": "( e:p [ sh:inversePath e:p ] )",
    "alternatives": "[ sh:alternativePath ( e:p e:r e:s ) ]",
    "any number": "[ sh:zeroOrMorePath e:next ]",
    "one or more": "[ sh:oneOrMorePath e:next ]",
    "perhaps one": "[ sh:zeroOrOnePath e:q ]",
    "all together": "( [ sh:zeroOrMorePath e:next ] [ sh:alternativePath ( e:p [ sh:inversePath e:q ] ) ] )",
}


MAY_BE_EMPTY = ("any number", "perhaps one")


@pytest.fixture(scope="module")
def small() -> ox.Store:
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    return store


def written(folder: Path, text: str) -> Path:
    """Write shapes that are well-formed into `folder`; return the file."""
    path = folder / "shapes.ttl"
    path.write_text(SHAPE + text, encoding="utf-8")
    wellformed.check(read_shapes(path))
    return path


@pytest.fixture
def shapes(tmp_path: Path) -> Callable[[str], Path]:
    return lambda text: written(tmp_path, text)


@dataclass(frozen=True)
class Constraints:
    """Shapes that ask for everything of the values of a path, or if there is none of nodes, and what pySHACL says."""

    path: str | None
    names: tuple[str, ...]
    shapes: Shapes
    results: Essences


@pytest.fixture(scope="module", params=[None, *PATHS])
def constraints(
    request: pytest.FixtureRequest, small: ox.Store, tmp_path_factory: pytest.TempPathFactory
) -> Constraints:
    path = request.param
    asked = OF_VALUES if path is None else OF_VALUES | OF_PROPERTIES
    kind = "sh:NodeShape" if path is None else f"sh:PropertyShape ; sh:path {PATHS[path]}"
    # SPARQL gives a node that occurs nowhere in the data no value over a path of length zero; pySHACL gives it itself.
    targets = TARGETS.replace("e:nowhere , ", "" if path in MAY_BE_EMPTY else "e:nowhere , ")
    text = "".join(
        f"e:Shape{number} a {kind} ; {targets} ; {constraint} .\n" for number, constraint in enumerate(asked.values())
    )
    shapes = read_shapes(written(tmp_path_factory.mktemp("shapes"), text))
    with quiet():
        theirs = {essence(result, shapes) for result in reference.results(shapes, small)}
    return Constraints(path, tuple(asked), shapes, theirs)


NEVER_BROKEN = {
    None: {"minLength 0", "deactivated", "deactivated property"},
    "property": {
        "minLength 0", "deactivated", "deactivated property", "minCount 0", "no uniqueLang", "uniqueLang", "disjoint",
        "node kind IRIOrLiteral",
    },
}  # fmt: skip
"""What no data can break, and what this data does not break."""


@pytest.mark.usefixtures("plan")
def test_each_constraint(constraints: Constraints, small: ox.Store) -> None:
    shapes = constraints.shapes
    with quiet():
        found = list(native.results(shapes, small))
    same({essence(result, shapes) for result in found}, constraints.results)
    broken = {str(shapes.owner(result.part)) for result in found}
    never = {name for n, name in enumerate(constraints.names) if f"http://example.org/Shape{n}" not in broken}
    assert never == NEVER_BROKEN.get(constraints.path, never)
    assert len(broken) > 40


ORDERED = """
@prefix e: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:a e:s 1 , "b" , e:a ; e:t 2 , "c" , e:b . e:b e:s 2.0 ; e:t 2 . e:c e:s "2004-01-02"^^xsd:date ;
  e:t "2004-01-01"^^xsd:date . e:d e:s "x"^^e:own ; e:t "x"^^e:own . e:e e:s "2020-01-01T00:00:00"^^xsd:dateTime ;
  e:t "2020-01-01T00:00:00Z"^^xsd:dateTime .
"""


def test_the_order_of_two_properties(shapes: Callable[[str], Path]) -> None:
    store = ox.Store()
    store.load(ORDERED.encode(), format=ox.RdfFormat.TURTLE)
    path = "sh:targetSubjectsOf e:s ; sh:path e:s"
    text = f"e:Less a sh:PropertyShape ; {path} ; sh:lessThan e:t . e:NotMore {path} ; sh:lessThanOrEquals e:t ."
    assert compare(store, shapes(text)) == {"http://example.org/Less", "http://example.org/NotMore"}


def of(text: str, kind: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of("y", "integer"), of("x", "integer")),  # ill-typed, both
        (of("2020-01-01T00:00:00", "dateTime"), of("2020-01-01", "date")),
        (of("NaN", "decimal"), of("1", "decimal")),
        (of("1", "integer"), of("NaN", "decimal")),
    ],
)
def test_what_has_no_order_is_never_in_order(one: ox.Literal, other: ox.Literal) -> None:
    limit = term(other)
    assert isinstance(limit, rdflib.Literal)
    with quiet():
        assert not literals.ordered(limit, lambda order: True)(one)
        assert not literals.less(True)(one, other)


def test_times_of_which_one_has_a_zone_have_no_order() -> None:
    limit = rdflib.Literal("2020-01-01T00:00:00Z", datatype=rdflib.XSD.dateTime)
    assert not literals.ordered(limit, lambda order: True)(of("2020-01-01T00:00:00", "dateTime"))


@pytest.mark.parametrize("parameter", ["sh:lessThan", "sh:lessThanOrEquals"])
def test_a_value_without_an_order_breaks_a_shape_that_asks_for_one(
    parameter: str, shapes: Callable[[str], Path]
) -> None:
    store = ox.Store()
    text = "@prefix e: <http://example.org/> . e:a e:s 'NaN'^^<http://www.w3.org/2001/XMLSchema#decimal> ; e:t 5 ."
    store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    rules = read_shapes(shapes(f"e:S a sh:PropertyShape ; sh:targetSubjectsOf e:s ; sh:path e:s ; {parameter} e:t ."))
    assert len(list(native.results(rules, store))) == 1
