"""Makes candidates for review of rows that were not linked: which Wikidata items they may have. Decides nothing."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from polisgraph.importing.deciding import Decided, Outcome
from polisgraph.importing.mapping import Mapping
from polisgraph.linking import Index
from polisgraph.links import ItemLink

TOOL = "polisgraph import"
_OPEN = (Outcome.DOUBTFUL, Outcome.OTHER_AUTHORITY)


def proposals(decided: Sequence[Decided], mapping: Mapping, index: Index) -> Iterator[ItemLink]:
    """Yield the items that the authorities made of doubtful rows may have, without those that are decided on.

    Nor is an item proposed that something else in the graph has: one item means one thing.
    """
    taken = {target.qid for target in index.targets if target.in_graph and target.qid}
    taken |= {one.target.qid for one in decided if one.target is not None}
    for one in decided:
        for candidate in one.candidates if one.outcome in _OPEN else ():
            if candidate.qid and candidate.qid not in taken and not index.decisions.cover(one.member, candidate.qid):
                yield ItemLink(
                    one.member,
                    candidate.qid,
                    evidence=(
                        f"list: {mapping.titles['en']}, {one.row.locator}",
                        f"open: {one.reason}",
                        *(f"{feature.name}: {feature.value}" for feature in candidate.features),
                    ),
                    label=candidate.name,
                    tool=TOOL,
                    confidence=Decimal(str(candidate.score)) / 100,
                )
