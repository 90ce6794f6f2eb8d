"""Whose query a worker process takes next, and whose must make room. Runs no query, starts no process.

Who has used least has the next turn. A turn of more than `PATIENCE` seconds is a long one; as soon as several clients
are there, long turns leave one place to the others, and one of them ends if a client who has used far less finds no
place at all. So clients with cheap queries notice little of those who keep every processor busy, and one who is alone
has all places for long queries too.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic

from polisgraph.errors import Abandoned, Busy, WorkerFailed

CLIENT: ContextVar[str] = ContextVar("client", default="")
"""Who asks, in the current thread: any text that is the same for all requests of one client."""

AWAITED: ContextVar[Callable[[], bool]] = ContextVar("awaited", default=lambda: True)
"""Tells whether somebody still waits for the answer, in the current thread."""

PATIENCE = 0.1
"""Seconds after which a query counts as long."""
RECENT = 10.0
"""Seconds after which what a client has used counts for a third (e-fold)."""
_CLIENTS = 10_000
"""Clients whose use is remembered."""
_FAR_LESS = 2.0
_TRIFLE = 0.1


@dataclass(eq=False)
class Turn:
    """One query's claim to a place. `evict` ends the work on it; set it before the turn may count as long."""

    client: str
    evict: Callable[[], None] = lambda: None
    granted: threading.Event = field(default_factory=threading.Event)
    began: float = math.inf
    """When it got its place; infinity while it waits."""
    long: bool = False
    evicted: bool = False


class Turns:
    """A number of places, and a queue before them. Safe to use from many threads."""

    def __init__(self, places: int, queue: int, wait: float) -> None:
        """Give out `places` at once; let `queue` others wait, but none of them longer than `wait` seconds."""
        self._places, self._queue, self._wait = places, queue, wait
        self._lock = threading.Lock()
        self._waiting: list[Turn] = []
        self._running: set[Turn] = set()
        self._used: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many have a place."""
        return len(self._running)

    def take(self, client: str) -> Turn:
        """Wait for a place and return the turn; raise Busy if there is no room to wait, or none comes free in time."""
        turn = Turn(client)
        with self._lock:
            self._waiting.append(turn)
            self._grant()
            self._make_room()
            if turn in self._waiting and len(self._waiting) > self._queue:
                self._waiting.remove(turn)
                raise self._busy()
        turn.granted.wait(self._wait)
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                raise self._busy()
            if self._closed:
                raise stopping()
        return turn

    def lengthen(self, turn: Turn) -> bool:
        """Count `turn` as long; return whether other clients are about, whose queries should go first."""
        with self._lock:
            turn.long = True
            self._make_room()
            return self._is_contested()

    def leave(self, turn: Turn) -> None:
        """Give the place of `turn` to who is next."""
        with self._lock:
            self._running.discard(turn)
            self._note(turn.client, monotonic() - turn.began)
            self._grant()

    def close(self) -> None:
        """Send away who waits, and end the turns that run."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, []
            running = list(self._running)
        for turn in waiting:
            turn.granted.set()
        for turn in running:
            turn.evict()

    def crowded_out(self) -> Busy:
        """Return the error for a turn that was evicted."""
        return Busy(
            "The query was stopped after a while to make room: others asked for far less. Make it cheaper, or try"
            " again when the service is less busy.",
            retry_after=math.ceil(self._wait),
        )

    def _busy(self) -> Busy:
        return Busy(
            "All workers are busy. Please try again in a moment.",
            retry_after=math.ceil(self._wait),
        )

    def _grant(self) -> None:
        """Give free places to those who have used least, the longest waiting first among equals."""
        while self._waiting and len(self._running) < self._places:
            now = monotonic()
            turn = min(self._waiting, key=lambda waiting: self._use(waiting.client, now))
            if self._is_reserved(turn, now):
                return
            self._waiting.remove(turn)
            turn.began = now
            self._running.add(turn)
            turn.granted.set()

    def _is_reserved(self, turn: Turn, now: float) -> bool:
        """Whether the last place that is not taken by long turns is for clients who have used less."""
        long = [running for running in self._running if running.long]
        if len(long) < self._places - 1 or not long or not self._is_contested():
            return False
        return not self._is_far_less(turn.client, min(self._use(one.client, now) for one in long), now)

    def _make_room(self) -> None:
        """Evict the long turn of the client who has used most if one waits who has used far less."""
        if not self._waiting or len(self._running) < self._places:
            return
        now = monotonic()
        long = [turn for turn in self._running if turn.long]
        if any(turn.evicted for turn in self._running) or not long:
            return
        most = max(long, key=lambda turn: self._use(turn.client, now))
        least = min(self._waiting, key=lambda turn: self._use(turn.client, now))
        if self._is_far_less(least.client, self._use(most.client, now), now):
            most.evicted = True
            most.evict()

    def _is_far_less(self, client: str, used: float, now: float) -> bool:
        return _FAR_LESS * self._use(client, now) + _TRIFLE < used

    def _is_contested(self) -> bool:
        """Whether more than one client is about, or was of late."""
        clients = {turn.client for turn in (*self._running, *self._waiting)}
        now = monotonic()
        for client, (_, when) in reversed(self._used.items()):  # the latest first
            if len(clients) > 1 or now - when > RECENT:
                break
            clients.add(client)
        return len(clients) > 1

    def _use(self, client: str, now: float) -> float:
        """Return the seconds that `client` has used of late, running turns included."""
        seconds, when = self._used.get(client, (0.0, now))
        running = sum(now - turn.began for turn in self._running if turn.client == client)
        return seconds * math.exp((when - now) / RECENT) + running

    def _note(self, client: str, seconds: float) -> None:
        now = monotonic()
        self._used[client] = (self._use(client, now) + seconds, now)
        self._used.move_to_end(client)
        while len(self._used) > _CLIENTS:
            self._used.popitem(last=False)


def abandoned() -> Abandoned:
    """Return the error for a query whose client has gone; another one who waits for the same may ask again."""
    return Abandoned("Who asked this has gone away, so that the query was stopped. Please try again.", retry_after=1)


def stopping() -> WorkerFailed:
    """Return the error for a query that came to an engine that is being closed."""
    return WorkerFailed("The service is being stopped. Please try again in a moment.")
