"""Sends once more, byte for byte, what the same request got before; in front of the site, which then has no work.

What is kept belongs to one application and so to one snapshot. Only answers with a strong entity tag are kept, which
say themselves that they hold for as long as the snapshot does.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from werkzeug.http import parse_cookie

from polisgraph import journal, metrics
from polisgraph.room import Room
from polisgraph.web.language import COOKIE
from polisgraph.web.layers import Headers, call, close, is_in_memory

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Key: TypeAlias = tuple[str, ...]

_OVERHEAD = 3_000
"""Bytes, about, that headers and key take beside the body."""
_OF_THE_BODY = ("content-length", "content-type", "content-encoding", "content-language", "content-disposition")


class Kept:
    """An answer as it goes out, whole or, to who has it already, as 304."""

    def __init__(self, headers: Headers, body: bytes, tag: str) -> None:
        self.headers, self.body, self.tag = headers, body, tag
        self.short = [(name, value) for name, value in headers if name.lower() not in _OF_THE_BODY]


class Replay:
    """A WSGI application around another one, whose answers to GET it keeps (RFC 9111, section 3)."""

    def __init__(self, app: "WSGIApplication", room: int) -> None:
        """Keep answers of `app`, up to `room` bytes of them."""
        self._app = app
        self._kept: Room[Key, Kept] = Room("responses", room, lambda kept: len(kept.body) + _OVERHEAD)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return self._app(environ, start_response)
        key = _key(environ)
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
        self._kept.close()

    def _pass_on(self, environ: "WSGIEnvironment", start_response: "StartResponse", key: Key) -> Iterable[bytes]:
        status, headers, body = call(self._app, environ)
        start_response(status, headers)
        metrics.CACHE_LOOKUPS.add("responses", "miss")
        named = {name.lower(): value for name, value in headers}
        tag = named.get("etag", "")
        if status.startswith("200") and tag.startswith('"') and "set-cookie" not in named and is_in_memory(body):
            parts = list(body)
            close(body)
            # The bytes may also be those of an answer that the engine's cache keeps: they are not there twice.
            kept = Kept(headers, parts[0] if len(parts) == 1 else b"".join(parts), tag)
            self._kept.keep(key, kept)
            return [kept.body]
        return body


def _key(environ: "WSGIEnvironment") -> Key:
    """Return all of a request that an answer may depend on; `headers` says it in Vary."""
    cookie = environ.get("HTTP_COOKIE")
    return (
        environ.get("wsgi.url_scheme", ""),
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""),
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        environ.get("HTTP_ACCEPT", ""),
        environ.get("HTTP_ACCEPT_LANGUAGE", ""),
        environ.get("HTTP_ACCEPT_ENCODING", ""),
        str(parse_cookie(cookie).get(COOKIE, "")) if cookie else "",
    )
