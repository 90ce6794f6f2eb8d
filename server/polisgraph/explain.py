"""Say why a statement holds: where it is asserted, or by which rule from which other statements, down to
assertions.

Reads a finished store and changes nothing in it. A proof is looked for backwards, from the conclusion to its
premises, with the same rule files that the build runs forwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from polisgraph.namespaces import DERIVED_GRAPH, GRAPHS, INFERRED_GRAPH, shorten
from polisgraph.rules import Pattern, Rule, Term, instantiate, read_rules, substitute, unify

_CONCLUDED = {DERIVED_GRAPH, INFERRED_GRAPH}
_SOURCE = ox.NamedNode("http://purl.org/dc/terms/source")
_LOCATOR = ox.NamedNode("https://w3id.org/polisgraph/ontology/locator")
_FIRST = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#first")
_REST = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#rest")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DEEPEST = 12
_NEARBY = 10

Application: TypeAlias = tuple[Rule, list[ox.Triple], tuple[str, ...]]
"""A way in which a rule concludes something: the rule, its premises, and what there is no statement of."""


@dataclass(frozen=True)
class Assertion:
    """A graph that states something, and what its file says on where the subject's statements were read."""

    graph: str
    sources: tuple[str, ...] = ()
    locators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One application of a rule: what the rule says, what it rests on, and which statements there are not."""

    rule: str
    says: str
    premises: tuple["Explanation", ...]
    absences: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Why `statement` (in short names) holds; neither assertions nor a step if no proof was found."""

    statement: str
    held: bool
    assertions: tuple[Assertion, ...] = ()
    step: Step | None = None
    nearby: tuple[str, ...] = ()
    """For what does not hold: what is said instead of the same subject and property."""

    @property
    def size(self) -> int:
        """The number of rule applications in the proof."""
        return 1 + sum(premise.size for premise in self.step.premises) if self.step else 0


def explain(store: ox.Store, rules: Path, subject: str, predicate: str, object_: Term) -> Explanation:
    """Explain the triple of the IRIs `subject` and `predicate` and the term `object_` in the default graph
    of `store`.

    `rules` is the folder ontology/rules. The proof is one with the fewest levels, and among these with the
    fewest steps; it ends at assertions and never uses a statement to prove itself. An asserted statement is
    also explained by a rule where one concludes it. Raises RuleError for a faulty rule.
    """
    triple = ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), object_)
    if ox.Quad(*triple) not in store:
        quads = store.quads_for_pattern(triple.subject, triple.predicate, None, ox.DefaultGraph())
        nearby = sorted(readable(store, quad.triple) for quad in quads)
        return Explanation(readable(store, triple), False, nearby=tuple(nearby[:_NEARBY]))
    return Prover(store, read_rules(rules / "derive") + read_rules(rules / "owl2rl")).explain(triple)


class Prover:
    """Finds proofs in one store with one set of rules; keeps the rule applications that it has found."""

    def __init__(self, store: ox.Store, rules: tuple[Rule, ...]) -> None:
        self._store = store
        self._known = rules
        self._applications: dict[ox.Triple, list[Application]] = {}

    @cached_property
    def _rules(self) -> list[tuple[Rule, Pattern]]:
        # Taken apart at the first proof: a build without a contradiction needs none.
        return [(rule, pattern) for rule in self._known if rule.template for pattern in rule.concludes]

    def explain(self, triple: ox.Triple) -> Explanation:
        """Explain `triple`, which stands in the default graph."""
        asserted = self._assertions(triple)
        proofs: dict[tuple[ox.Triple, int], Explanation | None] = {(triple, d): None for d in range(_DEEPEST)}
        steps = (self._step(triple, depth, proofs) for depth in range(1, _DEEPEST + 1))
        return Explanation(readable(self._store, triple), True, asserted, next(filter(None, steps), None))

    def _prove(
        self, triple: ox.Triple, depth: int, proofs: dict[tuple[ox.Triple, int], Explanation | None]
    ) -> Explanation | None:
        """Return the smallest proof of at most `depth` levels; `proofs` keeps what is known.

        The smallest proof of a statement never contains that statement again, so nothing else guards against
        cycles (inverse properties conclude each other); what is to be explained stands in `proofs` as not
        provable.
        """
        key = triple, depth
        if key not in proofs:
            asserted = self._assertions(triple)
            step = self._step(triple, depth, proofs) if depth and not asserted else None
            held = bool(asserted or step)
            proofs[key] = Explanation(readable(self._store, triple), held, asserted, step) if held else None
        return proofs[key]

    def _step(
        self, triple: ox.Triple, depth: int, proofs: dict[tuple[ox.Triple, int], Explanation | None]
    ) -> Step | None:
        best: Step | None = None
        for rule, premises, absences in self.applications(triple):
            parts: list[Explanation] = []
            for premise in premises:
                part = self._prove(premise, depth - 1, proofs)
                if part is None:
                    break
                parts.append(part)
            else:
                step = Step(rule.name, rule.says, tuple(parts), absences)
                best = min(best or step, step, key=lambda found: sum(part.size for part in found.premises))
        return best

    def applications(self, triple: ox.Triple) -> list[Application]:
        """Return every way in which one rule concludes `triple` in this store."""
        if triple not in self._applications:
            self._applications[triple] = sorted(self._find(triple), key=lambda found: str(found[1]))
        return self._applications[triple]

    def _find(self, triple: ox.Triple) -> Iterator[Application]:
        for rule, pattern in self._rules:
            given = unify(pattern, triple)
            if given is None:
                continue
            for solution in rule.solutions(self._store, given):
                names = {name: term_text(self._store, term) for name, term in solution.items()}
                absences = tuple(substitute(absence, names) for absence in rule.absences)
                # The nodes of a list are how RDF writes an axiom; the axiom that has the list is told.
                premises = [t for t in instantiate(rule.rests_on, solution) if not isinstance(t.subject, ox.BlankNode)]
                yield rule, premises, absences

    def _assertions(self, triple: ox.Triple) -> tuple[Assertion, ...]:
        quads = self._store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
        graphs = sorted(q.graph_name.value if isinstance(q.graph_name, ox.NamedNode) else "" for q in quads)
        named = [graph for graph in graphs if graph]
        if not named and graphs:
            return (Assertion("default graph"),)
        return tuple(self._assertion(triple, graph) for graph in named if graph not in _CONCLUDED)

    def _assertion(self, triple: ox.Triple, graph: str) -> Assertion:
        def said(predicate: ox.NamedNode) -> tuple[str, ...]:
            quads = self._store.quads_for_pattern(triple.subject, predicate, None, ox.NamedNode(graph))
            return tuple(sorted(term_text(self._store, quad.object) for quad in quads))

        return Assertion(graph, said(_SOURCE), said(_LOCATOR))


def readable(store: ox.Store, triple: ox.Triple) -> str:
    """Return `triple` in short names, lists written out."""
    return " ".join(term_text(store, part) for part in (triple.subject, triple.predicate, triple.object))


def term_text(store: ox.Store, term: object) -> str:
    """Return `term` as Turtle would write it with our prefixes; a list of `store` in parentheses."""
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    if isinstance(term, ox.BlankNode):
        members = list(_members(store, term))
        return f"( {' '.join(term_text(store, member) for member in members)} )" if members else str(term)
    if isinstance(term, ox.Literal) and not term.language and term.datatype.value.startswith(_XSD):
        kind = term.datatype.value.removeprefix(_XSD)
        quoted = str(ox.Literal(term.value))
        return term.value if kind == "integer" else quoted if kind == "string" else f"{quoted}^^xsd:{kind}"
    return str(term)


def _members(store: ox.Store, node: ox.BlankNode) -> Iterator[object]:
    current: object = node
    while isinstance(current, ox.BlankNode):
        first = next(store.quads_for_pattern(current, _FIRST, None, ox.DefaultGraph()), None)
        rest = next(store.quads_for_pattern(current, _REST, None, ox.DefaultGraph()), None)
        if first is None or rest is None:
            return
        yield first.object
        current = rest.object


def render(explanation: Explanation) -> str:
    """Return `explanation` as text, one statement a line, premises indented below their conclusion."""
    return "\n".join(_lines(explanation, 0))


def _lines(explanation: Explanation, depth: int) -> Iterator[str]:
    indent = "    " * depth
    yield indent + explanation.statement
    if not explanation.held:
        yield indent + "  does not hold: it is neither asserted nor follows by a rule"
        for statement in explanation.nearby:
            yield f"{indent}  held instead: {statement}"
        return
    for assertion in explanation.assertions:
        where = "".join(f", source {source}" for source in assertion.sources)
        where += "".join(f", at {locator}" for locator in assertion.locators)
        yield f"{indent}  asserted in {assertion.graph.removeprefix(GRAPHS)}{where}"
    step = explanation.step
    if step:
        also = "also follows" if explanation.assertions else "follows"
        yield f"{indent}  {also} by rule {step.rule}: {step.says}"
        yield f"{indent}  from" + ("" if step.premises else " all that it counts")
        for premise in step.premises:
            yield from _lines(premise, depth + 1)
        for absence in step.absences:
            yield f"{indent}    and {absence}"
    elif not explanation.assertions:
        yield f"{indent}  was concluded when the data was built, by a reasoner whose rules are not among ours"
