"""Asks a SPARQL endpoint in Wikidata's shape which memberships it has. Judges none."""

import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from polisgraph.engine.endpoint import Endpoint, values
from polisgraph.errors import QueryError, WikidataError
from polisgraph.namespaces import PREFIXES
from polisgraph.reports.blocks import filled
from polisgraph.wikidata.times import Time

BATCH = 200
"""Items that are asked about at once."""

_QUESTION = Path(__file__).parent / "questions" / "known.rq"
_LIMIT = 32 * 2**20
_SECONDS = 90.0
_JSON = "application/sparql-results+json"
_ITEM = re.compile(r"Q[0-9]+")


@dataclass(frozen=True)
class Known:
    """A membership that Wikidata has. `vague` if a time of it is there, but unknown or coarser than a year."""

    start: Time | None
    end: Time | None
    deprecated: bool
    vague: bool


def known_memberships(address: str, items: Iterable[str]) -> dict[tuple[str, str], list[Known]]:
    """Return the memberships of `items` at the endpoint `address`, by the items of member and network.

    Raises WikidataError if the endpoint gives no whole answer.
    """
    text = _QUESTION.read_text(encoding="utf-8")
    waiting = iter(sorted({item for item in items if _ITEM.fullmatch(item)}))
    found: dict[tuple[str, str], dict[str, Known]] = {}
    with closing(Endpoint(address, _LIMIT, _SECONDS)) as endpoint:
        while batch := list(islice(waiting, BATCH)):
            query = filled(text, {"item": " ".join(f"<{PREFIXES['wd']}{item}>" for item in batch)})
            try:
                rows = values(endpoint.ask(query, _JSON, (), ()).body)
            except QueryError as error:
                raise WikidataError(f"{address} gave no whole answer: {error}") from error
            for row in rows:
                pair = _number(row["item"]), _number(row["network"])
                # A statement with two values of a time has a row for each: which one holds nobody can say.
                ours = found.setdefault(pair, {})
                one = _known(row)
                twice = ours.get(row["statement"], one) != one
                ours[row["statement"]] = Known(None, None, one.deprecated, True) if twice else one
    return {pair: list(statements.values()) for pair, statements in found.items()}


def _known(row: dict[str, str]) -> Known:
    times = [_time(row, name) for name in ("start", "end")]
    vague = any(f"{name}_there" in row and time is None for name, time in zip(("start", "end"), times, strict=True))
    return Known(times[0], times[1], row.get("rank", "").endswith("DeprecatedRank"), vague)


def _time(row: dict[str, str], name: str) -> Time | None:
    if name not in row:
        return None
    return Time.of_wikidata(row[name], row.get(f"{name}_precision", ""))


def _number(iri: str) -> str:
    return iri.removeprefix(PREFIXES["wd"])
