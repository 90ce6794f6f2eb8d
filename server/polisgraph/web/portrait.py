"""Gathers what the graph says about one entity into the parts of its page. Writes no HTML."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from polisgraph.links import ItemLink
from polisgraph.namespaces import BASE, DATA_GRAPHS, DERIVED_GRAPH, INFERRED_GRAPH, ONTOLOGY_GRAPHS, PREFIXES
from polisgraph.reports.keys import SCHEMES, Key
from polisgraph.web.disagreement import disagreements
from polisgraph.web.gazetteer import labelled, same_place
from polisgraph.web.itemlinks import item_links
from polisgraph.web.language import N_, language
from polisgraph.web.profile import Profile, kind_of, profile
from polisgraph.web.relations import MENTIONS_ASKED, TENURES_ASKED, Mentions, Tenure, label_of, mentions, tenures
from polisgraph.web.rows import Row, Term
from polisgraph.web.site import is_iri, site

_PG, _SKOS, _DCT = PREFIXES["pg"], PREFIXES["skos"], PREFIXES["dct"]
_ORG, _FOAF, _RDF, _RDFS = PREFIXES["org"], PREFIXES["foaf"], PREFIXES["rdf"], PREFIXES["rdfs"]

_LAT, _LONG = PREFIXES["wgs84"] + "lat", PREFIXES["wgs84"] + "long"

TYPE = _RDF + "type"
LABEL = _PG + "displayLabel"
SEARCH_NAME = _PG + "searchName"
SOURCE = _DCT + "source"
LOCATOR = _PG + "locator"

KEYS = {scheme.property: scheme for scheme in SCHEMES.values()}
"""Properties whose values are keys of registers."""
NAMES = (
    *(_SKOS + name for name in ("prefLabel", "altLabel")),
    *(_PG + name for name in ("abbreviation", "formerName")),
    *(_DCT + "title", _RDFS + "label", _FOAF + "name"),
)
_MAIN_NAMES = (_SKOS + "prefLabel", _DCT + "title")
DEFINITIONS = (_SKOS + "definition", _DCT + "description")
IDENTIFIERS = (*KEYS, _FOAF + "homepage", _FOAF + "isPrimaryTopicOf", _DCT + "identifier", _PG + "sha256")
"""Properties that identify, in the order of the page."""

ORIGINS = {
    "asserted": N_("stated without a source of its own"),
    "derived": N_("derived by a rule from what the sources state"),
    "inferred": N_("inferred from the axioms of the vocabulary"),
    "ontology": N_("part of the vocabulary"),
}
"""How a statement came into the graph, in words."""

_LINK_OF = _PG + "linkOf"
_TOLD = {
    "municipality": {_PG + "about", _PG + "represents"},
    "network": {_PG + "about", _PG + "bodyOf", _PG + "sectionOf", _PG + "undertakenIn"},
    "body": {_PG + "subBodyOf"},
}
"""Relations to others that the parts of a page tell, by its kind."""

# Tenures have a table of their own, labels stand wherever the entity is named, and names to search by are its names.
_SHOWN_ELSEWHERE = {LABEL, SEARCH_NAME, SOURCE, LOCATOR, _ORG + "hasMembership", _ORG + "heldBy"}


@dataclass(frozen=True)
class Evidence:
    """Where statements stand: a graph, the sources that the entity cites there, and the places it names.

    `number` is that of the footnote.
    """

    number: int
    graph: str
    sources: tuple[tuple[str, str], ...] = ()
    locators: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The graph's IRI, as short as can be."""
        return self.graph.removeprefix(BASE)

    @property
    def origin(self) -> str:
        """How the statement came into the graph: asserted, derived, inferred, or as part of the ontology."""
        names = {DERIVED_GRAPH: "derived", INFERRED_GRAPH: "inferred"}
        return names.get(self.graph, "ontology" if self.graph.startswith(ONTOLOGY_GRAPHS) else "asserted")


@dataclass(frozen=True)
class Statement:
    """A value of a property, with the footnotes that vouch for it, and the key of a register that it may be."""

    value: Term
    label: str | None
    evidence: tuple[Evidence, ...]
    key: Key | None = None

    @property
    def origins(self) -> set[str]:
        """How it came into the graph; more than one way is possible."""
        return {item.origin for item in self.evidence}

    @property
    def sources(self) -> set[str]:
        """Who says so."""
        return {source for item in self.evidence for source, _ in item.sources}

    @property
    def is_asserted(self) -> bool:
        """Whether a file states it."""
        return bool(self.origins & {"asserted", "ontology"})


@dataclass(frozen=True)
class Group:
    """The values of one property. `is_prose` if they are sentences, not things, dates or numbers."""

    property: str
    label: str
    statements: tuple[Statement, ...]
    is_prose: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_prose", any(statement.value.language for statement in self.statements))


@dataclass
class Portrait:
    """Everything that the page of an entity shows."""

    iri: str
    title: str
    types: list[tuple[str, str]] = field(default_factory=list)
    definitions: list[Term] = field(default_factory=list)
    names: list[Group] = field(default_factory=list)
    identifiers: list[Group] = field(default_factory=list)
    facts: list[Group] = field(default_factory=list)
    conclusions: list[Group] = field(default_factory=list)
    disputed: frozenset[str] = frozenset()
    """Properties of its facts on which sources disagree."""
    tenures: dict[str, list[Tenure]] = field(default_factory=dict)
    profile: Profile = field(default_factory=Profile)
    mentions: list[Mentions] = field(default_factory=list)
    same: list[tuple[str, str]] = field(default_factory=list)
    """What stands for the same place: IRI and label of an entry of the gazetteer, or for one the entity."""
    links: list[ItemLink] = field(default_factory=list)
    """What is decided and proposed about its Wikidata items, and those of what stands for the same place."""
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def place(self) -> tuple[str, str] | None:
        """Latitude and longitude in degrees, if known."""
        known = {group.property: group.statements[0].value.value for group in (*self.facts, *self.conclusions)}
        return (known[_LAT], known[_LONG]) if {_LAT, _LONG} <= known.keys() else None

    @property
    def networks_today(self) -> int:
        """In how many networks it is today, as the rules conclude."""
        return next((len(group.statements) for group in self.conclusions if group.property == _PG + "memberOf"), 0)

    @property
    def others(self) -> list[Mentions]:
        """What points here and has no part of the page to itself."""
        told = _TOLD.get(self.profile.kind, set()) | {_LINK_OF}
        return [each for each in self.mentions if each.relation not in told]

    @property
    def is_part(self) -> bool:
        """Whether the graph holds more than the page was willing to ask for."""
        tenures_found = sum(map(len, self.tenures.values()))
        return tenures_found >= TENURES_ASKED or sum(m.number for m in self.mentions) >= MENTIONS_ASKED


def portrait(iri: str) -> Portrait | None:
    """Return what the graph says about `iri`, labels in the reader's language; None if it says nothing."""
    if not is_iri(iri):
        return None
    rows = site().ask("statements", entity=iri, lang=language()).rows
    if not rows:
        return None
    rows = labelled(rows)
    found = Portrait(iri, _title(iri, rows))
    found.evidence = list(_evidence(rows))
    found.types = _types(rows)
    found.definitions = _readable([row["value"] for row in rows if row["property"].value in DEFINITIONS])
    groups = list(_groups(rows, found.evidence))
    said = {s.value for group in groups for s in group.statements if s.is_asserted}
    for group in groups:
        _place(group, found, said)
    found.disputed = disagreements({g.property: {s.value: s.sources for s in g.statements} for g in found.facts})
    found.tenures = tenures(iri)
    found.profile = profile(iri, kind_of(row["value"].value for row in rows if _is(row, TYPE)), found.tenures)
    found.mentions = list(mentions(iri))
    found.same = same_place(iri, rows)
    found.links = item_links([iri, *(other for other, _ in found.same)])
    return found


def _title(iri: str, rows: Iterable[Row]) -> str:
    labels = {row["value"].language: row["value"].value for row in rows if _is(row, LABEL)}
    if not labels:  # what stands in the gazetteer only has its names, and none made for pages
        labels = {row["value"].language: row["value"].value for row in rows if row["property"].value in _MAIN_NAMES}
    return labels.get(language()) or next(iter(labels.values()), "") or iri.rstrip("/#").rpartition("/")[2] or iri


def _types(rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return the classes that files name, or if there are none those that follow."""
    typed = [row for row in rows if _is(row, TYPE)]
    stated = [row for row in typed if row["graph"].value not in (DERIVED_GRAPH, INFERRED_GRAPH)]
    found = {(row["value"].value, label_of(row, "value")) for row in stated or typed}
    return sorted(found, key=lambda pair: (not pair[1], pair[1].casefold(), pair[0]))


def _is(row: Row, property_: str) -> bool:
    return row["property"].value == property_


def _evidence(rows: Iterable[Row]) -> Iterator[Evidence]:
    """Number the graphs that statements stand in, those with the evidence of one source first."""
    sources: dict[str, dict[str, str]] = {}
    locators: dict[str, list[str]] = {}
    for row in rows:
        graph = row["graph"].value
        sources.setdefault(graph, {})
        if _is(row, SOURCE):
            sources[graph][row["value"].value] = label_of(row, "value")
        elif _is(row, LOCATOR):
            locators.setdefault(graph, []).append(row["value"].value)
    in_order = sorted(sources, key=lambda graph: (not graph.startswith(DATA_GRAPHS + "from-"), graph))
    for number, graph in enumerate(in_order, start=1):
        places = tuple(sorted(set(locators.get(graph, ()))))
        yield Evidence(number, graph, tuple(sources[graph].items()), places)


def _groups(rows: Iterable[Row], evidence: Iterable[Evidence]) -> Iterator[Group]:
    by_graph = {item.graph: item for item in evidence}
    labels: dict[str, str] = {}
    values: dict[str, dict[Term, tuple[str, list[Evidence]]]] = {}
    for row in rows:
        name = row["property"].value
        if name in _SHOWN_ELSEWHERE or name == TYPE or name in DEFINITIONS or row["value"].kind == "bnode":
            continue
        labels[name] = label_of(row, "property")
        known = values.setdefault(name, {}).setdefault(row["value"], (label_of(row, "value"), []))
        known[1].append(by_graph[row["graph"].value])
    for name, found in values.items():
        kept = set(found) if name in NAMES else set(_readable(list(found)))
        statements = tuple(
            Statement(value, label, tuple(where), _key(name, value))
            for value, (label, where) in sorted(found.items(), key=lambda item: (item[1][0], item[0].value))
            if value in kept
        )
        yield Group(name, labels[name], statements)


def _place(group: Group, found: Portrait, said: set[Term]) -> None:
    """Put the values of a property into their part of the page: asserted ones apart from concluded ones.

    What is only inferred and merely says in other words what is `said` anyway is left to the data formats.
    """
    if group.property in NAMES:
        found.names.append(group)
    elif group.property in IDENTIFIERS:
        found.identifiers.append(group)
    else:
        stated = tuple(s for s in group.statements if s.is_asserted)
        others = [s for s in group.statements if not s.is_asserted]
        concluded = tuple(s for s in others if "derived" in s.origins or s.value not in said)
        for part, statements in ((found.facts, stated), (found.conclusions, concluded)):
            if statements:
                part.append(Group(group.property, group.label, statements))
    found.identifiers.sort(key=lambda group: IDENTIFIERS.index(group.property))
    for part in (found.facts, found.conclusions):
        part.sort(key=lambda group: group.label.casefold() or group.property)


def _readable(values: list[Term]) -> list[Term]:
    """Leave out texts in other languages where there is one in the reader's."""
    if any(value.language == language() for value in values):
        return [value for value in values if value.language in ("", language())]
    return values


def _key(property_: str, value: Term) -> Key | None:
    scheme = KEYS.get(property_)
    return scheme.key(value.value.removeprefix(scheme.values)) if scheme and value.kind != "bnode" else None
