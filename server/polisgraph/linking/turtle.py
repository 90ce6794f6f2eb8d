"""Writes what rows were linked to as Turtle: for each row that has a sure link what it stands for. Links nothing."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

import pyoxigraph as ox

from polisgraph.linking.lists import Linked
from polisgraph.namespaces import BASE, PREFIXES

LINKED = BASE + "linked/"
"""Where the rows of tables have their IRIs, unless somebody gives them another base."""

_LABEL = ox.NamedNode(PREFIXES["rdfs"] + "label")
_SAME = ox.NamedNode(PREFIXES["schema"] + "sameAs")


def write_turtle(rows: Iterable[Linked], name_at: int, table: str, base: str = LINKED) -> bytes:
    """Return the sure links of `rows` as Turtle.

    The row is `<base><table>#row=17` (RFC 7111, section 2.1); it has the name that stands in the column `name_at`, and
    is schema:sameAs the entity and its Wikidata item. That says less than owl:sameAs: a row may mean place or
    corporate body.
    """
    triples = _triples(rows, name_at, base + quote(table))
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""


def _triples(rows: Iterable[Linked], name_at: int, document: str) -> Iterator[ox.Triple]:
    for row in rows:
        match = row.outcome.match
        if match is None:
            continue
        subject = ox.NamedNode(f"{document}#row={row.number}")
        if name := row.cells[name_at].strip():
            yield ox.Triple(subject, _LABEL, ox.Literal(name))
        yield ox.Triple(subject, _SAME, ox.NamedNode(match.id))
        if match.qid:
            yield ox.Triple(subject, _SAME, ox.NamedNode(PREFIXES["wd"] + match.qid))
