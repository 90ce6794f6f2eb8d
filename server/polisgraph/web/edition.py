"""One snapshot in service: opened and held, an engine on it, the site over both. Knows of no other snapshot."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from polisgraph.engine import Query
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.pool import PooledEngine
from polisgraph.engine.prepared import PreparedEngine
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot, current, hold
from polisgraph.web import create_app
from polisgraph.web.errors import refusal
from polisgraph.web.guard import Guard, GuardedEngine, Unwatched, guarded
from polisgraph.web.warming import Warming

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOK = 0.5
"""Seconds between two looks at the link `<home>/current`, which a build switches by one rename.

It costs one system call and also works where no file system tells of changes.
"""


@dataclass
class Edition:
    """A snapshot with its engine and its site. `close` ends them, and lets builds delete the snapshot."""

    snapshot: Snapshot
    engine: PooledEngine
    app: "WSGIApplication"
    routes: frozenset[str]
    guard: Guard
    _held: ExitStack
    requests: int = 0
    """How many are at work on it; `Live` counts them."""

    def close(self) -> None:
        """End the engine with its caches; may be called twice."""
        self._held.close()


def open_current(settings: Settings) -> Edition:
    """Return the snapshot in service, ready to answer: it has answered a first question.

    That is the one below the home of `settings`, or if they name an endpoint the one that was published there. Raises
    SnapshotError if it is not whole, and QueryError if its engine does not answer; nothing is left open then.
    """
    snapshot = _published(settings) if settings.endpoint else current(settings.home)
    with ExitStack() as held:
        if not settings.endpoint:
            held.enter_context(hold(snapshot))
        guard = Unwatched() if settings.endpoint else Guard(snapshot)
        held.callback(guard.close)
        engine = start_engine(settings, snapshot)
        held.callback(engine.close)
        engine.query(Query("ASK { ?s ?p ?o }"))
        prepared = {} if settings.endpoint else snapshot.prepared
        answering = PreparedEngine(engine, snapshot.answers, prepared, settings.result_limit)
        app = create_app(settings, snapshot, GuardedEngine(answering, guard))
        # What they keep belongs to this snapshot; the metrics should not count it any longer than it is there.
        held.callback(app.extensions["polisgraph"].engine.close)
        held.callback(app.extensions["polisgraph.replay"].close)
        if settings.warm_up == "yes":
            held.callback(Warming(app).close)
        routes = frozenset(str(rule.rule).split("/", 2)[1] for rule in app.url_map.iter_rules())
        shielded = guarded(app.wsgi_app, guard, refusal(app))
        return Edition(snapshot, engine, shielded, routes, guard, held.pop_all())


def start_engine(settings: Settings, snapshot: Snapshot) -> PooledEngine:
    """Return the engine that answers from `snapshot`; whoever calls closes it. Raises SnapshotError without a store."""
    if settings.endpoint:
        # The HTTP client takes a fifth of a second to import: a server over a local store starts without it.
        from polisgraph.engine.publication import Publication
        from polisgraph.engine.remote import RemoteEngine

        return RemoteEngine(settings.endpoint, Publication(snapshot.manifest), settings)
    return LocalEngine(snapshot.store_path, snapshot.graphs, settings)


def _published(settings: Settings) -> Snapshot:
    from polisgraph.web.following import held

    return held(settings)


def linked(home: Path) -> str | None:
    """Return what the link to the snapshot in service below `home` says; None if there is none at the moment."""
    try:
        return str((home / "current").readlink())
    except OSError:
        return None
