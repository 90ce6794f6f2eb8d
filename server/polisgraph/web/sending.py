"""How large answers go out: from a file, in pieces, so that readers who take their time hold no memory.

The server copies an answer given as a list and sends it by itself; for anything else a thread waits until the client
has taken it. So small answers are lists, and for large ones there is a number of threads that may wait.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import IO, TYPE_CHECKING, TypeAlias, cast

from werkzeug.wsgi import ClosingIterator

from polisgraph.errors import QueryError
from polisgraph.web.places import Places, client_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers: TypeAlias = list[tuple[str, str]]
Refuse: TypeAlias = "Callable[[WSGIEnvironment, StartResponse, Exception], Iterable[bytes]]"

LARGE = 256 * 1024
"""Bytes from which on an answer goes out in pieces."""
_PIECE = 64 * 1024


class Sending:
    """A WSGI application around another one, which may answer with large bodies."""

    def __init__(self, app: "WSGIApplication", places: Places, refuse: Refuse) -> None:
        """Send large answers of `app` to as many clients at once as there are `places`; `refuse` the others."""
        self._app, self._places, self._refuse = app, places, refuse

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begun: list[tuple[str, Headers]] = []
        body = self._app(environ, cast("StartResponse", lambda *given: begun.__setitem__(slice(None), [given[:2]])))
        ((status, headers),) = begun
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        if length <= LARGE or environ["REQUEST_METHOD"] == "HEAD":
            start_response(status, headers)
            parts = list(body)
            _close(body)
            return parts
        client = client_of(environ)
        try:
            self._places.take(client)
        except QueryError as error:
            _close(body)
            return self._refuse(environ, start_response, error)
        start_response(status, headers)
        # A file that is sent as it is stays one; what was made for this answer becomes one.
        pieces = _spooled(body) if isinstance(body, list | ClosingIterator) else body
        return _Stream(pieces, lambda: self._places.leave(client))


class _Stream:
    """A body on its way out. Its place is free again when all is sent, when the client has gone, or on an error."""

    def __init__(self, pieces: Iterable[bytes], leave: Callable[[], None]) -> None:
        self._pieces, self._leave = pieces, leave
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._leave()
            _close(self._pieces)

    def __del__(self) -> None:
        self.close()


def _close(body: Iterable[bytes]) -> None:
    """Close a body, which need not have anything to close (PEP 3333)."""
    getattr(body, "close", lambda: None)()


def _spooled(body: Iterable[bytes]) -> Iterable[bytes]:
    """Return all of `body` as pieces of a file; of memory if nothing can be written here."""
    parts = list(body)
    _close(body)
    file: IO[bytes]
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115  # it is closed when it has gone out
        file.writelines(parts)
    except OSError:
        file = BytesIO(b"".join(parts))
    file.seek(0)
    return _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
