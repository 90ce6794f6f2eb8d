"""Say where the statements stand that findings are about: file and line. Only for findings that somebody will read."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from polisgraph.findings import Finding, Place
from polisgraph.lines import Wanted, find_lines
from polisgraph.load import Loaded, SourceFile
from polisgraph.namespaces import APART

_STATEMENTS_PER_FILE = 20  # a misspelt property can stand in thousands of statements; the first lines are enough
_KEEP_THEIR_GRAPHS = (".nq", ".trig")

_AS_SUBJECT_PREDICATE_OBJECT: tuple[Callable[[str], Wanted], ...] = (
    lambda term: (term, None, None),
    lambda term: (None, term, None),
    lambda term: (None, None, term),
)

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Pattern = tuple[ox.NamedNode | ox.BlankNode | None, ox.NamedNode | None, Term | None]
Look = Callable[[Path, Collection[Wanted]], dict[Wanted, int]]
"""Says on which lines of a file statements stand, as `find_lines` does."""
Candidates = dict[Path, list[tuple[Wanted, ...]]]
"""For each file the statements in question, each in the ways to look for it, the most exact first."""


def places(loaded: Loaded, found: Sequence[Finding], lines: Look = find_lines) -> list[tuple[Place, ...]]:
    """Say for each finding where the statement stands that it is about, as exactly as can be told.

    That is, in the data files or else in the ontology: the statement itself, its property, its subject, or where
    the focus node is linked to or used as a property. Each file is gone through at most three times, however many
    findings there are; `lines` does that, for text that lies elsewhere than in files.
    """
    data = {file.graph: file for file in loaded.data_files() if file.graph not in APART}
    theory = {file.graph: file for file in loaded.ontology_files() if file.graph not in APART}
    quads = [file.path for file in data.values() if file.path.suffix in _KEEP_THEIR_GRAPHS]
    placed = _lines([_stated(loaded.store, data, finding) for finding in found], lines)
    # A file of quads keeps its own graphs, so only its text tells that the term stands there.
    for way in _AS_SUBJECT_PREDICATE_OBJECT if quads else ():
        _fill(placed, [{path: [(way(one.focus),)] for path in quads} for one in found], lines, stated=False)
    if not all(placed):
        _fill(
            placed,
            [{} if known else _stated(loaded.store, theory, f) for known, f in zip(placed, found, strict=True)],
            lines,
        )
    return placed


def _fill(placed: list[tuple[Place, ...]], candidates: Sequence[Candidates], lines: Look, stated: bool = True) -> None:
    """Place what has no place yet."""
    left = [number for number, known in enumerate(placed) if not known]
    for number, found in zip(left, _lines([candidates[number] for number in left], lines, stated), strict=True):
        placed[number] = found


def _lines(candidates: Sequence[Candidates], look: Look, stated: bool = True) -> list[tuple[Place, ...]]:
    """Look the lines up. What is `stated` stands in the file also if its line cannot be told."""
    wanted: dict[Path, set[Wanted]] = defaultdict(set)
    for one in candidates:
        for path, statements in one.items():
            wanted[path].update(way for ways in statements for way in ways)
    known = {path: look(path, ways) for path, ways in wanted.items()}
    return [tuple(_places(one, known, stated)) for one in candidates]


def _places(one: Candidates, known: dict[Path, dict[Wanted, int]], stated: bool) -> Iterator[Place]:
    for path, statements in one.items():
        lines = (next((known[path][way] for way in ways if way in known[path]), None) for ways in statements)
        line = min((line for line in lines if line is not None), default=None)
        if stated or line is not None:
            yield path, line


def _stated(store: ox.Store, files: dict[str, SourceFile], finding: Finding) -> Candidates:
    """The statements in `files` that fit best what the finding is about."""
    for pattern in _patterns(finding):
        found: Candidates = defaultdict(list)
        for graph, file in files.items():
            stated = store.quads_for_pattern(*pattern, ox.NamedNode(graph))
            found[file.path] += [_ways(quad, pattern) for quad in islice(stated, _STATEMENTS_PER_FILE)]
        found = {path: ways for path, ways in found.items() if ways}
        if found:
            return dict(sorted(found.items()))
    return {}


def _patterns(finding: Finding) -> Iterator[Pattern]:
    focus, value = finding.focus_node, finding.value_node
    properties = [ox.NamedNode(one) for one in sorted(finding.properties)]
    if isinstance(focus, (ox.NamedNode, ox.BlankNode)):
        if value is not None:
            yield from ((focus, property, value) for property in properties)
        yield from ((focus, property, None) for property in properties)
    if isinstance(focus, ox.NamedNode):
        yield (focus, None, None)
    yield (None, None, focus)
    if isinstance(focus, ox.BlankNode):
        yield (focus, None, None)
    if isinstance(focus, ox.NamedNode):
        yield (None, focus, None)


def _ways(quad: ox.Quad, pattern: Pattern) -> tuple[Wanted, ...]:
    if not isinstance(quad.subject, ox.NamedNode):
        return ()  # blank nodes and triple terms have no name to look for
    subject, predicate = quad.subject.value, quad.predicate.value
    # A number may be written in another way than the store has it, so its property has to do.
    text = quad.object.value if isinstance(quad.object, (ox.NamedNode, ox.Literal)) else None
    ways: list[Wanted] = [(subject, predicate, text), (subject, predicate, None), (subject, None, None)]
    return tuple(ways[-1:] if pattern == (quad.subject, None, None) else ways[1:] if text is None else ways)
