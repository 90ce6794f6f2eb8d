"""What the layers around the site share: how one asks the next, and how it hears that a body has gone out (PEP 3333).

Decides nothing about answers.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias, cast

from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers: TypeAlias = list[tuple[str, str]]
Refuse: TypeAlias = "Callable[[WSGIEnvironment, StartResponse, Exception], Iterable[bytes]]"
"""Answers a request that does not get to the site with an error, in the form that the site would give it."""


def call(app: "WSGIApplication", environ: "WSGIEnvironment") -> tuple[str, Headers, Iterable[bytes]]:
    """Return the status line, the headers and the body that `app` gives; it must have begun them when it returns."""
    begun: list[tuple[str, Headers]] = []
    # Nobody calls what it returns: all that is written is in the body.
    body = app(environ, cast("StartResponse", lambda *said: begun.append(said[:2])))
    status, headers = begun[-1]
    return status, headers, body


def is_in_memory(body: Iterable[bytes]) -> bool:
    """Whether a body of the site is there as a whole. A file, or what is made on the way, comes as it is from Flask."""
    return isinstance(body, list | ClosingIterator)


def close(body: Iterable[bytes]) -> None:
    """Close a body, which need not have anything to close."""
    getattr(body, "close", lambda: None)()


class Outgoing:
    """A body on its way out. `gone` hears once how many bytes went: all, or fewer if the client left or it failed."""

    def __init__(self, body: Iterable[bytes], gone: Callable[[int], object]) -> None:
        self._body, self._gone = body, gone
        self._size, self._closed = 0, False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._body:
            self._size += len(piece)
            yield piece

    def close(self) -> None:
        """Let go of the body; may be called twice. A server that forgets it is helped out by `__del__`."""
        if self._closed:
            return
        self._closed = True
        try:
            close(self._body)
        finally:
            self._gone(self._size)

    def __del__(self) -> None:
        self.close()
