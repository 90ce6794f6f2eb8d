"""Sends once more, byte for byte, what the same request got before; in front of the site, which then has no work.

What is kept belongs to one application and so to one snapshot. Only answers with a strong entity tag are kept, which
say themselves that they hold for as long as the snapshot does.
"""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from cachetools import LRUCache
from werkzeug.http import parse_cookie
from werkzeug.wsgi import ClosingIterator

from polisgraph import journal, metrics
from polisgraph.web.language import COOKIE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers: TypeAlias = list[tuple[str, str]]
Key: TypeAlias = tuple[str, ...]

_SHARE = 8
"""An answer of more than this part of the room is not kept: it would cost many others theirs."""
_OVERHEAD = 3_000
"""Bytes, about, that headers and key take beside the body."""
_FILE = 64 * 1024
"""Bytes up to which files are kept too: style sheets and the like."""
_OF_THE_BODY = ("content-length", "content-type", "content-encoding", "content-language", "content-disposition")


class Kept:
    """An answer as it goes out, whole or, to who has it already, as 304."""

    def __init__(self, headers: Headers, body: bytes, tag: str) -> None:
        self.headers, self.body, self.tag = headers, body, tag
        self.short = [(name, value) for name, value in headers if name.lower() not in _OF_THE_BODY]
        self.size = len(body) + _OVERHEAD


class Replay:
    """A WSGI application around another one, whose answers to GET it keeps (RFC 9111, section 3)."""

    def __init__(self, app: "WSGIApplication", room: int) -> None:
        """Keep answers of `app`, up to `room` bytes of them."""
        self._app, self._room = app, room
        self._kept: LRUCache[Key, Kept] = LRUCache(room, getsizeof=lambda kept: kept.size)
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return self._app(environ, start_response)
        key = _key(environ)
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            return self._pass_on(environ, start_response, key)
        metrics.CACHE_LOOKUPS.add("responses", "hit")
        journal.note("cache", "hit")
        # A tag is a quoted hash: it stands in the header's list of tags, strong or weak, or it does not.
        if kept.tag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 NOT MODIFIED", kept.short)
            return [b""]
        start_response("200 OK", kept.headers)
        return [kept.body]

    def close(self) -> None:
        """Forget everything; keep nothing more."""
        with self._lock:
            metrics.CACHE_BYTES.add("responses", by=-self._kept.currsize)
            self._kept.clear()
            self._room = 0

    def _pass_on(self, environ: "WSGIEnvironment", start_response: "StartResponse", key: Key) -> Iterable[bytes]:
        begun: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, exc_info: object = None) -> object:
            begun[:] = [(status, headers)]
            return start_response(status, headers, exc_info)  # type: ignore[arg-type]  # as it came

        body = self._app(environ, start)  # type: ignore[arg-type]  # a function of this form
        metrics.CACHE_LOOKUPS.add("responses", "miss")
        status, headers = begun[0]
        named = {name.lower(): value for name, value in headers}
        tag = named.get("etag", "")
        # What Flask has in memory comes as a ClosingIterator; a file comes as itself, and may be too large for memory.
        in_memory = isinstance(body, ClosingIterator) or int(named.get("content-length", _FILE + 1)) <= _FILE
        if status.startswith("200") and tag.startswith('"') and "set-cookie" not in named and in_memory:
            parts = list(body)
            getattr(body, "close", lambda: None)()
            # The bytes may also be those of an answer that the engine's cache keeps: they are not there twice.
            kept = Kept(headers, parts[0] if len(parts) == 1 else b"".join(parts), tag)
            self._keep(key, kept)
            return [kept.body]
        return body

    def _keep(self, key: Key, kept: Kept) -> None:
        if kept.size > self._room // _SHARE or ("Cache-Control", "no-store") in kept.headers:
            return
        with self._lock:
            bytes_before, new = self._kept.currsize, key not in self._kept
            entries_before = len(self._kept)
            self._kept[key] = kept
            metrics.CACHE_BYTES.add("responses", by=self._kept.currsize - bytes_before)
            metrics.CACHE_DROPPED.add("responses", by=entries_before + new - len(self._kept))


def _key(environ: "WSGIEnvironment") -> Key:
    """Return all of a request that an answer may depend on; `headers` says it in Vary."""
    cookie = environ.get("HTTP_COOKIE")
    return (
        environ.get("SCRIPT_NAME", ""),
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        environ.get("HTTP_ACCEPT", ""),
        environ.get("HTTP_ACCEPT_LANGUAGE", ""),
        environ.get("HTTP_ACCEPT_ENCODING", ""),
        str(parse_cookie(cookie).get(COOKIE, "")) if cookie else "",
    )
