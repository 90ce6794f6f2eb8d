"""Shapes that are none, and constructs of SHACL that are not understood: refused in words that name file and shape."""

from collections.abc import Callable
from pathlib import Path

import pytest

from polisgraph.errors import RuleError
from polisgraph.load import load
from polisgraph.namespaces import PREFIXES
from polisgraph.validate import validate

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix e: <http://example.org/> .\n"
TARGET = "e:Rule a sh:NodeShape ; sh:targetSubjectsOf e:p ; "
PROPERTY = f"{TARGET} sh:property [ sh:path e:p ; %s ] ."
SELECT = PROPERTY % "sh:sparql [ sh:select '%s' ]"

NOT_KNOWN = {
    "a constraint component of one's own": (
        "e:Own a sh:ConstraintComponent ; sh:parameter [ sh:path e:own ] ; sh:validator e:ask .",
        "Own>: constraint components of one's own are not supported",
    ),
    "a target of SHACL-AF": (f"{TARGET} sh:target [ a sh:SPARQLTarget ] .", "sh:target is not supported"),
    "a rule of SHACL-AF": (f"{TARGET} sh:rule [ a sh:TripleRule ] .", "sh:rule is not supported"),
    "an expression of SHACL-AF": (f"{TARGET} sh:expression [ sh:path e:q ] .", "sh:expression is not supported"),
    "SHACL-JS": (PROPERTY % "sh:js [ sh:jsFunctionName 'f' ]", "sh:js is not supported"),
    "a word that SHACL does not have": (PROPERTY % "sh:minimum 1", "sh:minimum is not supported"),
    "such a word in a shape of a list": (
        f"{TARGET} sh:or ( [ sh:nodeKind sh:IRI ] [ sh:maximum 1 ] ) .",
        "sh:maximum is not supported",
    ),
    "a query within a shape that another one uses": (
        f"{TARGET} sh:node [ sh:sparql [ sh:select 'SELECT $this {{ $this ?p ?o }}' ] ] .",
        "sh:sparql is not supported",
    ),
    "a shape that uses itself": (f"{TARGET} sh:node e:Rule .", "shapes that use themselves are not supported"),
    "shapes that use each other": (
        f"{TARGET} sh:not e:Other . e:Other a sh:NodeShape ; sh:node e:Rule .",
        "shapes that use themselves are not supported",
    ),
    "a shape that is described nowhere": (f"{TARGET} sh:node e:Nowhere .", "described nowhere"),
    "a blank node as a value": (PROPERTY % "sh:hasValue [ ]", "a blank node of the shapes cannot be looked for"),
    "a number below zero": (PROPERTY % "sh:maxLength -1", "sh:maxLength must be a whole number from 0, not -1"),
    "no regular expression": (PROPERTY % "sh:pattern '(a'", "sh:pattern (a is no regular expression"),
    "a constraint without a query": (
        f"{TARGET} sh:sparql [ sh:message 'Wrong.' ] .",
        "sh:sparql needs one sh:select",
    ),
    "the graph of the shapes in a query": (
        SELECT % "SELECT $this { GRAPH $shapesGraph { ?a ?b $this } }",
        "$shapesGraph is not supported in sh:select",
    ),
    "the shape in a query": (
        SELECT % "SELECT $this { $this ?p $currentShape }",
        "$currentShape is not supported in sh:select",
    ),
    "a path in the query of a node shape": (
        f"{TARGET} sh:sparql [ sh:select 'SELECT $this {{ $this $PATH ?o }}' ] .",
        "$PATH stands for the path of a property shape",
    ),
    "VALUES in a query": (
        SELECT % "SELECT $this { $this ?p ?o VALUES ?o { 1 } }",
        "sh:select may not contain VALUES",
    ),
    "MINUS in a query": (
        SELECT % "SELECT $this { $this ?p ?o MINUS { ?o ?q ?r } }",
        "sh:select may not contain MINUS",
    ),
    "SERVICE in a query": (
        SELECT % "SELECT $this { SERVICE <http://example.org/> { $this ?p ?o } }",
        "sh:select may not contain SERVICE",
    ),
    "a query that is none": (SELECT % "SELECT nonsense", "sh:select is not SPARQL"),
    "a query of another form": (SELECT % "ASK { $this ?p ?o }", "sh:select takes a SELECT query"),
    "a query for a graph": (SELECT % "CONSTRUCT WHERE { $this ?p ?o }", "sh:select takes a SELECT query"),
    "a query without its node": (SELECT % "SELECT ?o { ?s ?p ?o }", "sh:select must select $this"),
}
"""Shapes, and what is said about them; they are as SHACL has them, or could be."""

NOT_WELL_FORMED = {
    "no number": PROPERTY % "sh:minCount 'x'",
    "two numbers": PROPERTY % "sh:maxCount 1 , 2",
    "no text": PROPERTY % "sh:pattern 5",
    "no list": PROPERTY % "sh:or e:nothing",
    "a kind of node that there is not": PROPERTY % "sh:nodeKind e:Network",
    "a property shape as a node shape": f"{TARGET} sh:node [ sh:path e:q ; sh:minCount 1 ] .",
    "a node shape as a property shape": f"{TARGET} sh:property [ sh:nodeKind sh:IRI ] .",
    "a count of a node shape": f"{TARGET} sh:minCount 1 .",
    "a comparison of a node shape": f"{TARGET} sh:lessThan e:q .",
    "a path of one step": f"{TARGET} sh:property [ sh:path ( e:q ) ; sh:minCount 1 ] .",
}
"""Shapes that break the shapes for shapes."""


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[str], str]:
    """A function that validates a statement against shapes, and returns in which words these are refused."""
    ontology, data, shapes = tmp_path / "ontology", tmp_path / "data.nt", tmp_path / "shapes.ttl"
    ontology.mkdir()
    (ontology / "small.ttl").write_text(f"<{PREFIXES['pg']}A> <{PREFIXES['rdfs']}subClassOf> <{PREFIXES['pg']}B> .")
    data.write_text("<http://example.org/s> <http://example.org/p> <http://example.org/o> .")
    loaded = load([data], ontology)

    def words(text: str) -> str:
        shapes.write_text(text, encoding="utf-8")
        with pytest.raises(RuleError) as caught:
            validate(loaded, shapes)
        return str(caught.value)

    return words


@pytest.mark.parametrize("case", NOT_KNOWN)
def test_what_is_not_understood_is_not_passed_over_in_silence(refused: Callable[[str], str], case: str) -> None:
    shapes, said = NOT_KNOWN[case]
    words = refused(HEAD + shapes)
    assert said in words and "shapes.ttl: a shape is not what can be validated: <http://example.org/" in words


@pytest.mark.parametrize("case", NOT_WELL_FORMED)
def test_shapes_that_are_none_are_refused_in_words(refused: Callable[[str], str], case: str) -> None:
    words = refused(HEAD + NOT_WELL_FORMED[case])
    assert "shapes.ttl: a shape is not what SHACL asks for: " in words and "http://example.org/Rule" in words


def test_of_many_mistakes_the_first_are_named_and_the_others_counted(refused: Callable[[str], str]) -> None:
    wrong = "".join(f"e:Rule{number} a sh:PropertyShape ; sh:path e:p ; sh:minCount 'x' .\n" for number in range(9))
    words = refused(HEAD + wrong)
    assert words.count("http://example.org/Rule") == 5 and words.endswith("; and 4 more")
