"""Sees every request go by: gives it an id, counts it, writes its line in the log. Answers nothing.

Stands in front of everything else, also of what is answered from a cache.
"""

import itertools
import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address, ip_network
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from polisgraph import journal, metrics
from polisgraph.settings import Settings
from polisgraph.web.headers import SNAPSHOT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Headers = list[tuple[str, str]]

REQUEST_ID = "X-Request-Id"
OTHER = "other"
"""The route of addresses that the site does not have: they must not make the metrics grow."""

_GIVEN_ID = re.compile(r"[\w.:+/=-]{1,128}", re.ASCII)
_NONE: "Headers" = []
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
        status, sent = "500", _NONE

        # Annotations of an inner function are worked out anew for each request, unless they are texts.
        def start(line: str, headers: "Headers", exc_info: Any = None) -> "Callable[[bytes], object]":
            nonlocal status, sent
            status, sent = line[:3], headers
            # The list may be one that a cache keeps.
            return start_response(line, [*headers, (REQUEST_ID, request.id)], exc_info)

        def done(size: int) -> None:
            self._count(environ, request, _Answer(status, sent, size, perf_counter() - begin))

        try:
            body = self._app(environ, start)
        except BaseException:
            done(0)
            raise
        if isinstance(body, list):
            done(len(body[0]) if len(body) == 1 else sum(map(len, body)))
            return body
        return _Counted(body, done)

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
    headers: "Headers"
    size: int
    seconds: float


class _Counted:
    """A body on its way out, which knows its size when it has gone."""

    def __init__(self, body: Iterable[bytes], done: Callable[[int], None]) -> None:
        self._body, self._done = body, done
        self._size, self._closed = 0, False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._body:
            self._size += len(piece)
            yield piece

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._done(self._size)

    def __del__(self) -> None:
        self.close()


def _client(address: str, how_much: str) -> str:
    """Return as much of a client's address as the log may hold."""
    if how_much == "none":
        return ""
    if how_much == "full":
        return address
    try:
        return str(ip_network(f"{address}/{24 if ip_address(address).version == 4 else 48}", strict=False))
    except ValueError:
        return ""
