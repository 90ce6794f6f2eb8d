"""Times the pages and reports of our site: with nothing kept, and again from what is kept. Compares with nobody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random

import pyoxigraph as ox

from polisgraph import bundle
from polisgraph.namespaces import BASE
from polisgraph.reports import load_reports
from polisgraph.snapshot import Snapshot
from tests.benchmarks.measuring import Client, Latency, latencies
from tests.benchmarks.peers import Polisgraph
from tests.benchmarks.work import Item, Pools, Request, items

_DIFFERENT = 40
"""So many things of a kind have their pages asked for in turn."""
_LEAST = 5
"""So often at least a kind of page is asked for."""
_ASKED = 12
"""About so many things a report is asked."""
_SEED = 42
DATA = "data of "
"""How the kinds begin that are the data of a report, not its page."""


class WithoutCaches(Polisgraph):
    """Our server, which keeps no answer: each page is made from the start, as when it is asked for first."""

    def environment(self) -> dict[str, str]:
        return super().environment() | {"POLISGRAPH_CACHE_SIZE": "0"}


@dataclass(frozen=True)
class Kind:
    """A kind of page, and addresses of such pages; `budgeted` if it has to keep to the times for pages."""

    name: str
    paths: tuple[str, ...]
    budgeted: bool = True


@dataclass(frozen=True)
class PageFigures:
    """What a kind of page takes: bytes of the first one, and how fast they come cold and warm, or the `problem`."""

    name: str
    size: int
    cold: Latency | None
    warm: Latency | None
    budgeted: bool
    problem: str = ""


def kinds(store: ox.Store) -> list[Kind]:
    """Return the kinds of pages with addresses for the data of `store`."""
    pools = Pools(store)
    cities, networks = (pools.iris(prefix)[:_DIFFERENT] for prefix in ("mun", "net"))
    found = [
        Kind("home", ("/",)),
        Kind("city", _documents(cities)),
        Kind("largest network", _documents(networks[:1])),
        Kind("other network", _documents(networks[1:])),
        *(Kind(name, _documents(_of(store, kind))) for name, kind in _ENTITIES.items()),
        Kind("search", ("/search?q=koln", "/search?q=europ", "/search?q=heidel", "/search?q=d%C3%BCss"), False),
        Kind("comparison", (f"/compare?{'&'.join(f'with={city}' for city in cities[:3])}",), False),
        *(Kind(path.lstrip("/"), (path,), False) for path in _SINGLE),
        *(Kind(f"report {name}", (f"/reports/{name}",), False) for name in sorted(load_reports(bundle.QUERIES))),
        *(Kind(DATA + item.name, _data(item, pools), False) for item in items() if item.report),
    ]
    return [kind for kind in found if kind.paths]


_ENTITIES = {
    "body": "pg:Body", "person": "foaf:Person", "source": "pg:SourceDocument", "membership": "pg:NetworkMembership",
}  # fmt: skip
_SINGLE = ("/reports", "/sources", "/about", "/quality", "/changes", "/ontology/", "/sparql", "/doc/municipality")


def _data(item: Item, pools: Pools) -> tuple[str, ...]:
    """Return the addresses of a report: about a dozen things if it is always about one, else about nothing chosen."""
    asked = pools.some(item, _ASKED, Random(_SEED))
    return tuple(dict.fromkeys(item.address(term) for term in asked))


def _documents(iris: Sequence[str]) -> tuple[str, ...]:
    return tuple("/doc/" + iri.removeprefix(BASE + "id/") for iri in iris if iri.startswith(BASE + "id/"))


def _of(store: ox.Store, kind: str) -> list[str]:
    prefixes = {"pg": BASE + "ontology/", "foaf": "http://xmlns.com/foaf/0.1/"}
    found = store.query(f"SELECT ?one {{ ?one a {kind} }} ORDER BY STR(?one) LIMIT {_DIFFERENT}", prefixes=prefixes)
    assert isinstance(found, ox.QuerySolutions)
    return [row["one"].value for row in found if isinstance(row["one"], ox.NamedNode)]


def measured(
    snapshot: Snapshot, folder: Path, seconds: float, say: Callable[[str], None], only: Sequence[Kind] = ()
) -> list[PageFigures]:
    """Return the figures of all kinds of pages of `snapshot`, each measured for about `seconds` cold and warm.

    Raises PeerError if our server does not start.
    """
    asked = list(only) or kinds(ox.Store.read_only(str(snapshot.store_path)))
    cold = _timed(WithoutCaches(snapshot, folder / "pages-cold"), asked, seconds, say)
    warm = _timed(Polisgraph(snapshot, folder / "pages-warm"), asked, seconds, say)
    return [
        PageFigures(kind.name, size, first, again, kind.budgeted, problem)
        for kind, (size, first, problem), (_, again, _) in zip(asked, cold, warm, strict=True)
    ]


def _timed(
    server: Polisgraph, asked: Sequence[Kind], seconds: float, say: Callable[[str], None]
) -> list[tuple[int, Latency | None, str]]:
    """Ask `server` for each page once, unmeasured, then for those of each kind in turn."""
    found = []
    try:
        server.start(60)
        client = Client(server.host)
        for number, kind in enumerate(asked, start=1):
            say(f"{number} of {len(asked)} kinds of pages: {kind.name}")
            requests = [Request("GET", path, "text/html") for path in kind.paths]
            answers = [client.ask(request) for request in requests]
            problems = [answer.problem for answer in answers if answer.problem]
            # A median counts what fails as slow, which it is; where most fail there is none.
            (latency,) = (
                latencies([client], islice(cycle(zip(requests)), 2000), seconds, max(_LEAST, len(requests)))
                if len(problems) < len(requests) / 2
                else [None]
            )
            wrong = f"{problems[0][:40]} ({len(problems)} of {len(requests)})" if problems else ""
            found.append((answers[0].size, latency, wrong))
        client.close()
    finally:
        server.stop()
    return found
