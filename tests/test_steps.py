"""What a change touches, construct by construct of SHACL: small shapes over a few statements."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph.validate.shapes import read_shapes
from polisgraph.validate.touched import touched

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <https://example.org/> .
"""
DATA = """ex:o ex:p ex:a . ex:a ex:p ex:b . ex:b ex:q ex:c . ex:c ex:q ex:d .
ex:o a ex:Town . ex:b a ex:City . ex:City rdfs:subClassOf ex:Town . ex:Town rdfs:subClassOf ex:Place .
"""
EX = "https://example.org/"


def path(said: str) -> str:
    return f"sh:property [ sh:path {said} ; sh:minCount 1 ]"


@pytest.mark.parametrize(
    ("said", "changed", "found"),
    [
        (path("ex:p"), "ex:a ex:p ex:b", "a"),
        (path("ex:p"), "ex:b ex:q ex:c", ""),
        (path("[ sh:inversePath ex:p ]"), "ex:a ex:p ex:b", "b"),
        (path("( ex:p ex:q )"), "ex:b ex:q ex:c", "a"),
        (path("[ sh:inversePath ( ex:p ex:q ) ]"), "ex:a ex:p ex:b", "c"),
        (path("[ sh:inversePath ( ex:p ex:q ) ]"), "ex:b ex:q ex:c", "c"),
        (path("[ sh:inversePath ( [ sh:inversePath ex:q ] ex:p ) ]"), "ex:c ex:q ex:d", ""),
        (path("[ sh:alternativePath ( ex:r ex:p ex:q ) ]"), "ex:a ex:p ex:b", "a"),
        (path("[ sh:alternativePath ( ex:r ex:p ex:q ) ]"), "ex:b ex:q ex:c", "b"),
        (path("( [ sh:zeroOrOnePath ex:p ] ex:q )"), "ex:b ex:q ex:c", "a b"),
        (path("( [ sh:zeroOrMorePath ex:p ] ex:q )"), "ex:b ex:q ex:c", "a b o"),
        (path("( [ sh:oneOrMorePath ex:p ] ex:q )"), "ex:b ex:q ex:c", "a o"),
        (path("( [ sh:inversePath [ sh:zeroOrMorePath ex:q ] ] ex:p )"), "ex:b ex:p ex:x", "b c d"),
        ("sh:property [ sh:path ex:p ; sh:lessThan ex:q ]", "ex:b ex:q ex:c", "b"),
        ("sh:property [ sh:path ex:p ; sh:equals ex:q ]", "ex:b ex:q ex:c", "b"),
        ("sh:property [ sh:path ex:p ; sh:class ex:Town ]", "ex:b a ex:City", "a"),
        ("sh:property [ sh:path ex:p ; sh:class ex:Town ]", "ex:City rdfs:subClassOf ex:Town", "a"),
        ("sh:property [ sh:path ex:p ; sh:class ex:Town ]", "ex:Town rdfs:subClassOf ex:Place", "a"),
        (f"sh:property [ sh:path ex:p ; sh:node [ {path('ex:q')} ] ]", "ex:b ex:q ex:c", "a"),
        (f"sh:property [ sh:path ex:p ; sh:not [ {path('ex:q')} ] ]", "ex:b ex:q ex:c", "a"),
        (f"sh:xone ( [ {path('ex:p')} ] [ {path('ex:q')} ] )", "ex:b ex:q ex:c", "b"),
        ("sh:closed true", "ex:c ex:q ex:d", "c"),
        ("sh:closed false", "ex:c ex:q ex:d", ""),
        (
            f"""sh:property [ sh:path ex:p ; sh:qualifiedValueShape [ {path("ex:r")} ] ; sh:qualifiedMinCount 1 ;
                sh:qualifiedValueShapesDisjoint true ] ,
            [ sh:path ex:s ; sh:qualifiedValueShape [ {path("ex:q")} ] ; sh:qualifiedMinCount 1 ]""",
            "ex:b ex:q ex:c",
            "a",
        ),
        ("sh:targetSubjectsOf ex:p", "ex:a ex:p ex:b", "a"),
        ("sh:targetObjectsOf ex:p", "ex:a ex:p ex:b", "b"),
        ("sh:targetClass ex:Town", "ex:b a ex:City", "b"),
        ("sh:targetClass ex:Place", "ex:Town rdfs:subClassOf ex:Place", "b o"),
        ("a rdfs:Class", "ex:b a ex:City", "b"),
    ],
)
@pytest.mark.parametrize("gone", [False, True])
def test_what_a_change_touches(tmp_path: Path, said: str, changed: str, found: str, gone: bool) -> None:
    file = tmp_path / "shapes.ttl"
    file.write_text(f"{PREFIXES}ex:Shape a sh:NodeShape ; sh:targetNode ex:none ; {said} .", encoding="utf-8")
    store = ox.Store()
    store.load((PREFIXES + DATA).encode(), format=ox.RdfFormat.TURTLE)
    (change,) = ox.parse(f"{PREFIXES}{changed} .", format=ox.RdfFormat.TURTLE)
    if gone:
        store.remove(change)
    nodes = touched(read_shapes(file), store, [change.triple])
    assert {node.value.removeprefix(EX) for node in nodes} == set(found.split())


def test_of_a_way_that_is_gone_as_a_whole_the_beginning_is_touched(tmp_path: Path) -> None:
    file = tmp_path / "shapes.ttl"
    file.write_text(f"{PREFIXES}ex:S a sh:NodeShape ; sh:targetNode ex:none ; {path('( ex:p ex:p ex:q )')} .", "utf-8")
    way = [quad.triple for quad in ox.parse(PREFIXES + DATA, format=ox.RdfFormat.TURTLE)][:3]
    nodes = touched(read_shapes(file), ox.Store(), way)
    assert ox.NamedNode(EX + "o") in nodes
