"""How large answers go out: from a file, in pieces, so that readers who take their time hold no memory.

The server copies an answer given as a list and sends it by itself; for anything else a thread waits until the client
has taken it. So small answers are lists, and for large ones there is a number of threads that may wait.
"""

import tempfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import IO, TYPE_CHECKING

from polisgraph.errors import QueryError
from polisgraph.web.layers import Outgoing, Refuse, call, close, is_in_memory
from polisgraph.web.places import Places, client_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGE = 256 * 1024
"""Bytes from which on an answer goes out in pieces."""
_PIECE = 64 * 1024


class Sending:
    """A WSGI application around another one, which may answer with large bodies."""

    def __init__(self, app: "WSGIApplication", places: Places, refuse: Refuse) -> None:
        """Send large answers of `app` to as many clients at once as there are `places`; `refuse` the others."""
        self._app, self._places, self._refuse = app, places, refuse

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        status, headers, body = call(self._app, environ)
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), None)
        in_memory = is_in_memory(body)
        # What is made on the way says no length, and may have any.
        if environ["REQUEST_METHOD"] == "HEAD" or (in_memory if length is None else length <= LARGE):
            start_response(status, headers)
            parts = list(body)
            close(body)
            return parts
        client = client_of(environ)
        try:
            self._places.take(client)
        except QueryError as error:
            close(body)
            return self._refuse(environ, start_response, error)
        start_response(status, headers)
        # A file that is sent as it is stays one; what was made for this answer becomes one.
        return Outgoing(_spooled(body) if in_memory else body, lambda _: self._places.leave(client))


def _spooled(body: Iterable[bytes]) -> Iterable[bytes]:
    """Return all of `body` as pieces of a file; of memory if nothing can be written here."""
    parts = list(body)
    close(body)
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
