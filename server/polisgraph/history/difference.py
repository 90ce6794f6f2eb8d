"""What the files of the data say in one snapshot and not in the other: counted whole, told in part. Writes nothing.

A statement is looked up in the other store, so that no graph is held in memory. Blank nodes have other names in each
build and are left out; the shapes refuse them in the shipped data.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from polisgraph.history.record import Change, Fact, GraphChanges, Named
from polisgraph.namespaces import DATA_GRAPHS, PG, PREFIXES, REPORT_GRAPH, shorten
from polisgraph.snapshot import Snapshot

SUBJECTS = 100_000
"""Subjects of one file that are counted; of what goes beyond that only the statements are."""
SHOWN = 200
"""Subjects of one file that are told about."""
SHOWN_IN_ALL = 500
"""Subjects that are told about in all."""
FACTS = 12
"""Properties of one subject that are told about."""
_VALUES = 8
_LENGTH = 300

_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_SOURCE = ox.NamedNode(PREFIXES["dct"] + "source")
_DISPLAY = ox.NamedNode(PG + "displayLabel")
_NAMES = tuple(
    ox.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (("skos", "prefLabel"), ("rdfs", "label"), ("dct", "title"), ("sh", "name"))
)
_PARTIES = (PREFIXES["org"] + "member", PG + "host"), (PREFIXES["org"] + "organization", PG + "hostedBody")
_ROLE, _START, _END = PREFIXES["org"] + "role", PG + "start", PG + "end"
_SEVERITY = ox.NamedNode(PREFIXES["sh"] + "resultSeverity")
_SHAPE = ox.NamedNode(PREFIXES["sh"] + "sourceShape")

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def opened(snapshot: Snapshot) -> ox.Store:
    """Open the store of a snapshot to read. Raises OSError or RuntimeError if the engine cannot."""
    return ox.Store.read_only(str(snapshot.store_path))


def compare(before: Snapshot, after: Snapshot) -> tuple[GraphChanges, ...]:
    """Return what has changed in each file of the data, file by file; files that say the same are left out.

    Raises OSError or RuntimeError if a store cannot be read.
    """
    graphs = sorted(graph for graph in before.graphs | after.graphs if graph.startswith(DATA_GRAPHS))
    doubtful = [graph for graph in graphs if not _is_same_file(before, after, graph)]
    if not doubtful:
        return ()
    old, new = opened(before), opened(after)
    found: list[GraphChanges] = []
    room = SHOWN_IN_ALL
    for graph in doubtful:
        changes = _compare(old, new, graph, min(SHOWN, room))
        room -= len(changes.changes)
        if changes.added or changes.removed:
            found.append(changes)
    return tuple(found)


def findings(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """Count the findings of a snapshot by severity and shape: `{"Warning": {"pgsh:Unlinked": 3}}`."""
    if not sum((snapshot.manifest.get("findings") or {}).values()):
        return {}
    store, graph = opened(snapshot), ox.NamedNode(REPORT_GRAPH)
    counted: dict[str, Counter[str]] = {}
    for finding in store.quads_for_pattern(None, _SEVERITY, None, graph):
        severity = _text(finding.object).removeprefix(PREFIXES["sh"])
        for shape in store.quads_for_pattern(finding.subject, _SHAPE, None, graph):
            counted.setdefault(severity, Counter())[shorten(_text(shape.object))] += 1
    return {severity: dict(sorted(shapes.items())) for severity, shapes in sorted(counted.items())}


def _is_same_file(before: Snapshot, after: Snapshot, graph: str) -> bool:
    """Whether the graph comes of the same bytes in both; one that a file of quads brings along is looked at."""
    sums = [snapshot.manifest.get("inputs", {}).get(f"data {graph}") for snapshot in (before, after)]
    return sums[0] is not None and bool(sums[0] == sums[1])


def _compare(old: ox.Store, new: ox.Store, graph: str, shown: int) -> GraphChanges:
    home = ox.NamedNode(graph)
    touched: set[str] = set()
    added = _count(_only_in(new, old, home), touched)
    removed = _count(_only_in(old, new, home), touched)
    kinds: Counter[str] = Counter()
    for iri in touched:
        kinds[_kind(old, new, home, iri)] += 1
    chosen = sorted(touched, key=lambda iri: (not iri.startswith(PREFIXES["ten"]), iri))[:shown]
    return GraphChanges(
        graph=_graph_named(old, new, home),
        added=added,
        removed=removed,
        subjects=dict(kinds),
        changes=tuple(_change(old, new, home, iri) for iri in chosen),
    )


def _only_in(one: ox.Store, other: ox.Store, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    for quad in one.quads_for_pattern(None, None, None, graph):
        if isinstance(quad.subject, ox.NamedNode) and not isinstance(quad.object, ox.BlankNode) and quad not in other:
            yield quad


def _count(quads: Iterable[ox.Quad], touched: set[str]) -> int:
    number = 0
    for quad in quads:
        number += 1
        if len(touched) < SUBJECTS:
            touched.add(_text(quad.subject))
    return number


def _kind(old: ox.Store, new: ox.Store, graph: ox.NamedNode, iri: str) -> str:
    subject = ox.NamedNode(iri)
    was, is_ = (next(_about(store, subject, graph), None) is not None for store in (old, new))
    return "changed" if was and is_ else "added" if is_ else "removed"


def _about(store: ox.Store, subject: ox.NamedNode, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    return iter(store.quads_for_pattern(subject, None, None, graph))


def _change(old: ox.Store, new: ox.Store, graph: ox.NamedNode, iri: str) -> Change:
    subject = ox.NamedNode(iri)
    before, after = (_values(store, subject, graph) for store in (old, new))
    kind = "changed" if before and after else "added" if after else "removed"
    store, said = (new, after) if after else (old, before)
    other = old if store is new else new

    def first(*properties: str) -> Named | None:
        values = (value for name in properties for value in said.get(name, ()))
        return next((_named(store, value, other) for value in values), None)

    facts = []
    for name in sorted(before.keys() | after.keys()):
        gone = [value for value in before.get(name, ()) if value not in after.get(name, ())]
        come = [value for value in after.get(name, ()) if value not in before.get(name, ())]
        if gone or come:
            facts.append(
                Fact(
                    _named(new, ox.NamedNode(name), old),
                    tuple(_named(old, value, new) for value in gone[:_VALUES]),
                    tuple(_named(new, value, old) for value in come[:_VALUES]),
                )
            )
    return Change(
        kind=kind,
        subject=_named(store, subject, other),
        type=first(_TYPE.value),
        member=first(*_PARTIES[0]),
        organization=first(*_PARTIES[1]),
        role=first(_ROLE),
        start=_first_text(said, _START),
        end=_first_text(said, _END),
        sources=tuple(_named(store, value, other) for value in said.get(_SOURCE.value, ())[:_VALUES]),
        facts=tuple(facts[:FACTS]),
        more=max(0, len(facts) - FACTS),
    )


def _values(store: ox.Store, subject: ox.NamedNode, graph: ox.NamedNode) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for quad in _about(store, subject, graph):
        if not isinstance(quad.object, ox.BlankNode):
            found.setdefault(quad.predicate.value, []).append(quad.object)
    return {name: sorted(values, key=str) for name, values in found.items()}


def _first_text(said: dict[str, list[Node]], name: str) -> str | None:
    return next((_text(value) for value in said.get(name, ())), None)


def _named(store: ox.Store, term: Node, other: ox.Store) -> Named:
    """Return a term with what it is called in `store`, or if it has no name there, in `other`."""
    if not isinstance(term, ox.NamedNode):
        language = (term.language or "") if isinstance(term, ox.Literal) else ""
        text = _text(term)
        return Named(text=text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…", language=language)
    return Named(iri=term.value, labels=_labels(store, term) or _labels(other, term))


def _graph_named(old: ox.Store, new: ox.Store, graph: ox.NamedNode) -> Named:
    """Return a file's graph by its own title, or if it is named after the one source it holds, by that source."""
    source = ox.NamedNode(PREFIXES["src"] + graph.value.rpartition("/")[2].removeprefix("from-"))
    labels = (_labels(store, term) for term in (graph, source) for store in (new, old))
    return Named(iri=graph.value, labels=next(filter(None, labels), {}))


def _labels(store: ox.Store, term: ox.NamedNode) -> dict[str, str]:
    for naming in (_DISPLAY, *_NAMES):
        quads = islice(store.quads_for_pattern(term, naming, None, ox.DefaultGraph()), 40)
        found = {q.object.language or "": q.object.value for q in quads if isinstance(q.object, ox.Literal)}
        if found:
            kept = {language: text[:_LENGTH] for language, text in found.items() if language in ("de", "en")}
            return kept or {"": found[min(found)][:_LENGTH]}
    return {}


def _text(term: object) -> str:
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)
