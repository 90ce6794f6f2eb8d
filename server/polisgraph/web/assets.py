"""The files that pages load beside themselves: where they are, under what address, and how they are sent.

Our own lie in `static/`; the others' in `static/vendor/`, where the build of the package puts them (`server/ui/`). They
may be missing: `editor` and `pictures` say so, and the pages then do without.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flask import Response, request

from polisgraph.errors import NotFound
from polisgraph.web import headers, links

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_EDITOR = ("yasqe.min.js", "yasqe.min.css")
_PICTURES = ("d3.min.js", "plot.umd.min.js", "topojson-client.min.js", "countries-110m.json", "countries-50m.json")
_YEAR = 365 * 24 * 3600


def send(name: str) -> Response:
    """Return the file `name` of `static/`; raise NotFound if there is none.

    Under the address that `address` gives it may be kept for good: other content has another address.
    """
    path = _files().get(name)
    if path is None:
        raise NotFound(f"there is nothing called {name[:80]!r}")
    tag = headers.tag("static", name)
    known = headers.unchanged(tag)
    response = known or headers.tagged(Response(path.read_bytes(), mimetype=_TYPES[path.suffix]), tag)
    if request.args.get("v") == _mark(name):
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response


def address(name: str) -> str:
    """Return the address of the file `name` of `static/`, which changes with its content; raise KeyError if none."""
    return f"{links.own('static/')}{name}?v={_mark(name)}"


def editor() -> bool:
    """Whether the query editor was built into this package."""
    return _built(_EDITOR)


def pictures() -> bool:
    """Whether what draws charts and maps was built into this package."""
    return _built(_PICTURES)


def vendor() -> dict[str, str]:
    """Return the addresses of what draws pictures, for the script that loads it when a picture needs it."""
    return {name: address(f"vendor/{name}") for name in _PICTURES if f"vendor/{name}" in _files()}


@cache
def _files() -> Mapping[str, Path]:
    return {path.relative_to(_STATIC).as_posix(): path for path in _STATIC.rglob("*") if path.suffix in _TYPES}


@cache
def _mark(name: str) -> str:
    return hashlib.sha256(_files()[name].read_bytes()).hexdigest()[:12]


def _built(names: tuple[str, ...]) -> bool:
    return all(f"vendor/{name}" in _files() for name in names)
