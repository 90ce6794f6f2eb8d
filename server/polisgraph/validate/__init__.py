"""Check asserted data against the SHACL shapes and say what to mend. Changes no data, infers nothing.

The shapes become questions that the store answers, each for all nodes at once; pySHACL is the reference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyoxigraph as ox

from polisgraph.findings import Finding, Place, report
from polisgraph.load import Loaded
from polisgraph.places import places
from polisgraph.validate import native, reference, wellformed
from polisgraph.validate.messages import Messages
from polisgraph.validate.questions import FEW, Result
from polisgraph.validate.shapes import Shapes, read_shapes
from polisgraph.validate.sparql import COMPONENT as SPARQL
from polisgraph.validate.terms import Term, quiet
from polisgraph.validate.touched import touched

__all__ = ["VALIDATORS", "Finding", "Validation", "Validator", "validate"]

Validator = Literal["questions", "pyshacl"]
VALIDATORS: tuple[Validator, ...] = ("questions", "pyshacl")
"""What can validate: questions to the store, or pySHACL with all data in memory."""


@dataclass(frozen=True)
class Validation:
    """The findings, sorted, and what they were found in."""

    findings: tuple[Finding, ...]
    loaded: Loaded

    @property
    def conforms(self) -> bool:
        """Whether nothing is violated. Warnings and information do not stop a build."""
        return not any(finding.severity == "Violation" for finding in self.findings)

    def places(self, findings: Sequence[Finding]) -> list[tuple[Place, ...]]:
        """Say for each of `findings` in which file and on which line it stands. Goes through the files: ask once."""
        return places(self.loaded, findings)

    def report(self) -> Iterator[ox.Quad]:
        """Yield the SHACL report for `graph/validation`, quad by quad."""
        return report(self.findings)


def validate(
    loaded: Loaded, shapes: Path, validator: Validator = "questions", changed: Sequence[ox.Triple] | None = None
) -> Validation:
    """Check what `loaded` asserts, with the ontology for subclasses, against the Turtle file `shapes`.

    Looks at the default graph, so run it before rules and reasoning: what they add could hide a mistake. Follows
    SHACL, sections 2 to 5. Raises SourceError if the shapes cannot be read, RuleError if they are none or use a
    construct that is not supported; it names the shape.

    With `changed`, the statements that came or went since all was validated, only what they touch is looked at again:
    what was found elsewhere still holds. SPARQL constraints are all asked, and pySHACL always looks at everything.
    """
    rules = read_shapes(shapes)
    with quiet():
        if validator == "pyshacl":
            results = reference.results(rules, loaded.store)
        else:
            wellformed.check(rules)
            only = _again(rules, loaded.store, changed) if changed is not None else None
            results = native.results(rules, loaded.store, only)
        messages = Messages(rules)
        found: dict[tuple[object, ...], Finding] = {}
        for result in results:
            finding = _finding(rules, messages, result)
            # What reads the same is one finding: two constraints of a shape, or two literals that differ in language.
            found[finding.rank] = min(finding, found.get(finding.rank, finding), key=_in_full)
    ordered = sorted(found.items(), key=lambda pair: pair[0])
    return Validation(tuple(finding for _, finding in ordered), loaded)


def _again(shapes: Shapes, store: ox.Store, changed: Sequence[ox.Triple]) -> frozenset[Term] | None:
    """The nodes to look at after a change; None for all: if they are many, or have no name to ask by."""
    if len(changed) > FEW:
        return None
    nodes = touched(shapes, store, changed)
    named = all(isinstance(node, (ox.NamedNode, ox.Literal)) for node in nodes)
    return nodes if named and len(nodes) <= FEW else None


def _in_full(finding: Finding) -> tuple[str, str, str]:
    return finding.component, str(finding.focus_node), str(finding.value_node)


def _finding(shapes: Shapes, messages: Messages, result: Result) -> Finding:
    focus, value = result.focus, result.value
    if result.component == SPARQL and shapes.asked_once(result.part) and value is not None:
        focus, value = value, None  # the target is only a peg, the value is the offender
    shape, path = shapes.owner(result.part), shapes.path(result.part)
    single = result.path.value if isinstance(result.path, ox.NamedNode) else None
    return Finding(
        severity=shapes.severity(result.part),
        shape=str(shape),
        name=messages.name(shape),
        component=result.component,
        focus_node=focus,
        path=single or (path.shown if path else None),
        properties=frozenset({single}) if single else path.properties if path else frozenset(),
        value_node=value,
        message=messages.message(result),
    )
