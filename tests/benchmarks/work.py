"""The work that every server gets: the reports of the catalogue, the queries of `queries/`, and how they are varied.

An item is a query with a `VALUES` line that names what it asks about. It is varied by putting other entities there, and
made unrepeatable by a condition that always holds and holds a number of its own, so that no cache can know it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

import pyoxigraph as ox

from polisgraph import bundle
from polisgraph.namespaces import PREFIXES, SPARQL_PREFIXES
from polisgraph.reports import Report, load_reports

QUERIES = Path(__file__).with_name("queries")
NONCE = "zqzqzqzq"
"""Stands in an unrepeated request where eight digits go that no other request has."""

_POPULAR = (
    "memberships-of-municipality", "members-of-network", "shared-networks", "members-by-country", "networks-by-theme",
    "most-connected-municipalities", "joining-timeline", "bodies-of-network",
)  # fmt: skip
"""The reports that are asked for most, as far as the front page leads there; the others follow by name."""

_NAMED = re.compile(r'(VALUES \?(?!lang\b)(\w+) \{ )((?:mun|net|wd):[\w-]+|"\w+")( \})')
_WHERE = re.compile(r"WHERE\s*\{")
_PARTS = ("dorf", "berg", "moel", "vik", "torsel", "heim", "karlin", "zan")
_LONGEST_ADDRESS = 4000


@dataclass(frozen=True)
class Item:
    """A query or report. `sample` is what its text asks about, as a prefixed name or literal, if anything."""

    name: str
    text: str
    variable: str
    sample: str
    report: Report | None = None

    @property
    def media_type(self) -> str:
        graph = re.search(r"^(CONSTRUCT|DESCRIBE)", self.text, re.MULTILINE)
        return "application/n-triples" if graph else "application/sparql-results+json"

    def about(self, term: str, *, repeatable: bool = True) -> str:
        """Return the text asking about `term`, unless that is empty; unrepeatable texts hold `NONCE`."""
        text = _NAMED.sub(lambda match: match[1] + (term or match[3]) + match[4], self.text)
        return text if repeatable else _WHERE.sub(f'WHERE {{ FILTER("{NONCE}" != "")', text, count=1)

    def address(self, term: str) -> str:
        """Return the address of the report about `term` on our site; empty for a query."""
        if self.report is None:
            return ""
        given = {self.variable: _tail(term or self.sample)} if self.variable else {}
        return f"/reports/{self.report.name}.json" + (f"?{urlencode(given)}" if given else "")


@dataclass(frozen=True)
class Request:
    """One HTTP request: to a SPARQL endpoint by the address or, if it is long, by the body; or of a page of ours."""

    method: str
    path: str
    media_type: str
    body: str = ""

    def raw(self, host: str) -> bytes:
        """Return the bytes of the request (RFC 9112)."""
        body = self.body.encode()
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: {host}\r\nAccept: {self.media_type}\r\n"
        if body:
            head += f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body


def asked(endpoint: str, item: Item, text: str) -> Request:
    """Return the request that puts `text` to the SPARQL endpoint at the path `endpoint` (SPARQL 1.1 Protocol, 2.1)."""
    path = f"{endpoint}{'&' if '?' in endpoint else '?'}query={quote(text)}"
    if len(path) <= _LONGEST_ADDRESS:
        return Request("GET", path, item.media_type)
    return Request("POST", endpoint, item.media_type, text)


def items() -> list[Item]:
    """Return all items, the most popular first: queries and reports in turn."""
    reports = load_reports(bundle.QUERIES)
    names = [*_POPULAR, *sorted(set(reports) - set(_POPULAR))]
    asked_reports = [_item(f"report {name}", _plain(reports[name].text), reports[name]) for name in names]
    asked_queries = [
        _item(f"query {path.stem}", path.read_text(encoding="utf-8")) for path in sorted(QUERIES.glob("*.rq"))
    ]
    ranked = sorted([*enumerate(asked_queries), *enumerate(asked_reports)], key=lambda pair: pair[0])
    return [item for _, item in ranked]


def _item(name: str, text: str, report: Report | None = None) -> Item:
    named = _NAMED.search(text)
    return Item(name, text, named[2] if named else "", named[3] if named else "", report)


def _plain(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#+"))


def _tail(term: str) -> str:
    prefix, _, local = term.partition(":")
    return f"{PREFIXES[prefix].rstrip('/').rsplit('/', 1)[1]}/{local}"


class Pools:
    """What an item may be asked about instead of its sample, the best connected first."""

    def __init__(self, store: ox.Store) -> None:
        self._terms = {
            "mun": _found(store, "?found pg:memberOf ?x FILTER EXISTS { ?found a pg:Municipality }", "mun"),
            "net": _found(store, "?x pg:memberOf ?found", "net"),
            "wd": _found(store, "?city pg:memberOf ?x ; pg:wikidata ?found", "wd"),
            '"': [f'"{part}"' for part in _PARTS],
        }

    def of(self, item: Item) -> Sequence[str]:
        """Return the terms that fit `item`; one empty term if it asks about nothing in particular."""
        if not item.sample:
            return ("",)
        prefix = '"' if item.sample.startswith('"') else item.sample.partition(":")[0]
        return self._terms[prefix] or (item.sample,)

    def iris(self, prefix: str) -> list[str]:
        """Return the IRIs of all that stands below the namespace of `prefix`, the best connected first."""
        return [PREFIXES[prefix] + term.partition(":")[2] for term in self._terms[prefix]]

    def some(self, item: Item, count: int, random: Random) -> list[str]:
        """Return `count` terms for `item`: its sample, the best connected, and others at random."""
        terms = self.of(item)
        first = [item.sample, *terms[:1]][:count]
        return first + [terms[random.randrange(len(terms))] for _ in range(count - len(first))]


def _found(store: ox.Store, pattern: str, prefix: str) -> list[str]:
    query = f"SELECT ?found (COUNT(?x) AS ?n) {{ {pattern} }} GROUP BY ?found ORDER BY DESC(?n) STR(?found) LIMIT 20000"
    solutions = store.query(SPARQL_PREFIXES + query)
    assert isinstance(solutions, ox.QuerySolutions)
    namespace = PREFIXES[prefix]
    iris = [found.value for found in (solution["found"] for solution in solutions) if isinstance(found, ox.NamedNode)]
    return [f"{prefix}:{iri.removeprefix(namespace)}" for iri in iris if iri.startswith(namespace)]


def zipf(count: int, random: Random) -> int:
    """Return a number from 0 to `count` - 1, the first twice as often as the second and so on."""
    total = sum(1 / rank for rank in range(1, count + 1))
    draw = random.random() * total
    for rank in range(1, count + 1):
        draw -= 1 / rank
        if draw <= 0:
            return rank - 1
    return count - 1
