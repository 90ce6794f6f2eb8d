"""How large answers go out: from a file, in pieces, so that readers who take their time hold no memory.

The server copies an answer given as a list and sends it by itself; for anything else a thread waits until the client
has taken it. So small answers are lists, and for large ones there is a number of threads that may wait.
"""

import tempfile
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, TYPE_CHECKING, TypeAlias, cast

from werkzeug.wsgi import ClosingIterator, FileWrapper

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
        pieces = _spooled(body) if isinstance(body, ClosingIterator) else body
        return ClosingIterator(pieces, lambda: self._places.leave(client))


def _close(body: Iterable[bytes]) -> None:
    """Close a body, which need not have anything to close (PEP 3333)."""
    getattr(body, "close", lambda: None)()


def _spooled(body: Iterable[bytes]) -> Iterable[bytes]:
    """Return all of `body` as pieces of a file; of memory if nothing can be written here."""
    parts = list(body)
    _close(body)
    file: IO[bytes]
    try:
        file = tempfile.TemporaryFile()
        file.writelines(parts)
    except OSError:
        file = BytesIO(b"".join(parts))
    file.seek(0)
    return FileWrapper(file, _PIECE)
