"""Check a text against the shapes, in this process. Limits neither time nor memory: `desk` does.

Nothing that the text names is fetched: no owl:imports, no address. Turtle has no contexts.
"""

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from polisgraph import bundle
from polisgraph.checking.surroundings import surroundings
from polisgraph.checking.verdict import Noted, Request, Verdict
from polisgraph.findings import SEVERITIES, Finding
from polisgraph.lines import Wanted, find_lines_in
from polisgraph.load import Loaded, SourceFile, add, load, syntax_error
from polisgraph.namespaces import DATA_GRAPHS
from polisgraph.places import places
from polisgraph.validate import validate

TOLD = 300
"""Findings that are told; all are counted."""
_LINES = 5
_GRAPH = DATA_GRAPHS + "checked-file"
_FILE = Path("file.ttl")


def inspect(request: Request, data: ox.Store | None, today: date, ontology: Path = bundle.ONTOLOGY) -> Verdict:
    """Check the text of `request` beside what the store of a snapshot, `data`, says of the same things.

    Findings about what only the data describes are left out. Raises RuleError if the shapes are at fault.
    """
    text = request.turtle.removeprefix("\ufeff").encode("utf-8", "replace")
    try:
        quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    except SyntaxError as error:
        return Verdict(problem=syntax_error(error), line=error.lineno, column=error.offset)
    loaded = load((), ontology, today)
    triples = [quad.triple for quad in quads]
    add(loaded.store, _GRAPH, triples)
    described = {each.subject for each in triples}
    elsewhere: set[object] = set()
    if data is not None:
        around = list(surroundings(data, triples, request.instead_of))
        loaded.store.extend(around)
        loaded.store.extend(ox.Quad(each.subject, each.predicate, each.object) for each in around)
        elsewhere = {each.subject for each in around}
    mentioned = {term for each in triples for term in (each.subject, each.predicate, each.object)}
    own = Loaded(loaded.store, (SourceFile(_FILE, _GRAPH, ""),), today, by_clock=False)
    found = [
        finding
        for finding in validate(loaded, ontology / "shapes.ttl").findings
        if finding.focus_node in mentioned and (finding.focus_node in described or finding.focus_node not in elsewhere)
    ]
    return Verdict(
        statements=len(triples),
        subjects=len(described),
        known=len(described & elsewhere),
        counts={name: sum(finding.severity == name for finding in found) for name in SEVERITIES},
        findings=tuple(_noted(own, found[:TOLD], text)),
    )


def _noted(own: Loaded, found: list[Finding], text: bytes) -> Iterator[Noted]:
    def look(_: Path, wanted: Collection[Wanted]) -> dict[Wanted, int]:
        return find_lines_in(text, wanted)

    for finding, placed in zip(found, places(own, found, look), strict=True):
        yield Noted(
            severity=finding.severity,
            shape=finding.shape,
            name=finding.name,
            focus=finding.focus,
            path=finding.path,
            value=finding.value,
            message=finding.message,
            lines=tuple(line for _, line in placed if line is not None)[:_LINES],
        )
