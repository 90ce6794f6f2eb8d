"""Changes a running server to a new snapshot without dropping a request. Answers none itself.

A thread looks again and again which snapshot should be in service. The new edition is opened and has answered a
question before it takes over; the old one ends with its last request. What cannot be opened leaves the old one in
service.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import TYPE_CHECKING

from polisgraph import metrics
from polisgraph.errors import PolisgraphError, SnapshotError
from polisgraph.journal import facts
from polisgraph.web.edition import Edition
from polisgraph.web.layers import Outgoing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

AGAIN = 20.0
"""Seconds after which a snapshot whose engine did not start is tried again."""

_log = logging.getLogger(__name__)


class Live:
    """A WSGI application that passes each request to the edition in service at its beginning."""

    def __init__(self, reopen: Callable[[], Edition], target: Callable[[], str | None], every: float) -> None:
        """Serve what `reopen` returns, now and whenever `target` returns something else; raise what it raises.

        `target` is asked after `every` seconds; None, for what is not known at the moment, changes nothing.
        """
        self._reopen, self._target, self._every = reopen, target, every
        self._seen = target()
        self._lock = threading.Lock()
        self._edition = reopen()
        self._stop = threading.Event()
        self.refused = self._edition.snapshot.instead_of
        """Why the newest snapshot is not in service, if it is not."""
        self._again = False
        self._watch = threading.Thread(target=self._look, name="snapshot-switch", daemon=True)
        self._watch.start()

    @property
    def edition(self) -> Edition:
        """The edition in service."""
        return self._edition

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        edition = self._enter()
        try:
            body = edition.app(environ, start_response)
        except BaseException:
            self._leave(edition)
            raise
        if isinstance(body, list):
            self._leave(edition)
            return body
        return Outgoing(body, lambda _: self._leave(edition))

    def close(self) -> None:
        """Look no more, and end the edition in service, whatever it is at."""
        self._stop.set()
        self._watch.join()
        self._edition.close()

    def _enter(self) -> Edition:
        with self._lock:
            edition = self._edition
            edition.requests += 1
            return edition

    def _leave(self, edition: Edition) -> None:
        with self._lock:
            edition.requests -= 1
            last = edition is not self._edition and not edition.requests
        if last:
            _end(edition)

    def _look(self) -> None:
        tried = monotonic()
        given_up: Edition | None = None
        while not self._stop.wait(self._every):
            target = self._target()
            damaged = self._edition if self._edition.guard.damage else None
            due = self._again and monotonic() > tried + AGAIN
            if target == self._seen and not due and damaged is given_up:
                continue
            given_up = damaged
            if target is None:  # a home that is being moved or mounted; what is open goes on
                continue
            self._seen, tried = target, monotonic()
            self._change()

    def _change(self) -> None:
        """Put the newest snapshot in service, or say why it is not."""
        self._again = False
        try:
            fresh = self._reopen()
        except PolisgraphError as error:
            # A damaged snapshot stays damaged; an engine that did not start may start when memory is less short.
            self._again = not isinstance(error, SnapshotError)
            self._refuse(str(error))
            return
        except Exception as error:  # whatever it is, the server goes on with what it has
            self._again = True
            self._refuse(f"{type(error).__name__}: {error}", error)
            return
        damaged = self._edition.guard.damage is not None
        if fresh.snapshot.instead_of and not damaged:  # the one before the newest; what is in service is no worse
            fresh.close()
            self._refuse(fresh.snapshot.instead_of)
            return
        self.refused = fresh.snapshot.instead_of
        if fresh.snapshot.id == self._edition.snapshot.id and not damaged:
            fresh.close()
            return
        self._switch(fresh)

    def _refuse(self, said: str, error: Exception | None = None) -> None:
        if said != self.refused:
            metrics.SWITCHES.add("refused")
            _log.error(
                "the new snapshot cannot be put in service; the old one stays",
                exc_info=error,
                extra=facts(error=said, snapshot=self._edition.snapshot.id),
            )
        self.refused = said

    def _switch(self, fresh: Edition) -> None:
        with self._lock:
            old, self._edition = self._edition, fresh
            idle = not old.requests
        metrics.SWITCHES.add("done")
        _log.info("a new snapshot is in service", extra=facts(snapshot=fresh.snapshot.id, before=old.snapshot.id))
        if idle:
            _end(old)


def _end(edition: Edition) -> None:
    # The engine waits for its processes; the request that came last does not.
    threading.Thread(target=edition.close, name="snapshot-end").start()
