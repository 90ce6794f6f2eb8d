"""Close the graph under OWL 2 RL, and refuse one that contradicts the ontology.

The rules stand in ontology/rules/owl2rl, one file per rule of OWL 2 Profiles §4.3, and cover the constructs
that our ontology uses; what other data uses beyond them is reasoned over with `reasoner="owlrl"` only.
Derives nothing from absence: that is `derive`.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import indent
from typing import Literal, TypeAlias, cast

import pyoxigraph as ox
import rdflib
from owlrl.Namespaces import ERRNS
from owlrl.OWLRL import OWLRL_Semantics
from rdflib import OWL, RDF, RDFS

from polisgraph.errors import InconsistencyError
from polisgraph.explain import Prover, render, term_text
from polisgraph.fixpoint import run_to_fixpoint
from polisgraph.load import add
from polisgraph.namespaces import INFERRED_GRAPH, ONTOLOGY_GRAPHS, shorten
from polisgraph.rules import Rule, instantiate, read_rules, to_oxigraph

SCHEMA_GRAPHS = (ONTOLOGY_GRAPHS + "polisgraph", ONTOLOGY_GRAPHS + "external")
"""The graphs that owlrl closes in every build. Concepts are individuals, whose types the rules infer;
alignments are for people; shapes are no OWL."""

_SHOWN = 20
_Node: TypeAlias = rdflib.term.Node
_RdflibTriple: TypeAlias = tuple[_Node, _Node, _Node]

_REFLEXIVE = {OWL.sameAs, OWL.equivalentClass, OWL.equivalentProperty, RDFS.subClassOf, RDFS.subPropertyOf}


def is_noise(triple: _RdflibTriple) -> bool:
    """Tell whether `triple` is no RDF, or follows from any graph whatever, so that nobody asks for it."""
    s, p, o = triple
    return (
        # No RDF: the literal subjects of eq-ref and dt-type2 (RDF 1.1 Concepts §3.1).
        isinstance(s, rdflib.Literal)
        # eq-ref, scm-cls, scm-op, scm-dp: everything is the same as, equivalent to, or below itself.
        or (s == o and p in _REFLEXIVE)
        # cls-thing, scm-cls: everything is a thing, every class is below owl:Thing and above owl:Nothing.
        or (p in (RDF.type, RDFS.subClassOf) and o == OWL.Thing)
        or (p in (RDF.type, RDFS.subClassOf) and s in (OWL.Thing, OWL.Nothing))
        # prp-ap: the annotation properties of RDFS and OWL are annotation properties.
        or (p == RDF.type and o == OWL.AnnotationProperty)
        # dt-type1: the datatypes are datatypes.
        or (p == RDF.type and o == RDFS.Datatype)
    )


class QuietOWLRL(OWLRL_Semantics):
    """OWL 2 RL without the conclusions of `is_noise`, its contradictions kept out of the graph."""

    def one_time_rules(self) -> None:
        """Pass over cls-thing, prp-ap and dt-*: they conclude nothing but noise."""

    def store_triple(self, t: _RdflibTriple) -> None:
        if not is_noise(t):
            super().store_triple(t)  # type: ignore[no-untyped-call]


def close(graph: rdflib.Graph) -> tuple[str, ...]:
    """Add all conclusions to `graph`; return the contradictions, which owlrl leaves in it as blank nodes."""
    reasoner = QuietOWLRL(graph, axioms=False, daxioms=False)
    reasoner.closure()  # type: ignore[no-untyped-call]
    for node in list(graph.subjects(RDF.type, ERRNS.ErrorMessage)):
        graph.remove((node, None, None))
    return tuple(reasoner.error_messages)


def reason(
    store: ox.Store,
    rules: Path,
    reasoner: Literal["rules", "owlrl"] = "rules",
    tell: Callable[[str], None] = lambda name: None,
) -> int:
    """Add what follows by OWL 2 RL to graph/inferred and the default graph; return how many triples are new.

    owlrl closes the ontology itself; then the rules of `rules`/owl2rl run over everything (`rules` is the
    folder ontology/rules), or owlrl does. `tell` hears the name of each rule as it runs. Raises
    InconsistencyError where owlrl finds a contradiction, RuleError for a faulty rule.
    """
    schema = {
        ox.Triple(quad.subject, quad.predicate, quad.object)
        for graph in SCHEMA_GRAPHS
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))
        # A label or definition takes part in no rule about the schema.
        if not isinstance(quad.object, ox.Literal)
    }
    new, errors = _close(store, schema)
    _complain(errors, "The ontology contradicts itself")
    if reasoner == "rules":
        return new + run_to_fixpoint(store, read_rules(rules / "owl2rl"), INFERRED_GRAPH, tell)
    everything = [
        quad.triple
        for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        # rdflib has no triple terms, and OWL concludes nothing from them.
        if not isinstance(quad.object, ox.Triple)
    ]
    more, errors = _close(store, everything)
    if errors:
        # It names the statements; owlrl only the classes. It may not know the construct that owlrl stumbled
        # over.
        check_consistency(store, rules)
    _complain(errors, "The data contradicts the ontology")
    return new + more


def _complain(errors: tuple[str, ...], complaint: str) -> None:
    if errors:
        listed = "\n".join(f"- {_with_short_names(error)}" for error in errors[:_SHOWN])
        raise InconsistencyError(f"{complaint}; change one of the statements behind each of these:\n{listed}")


def _close(store: ox.Store, triples: Iterable[ox.Triple]) -> tuple[int, tuple[str, ...]]:
    """Add what owlrl concludes from `triples` to the store; return how much is new, and the
    contradictions."""
    graph = rdflib.Graph()
    for triple in triples:
        graph.add((_to_rdflib(triple.subject), _to_rdflib(triple.predicate), _to_rdflib(triple.object)))
    given = set(graph)
    errors = close(graph)
    concluded = (tuple(map(to_oxigraph, triple)) for triple in set(graph) - given)
    triples = [ox.Triple(*terms) for terms in concluded]  # type: ignore[arg-type]  # literal subjects were refused
    new = [triple for triple in triples if ox.Quad(*triple) not in store]
    add(store, INFERRED_GRAPH, new)
    return len(new), errors


def _to_rdflib(term: object) -> _Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    literal = cast(ox.Literal, term)
    if literal.language:
        return rdflib.Literal(literal.value, lang=literal.language)
    # normalize=False: "01"^^xsd:integer has to come back as it was.
    return rdflib.Literal(literal.value, datatype=rdflib.URIRef(literal.datatype.value), normalize=False)


def _with_short_names(message: str) -> str:
    return " ".join(shorten(word) if word.startswith("http") else word for word in message.split())


def check_consistency(store: ox.Store, rules: Path) -> None:
    """Raise InconsistencyError if a SELECT rule of `rules`/owl2rl finds statements that cannot all be true.

    The message names, for each thing concerned, the rule, the statements, the graphs they stand in or what
    they follow from, and what to do.
    """
    known = read_rules(rules / "derive") + read_rules(rules / "owl2rl")
    prover = Prover(store, known)
    clashes = [clash for rule in known if not rule.template for clash in _clashes(store, rule, prover)]
    if clashes:
        more = f"\n\n… and {len(clashes) - _SHOWN} more." if len(clashes) > _SHOWN else ""
        raise InconsistencyError(
            "Statements contradict the ontology. For each group below, correct or remove one of the asserted "
            "statements in its file or, if the data is right, the axiom in the ontology.\n\n"
            + "\n\n".join(clashes[:_SHOWN])
            + more
        )


def _clashes(store: ox.Store, rule: Rule, prover: Prover) -> list[str]:
    """Return one text per thing (`?x` of the rule) that is contradictory: on the clash with the shortest
    proof."""
    best: dict[str, tuple[int, str]] = {}
    for solution in rule.solutions(store):
        triples = [t for t in instantiate(rule.rests_on, solution) if not isinstance(t.subject, ox.BlankNode)]
        proofs = [prover.explain(triple) for triple in triples]
        size = sum(proof.size for proof in proofs)
        thing = term_text(store, solution["x"])
        if thing not in best or size < best[thing][0]:
            text = "\n".join(render(proof) for proof in proofs)
            best[thing] = size, f"{thing}: {rule.says}\n{indent(text, '    ')}"
    return [text for _, (_, text) in sorted(best.items())]
