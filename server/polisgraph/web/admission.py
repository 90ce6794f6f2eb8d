"""Lets requests in, so many at once and so many of one client, and takes their bodies in. Answers none itself."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING

from polisgraph.engine.turns import CLIENT
from polisgraph.errors import QueryError, TooLong
from polisgraph.web.layers import Refuse
from polisgraph.web.places import Places, client_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Admission:
    """A WSGI application around another one, which gets no more to do than it can."""

    def __init__(
        self,
        app: "WSGIApplication",
        places: Places,
        bodies: Places,
        longest: int,
        refuse: Refuse,
        longer: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Let requests to `app` in as there are `places`; `refuse` the others.

        A body is read whole before its request counts, as one of `bodies`: it comes as fast as the client likes, and
        those who let us wait must not keep others out. None may have more than `longest` bytes, or as many as `longer`
        says for its path.
        """
        self._app, self._places, self._bodies, self._refuse = app, places, bodies, refuse
        self._longest, self._longer = longest, longer

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        client = client_of(environ)
        CLIENT.set(client)
        try:
            if environ["REQUEST_METHOD"] not in ("GET", "HEAD", "OPTIONS"):
                self._take_body(environ, client)
            self._places.take(client)
        except QueryError as error:
            return self._refuse(environ, start_response, error)
        try:
            return self._app(environ, start_response)
        finally:
            self._places.leave(client)

    def _take_body(self, environ: "WSGIEnvironment", client: str) -> None:
        """Put the body into memory; raise TooLong if it has too many bytes, TooMany or Busy if too many come in."""
        longest = self._longer.get(environ["PATH_INFO"], self._longest)
        too_long = TooLong("the request is longer than this service accepts; shorten it", limit=longest)
        announced = environ.get("CONTENT_LENGTH") or "0"
        if not announced.isdecimal() or int(announced) > longest:
            raise too_long
        self._bodies.take(client)
        try:
            body = environ["wsgi.input"].read(longest + 1)
        finally:
            self._bodies.leave(client)
        if len(body) > longest:
            raise too_long
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
