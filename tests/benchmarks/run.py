"""Measures every server on one snapshot: first each query by itself, then mixes of them under load."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

import pyoxigraph as ox

from polisgraph.snapshot import Snapshot
from tests.benchmarks.measuring import CLIENTS, Client, Latency, Throughput, throughput
from tests.benchmarks.peers import Oxigraph, Peer, PeerError, Polisgraph, RdflibEndpoint
from tests.benchmarks.virtuoso import Virtuoso
from tests.benchmarks.work import Item, Pools, Request, asked, items, zipf

ALL: tuple[type[Peer], ...] = (Polisgraph, Oxigraph, RdflibEndpoint, Virtuoso)
CHEAP = 0.005
"""Seconds below which a query that Oxigraph answers unrepeated counts as cheap."""
TOO_HEAVY = 3.0
"""Seconds above which a query is left out of the mixes: few would finish while they are measured."""
_WARMING = 300.0
"""Seconds in which what is repeated is asked for the first time; a mix of heavy queries takes more than two minutes."""
_DIFFERENT = 200
_LEAST = 9
"""Entities that a query is asked about at least: the best connected is one of them, and no median of two or three."""
_SEED = 42


@dataclass(frozen=True)
class Budget:
    """How many seconds each measurement may take."""

    latency: float = 0.8
    load: float = 3.0
    start: float = 300.0
    clients: tuple[int, ...] = CLIENTS


@dataclass
class ItemFigures:
    """What a server gave for an item: rows, or the problem; then how fast."""

    rows: int
    problem: str = ""
    right: bool = False
    unrepeated: Latency | None = None
    repeated: Latency | None = None


@dataclass
class PeerFigures:
    """What is known of a server on one snapshot. Bytes and seconds; `left_out` says why there is nothing."""

    name: str
    left_out: str = ""
    load_seconds: float = 0.0
    start_seconds: float = 0.0
    disk: int = 0
    memory: int = 0
    resident: int = 0
    items: dict[str, ItemFigures] = field(default_factory=dict)
    mixes: dict[str, Throughput] = field(default_factory=dict)

    def mix(self, group: str, mode: str, clients: int) -> Throughput | None:
        return self.mixes.get(f"{group} {mode} {clients}")


class Run:
    """One snapshot, all its items, and the servers on it, one at a time so that none disturbs another."""

    def __init__(
        self, snapshot: Snapshot, folder: Path, budget: Budget, say: Callable[[str], None], work: Sequence[Item] = ()
    ) -> None:
        self._snapshot, self._folder, self._budget, self._say = snapshot, folder, budget, say
        self._pools = Pools(ox.Store.read_only(str(snapshot.store_path)))
        self._items = list(work) or items()
        self.figures: list[PeerFigures] = []
        """What is measured so far."""
        self._expected: dict[str, int] = {}
        self._groups: dict[str, list[Item]] = {}

    def measure(self, peers: Sequence[type[Peer]] = ALL) -> list[PeerFigures]:
        """Return the figures of all `peers`, ours first: its rows and Oxigraph's times part the items into groups."""
        figures = {kind.name: PeerFigures(kind.name, "not reached") for kind in peers}
        self.figures = list(figures.values())
        first = [kind for kind in peers if kind in (Polisgraph, Oxigraph)]
        for kind in first:
            self._with(kind, figures[kind.name], self._each_item)
        self._group([figures[kind.name] for kind in first])
        for kind in first:
            self._with(kind, figures[kind.name], self._mixes)
        for other in peers:
            if other not in first:
                self._with(other, figures[other.name], self._each_item, self._mixes)
        return self.figures

    def _with(self, kind: type[Peer], figures: PeerFigures, *jobs: Callable[[Peer, PeerFigures], None]) -> None:
        if figures.left_out not in ("", "not reached"):
            return
        figures.left_out = ""
        if missing := kind.missing():
            figures.left_out = f"needs {missing}"
            return
        peer = kind(self._snapshot, self._folder / kind.__name__.lower())
        try:
            self._say(f"{kind.name}: loading and starting")
            started = time.perf_counter()
            peer.load(self._budget.start)
            figures.load_seconds = figures.load_seconds or time.perf_counter() - started
            peer.start(self._budget.start)
            figures.start_seconds = figures.start_seconds or peer.start_seconds
            for job in jobs:
                job(peer, figures)
        except PeerError as error:
            figures.left_out = str(error)
        finally:
            peer.stop()
        figures.disk = peer.disk()

    def _each_item(self, peer: Peer, figures: PeerFigures) -> None:
        for number, item in enumerate(self._items, start=1):
            self._say(f"{peer.name}: {number} of {len(self._items)}, {item.name}")
            figures.items[item.name] = found = self._item(peer, item)
            if found.problem:
                peer.settle(patience=1)
            self._weigh(peer, figures)

    def _item(self, peer: Peer, item: Item) -> ItemFigures:
        client = Client(peer.host, peer.patience)
        try:
            answer = client.ask(asked(peer.endpoint, item, item.about("", repeatable=False)), count_rows=True)
            found = ItemFigures(answer.rows, answer.problem)
            if answer.rows < 0:
                return found
            # The first server, ours, says how many rows are right; the others then confirm it or do not.
            found.right = self._expected.setdefault(item.name, answer.rows) == answer.rows
            terms = self._pools.some(item, _DIFFERENT, random.Random(_SEED))
            others = [asked(peer.endpoint, item, item.about(term, repeatable=False)) for term in terms]
            found.unrepeated = client.latency(others, self._budget.latency, _LEAST if item.sample else 3)
            client.ask(self._repeated(peer, item, ""))
            found.repeated = client.latency(repeat(self._repeated(peer, item, ""), 2000), self._budget.latency / 2, 3)
        finally:
            client.close()
        return found

    def _repeated(self, peer: Peer, item: Item, term: str) -> Request:
        """Return what a visitor would send: of ours a report by its address, of a bare endpoint its query."""
        if isinstance(peer, Polisgraph) and item.report:
            return Request("GET", item.address(term), item.media_type)
        return asked(peer.endpoint, item, item.about(term))

    def _group(self, decisive: Sequence[PeerFigures]) -> None:
        """Part the items that all of `decisive` answer alike into cheap and heavy ones, by the time of the last."""
        fit = [
            (item, decisive[-1].items[item.name].unrepeated)
            for item in self._items
            if all(f.items.get(item.name, ItemFigures(-1)).right for f in decisive)
        ]
        timed = [(item, latency.p50) for item, latency in fit if latency]
        self._groups = {
            "cheap": [item for item, p50 in timed if p50 < CHEAP],
            "heavy": [item for item, p50 in timed if CHEAP <= p50 < TOO_HEAVY],
            "mixed": [item for item, p50 in timed if p50 < TOO_HEAVY],
        }

    def _mixes(self, peer: Peer, figures: PeerFigures) -> None:
        for group, chosen in self._groups.items():
            for mode in ("repeated", "unrepeated"):
                sent = list(self._drawn(peer, group, chosen, mode == "repeated")) if chosen else []
                if sent and mode == "repeated":
                    self._warm(peer, sent)
                for clients in self._budget.clients if sent else ():
                    self._say(f"{peer.name}: {group} queries, {mode}, {clients} clients")
                    seconds = self._budget.load * (2 if group == "heavy" else 1)
                    figures.mixes[f"{group} {mode} {clients}"] = throughput(peer.host, sent, clients, seconds)
                    self._weigh(peer, figures)
                    peer.settle()

    def _drawn(self, peer: Peer, group: str, chosen: Sequence[Item], repeated: bool) -> Iterator[Request]:
        """Yield the requests of a mix: all items alike, or by popularity where it is the mix of everything."""
        drawing = random.Random(_SEED)
        for number in range(1000 if group == "mixed" else 400):
            item = chosen[zipf(len(chosen), drawing) if group == "mixed" else number % len(chosen)]
            terms = self._pools.of(item)
            # Few entities are asked for again and again; of unrepeated requests none is.
            known = min(len(terms), 20 if repeated else _DIFFERENT)
            term = terms[zipf(known, drawing) if group == "mixed" else drawing.randrange(min(known, 4))]
            yield (
                self._repeated(peer, item, term)
                if repeated
                else asked(peer.endpoint, item, item.about(term, repeatable=False))
            )

    def _warm(self, peer: Peer, sent: Iterable[Request]) -> None:
        """Send each request once, as long as that takes less than `_WARMING` seconds."""
        client, spent = Client(peer.host, peer.patience), 0.0
        for request in dict.fromkeys(sent):
            spent += client.ask(request).seconds
            if spent > _WARMING:
                break
        client.close()
        peer.settle()

    def _weigh(self, peer: Peer, figures: PeerFigures) -> None:
        if peer.program:
            figures.memory = max(figures.memory, peer.program.memory())
            figures.resident = max(figures.resident, peer.program.resident())
