"""Measures every server on one snapshot: first each query by itself, then mixes of them under load."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

import pyoxigraph as ox

from polisgraph.snapshot import Snapshot
from tests.benchmarks.measuring import CLIENTS, Client, Latency, Throughput, latencies, throughput
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
_NOT_REACHED = "not reached"


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
    """One snapshot, all its items, and the servers on it: ours and Oxigraph in turns, the others by themselves."""

    def __init__(
        self, snapshot: Snapshot, folder: Path, budget: Budget, say: Callable[[str], None], work: Sequence[Item] = ()
    ) -> None:
        self._snapshot, self._folder, self._budget, self._say = snapshot, folder, budget, say
        self._pools = Pools(ox.Store.read_only(str(snapshot.store_path)))
        self._items = list(work) or items()
        self._figures: dict[str, PeerFigures] = {}
        self._expected: dict[str, int] = {}
        self._groups: dict[str, list[Item]] = {}

    @property
    def figures(self) -> list[PeerFigures]:
        """What is measured so far."""
        return list(self._figures.values())

    def measure(self, peers: Sequence[type[Peer]] = ALL) -> list[PeerFigures]:
        """Return the figures of all `peers`, ours first: its rows and Oxigraph's times part the items into groups."""
        self._figures = {kind.name: PeerFigures(kind.name, _NOT_REACHED) for kind in peers}
        first: list[type[Peer]] = [kind for kind in peers if kind in (Polisgraph, Oxigraph)]
        self._with(first, self._each_item)
        self._group([self._figures[kind.name] for kind in first])
        for kind in first:
            self._with([kind], self._mixes)
        for kind in peers:
            if kind not in first:
                self._with([kind], self._each_item, self._mixes)
        return self.figures

    def _with(self, kinds: Sequence[type[Peer]], *jobs: Callable[[Sequence[Peer]], None]) -> None:
        """Start the servers of `kinds` that can take part, and do `jobs` with them."""
        with ExitStack() as running:
            started = [peer for kind in kinds if (peer := self._started(kind, running))]
            if started:
                try:
                    for job in jobs:
                        job(started)
                except PeerError as error:
                    for peer in started:
                        self._figures[peer.name].left_out = str(error)
            for peer in started:
                self._figures[peer.name].disk = peer.disk()

    def _started(self, kind: type[Peer], running: ExitStack) -> Peer | None:
        """Return a server that is loaded, started and stopped with `running`; None if that fails or has failed."""
        figures = self._figures[kind.name]
        if figures.left_out not in ("", _NOT_REACHED):
            return None
        if missing := kind.missing():
            figures.left_out = f"needs {missing}"
            return None
        peer = kind(self._snapshot, self._folder / kind.__name__.lower())
        running.callback(peer.stop)
        self._say(f"{kind.name}: loading and starting")
        try:
            started = time.perf_counter()
            peer.load(self._budget.start)
            figures.load_seconds = figures.load_seconds or time.perf_counter() - started
            peer.start(self._budget.start)
        except PeerError as error:
            figures.left_out = str(error)
            return None
        figures.left_out = ""
        figures.start_seconds = figures.start_seconds or peer.start_seconds
        return peer

    def _each_item(self, peers: Sequence[Peer]) -> None:
        for number, item in enumerate(self._items, start=1):
            self._say(f"{', '.join(peer.name for peer in peers)}: {number} of {len(self._items)}, {item.name}")
            for peer, found in zip(peers, self._item(peers, item), strict=True):
                self._figures[peer.name].items[item.name] = found
                if found.problem:
                    peer.settle(patience=1)
                self._weigh(peer)

    def _item(self, peers: Sequence[Peer], item: Item) -> list[ItemFigures]:
        """Return what each of `peers` gives for `item`. They take turns: a machine grows slow for all of them."""
        terms = self._pools.some(item, _DIFFERENT, random.Random(_SEED))
        with ExitStack() as closing_all:
            clients = [closing_all.enter_context(closing(Client(peer.host, peer.patience))) for peer in peers]
            found = [self._answered(client, peer, item) for client, peer in zip(clients, peers, strict=True)]
            fit = [n for n, figures in enumerate(found) if not figures.problem]
            chosen = [clients[n] for n in fit]
            different = [[self._different(peers[n], item, term) for n in fit] for term in terms]
            same = [self._repeated(peers[n], item, "") for n in fit]
            unrepeated = latencies(chosen, different, self._budget.latency, _LEAST if item.sample else 3)
            for client, request in zip(chosen, same, strict=True):
                client.ask(request)
            repeated = latencies(chosen, repeat(same, 2000), self._budget.latency / 2, 3)
        for n, once, again in zip(fit, unrepeated, repeated, strict=True):
            found[n].unrepeated, found[n].repeated = once, again
        return found

    def _answered(self, client: Client, peer: Peer, item: Item) -> ItemFigures:
        answer = client.ask(self._different(peer, item, ""), count_rows=True)
        found = ItemFigures(answer.rows, answer.problem)
        # The first server, ours, says how many rows are right; the others then confirm it or do not.
        found.right = answer.rows >= 0 and self._expected.setdefault(item.name, answer.rows) == answer.rows
        return found

    def _different(self, peer: Peer, item: Item, term: str) -> Request:
        return asked(peer.endpoint, item, item.about(term, repeatable=False))

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

    def _mixes(self, peers: Sequence[Peer]) -> None:
        (peer,) = peers  # under load a second server would be in the way
        for group, chosen in self._groups.items():
            for mode in ("repeated", "unrepeated"):
                sent = list(self._drawn(peer, group, chosen, mode == "repeated")) if chosen else []
                if sent and mode == "repeated":
                    self._warm(peer, sent)
                for clients in self._budget.clients if sent else ():
                    self._say(f"{peer.name}: {group} queries, {mode}, {clients} clients")
                    seconds = self._budget.load * (2 if group == "heavy" else 1)
                    measured = throughput(peer.host, sent, clients, seconds)
                    self._figures[peer.name].mixes[f"{group} {mode} {clients}"] = measured
                    self._weigh(peer)
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
            yield (self._repeated(peer, item, term) if repeated else self._different(peer, item, term))

    def _warm(self, peer: Peer, sent: Iterable[Request]) -> None:
        """Send each request once, as long as that takes less than `_WARMING` seconds."""
        client, spent = Client(peer.host, peer.patience), 0.0
        for request in dict.fromkeys(sent):
            spent += client.ask(request).seconds
            if spent > _WARMING:
                break
        client.close()
        peer.settle()

    def _weigh(self, peer: Peer) -> None:
        if peer.program:
            figures = self._figures[peer.name]
            figures.memory = max(figures.memory, peer.program.memory())
            figures.resident = max(figures.resident, peer.program.resident())
