"""A rule file: what it says, how it is run over a store, and which statements one application of it rests on.

Knows neither which rules there are nor what they mean. The form of a file is that of ontology/rules: comment
lines that say what is concluded, PREFIX lines, then `CONSTRUCT { … } WHERE { … }`, or `SELECT * WHERE { … }`
for a contradiction.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias, cast

import pyoxigraph as ox
import rdflib
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from polisgraph.errors import RuleError
from polisgraph.figures import functions

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
        return tuple(pattern for together, _ in self.groups for pattern in together)

    @cached_property
    def groups(self) -> tuple[tuple[tuple[Pattern, ...], bool], ...]:
        """The patterns of `rests_on` by the group in which they stand, which only holds as a whole; and whether every
        solution needs the group: it is neither optional nor an alternative."""
        return tuple(_positive(self._taken_apart, True))

    @cached_property
    def choices(self) -> dict[ox.Variable, frozenset[Term]]:
        """What a VALUES clause lets a variable of the body stand for."""
        return dict(_choices(self._taken_apart))

    @cached_property
    def _taken_apart(self) -> object:
        return self._algebra(f"SELECT * WHERE {self.body}")["p"]

    def _algebra(self, query: str) -> CompValue:
        return translateQuery(parseQuery(self.prologue + query)).algebra

    def query(self, changed: str = "") -> str:
        """Return the query for the rule's conclusions.

        `changed` names a variable predicate of the body and the predicates it may stand for, as a VALUES clause.
        """
        return f"{self.prologue}CONSTRUCT {{ {self.template} }}\nWHERE {{ {changed} {self.body} }}"

    def solutions(self, store: ox.Store, given: Bindings | None = None) -> list[Bindings]:
        """Return the bindings under which the body holds in the default graph, `given` ones being fixed."""
        fixed: dict[ox.Variable, Term | ox.Triple] = {ox.Variable(n): term for n, term in (given or {}).items()}
        query = f"{self.prologue}SELECT DISTINCT * WHERE {self.body}"
        found = cast(ox.QuerySolutions, store.query(query, substitutions=fixed, custom_functions=functions(store)))
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
        empty = ox.Store()
        called = functions(empty)
        empty.query(f"{rule.prologue}SELECT * WHERE {rule.body}", custom_functions=called)
        if rule.template:
            empty.query(rule.query(), custom_functions=called)
    except SyntaxError as error:
        raise RuleError(f"{path}: no SPARQL 1.1: {error.msg}") from None
    except RuntimeError as error:
        raise RuleError(f"{path}: the engine cannot run it: {error}") from None
    return rule


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


def _patterns(triples: Sequence[Sequence[object]]) -> Iterator[Pattern]:
    for triple in triples:
        if all(isinstance(term, rdflib.term.Node) for term in triple):  # a property path is no term
            s, p, o = (_pattern_term(cast(rdflib.term.Node, term)) for term in triple)
            yield s, p, o


def _pattern_term(term: rdflib.term.Node) -> Term | ox.Variable:
    return ox.Variable(str(term)) if isinstance(term, rdflib.Variable) else to_oxigraph(term)


def _positive(node: object, certain: bool) -> Iterator[tuple[tuple[Pattern, ...], bool]]:
    if isinstance(node, CompValue):
        if node.name == "Builtin_NOTEXISTS":
            return
        if node.name == "BGP":
            yield tuple(_patterns(node.triples)), certain
        for key, value in node.items():
            needed = key in ("p", "p1") or (key == "p2" and node.name == "Join")
            yield from _positive(value, certain and needed and node.name != "Union")
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _positive(value, False)


def _choices(node: object) -> Iterator[tuple[ox.Variable, frozenset[Term]]]:
    if isinstance(node, CompValue):
        if node.name == "Builtin_NOTEXISTS":
            return
        if node.name == "values":
            rows = [row for row in node.res if all(isinstance(term, rdflib.term.Node) for term in row.values())]
            for variable in {variable for row in rows for variable in row}:
                if len(rows) == len(node.res) and all(variable in row for row in rows):
                    yield ox.Variable(str(variable)), frozenset(to_oxigraph(row[variable]) for row in rows)
        for value in node.values():
            yield from _choices(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _choices(value)
