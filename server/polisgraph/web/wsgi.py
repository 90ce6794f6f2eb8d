"""The server process: granian around the Flask application. Decides nothing about answers."""

import os
import socket
from dataclasses import fields
from multiprocessing.util import Finalize
from pathlib import Path

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from polisgraph.engine.local import LocalEngine
from polisgraph.errors import PolisgraphError
from polisgraph.settings import Settings, sources
from polisgraph.snapshot import Snapshot, current, hold, opened
from polisgraph.web import create_app

_SNAPSHOT = "POLISGRAPH_SNAPSHOT"


def serve(settings: Settings, snapshot: Snapshot) -> None:
    """Serve `snapshot` until interrupted. The settings travel to the serving process in its environment.

    Raises PolisgraphError if nothing can listen at the address of the settings.
    """
    _check_address(settings.host, settings.port)
    for field in fields(settings):
        os.environ["POLISGRAPH_" + field.name.upper()] = str(getattr(settings, field.name))
    os.environ[_SNAPSHOT] = str(snapshot.path.resolve())
    click.echo(f"Polisgraph serves snapshot {snapshot.id} at http://{settings.host}:{settings.port}/")
    server = Granian(
        "polisgraph.web.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        # A thread waits while a worker computes; the engine's queue, not granian's, decides who is too many.
        blocking_threads=settings.workers + settings.queue + 8,
        log_level=LogLevels.error,
    )
    # Workers open the store again after a crash, also when two builds have passed since.
    with hold(snapshot):
        server.serve()


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


def application() -> Flask:
    """Return the application for the snapshot and the settings that the environment names."""
    settings = sources.read()
    path = os.environ.get(_SNAPSHOT)
    snapshot = opened(Path(path)) if path else current(settings.home)
    engine = LocalEngine(snapshot.store_path, snapshot.graphs, settings)
    # At its end a process first waits for its children; the engine's must be told to go before that.
    Finalize(None, engine.close, exitpriority=1)
    return create_app(settings, snapshot, engine)
