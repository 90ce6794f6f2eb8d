"""Publish a snapshot to a SPARQL endpoint: send its graphs, verify them, and put them in service in one step.

Every graph is first sent to a staging graph, in parts of which the endpoint's own count says how many are there, so
that an interrupted run goes on where it was. What came is read back and compared. Then one update exchanges all graphs
that differ, between the removal of the record (see `engine.publication`) and a new one: who reads through `polisgraph
serve --endpoint` gets the old snapshot, then for the moment of the exchange 503, then the new one, and never a mixture.

The default graph of the snapshot stands in a graph of its own, `…/graph/union`. The default graph of the endpoint is
left alone: in some stores it cannot be written, and in others it is somebody else's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from urllib.parse import quote

import pyoxigraph as ox

from polisgraph.engine.publication import CONFORMS, Publication, published
from polisgraph.engine.standins import Standing
from polisgraph.errors import PublishError, SnapshotError
from polisgraph.namespaces import GRAPHS, PREFIXES, PUBLICATION_GRAPH, STAGING_GRAPHS, UNION_GRAPH
from polisgraph.publish.checksum import Checksum
from polisgraph.publish.claim import Claim
from polisgraph.publish.conformance import conforms
from polisgraph.publish.target import Login, Target
from polisgraph.snapshot import Snapshot

__all__ = ["Login", "Target", "publish"]

PART = 5_000
"""Triples that are sent at once, about a megabyte."""

Progress = Callable[[str, int, int], None]
"""Hears of a graph, how many of its triples have been sent, and how many it has."""


def publish(snapshot: Snapshot, target: Target, progress: Progress = lambda graph, sent, total: None) -> bool:
    """Put `snapshot` in service at `target`; return whether anything had to be changed.

    Raises PublishError or QueryError if something fails, or another run begins meanwhile; what was in service stays so,
    unless the exchange itself was interrupted. Running it again goes on from there.
    """
    claim = Claim(target)
    store = ox.Store.read_only(str(snapshot.store_path))
    graphs = {UNION_GRAPH: ox.DefaultGraph()} | {name: ox.NamedNode(name) for name in sorted(snapshot.graphs)}
    staging = f"{STAGING_GRAPHS}{snapshot.id}/"
    standing = Standing(durations=not _keeps_durations(target, staging + "probe"))
    changed: dict[str, str] = {}
    for name, graph in graphs.items():
        content = partial(_content, store, graph, standing)
        place = staging + quote(name.removeprefix(GRAPHS), safe="/")
        if _stage(target, claim, name, place, content, progress):
            changed[name] = place
    before = _before(target)
    # The record does not tell all after an exchange that was interrupted.
    there = {*(before.manifest["graphs"] if before else ()), *target.graphs_below(GRAPHS)}
    obsolete = sorted(there - graphs.keys() - set(changed.values()) - {PUBLICATION_GRAPH})
    publication = Publication(snapshot.manifest | {CONFORMS: conforms(target.endpoint)})
    claim.check()
    if before == publication and not changed and not obsolete:
        claim.withdraw()
        return False
    target.update(_exchange(publication, changed, obsolete))
    now = published(target.endpoint)
    if now is None or now.id != snapshot.id:
        raise PublishError("the endpoint took the exchange of the graphs but does not show it; publish again")
    return True


def _content(store: ox.Store, graph: ox.NamedNode | ox.DefaultGraph, standing: Standing) -> Iterator[ox.Triple]:
    """Yield the triples of a graph as they are published, in the order of the store, which never changes."""
    for quad in store.quads_for_pattern(None, None, None, graph):
        yield standing.stored(quad.triple)


def _stage(
    target: Target, claim: Claim, name: str, place: str, content: Callable[[], Iterator[ox.Triple]], progress: Progress
) -> bool:
    """Bring the graph `name` to `place` unless the endpoint has its content already; return whether it is there."""
    expected = Checksum.of(content())
    if _holds(target, name, expected):
        return False
    sent = target.count(place)
    if sent > expected.triples:
        claim.check()
        target.update(f"DROP SILENT GRAPH <{place}>")
        sent = 0
    # The last part may have come in part; to send it again does no harm.
    sent -= sent % PART if sent < expected.triples else 0
    rest = islice(content(), sent, None)
    progress(name, sent, expected.triples)
    while part := list(islice(rest, PART)):
        claim.check()
        target.add(place, part)
        sent += len(part)
        progress(name, sent, expected.triples)
    if not _holds(target, place, expected):
        claim.check()
        found = target.count(place)
        read = Checksum.of(target.triples(place)).triples if found == expected.triples else found
        target.update(f"DROP SILENT GRAPH <{place}>")
        if read < found:
            raise PublishError(
                f"only {read:,} of the {found:,} triples of <{name}> could be read back to verify them; nothing was put"
                f" in service. Let the store give {found:,} rows or more (ResultSetMaxRows in virtuoso.ini)"
            )
        raise PublishError(
            f"<{name}> did not arrive as it was sent: {found:,} triples are there, {expected.triples:,} were sent;"
            " nothing was put in service. Publish again; if it persists, the store changes what it is given"
        )
    return True


def _holds(target: Target, graph: str, expected: Checksum) -> bool:
    return target.count(graph) == expected.triples and (
        expected.triples == 0 or Checksum.of(target.triples(graph)) == expected
    )


def _keeps_durations(target: Target, graph: str) -> bool:
    """Whether the store gives a duration back as it was given one."""
    duration = ox.Literal("P3Y", datatype=ox.NamedNode(PREFIXES["xsd"] + "duration"))
    triple = ox.Triple(ox.NamedNode(graph), ox.NamedNode(PREFIXES["rdf"] + "value"), duration)
    try:
        target.add(graph, [triple])
        kept = list(target.triples(graph)) == [triple]
    except PublishError:
        # Virtuoso takes no duration in an update at all. Whether it takes anything shows with the next triple.
        kept = False
    target.update(f"DROP SILENT GRAPH <{graph}>")
    return kept


def _before(target: Target) -> Publication | None:
    try:
        return published(target.endpoint)
    except SnapshotError:  # a record that nobody can read any more
        return None


def _exchange(publication: Publication, changed: Mapping[str, str], obsolete: Sequence[str]) -> str:
    """Return the update that puts the staged graphs in the place of the others (SPARQL 1.1 Update, section 3.2).

    A store with transactions does it all at once. In any other the record is the first to go and the last to come.
    """
    record = "".join(f"{triple} .\n" for triple in publication.triples())
    return " ;\n".join(
        [
            f"DROP SILENT GRAPH <{PUBLICATION_GRAPH}>",
            *(f"MOVE <{place}> TO <{name}>" for name, place in changed.items()),
            *(f"DROP SILENT GRAPH <{graph}>" for graph in obsolete),
            f"INSERT DATA {{ GRAPH <{PUBLICATION_GRAPH}> {{\n{record}}} }}",
        ]
    )
