"""A rule file: what it says, how it is run over a store, and which statements one application of it rests on.

Knows neither which rules there are nor what they mean. The form of a file is that of ontology/rules: comment
lines that say what is concluded, PREFIX lines, then `CONSTRUCT { … } WHERE { … }`, or `SELECT * WHERE { … }`
for a contradiction.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import TypeAlias, cast

import pyoxigraph as ox
import rdflib
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from polisgraph.errors import RuleError

Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Pattern: TypeAlias = tuple[Term | ox.Variable, Term | ox.Variable, Term | ox.Variable]
Bindings: TypeAlias = dict[str, Term]

_FORM = re.compile(
    r"(?P<comment>(?:#[^\n]*\n)+)\s*(?P<prologue>(?:PREFIX [^\n]*\n)*)\s*"
    r"(?:CONSTRUCT\s*\{(?P<template>[^{}]*)\}|SELECT \*)\s*WHERE\s*(?P<body>\{.*\})\s*",
    re.DOTALL,
)
_ABSENCE = re.compile(r"^\s*# (no statement .*)$", re.MULTILINE)
_SENTENCE = re.compile(r".*?(?:[.](?= )|$)")
_VARIABLE = re.compile(r"\?(\w+)")


@dataclass(frozen=True)
class Rule:
    """One rule file, taken apart."""

    name: str
    """The file's name without its ending; for OWL 2 RL the rule's name in the recommendation."""
    comment: str
    prologue: str
    template: str
    """What is concluded; empty for a contradiction."""
    body: str

    @property
    def says(self) -> str:
        """The first sentence of the comment."""
        return _SENTENCE.match(self.comment)[0]  # type: ignore[index]  # it matches any text

    @property
    def absences(self) -> tuple[str, ...]:
        """The comments of the body that tell, with variables, which statements there must not be."""
        return tuple(_ABSENCE.findall(self.body))

    @cached_property
    def concludes(self) -> tuple[Pattern, ...]:
        """The triple patterns of the template."""
        return tuple(_patterns(self._algebra(f"CONSTRUCT {{ {self.template} }} WHERE {{}}")["template"]))

    @cached_property
    def rests_on(self) -> tuple[Pattern, ...]:
        """The triple patterns of the body, optional ones included, those under NOT EXISTS left out."""
        return tuple(_positive(self._algebra(f"SELECT * WHERE {self.body}")["p"]))

    def _algebra(self, query: str) -> CompValue:
        return translateQuery(parseQuery(self.prologue + query)).algebra

    def insert_into(self, graph: str) -> str:
        """Return the update that adds the rule's conclusions, where not yet known, to `graph` and the
        default graph."""
        return (
            f"{self.prologue}INSERT {{ {self.template} GRAPH <{graph}> {{ {self.template} }} }}\n"
            f"WHERE {{ {self.body} FILTER NOT EXISTS {{ {self.template} }} }}"
        )

    def solutions(self, store: ox.Store, given: Bindings | None = None) -> list[Bindings]:
        """Return the bindings under which the body holds in the default graph, `given` ones being fixed."""
        fixed: dict[ox.Variable, Term | ox.Triple] = {ox.Variable(n): term for n, term in (given or {}).items()}
        query = f"{self.prologue}SELECT DISTINCT * WHERE {self.body}"
        found = cast(ox.QuerySolutions, store.query(query, substitutions=fixed))
        names = [variable.value for variable in found.variables]
        # All at once: what the engine iterates over must end in the thread in which it began.
        rows = [{name: cast(Term, term) for name in names if (term := row[name]) is not None} for row in found]
        return [{**(given or {}), **row} for row in rows]


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """Read the `.rq` files of `folder` in the order of their names.

    Raises RuleError for an empty folder and for a file that has not the form of a rule or is no SPARQL 1.1.
    """
    paths = sorted(folder.glob("*.rq"))
    if not paths:
        raise RuleError(f"{folder}: there is no rule (*.rq) in this folder; is it complete?")
    return tuple(_read(path) for path in paths)


def _read(path: Path) -> Rule:
    form = _FORM.fullmatch(path.read_text(encoding="utf-8"))
    if not form:
        raise RuleError(
            f"{path}: a rule consists of comment lines, PREFIX lines and CONSTRUCT {{ … }} WHERE {{ … }} "
            "(or SELECT * WHERE { … } for a contradiction), and nothing else"
        )
    comment = " ".join(line.lstrip("# ").rstrip() for line in form["comment"].splitlines())
    rule = Rule(path.stem, comment, form["prologue"], (form["template"] or "").strip(), form["body"])
    try:
        ox.Store().query(f"{rule.prologue}SELECT * WHERE {rule.body}")
        if rule.template:
            ox.Store().update(rule.insert_into("urn:x-none"))
    except SyntaxError as error:
        raise RuleError(f"{path}: no SPARQL 1.1: {error.msg}") from None
    return rule


def run_to_fixpoint(store: ox.Store, rules: Sequence[Rule], graph: str) -> int:
    """Run the CONSTRUCT rules again and again until none says anything new; return the number of new triples.

    What is concluded stands in `graph` and in the default graph, which the rules read.
    """
    updates = [rule.insert_into(graph) for rule in rules if rule.template]
    first = before = _size(store, graph)
    quiet = 0
    for update in cycle(updates):
        store.update(update)
        after = _size(store, graph)
        quiet = quiet + 1 if after == before else 0
        if quiet >= len(updates):
            break
        before = after
    return before - first


def substitute(text: str, bindings: Mapping[str, str]) -> str:
    """Replace each `?variable` of `text` by its value in `bindings`, where it has one."""
    return _VARIABLE.sub(lambda match: bindings.get(match[1], match[0]), text)


def instantiate(patterns: Sequence[Pattern], bindings: Bindings) -> list[ox.Triple]:
    """Return the triples that `patterns` stand for, without those that have an unbound variable (of an
    OPTIONAL)."""
    triples = []
    for pattern in patterns:
        s, p, o = (bindings.get(t.value) if isinstance(t, ox.Variable) else t for t in pattern)
        if isinstance(s, ox.NamedNode | ox.BlankNode) and isinstance(p, ox.NamedNode) and o is not None:
            triples.append(ox.Triple(s, p, o))
    return list(dict.fromkeys(triples))


def unify(pattern: Pattern, triple: ox.Triple) -> Bindings | None:
    """Return the bindings under which `pattern` is `triple`, or None if it cannot be."""
    bindings: Bindings = {}
    for wanted, term in zip(pattern, (triple.subject, triple.predicate, triple.object), strict=True):
        if isinstance(wanted, ox.Variable):
            if bindings.setdefault(wanted.value, cast(Term, term)) != term:
                return None
        elif wanted != term:
            return None
    return bindings


def to_oxigraph(term: rdflib.term.Node) -> Term:
    """Return `term` of rdflib as a term of pyoxigraph, its lexical form unchanged."""
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    literal = cast(rdflib.Literal, term)
    if literal.language:
        return ox.Literal(str(literal), language=literal.language)
    return ox.Literal(str(literal), datatype=ox.NamedNode(str(literal.datatype)) if literal.datatype else None)


def _size(store: ox.Store, graph: str) -> int:
    # Counted by the engine: iterating in Python takes seconds at a million triples.
    found = store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    count = next(cast(ox.QuerySolutions, found))["n"]
    return int(cast(ox.Literal, count).value)


def _patterns(triples: Sequence[Sequence[object]]) -> Iterator[Pattern]:
    for triple in triples:
        if all(isinstance(term, rdflib.term.Node) for term in triple):  # a property path is no term
            s, p, o = (_pattern_term(cast(rdflib.term.Node, term)) for term in triple)
            yield s, p, o


def _pattern_term(term: rdflib.term.Node) -> Term | ox.Variable:
    return ox.Variable(str(term)) if isinstance(term, rdflib.Variable) else to_oxigraph(term)


def _positive(node: object) -> Iterator[Pattern]:
    if isinstance(node, CompValue):
        if node.name == "Builtin_NOTEXISTS":
            return
        if node.name == "BGP":
            yield from _patterns(node.triples)
        for value in node.values():
            yield from _positive(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _positive(value)
