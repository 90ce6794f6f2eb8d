"""What a validation found, in words for people and as a SHACL report with stable names. Judges nothing."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF, SH

from polisgraph.load import Loaded, SourceFile, line_of
from polisgraph.namespaces import BASE, REPORT_GRAPH, SHAPES_GRAPH, shorten

SEVERITIES = ("Violation", "Warning", "Info")
"""Names of the severities of SHACL (section 2.1.4), the worst first."""

_SEVERITY_WORDS = {
    "de": {"Violation": "Fehler", "Warning": "Warnung", "Info": "Hinweis"},
    "en": {"Violation": "Violation", "Warning": "Warning", "Info": "Info"},
}
_STATEMENTS_PER_FILE = 20  # a misspelt property can stand in thousands of statements; the first lines are enough

Pattern = tuple[
    ox.NamedNode | ox.BlankNode | None, ox.NamedNode | None, ox.NamedNode | ox.BlankNode | ox.Literal | None
]


@dataclass(frozen=True)
class Finding:
    """One validation result: which rule, about what, where it stands, and how to mend it.

    `path` is the IRI of a property, or a longer path in the syntax of SPARQL; `value` an IRI or a literal's
    text; `name` and `message` are by language (de, en); `places` are files with the line, if there are lines.
    """

    severity: str
    shape: str
    name: Mapping[str, str]
    focus: str
    path: str | None
    value: str | None
    message: Mapping[str, str]
    places: tuple[tuple[Path, int | None], ...]

    @property
    def iri(self) -> str:
        """The IRI of the finding, the same in every build that finds the same."""
        parts = (self.shape, self.focus, self.path or "", self.value or "", self.message["en"])
        return f"{BASE}id/finding/{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"

    @property
    def rank(self) -> tuple[object, ...]:
        """What findings are sorted by: severity, rule, place, and then all the rest."""
        places = [(str(path), line or 0) for path, line in self.places]
        return (
            SEVERITIES.index(self.severity),
            self.shape,
            places,
            self.focus,
            self.path or "",
            self.value or "",
        )

    def text(self, language: str = "en", base: Path | None = None) -> str:
        """Return the finding in `language` (de, en), a line for each place, paths relative to `base`."""
        word = _SEVERITY_WORDS[language][self.severity]
        rule = shorten(self.shape).partition(":")[2] or self.shape
        subject = f"{_short(self.focus)} {_short(self.path)}".rstrip()
        value = f" ({_short(self.value)})" if self.value is not None else ""
        said = f"{word} {rule} {subject}{value}: {self.message[language]}"
        folder = base or Path.cwd()
        return "\n".join(f"{_place(place, folder)}: {said}" for place in self.places) or said


def _place(place: tuple[Path, int | None], base: Path) -> str:
    path, line = place
    shown = path.relative_to(base) if path.is_relative_to(base) else path
    return str(shown) if line is None else f"{shown}:{line}"


def _short(text: str | None) -> str:
    return shorten(text) if text and text.startswith(("http://", "https://")) else text or ""


@dataclass(frozen=True)
class Terms:
    """The terms behind the texts of a finding, for the report."""

    focus: rdflib.term.Node
    path: rdflib.URIRef | None
    value: rdflib.term.Node | None
    component: rdflib.term.Node


def report(found: Sequence[tuple[Finding, Terms]]) -> rdflib.Graph:
    """Return the SHACL validation report (SHACL, section 3.6) of `found`, with IRIs in place of blank nodes.

    sh:sourceShape is the named shape also where a part of it failed, sh:focusNode the offender also where a
    rule was asked once for all data. sh:resultPath stands for single properties only. sh:conforms is true, as
    the specification says, only if there is no result at all, not even information.
    """
    graph = rdflib.Graph(bind_namespaces="none")
    graph.bind("sh", SH)
    home = rdflib.URIRef(REPORT_GRAPH)
    graph.add((home, RDF.type, SH.ValidationReport))
    graph.add((home, SH.conforms, rdflib.Literal(not found)))
    for finding, terms in found:
        node = rdflib.URIRef(finding.iri)
        graph.add((home, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        graph.add((node, SH.resultSeverity, SH[finding.severity]))
        graph.add((node, SH.sourceShape, rdflib.URIRef(finding.shape)))
        graph.add((node, SH.sourceConstraintComponent, terms.component))
        graph.add((node, SH.focusNode, terms.focus))
        if terms.path is not None:
            graph.add((node, SH.resultPath, terms.path))
        if terms.value is not None:
            graph.add((node, SH.value, terms.value))
        for language, text in finding.message.items():
            graph.add((node, SH.resultMessage, rdflib.Literal(text, lang=language)))
    return graph


def places(
    loaded: Loaded,
    focus: ox.NamedNode | ox.BlankNode | ox.Literal,
    properties: Iterable[str],
    value: ox.NamedNode | ox.BlankNode | ox.Literal | None,
) -> tuple[tuple[Path, int | None], ...]:
    """Return where the statement stands that a finding is about, as exactly as it can be told.

    That is, in the data files or else in the ontology: the statement itself, its property, its subject, or
    where `focus` is linked to or used as a property.
    """
    files = loaded.data_files()
    theories = tuple(file for file in loaded.ontology_files() if file.graph != SHAPES_GRAPH)
    for pattern in _patterns(focus, [ox.NamedNode(p) for p in properties], value):
        found = tuple(place for file in files for place in _places_in(loaded.store, file, pattern))
        if found:
            return found
    # A file of quads keeps its own graphs, so only its text tells that the term stands there.
    quads = [file.path for file in files if file.path.suffix in (".nq", ".trig")]
    for terms in ((focus.value, None), (None, focus.value)):
        lines = [(path, line) for path in quads if (line := line_of(path, *terms)) is not None]
        if lines:
            return tuple(lines)
    for pattern in _patterns(focus, [], None):
        found = tuple(place for file in theories for place in _places_in(loaded.store, file, pattern))
        if found:
            return found
    return ()


def _patterns(
    focus: ox.NamedNode | ox.BlankNode | ox.Literal,
    properties: list[ox.NamedNode],
    value: ox.NamedNode | ox.BlankNode | ox.Literal | None,
) -> Iterator[Pattern]:
    if not isinstance(focus, ox.Literal):
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


def _places_in(store: ox.Store, file: SourceFile, pattern: Pattern) -> Iterator[tuple[Path, int | None]]:
    quads = islice(store.quads_for_pattern(*pattern, ox.NamedNode(file.graph)), _STATEMENTS_PER_FILE)
    at = [_line(file.path, quad, pattern) for quad in quads]
    known = [line for line in at if line is not None]
    if at:
        yield file.path, min(known, default=None)


def _line(path: Path, quad: ox.Quad, pattern: Pattern) -> int | None:
    if isinstance(quad.subject, ox.Triple):
        return None
    if pattern == (quad.subject, None, None):
        return line_of(path, quad.subject.value)
    # Blank nodes and triple terms have no text of their own to look for.
    text = quad.object.value if isinstance(quad.object, (ox.NamedNode, ox.Literal)) else None
    return line_of(path, quad.subject.value, quad.predicate.value, text)
