"""Derive what OWL cannot conclude, from absence, dates and texts, by the rules of ontology/rules/derive.

Runs before the closure and reads only what is asserted. Holds no rule itself.
"""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox

from polisgraph.errors import RuleError
from polisgraph.fixpoint import run_to_fixpoint
from polisgraph.namespaces import DERIVED_GRAPH, PG
from polisgraph.rules import Rule, read_rules


def derive(store: ox.Store, rules: Path, tell: Callable[[str], None] = lambda name: None) -> int:
    """Add what the rules of `rules`/derive conclude to graph/derived and the default graph; return the
    number. `tell` hears the name of each rule as it runs.

    `rules` is the folder ontology/rules. The number that a rule's name begins with is its stage: a stage
    runs to its fixpoint before the next starts, so that a rule that asks for the absence of something finds
    all of it there (stratified negation). Raises RuleError for a faulty rule, and unless the store says by
    one `pg:today` which day today is.
    """
    found = store.quads_for_pattern(None, ox.NamedNode(PG + "today"), None, ox.DefaultGraph())
    days = {quad.object for quad in found}
    if len(days) != 1:
        raise RuleError(
            f"the default graph says {len(days)} times which day today is; state it once, as "
            '<https://w3id.org/polisgraph/dataset> pg:today "2026-11-22"^^xsd:date'
        )
    stages = groupby(sorted(read_rules(rules / "derive"), key=_stage), key=_stage)
    return sum(run_to_fixpoint(store, tuple(stage), DERIVED_GRAPH, tell) for _, stage in stages)


def _stage(rule: Rule) -> int:
    number = rule.name.partition("-")[0]
    if not number.isdecimal():
        raise RuleError(f"{rule.name}.rq: begin its name with the number of its stage, as in 1-{rule.name}.rq")
    return int(number)
