"""The vocabulary on the web: pages of all terms, their use and the concepts, the shapes, RDF for programs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Blueprint, Response, render_template, request

from polisgraph.errors import NotFound
from polisgraph.namespaces import ONTOLOGY_GRAPHS, PG, PGSH, PREFIXES, SHAPES_GRAPH, shorten
from polisgraph.web import diagram, documents, headers, links, negotiation
from polisgraph.web.language import language
from polisgraph.web.rows import Row
from polisgraph.web.site import is_iri, site
from polisgraph.web.usage import terms_of, usages

blueprint = Blueprint("ontology", __name__)

_OWL, _RDF, _RDFS, _SKOS = PREFIXES["owl"], PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["skos"]
_OWN_GRAPH = ONTOLOGY_GRAPHS + "polisgraph"
_LABELS = (_RDFS + "label", PREFIXES["dct"] + "title")
_DEFINITIONS = (_SKOS + "definition", PREFIXES["dct"] + "description")
_SECTIONS = {
    _OWL + "ObjectProperty": "relations",
    _OWL + "DatatypeProperty": "attributes",
    _OWL + "AnnotationProperty": "attributes",
}
_RELATIONS = {
    _RDFS + "subClassOf": "parents",
    _RDFS + "subPropertyOf": "parents",
    _OWL + "inverseOf": "inverses",
}


@dataclass
class TermEntry:
    """A class or property as the page shows it."""

    iri: str
    own: bool
    types: set[str] = field(default_factory=set)
    label: str = ""
    definition: str = ""
    parents: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    inverses: list[str] = field(default_factory=list)
    chains: list[list[str]] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The name of the term's place on the page: its own name, or with its prefix if it is reused."""
        return self.iri.removeprefix(PG) if self.own else shorten(self.iri)

    @property
    def section(self) -> str:
        """Where on the page the term stands."""
        found = next((section for kind, section in _SECTIONS.items() if kind in self.types), "classes")
        return found if self.own else "reused"


@blueprint.route("/ontology/")
def vocabulary() -> Response:
    """Show the whole vocabulary, or return it as RDF."""
    if not negotiation.prefers_page():
        return _graph(_OWN_GRAPH)
    tag = headers.tag("vocabulary", language(), request.full_path)
    if known := headers.unchanged(tag):
        return known
    entries = _entries()
    sections = ("classes", "relations", "attributes", "reused")
    grouped = {name: [entry for entry in entries.values() if entry.section == name] for name in sections}
    schemes = _by_scheme(site().ask("concepts", lang=language()))
    relations = [(row["from"].value, row["property"].value, row["to"].value) for row in site().ask("class-links")]
    drawn = diagram.lay_out(each for each in relations if all(term in entries for term in each))
    ends: dict[str, dict[str, list[str]]] = {}
    for source, name, target in relations:
        ends.setdefault(name, {}).setdefault(source, []).append(target)
    counts = {row["term"].value: row["uses"].value for row in site().ask("completion", lang=language())}
    page = render_template(
        "ontology.html", sections=grouped, entries=entries, schemes=schemes, relations=relations,
        ends=ends, counts=counts, asked=terms_of(site().reports), diagram=drawn, box=diagram, scheme_name=_scheme_name,
    )  # fmt: skip
    return headers.tagged(Response(page, mimetype="text/html"), tag)


@blueprint.route("/ontology.<ending>")
def vocabulary_file(ending: str) -> Response:
    """Return the ontology as a file."""
    if ending == negotiation.PAGE:
        return links.see_other(links.own("ontology/"))
    return _graph(_OWN_GRAPH)


@blueprint.route("/ontology/<name>")
def term(name: str) -> Response:
    """Lead from a term to its place on the page, or describe it."""
    if name[:1].isdigit():  # the IRI of a version
        return links.see_other(links.own("ontology/"))
    iri = PG + name
    if not site().describes(iri):
        raise NotFound(f"the ontology has no term {name[:80]!r}; /ontology/ lists them")
    if negotiation.prefers_page():
        return links.see_other(links.href(iri) or links.own("ontology/"))
    return documents.construct("term", entity=iri)


@blueprint.route("/terms/")
def terms() -> Response:
    """Show how often each term is used, with an example, and the reports that ask by it."""
    tag = headers.tag("terms", language(), request.full_path)
    if known := headers.unchanged(tag):
        return known
    uses = usages()
    used = [(entry, uses[iri]) for iri, entry in _entries().items() if iri in uses]
    return headers.tagged(Response(render_template("terms.html", used=used), mimetype="text/html"), tag)


@blueprint.route("/concepts/")
def concepts() -> Response:
    """Show the concept schemes with their concepts and what these mean."""
    tag = headers.tag("concepts", language(), request.full_path)
    if known := headers.unchanged(tag):
        return known
    schemes = _by_scheme(site().ask("concepts", lang=language()))
    page = render_template("concepts.html", schemes=schemes, scheme_name=_scheme_name)
    return headers.tagged(Response(page, mimetype="text/html"), tag)


@blueprint.route("/shapes/")
def shapes() -> Response:
    """Show the shapes that the data must have, or return them as RDF."""
    if not negotiation.prefers_page():
        return _graph(SHAPES_GRAPH)
    tag = headers.tag("shapes", language(), request.full_path)
    if known := headers.unchanged(tag):
        return known
    rows = site().ask("shapes", lang=language())
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(row["shape"].value, []).append(row)
    return headers.tagged(Response(render_template("shapes.html", shapes=named), mimetype="text/html"), tag)


@blueprint.route("/shapes.<ending>")
def shapes_file(ending: str) -> Response:
    """Return the shapes as a file."""
    if ending == negotiation.PAGE:
        return links.see_other(links.own("shapes/"))
    return _graph(SHAPES_GRAPH)


@blueprint.route("/shapes/<name>")
def shape(name: str) -> Response:
    """Lead from a shape to its place on the page, or return it as RDF."""
    iri = PGSH + name
    if not is_iri(iri) or not site().describes_shape(iri):
        raise NotFound(f"there is no shape {name[:80]!r}; /shapes/ lists them")
    if negotiation.prefers_page():
        return links.see_other(links.href(iri) or links.own("shapes/"))
    return documents.construct("shape", shape=iri)


def _graph(iri: str) -> Response:
    if iri not in site().snapshot.graphs:
        raise NotFound(f"this snapshot has no graph {iri}")
    return documents.construct("graph", graph=iri)


def _entries() -> dict[str, TermEntry]:
    entries: dict[str, TermEntry] = {}
    for row in site().ask("terms"):
        own = row["graph"].value == _OWN_GRAPH
        entry = entries.setdefault(row["term"].value, TermEntry(row["term"].value, own))
        entry.own = entry.own or own
        _note(entry, row)
    for row in site().ask("chains"):
        if row["property"].value in entries:
            chains = entries[row["property"].value].chains
            if row["place"].value == "1":
                chains.append([])
            chains[-1].append(row["step"].value)
    for entry in list(entries.values()):
        for parent in entry.parents:
            if parent in entries:
                entries[parent].children.append(entry.iri)
    return {
        iri: entry
        for iri, entry in sorted(entries.items(), key=lambda item: item[1].label.casefold())
        if _OWL + "Ontology" not in entry.types
    }


def _note(entry: TermEntry, row: Row) -> None:
    property_, value = row["property"].value, row["value"]
    if property_ == _RDF + "type":
        entry.types.add(value.value)
    elif property_ in _LABELS and (value.language == language() or not entry.label):
        entry.label = value.value
    elif property_ in _DEFINITIONS and value.language == language():
        entry.definition = value.value
    elif property_ in _RELATIONS and value.kind == "iri":
        getattr(entry, _RELATIONS[property_]).append(value.value)


def _scheme_name(iri: str) -> str:
    """Return the name of a scheme's place on the page of the concepts."""
    return iri.rstrip("/").rpartition("/")[2]


def _by_scheme(rows: Iterable[Row]) -> dict[str, list[Row]]:
    schemes: dict[str, list[Row]] = {}
    for row in rows:
        schemes.setdefault(row["scheme"].value, []).append(row)
    return schemes
