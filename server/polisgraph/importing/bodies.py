"""Says what a list of seats states of the bodies themselves, and who followed whom in an office. Decides on no row."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from polisgraph.importing.deciding import Decided, Outcome
from polisgraph.importing.seats import Place
from polisgraph.importing.turtle import Statements
from polisgraph.namespaces import expand


def bodies(decided: Iterable[Decided]) -> Statements:
    """Return what the file says of the bodies in which rows are seats, by each source that speaks of them."""
    said: Statements = {}
    for one in decided:
        row = one.row
        if row.seat is not None and row.seat.place.is_body:
            about = said.setdefault(row.seat.place.iri, [])
            about += [*_body(row.seat.place), ("dct:source", ox.NamedNode(row.source))]
    return said


def _body(place: Place) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    code = place.code
    yield "rdf:type", ox.NamedNode(code.kind)
    for language, name in code.names.items():
        yield "skos:prefLabel", ox.Literal(name, language=language)
    yield "pg:bodyOf", ox.NamedNode(code.network)
    if code.parent:
        yield "pg:subBodyOf", ox.NamedNode(code.parent)
    yield "pg:locator", ox.Literal(f"«{place.named}»")


def predecessors(decided: Sequence[Decided]) -> dict[str, str]:
    """Return by the tenure of an office the tenure that it follows, where one source gives the times of both.

    One follows the other if it begins when that ends, and if the source has no second one that does either. What two
    sources say is not put together.
    """
    holders: dict[tuple[str, ...], list[Decided]] = defaultdict(list)
    for one in decided:
        seat = one.row.seat if one.outcome is not Outcome.DUPLICATE else None
        if seat is not None and seat.tenure == expand("pg:OfficeHolding"):
            holders[one.row.relation].append(one)
    found: dict[str, str] = {}
    for group in holders.values():
        times = [(one.row.tenure, one.row.start, one.row.end) for one in group]
        changes = [(late, early) for late, start, _ in times for early, _, end in times if _meet(end, start)]
        came, gone = (Counter(change[side] for change in changes) for side in (0, 1))
        found |= {late: early for late, early in changes if came[late] == gone[early] == 1 and late != early}
    return found


def _meet(end: str, start: str) -> bool:
    return bool(start and end) and (start.startswith(end) or end.startswith(start))
