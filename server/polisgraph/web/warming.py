"""Makes ready in the background what the first readers of a snapshot would wait for. Answers nobody, keeps no answer.

What is made is kept where readers look for it: compiled templates, the reports, the names that the search knows, the
engine's answers. None of it has to be there; whoever comes first makes what is still missing.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from time import perf_counter

from flask import Flask
from flask.ctx import RequestContext
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from polisgraph.errors import PolisgraphError
from polisgraph.journal import facts
from polisgraph.web.desk import Desk
from polisgraph.web.language import LANGUAGES
from polisgraph.web.links import page_of
from polisgraph.web.site import site

FIRST = 1.0
"""Seconds after the start at which it begins: those who have been waiting for the server come first."""
_PAUSE = 0.05
"""Seconds between two of its steps."""
_LOW = 15
"""How much its thread steps back behind those that answer."""
_PAGES = ("/", "/reports", "/sparql", "/compare")
"""Pages that people begin with."""
_SEARCH = "/search?q=xx"
"""To find nothing the search looks everywhere; it waits until all names are read."""

_log = logging.getLogger(__name__)


class Warming:
    """A thread that asks an application for what its first readers will ask for, once, and ends."""

    def __init__(self, app: Flask, first: float = FIRST) -> None:
        """Begin with `app` in `first` seconds, unless `close` is called before."""
        self._app, self._first = app, first
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warming", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Begin no further step; does not wait for the one at work."""
        self._closed.set()

    def _run(self) -> None:
        if self._closed.wait(self._first):
            return
        with suppress(OSError):  # where threads have no priority of their own, it has that of the others
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW)
        begin, steps = perf_counter(), 0
        for step in self._steps():
            # What does not work is told to the reader who asks for it, and a closed engine answers nobody.
            with suppress(PolisgraphError):
                step()
            steps += 1
            if self._closed.wait(_PAUSE):
                return
        _log.info("ready for its first readers", extra=facts(steps=steps, seconds=round(perf_counter() - begin, 3)))

    def _steps(self) -> Iterator[Callable[[], object]]:
        names: Desk = self._app.extensions["polisgraph.desk"]
        yield names.begin  # which goes on beside what follows
        for language in LANGUAGES:
            for page in _PAGES:
                yield partial(self._ask, page, language)
            yield partial(self._ask_largest, language)
        for name in self._app.jinja_env.list_templates(extensions=("html",)):
            yield partial(self._app.jinja_env.get_template, name)
        yield lambda: names.begin()[0].result()
        for language in LANGUAGES:
            yield partial(self._ask, _SEARCH, language)

    def _ask_largest(self, language: str) -> None:
        """Ask for the page of the largest network."""
        with self._context("/", language):
            rows = site().ask("networks", lang=language).rows
            pages = [page_of(row["entity"].value) for row in sorted(rows, key=lambda row: -int(row["members"].value))]
        for page in pages[:1]:
            self._ask(page, language)

    def _ask(self, page: str, language: str) -> None:
        # Past what counts, admits and replays: nobody has asked.
        with self._context(page, language):
            self._app.full_dispatch_request()

    def _context(self, page: str, language: str) -> RequestContext:
        headers = Headers({"Accept": "text/html", "Accept-Language": language})
        return self._app.request_context(EnvironBuilder(page, headers=headers).get_environ())
