"""Makes candidates of what a linked table says of Wikidata items, for people to review. Decides and writes nothing.

A row proposes an item in two ways: it names one beside something that has none here; or it is itself about a thing of
the graph, whose IRI it gives, and what it may be linked to has an item.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from polisgraph.linking.lists import Linked
from polisgraph.linking.record import Candidate, understood
from polisgraph.links import Decisions, ItemLink

TOOL = "polisgraph link"


def proposals(
    rows: Iterable[Linked], table: str, decisions: Decisions, day: date, thing_at: int | None = None
) -> Iterator[ItemLink]:
    """Yield the links that `rows` of the table `table` propose, without those that `decisions` cover.

    `thing_at` is the column with the IRIs of the things that the rows are about, if there is one.
    """
    for row in rows:
        thing = row.cells[thing_at].strip() if thing_at is not None else ""
        for link in _of_thing(row, thing, table, day) if thing else _of_item(row, table, day):
            if not decisions.cover(link.thing, link.item):
                yield link


def _of_item(row: Linked, table: str, day: date) -> Iterator[ItemLink]:
    """A row that names an item proposes it for what the row may be, as far as that has none."""
    wanted = understood(row.record)
    item = wanted.keys.get("qid", "")
    meant = [row.outcome.match] if row.outcome.match else row.outcome.candidates
    for candidate in meant if item else ():
        if not candidate.qid:
            yield _link(candidate.id, item, wanted.name, candidate, f"{table}, row {row.number} names {item}", day)


def _of_thing(row: Linked, thing: str, table: str, day: date) -> Iterator[ItemLink]:
    """A row about a thing proposes the items of what the row may be linked to."""
    for candidate in row.outcome.candidates:
        if candidate.qid and candidate.id != thing:
            told = f"{table}, row {row.number} may be {candidate.name}, {candidate.id}"
            yield _link(thing, candidate.qid, candidate.name, candidate, told, day)


def _link(thing: str, item: str, label: str, candidate: Candidate, told: str, day: date) -> ItemLink:
    return ItemLink(
        thing,
        item,
        evidence=(f"list: {told}", *(f"{feature.name}: {feature.value}" for feature in candidate.features)),
        label=label,
        tool=TOOL,
        confidence=Decimal(str(candidate.score)) / 100,
        created=day,
    )
