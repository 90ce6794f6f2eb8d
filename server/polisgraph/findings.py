"""What a validation found, in words for people and as a SHACL report with stable names. Judges nothing."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from polisgraph.namespaces import BASE, PREFIXES, REPORT_GRAPH, shorten

SEVERITIES = ("Violation", "Warning", "Info")
"""Names of the severities of SHACL (section 2.1.4), the worst first."""

_SEVERITY_WORDS = {
    "de": {"Violation": "Fehler", "Warning": "Warnung", "Info": "Hinweis"},
    "en": {"Violation": "Violation", "Warning": "Warning", "Info": "Info"},
}
_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Place = tuple[Path, int | None]
"""A file, and the line if the file has lines and tells it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One validation result: which rule, about what, and how to mend it.

    `path` is the IRI of a property, or a longer path in the syntax of SPARQL, and `properties` are the IRIs in it;
    `component` is the IRI of the constraint component; `name` and `message` are by language (de, en).
    """

    severity: str
    shape: str
    name: Mapping[str, str]
    component: str
    focus_node: Term
    path: str | None
    properties: frozenset[str]
    value_node: Term | None
    message: Mapping[str, str]

    @property
    def focus(self) -> str:
        """The IRI, or the text of a literal, that the finding is about."""
        return _text(self.focus_node)

    @property
    def value(self) -> str | None:
        """The IRI or the text of the literal that is wrong."""
        return None if self.value_node is None else _text(self.value_node)

    @property
    def iri(self) -> str:
        """The IRI of the finding, the same in every build that finds the same."""
        parts = (self.shape, self.focus, self.path or "", self.value or "", self.message["en"])
        return f"{BASE}id/finding/{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"

    @property
    def rank(self) -> tuple[object, ...]:
        """What findings are sorted by: severity, rule, and then all the rest. No two findings have the same."""
        text = self.message["en"]
        return SEVERITIES.index(self.severity), self.shape, self.focus, self.path or "", self.value or "", text

    def title(self, language: str) -> str:
        """Severity in `language` and rule: what findings of the same kind share."""
        return f"{_SEVERITY_WORDS[language][self.severity]} {shorten(self.shape).partition(':')[2] or self.shape}"

    def text(self, places: Sequence[Place] = (), language: str = "en", base: Path | None = None) -> str:
        """Return the finding in `language` (de, en), a line for each of `places`, paths relative to `base`."""
        subject = f"{_short(self.focus)} {_short(self.path)}".rstrip()
        value = f" ({_short(self.value)})" if self.value is not None else ""
        said = f"{self.title(language)} {subject}{value}: {self.message[language]}"
        folder = base or Path.cwd()
        return "\n".join(f"{_place(place, folder)}: {said}" for place in places) or said


def _text(term: Term) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


def _place(place: Place, base: Path) -> str:
    path, line = place
    shown = path.relative_to(base) if path.is_relative_to(base) else path
    return str(shown) if line is None else f"{shown}:{line}"


def _short(text: str | None) -> str:
    return shorten(text) if text and text.startswith(("http://", "https://")) else text or ""


def report(found: Sequence[Finding]) -> Iterator[ox.Quad]:
    """Yield the SHACL validation report (SHACL, section 3.6) of `found`, with IRIs in place of blank nodes.

    sh:sourceShape is the named shape also where a part of it failed, sh:focusNode the offender also where a
    rule was asked once for all data. sh:resultPath stands for single properties only. sh:conforms is true, as
    the specification says, only if there is no result at all, not even information.
    """
    home, truth = ox.NamedNode(REPORT_GRAPH), ox.Literal(not found)
    yield ox.Quad(home, _TYPE, _sh("ValidationReport"), home)
    yield ox.Quad(home, _sh("conforms"), truth, home)
    result, kind = _sh("result"), _sh("ValidationResult")
    severity, shape, component = _sh("resultSeverity"), _sh("sourceShape"), _sh("sourceConstraintComponent")
    focus, path, value, message = _sh("focusNode"), _sh("resultPath"), _sh("value"), _sh("resultMessage")
    for finding in found:
        node = ox.NamedNode(finding.iri)
        yield ox.Quad(home, result, node, home)
        yield ox.Quad(node, _TYPE, kind, home)
        yield ox.Quad(node, severity, _sh(finding.severity), home)
        yield ox.Quad(node, shape, ox.NamedNode(finding.shape), home)
        yield ox.Quad(node, component, ox.NamedNode(finding.component), home)
        yield ox.Quad(node, focus, finding.focus_node, home)
        if finding.path in finding.properties:
            yield ox.Quad(node, path, ox.NamedNode(finding.path), home)
        if finding.value_node is not None:
            yield ox.Quad(node, value, finding.value_node, home)
        for language, text in finding.message.items():
            yield ox.Quad(node, message, ox.Literal(text, language=language), home)


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(PREFIXES["sh"] + name)
