"""Says a list of partnerships as statements of its evidence file, and accounts for its rows. Decides nothing."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from polisgraph.importing.mapping import Mapping
from polisgraph.importing.pairs import Pair, Tie, known_places
from polisgraph.importing.statements import of_list, of_member
from polisgraph.importing.turtle import Statements, timed
from polisgraph.namespaces import PREFIXES, expand, shorten

_TOLD = {
    Tie.PARTNERSHIP: "partnerships of two known municipalities",
    Tie.REPEATED: "repeated: the same partnership, mostly from the other side",
    Tie.ITSELF: "with itself: both names are those of one municipality",
    Tie.HALF: "left out: one partner is not surely known",
    Tie.NONE: "left out: neither partner is surely known",
}
_COLUMNS = ("row", "one", "country", "other", "other_country", "outcome", "partner", "other_partner", "reason")


def partnership_statements(pairs: Sequence[Pair], mapping: Mapping, described: set[str]) -> Statements:
    """Return all that the evidence file of a list of partnerships says: of itself, partners, partnerships.

    Only partnerships of two known municipalities are stated. Where several rows state one with times, those of the
    first count. `described` are the IRIs of countries that the authored data describes.
    """
    said: Statements = {}
    places = known_places(pairs)
    for member, one in sorted(places.items()):
        if one.target is not None and not one.target.in_graph:
            source, place = ox.NamedNode(mapping.source), ox.Literal(one.row.key)
            said[member] = [*of_member(one), ("dct:source", source), ("pg:locator", place)]
    rows: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
    for pair in pairs:
        if pair.partners:
            rows[pair.partners].append(pair)
    for partners, found in sorted(rows.items()):
        said[_iri(partners)] = list(_partnership(partners, found, mapping))
    return said | of_list(list(places.values()), mapping, described)


def partnership_summary(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield lines that say how many rows came to what."""
    found = Counter(pair.outcome for pair in pairs)
    width = len(f"{len(pairs):,}")
    yield f"{len(pairs):>{width},} rows"
    yield from (f"{found[outcome]:>{width},} {told}" for outcome, told in _TOLD.items())


def partnership_account(pairs: Sequence[Pair]) -> str:
    """Return a CSV table (RFC 4180, in UTF-8) with a line for each row, in the order of the list."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for pair in pairs:
        (one, other), (side, facing) = pair.rows, pair.sides
        linked = [shorten(each.member) if each.target is not None else "" for each in (side, facing)]
        writer.writerow(
            [pair.number, one.name, one.country, other.name, other.country, pair.outcome, *linked, pair.reason]
        )
    return buffer.getvalue()


def _iri(partners: tuple[str, ...]) -> str:
    """Name a partnership by its partners, so that it is the same in whichever list it stands, from either side."""
    return PREFIXES["partnership"] + "--".join(partner.rpartition("/")[2] for partner in partners)


def _partnership(
    partners: tuple[str, ...], found: Sequence[Pair], mapping: Mapping
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    yield "rdf:type", ox.NamedNode(expand("pg:Partnership"))
    for partner in partners:
        yield "pg:partner", ox.NamedNode(partner)
    row = found[0].rows[0]
    for prop, text in (("pg:start", row.start), ("pg:end", row.end)):
        if text:
            yield prop, timed(text)
    if row.status:
        yield "pg:status", ox.NamedNode(row.status)
    yield "dct:source", ox.NamedNode(mapping.source)
    for pair in found:
        yield "pg:locator", ox.Literal(pair.locator)
