"""What there is to decide on: the candidates of the graph, of its gazetteer and of files, gathered by pair."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from polisgraph.links import Decisions, ItemLink, from_statements
from polisgraph.namespaces import DATA_GRAPHS, PREFIXES
from polisgraph.review.asking import Ask, rows


@dataclass(frozen=True)
class Case:
    """A thing and an item that may be the same, and all that proposes it: at least one candidate."""

    candidates: tuple[ItemLink, ...]

    @property
    def thing(self) -> str:
        """The IRI of the thing."""
        return self.candidates[0].thing

    @property
    def item(self) -> str:
        """The item, such as Q365."""
        return self.candidates[0].item

    @property
    def pair(self) -> tuple[str, str]:
        """Thing and item."""
        return self.thing, self.item

    @property
    def in_graph(self) -> bool:
        """Whether the thing is one of the graph, not of the gazetteer."""
        return not self.thing.startswith(PREFIXES["place"])

    @property
    def label(self) -> str:
        """The name of the item, as far as it is known."""
        return next((one.label for one in self.candidates if one.label), "")

    @property
    def country(self) -> str:
        """The country of the item, as far as it is known."""
        return next((one.country for one in self.candidates if one.country), "")

    @property
    def categories(self) -> list[str]:
        """What the item is, as far as it is known."""
        return sorted({text for one in self.candidates for text in one.categories})


def cases(ask: Ask, decisions: Decisions, further: Iterable[ItemLink] = ()) -> list[Case]:
    """Return all pairs that are proposed, by the graph or by `further` links, and not covered by `decisions`.

    Things of the graph come first, then those of the gazetteer. Raises QueryError as `ask` does, and SourceError for
    a record in the graph that is none.
    """
    found: dict[tuple[str, str], dict[str, ItemLink]] = defaultdict(dict)
    for link in (*_recorded(ask), *_suggested(ask), *further):
        if not link.is_decision and not decisions.cover(*link.pair):
            found[link.pair][link.iri] = link
    gathered = [Case(tuple(links[iri] for iri in sorted(links))) for links in found.values()]
    return sorted(gathered, key=lambda case: (not case.in_graph, *case.candidates[0].order))


def _recorded(ask: Ask) -> Sequence[ItemLink]:
    """The records of candidates in the graph."""
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for link, prop, value in rows(ask, "candidates"):
        said[link][prop].append(value)
    return [from_statements(iri, props) for iri, props in said.items()]


def _suggested(ask: Ask) -> Sequence[ItemLink]:
    """Items that stand in a data file as candidates without a record."""
    reasons: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for thing, item, graph, tier, source in rows(ask, "suggestions"):
        file = graph.removeprefix(DATA_GRAPHS)
        known = reasons[thing, item.removeprefix(PREFIXES["wd"]), file]
        known.add(f"list: {file} gives it, unconfirmed")
        if tier:
            known.add(f"tier: {tier.rpartition('/')[2].upper()}")
        if source:
            known.add(f"source: {source.rpartition('/')[2]}")
    return [ItemLink(thing, item, evidence=tuple(found), tool=file) for (thing, item, file), found in reasons.items()]
