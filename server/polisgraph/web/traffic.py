"""Sees every request go by: gives it an id, counts it, writes its line in the log. Answers nothing.

Stands in front of everything else, also of what is answered from a cache.
"""

import itertools
import logging
import re
import secrets
from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from polisgraph import journal, metrics
from polisgraph.settings import Settings
from polisgraph.web.headers import SNAPSHOT
from polisgraph.web.layers import Headers, Outgoing, call
from polisgraph.web.places import network_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID = "X-Request-Id"
OTHER = "other"
"""The route of addresses that the site does not have: they must not make the metrics grow."""

_GIVEN_ID = re.compile(r"[\w.:+/=-]{1,128}", re.ASCII)
_NONE: Headers = []
_PROBES = ("/health", "/metrics")
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
_log = logging.getLogger("polisgraph.access")


class Traffic:
    """A WSGI application around another one."""

    def __init__(self, app: "WSGIApplication", routes: Iterable[str], settings: Settings) -> None:
        """Count requests to `app` by the first part of their path, if it is one of `routes`."""
        self._app = app
        self._routes = {route: "/" + route for route in routes}
        self._settings = settings
        # Ids differ between processes by their beginning and within one by their end.
        self._begin, self._numbers = secrets.token_hex(6), itertools.count(1)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begin = perf_counter()
        request = journal.Request(self._id(environ))
        journal.begin(request)
        status, headers = "500", _NONE

        def gone(size: int) -> None:
            self._count(environ, request, _Answer(status[:3], headers, size, perf_counter() - begin))

        try:
            status, headers, body = call(self._app, environ)
        except BaseException:
            gone(0)
            raise
        # The list may be one that a cache keeps.
        start_response(status, [*headers, (REQUEST_ID, request.id)])
        if isinstance(body, list):
            gone(sum(map(len, body)))
            return body
        return Outgoing(body, gone)

    def _id(self, environ: "WSGIEnvironment") -> str:
        """Return the request's id: what a trusted proxy calls it, or our own."""
        if self._settings.proxies:
            given = environ.get("HTTP_X_REQUEST_ID", "")
            if _GIVEN_ID.fullmatch(given):
                return str(given)
        return f"{self._begin}-{next(self._numbers):x}"

    def _count(self, environ: "WSGIEnvironment", request: journal.Request, answer: "_Answer") -> None:
        path, method, status = environ["PATH_INFO"], environ["REQUEST_METHOD"], answer.status
        route = self._routes.get(path.split("/", 2)[1], OTHER) if path.startswith("/") else OTHER
        metrics.HTTP_REQUESTS.add(route, method if method in _METHODS else OTHER, status)
        metrics.HTTP_SECONDS.observe(answer.seconds, route)
        wanted = self._settings.access_log
        if wanted == "none" or (wanted == "errors" and status < "500"):
            return
        # What a cache answers is too much to log all of it; probes come every few seconds.
        if wanted == "all" or status >= "500" or (request.facts.get("cache") != "hit" and route not in _PROBES):
            self._write(environ, request, answer)

    def _write(self, environ: "WSGIEnvironment", request: journal.Request, answer: "_Answer") -> None:
        # Not the query string: it may hold whatever people paste into a form. Slow queries are logged as such.
        named = {
            "method": environ["REQUEST_METHOD"][:16],
            "path": environ["PATH_INFO"][:256],
            "status": int(answer.status),
            "seconds": round(answer.seconds, 6),
            "bytes": answer.size,
            "snapshot": next((value for name, value in answer.headers if name == SNAPSHOT), None),
            **request.facts,
        }
        client = _client(environ.get("REMOTE_ADDR", ""), self._settings.log_clients)
        _log.info("request", extra={"facts": named | {"client": client} if client else named})


class _Answer(NamedTuple):
    """What is known of an answer that has gone out."""

    status: str
    headers: Headers
    size: int
    seconds: float


def _client(address: str, how_much: str) -> str:
    """Return as much of a client's address as the log may hold."""
    if how_much == "none":
        return ""
    return address if how_much == "full" else network_of(address, 24, 48)
