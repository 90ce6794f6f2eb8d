"""`python -m tests.benchmarks.imported LIST.csv MAPPING`: are the links of a shipped list right? By a rule of its own.

The rule knows nothing of names: a link is held right if the position in the list and that of the municipality in the
gazetteer or the graph are less than 25 km apart and the country is the same.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import pyoxigraph as ox

from polisgraph import bundle
from polisgraph.countries import country_iri
from polisgraph.importing import Row, find_mapping, read_mapping, read_rows
from polisgraph.linking.score import kilometres_between
from polisgraph.load import load
from polisgraph.namespaces import GAZETTEER_GRAPH, PREFIXES, expand, shorten

NEAR_KM = 25.0
SAMPLE = 100


@dataclass(frozen=True)
class Link:
    """A row and the municipality that it was linked to; the distance if the list gives the row a position."""

    row: Row
    member: str
    kilometres: float | None
    same_country: bool

    @property
    def judged(self) -> str:
        if not self.same_country:
            return "another country"
        if self.kilometres is None:
            return "no position in the list"
        return "right" if self.kilometres < NEAR_KM else "too far away"


def links(rows: Sequence[Row], store: ox.Store) -> Iterator[Link]:
    """Yield the links to municipalities that `store` has for `rows`."""
    for row in rows:
        for quad in store.quads_for_pattern(_node(row.tenure), _node(expand("org:member")), None, ox.DefaultGraph()):
            member = str(quad.object.value)  # type: ignore[union-attr]
            if member == row.authority or not member.startswith(PREFIXES["mun"]):
                continue
            # What the list's own file says of the country was taken from the list: the gazetteer's word counts.
            entry = PREFIXES["place"] + member.removeprefix(PREFIXES["mun"])
            listed = _value(store, entry, ox.NamedNode(GAZETTEER_GRAPH), "pg:country")
            graph = ox.NamedNode(GAZETTEER_GRAPH) if listed else ox.DefaultGraph()
            known = entry if listed else member
            place = [_value(store, known, graph, prop) for prop in ("wgs84:lat", "wgs84:long")]
            own = [row.latitude, row.longitude]
            apart = None
            if None not in own and "" not in place:
                apart = kilometres_between(*(float(part or 0) for part in (*own, *place)))
            yield Link(row, member, apart, _value(store, known, graph, "pg:country") == country_iri(row.country))


def told(found: Sequence[Link]) -> str:
    """Return the counts, and of those with a position the share that is wrong."""
    counts = Counter(link.judged for link in found)
    wrong = counts["too far away"] + counts["another country"]
    of = len(found) - counts["no position in the list"]
    shares = f"{wrong} of {of} wrong, {100 * wrong / of:.1f} %" if of else "none can be judged"
    return f"{len(found)} links: {shares}; {dict(counts)}"


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _value(store: ox.Store, iri: str, graph: ox.NamedNode | ox.DefaultGraph, prop: str) -> str:
    quads = store.quads_for_pattern(_node(iri), _node(expand(prop)), None, graph)
    return next((str(quad.object.value) for quad in quads), "")  # type: ignore[union-attr]


@click.command()
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("mapping")
@click.option("--seed", default=1, show_default=True)
def main(table: Path, mapping: str, seed: int) -> None:
    """Judge 100 links of the shipped file, drawn at random, and then all of them."""
    rows = read_rows(table, read_mapping(find_mapping(mapping)))
    found = list(links(rows, load((bundle.DATA,), bundle.ONTOLOGY).store))
    sample = random.Random(seed).sample(found, min(SAMPLE, len(found)))
    for title, some in (("sample", sample), ("all", found)):
        print(f"{title}: {told(some)}")
    for link in found:
        if link.judged in ("too far away", "another country"):
            apart = f"{link.kilometres:.0f} km" if link.kilometres is not None else ""
            print(
                f"  {link.row.key} «{link.row.name}» {link.row.country} → {shorten(link.member)}: {link.judged} {apart}"
            )


if __name__ == "__main__":
    main()
