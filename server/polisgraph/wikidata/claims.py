"""Reads what the data files say about memberships in networks, each with its file and source. Decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from polisgraph.namespaces import GRAPHS, PREFIXES, shorten
from polisgraph.wikidata.items import number_of

_QUESTION = Path(__file__).parent / "questions" / "claims.rq"
_ARTICLE = PREFIXES["pg"] + "EncyclopaediaArticle"
_HOLDS = (PREFIXES["status"] + "active", "")
_SAFE = "/:?#[]@!$&'()+,;=%-._~"
"""What stands in an address as it is (RFC 3986, section 2); `*` may stand there, but with a slash begins a comment."""


@dataclass(frozen=True)
class Source:
    """A document. Whether it may be cited as evidence for a membership is `fault`: empty, or why not."""

    iri: str
    label: str
    item: str
    address: str
    retrieved: str
    fault: str


@dataclass(frozen=True)
class Claim:
    """What one file says of one membership on the word of one source. Items are `Q…`, or empty."""

    tenure: str
    graph: str
    member: str
    member_label: str
    member_item: str
    network: str
    network_label: str
    network_item: str
    role: str
    is_member: bool
    holds: bool
    start: str
    end: str
    note: bool
    succeeded: bool
    dissolved: bool
    source: Source | None
    locators: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file without its ending, as `data/from-koeln`."""
        return self.graph.removeprefix(GRAPHS)

    @property
    def pair(self) -> tuple[str, str]:
        """Member and network."""
        return self.member, self.network


def read_claims(store: ox.Store) -> list[Claim]:
    """Return what the data files in `store` say, in the order of member, network, membership, file and source.

    What is derived or inferred is not asked for.
    """
    solutions = store.query(_QUESTION.read_text(encoding="utf-8"))
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = [{name: term.value for name in names if (term := solution[name]) is not None} for solution in solutions]
    return list(_merged(rows))


def _merged(rows: list[dict[str, str]]) -> Iterator[Claim]:
    """Yield a claim for all rows that differ in the place in the source only."""
    found: dict[Claim, list[str]] = {}
    for row in rows:
        places = found.setdefault(_claim(row), [])
        if row.get("locator", "") not in ("", *places):
            places.append(row["locator"])
    for claim, places in found.items():
        yield replace(claim, locators=tuple(places))


def _claim(row: dict[str, str]) -> Claim:
    def said(name: str) -> str:
        return row.get(name, "")

    return Claim(
        tenure=row["tenure"],
        graph=row["graph"],
        member=row["member"],
        member_label=_line(said("member_label")) or shorten(row["member"]),
        member_item=number_of(said("member_item")),
        network=row["network"],
        network_label=_line(said("network_label")) or shorten(row["network"]),
        network_item=number_of(said("network_item")),
        role=said("role"),
        is_member=said("is_member") == "true",
        holds=said("status") in _HOLDS,
        start=said("start"),
        end=said("end"),
        note="note" in row,
        succeeded=said("succeeded") == "true",
        dissolved="dissolved" in row,
        source=_source(row) if said("cited") else None,
    )


def _source(row: dict[str, str]) -> Source:
    item, address = number_of(row.get("source_item", "")), web_address(row.get("address", ""))
    official = row.get("kind") == _ARTICLE or (row.get("kind") and row.get("party"))
    if not official:
        fault = "its source is no page of the member or the network, and no article of an encyclopaedia"
    elif (urlsplit(address).hostname or "").endswith(".wikipedia.org"):
        fault = "its source is an article of Wikipedia, which Wikidata does not take as a reference"
    elif not item and not address:
        fault = "the data has neither an item nor a web address (dct:identifier) of its source"
    else:
        fault = ""
    label = _line(row.get("source_label", "")) or shorten(row["source"])
    return Source(row["source"], label, item, address, row.get("retrieved", ""), fault)


def web_address(text: str) -> str:
    """Return `text` as an address on the web that is safe in every notation, or nothing if it is none."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        return ""
    if text != text.strip() or any(character.isspace() or not character.isprintable() for character in parts.netloc):
        return ""
    return quote(text, safe=_SAFE)


def _line(text: str) -> str:
    return " ".join(text.split())
