"""The server process: granian around the site, from start to stop. Decides nothing about answers."""

import logging
import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

import click
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from polisgraph import journal
from polisgraph.engine.turns import AWAITED
from polisgraph.errors import PolisgraphError
from polisgraph.settings import Settings, excess
from polisgraph.snapshot import Snapshot
from polisgraph.watch import Watch
from polisgraph.web import BODIES, STREAMS
from polisgraph.web.connections import is_connected
from polisgraph.web.edition import LOOK, linked, open_current
from polisgraph.web.health import ROUTES, Health
from polisgraph.web.live import Live
from polisgraph.web.traffic import Traffic

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADER_TIME = 10_000
"""Milliseconds in which the head of a request must have come, also on a connection that is kept open."""
_IDLE = 600
"""Seconds for which a thread without work stays, as many as granian allows."""
_LOOK_FOR_PARENT = 1.0
"""Seconds between two looks whether the first process is still there."""
_LOGGING = {"version": 1, "disable_existing_loggers": False, "loggers": {"_granian": {"handlers": []}}}
_log = logging.getLogger(__name__)


class _Server(MPServer):
    """Granian that stops at once when it is told so for a second time."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        if self.interrupt_signal:
            self.kill()
            os._exit(1)
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]

    def kill(self) -> None:
        for worker in self.wrks:
            worker.kill()  # type: ignore[no-untyped-call]


def serve(settings: Settings, snapshot: Snapshot, watch: Watch | None = None) -> None:
    """Serve `snapshot`, and those that follow it, until told to stop; meanwhile `watch` for files to build anew.

    On SIGTERM and SIGINT no connection is taken any more and running requests end, but not later than the settings
    allow; a second signal ends everything at once. Raises PolisgraphError if nothing can listen at the address.
    """
    _check_address(settings.host, settings.port)
    journal.configure(settings)
    click.echo(f"Polisgraph serves snapshot {snapshot.id} at http://{settings.host}:{settings.port}/")
    if told := excess(settings):
        _log.warning(told)
    server = _Server(
        "polisgraph",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIME),
        blocking_threads=_threads(settings),
        # One that is just beginning its work granian may take for idle, and start none for a request that comes then.
        blocking_threads_idle_timeout=_IDLE,
        respawn_failed_workers=True,
        workers_kill_timeout=math.ceil(settings.stop_limit),
        log_level=LogLevels.error,
        log_dictconfig=_LOGGING,
    )
    if watch:
        watch.start()
    try:
        server.serve(target_loader=partial(application, settings, os.getpid()), wrap_loader=False)
    except Exception:
        # This process waits at its end for those that it has started, and nobody else would tell them to go.
        server.kill()
        raise
    finally:
        if watch:
            watch.stop()


def application(settings: Settings, parent: int) -> "Application":
    """Return the application that the process serves, for which the process `parent` answers."""
    _end_with(parent, settings.stop_limit)
    # A terminal's Ctrl-C goes to the whole group of processes. It is for the first of them, which tells the others.
    os.setpgid(0, 0)
    journal.configure(settings)
    try:
        return Application(settings)
    except PolisgraphError as error:
        _log.critical("cannot serve: %s", error)
        sys.exit(1)


class Application:
    """All that answers requests, from the outside in: traffic, health, the edition in service."""

    def __init__(self, settings: Settings) -> None:
        """Open the snapshot in service; raise what `open_current` raises."""
        self._live = Live(partial(open_current, settings), *_target(settings))
        self._health = Health(self._live, settings.home)
        self._traffic = Traffic(self._health, (*self._live.edition.routes, *ROUTES), settings)
        self._settings = settings
        # At its end a process first waits for its children; the engine's must be told to go before that.
        Finalize(None, self.close, exitpriority=1)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # Behind a proxy all connections are the proxy's.
        if not self._settings.proxies:
            AWAITED.set(partial(is_connected, environ["REMOTE_ADDR"], self._settings.port))
        return self._traffic(environ, start_response)

    def close(self) -> None:
        """End the engine; nothing is answered any more."""
        self._health.close()
        self._live.close()


def _target(settings: Settings) -> tuple[Callable[[], str | None], float]:
    """Return what tells which snapshot should be in service, and after how many seconds to ask again."""
    if not settings.endpoint:
        return partial(linked, settings.home), LOOK
    from polisgraph.web.following import INTERVAL, Following

    return Following(settings), INTERVAL


def _threads(settings: Settings) -> int:
    """Return how many threads the server needs so that it is never granian's queue that decides who is too many.

    A thread waits while a worker computes, a body comes in or a large answer goes out. The site lets half as many again
    in as there are places for; a few more threads answer what needs none of all that.
    """
    return (settings.workers + settings.queue) * 3 // 2 + BODIES + STREAMS + 8


def _check_address(host: str, port: int) -> None:
    # granian lets several servers share a port; a second one would silently answer every other request.
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PolisgraphError(f"cannot listen at {host}:{port}: {reason}; choose another --port or --host") from None


def _end_with(parent: int, limit: float) -> None:
    """Have this process stop when `parent` is gone, however it went: nobody else would tell it to.

    If it is still there `limit` seconds later, it ends all the same: a signal that comes just as granian begins to wait
    for one is lost. The system could send the signal as well, but sends it once for every thread that `parent` had,
    and granian does not bear a second one while it is at the first.
    """
    if os.getppid() != parent:
        sys.exit(1)
    main = threading.get_ident()

    def end() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_FOR_PARENT)
        signal.pthread_kill(main, signal.SIGTERM)
        time.sleep(limit)
        os._exit(1)

    threading.Thread(target=end, name="parent", daemon=True).start()
