"""Asks an endpoint in Wikidata's shape which memberships it has. Judges none."""

from collections.abc import Iterable
from dataclasses import dataclass

from polisgraph.wikidata.asking import Asking
from polisgraph.wikidata.client import Row
from polisgraph.wikidata.items import iri, number_of
from polisgraph.wikidata.times import Time


@dataclass(frozen=True)
class Known:
    """A membership that Wikidata has. `vague` if a time of it is there, but unknown or coarser than a year."""

    start: Time | None
    end: Time | None
    deprecated: bool
    vague: bool


def known_memberships(asking: Asking, items: Iterable[str]) -> dict[tuple[str, str], list[Known]]:
    """Return the memberships of `items` at the endpoint, by the items of member and network.

    Raises WikidataError if the endpoint gives no whole answer.
    """
    wanted = {number: iri(number) for number in items if number_of(iri(number)[1:-1])}
    found: dict[tuple[str, str], dict[str, Known]] = {}
    for rows in asking.about("memberships", wanted.values()).values():
        for row in rows:
            pair = number_of(row["thing"]), number_of(row["network"])
            # A statement with two values of a time has a row for each: which one holds nobody can say.
            ours = found.setdefault(pair, {})
            one = _known(row)
            twice = ours.get(row["statement"], one) != one
            ours[row["statement"]] = Known(None, None, one.deprecated, True) if twice else one
    return {pair: list(statements.values()) for pair, statements in found.items()}


def _known(row: Row) -> Known:
    times = [_time(row, name) for name in ("start", "end")]
    vague = any(f"{name}_there" in row and time is None for name, time in zip(("start", "end"), times, strict=True))
    return Known(times[0], times[1], row.get("rank", "").endswith("DeprecatedRank"), vague)


def _time(row: Row, name: str) -> Time | None:
    if name not in row:
        return None
    return Time.of_wikidata(row[name], row.get(f"{name}_precision", ""))
