"""Whether the server can answer: /health and its parts, as Kubernetes and load balancers ask for them. And /metrics.

Answered before the site and its queue: a server that is busy is well, and has to be able to say so.

    /health/live    200 as long as the process answers at all; if not, restart it
    /health/ready   200 while queries are answered, 503 with the reason if not; send it no requests then
    /health         the same status as /health/ready
"""

import json
import logging
import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from polisgraph.engine import Query
from polisgraph.errors import Busy, PolisgraphError, TimeLimit
from polisgraph.journal import facts
from polisgraph.lastbuild import last_build
from polisgraph.web import exposition
from polisgraph.web.headers import SNAPSHOT
from polisgraph.web.live import Live

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUTES = ("health", "metrics")
EVERY = 5.0
"""Seconds between two questions that show whether the engine answers."""
# No cache keeps the answer to a question with RAND.
_QUESTION = Query("ASK { ?s ?p ?o FILTER(RAND() >= 0) }", time_limit=2.0)
_FOLDERS = re.compile(r"(?<![\w/:.])/(?:[^\s/:]+/)+")
_log = logging.getLogger(__name__)


class Health:
    """A WSGI application for `ROUTES` that passes on all other requests to a `Live`, whose state it tells."""

    def __init__(self, live: Live, home: Path) -> None:
        """Ask the engine in service from time to time, until `close`."""
        self._live, self._home = live, home
        self._stop = threading.Event()
        self._failing: str | None = None
        self._prober = threading.Thread(target=self._probe, name="health", daemon=True)
        self._prober.start()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/health") and path in ("/health", "/health/live", "/health/ready"):
            return self._answer_health(environ, start_response)
        if path == "/metrics":
            return self._answer_metrics(environ, start_response)
        return self._live(environ, start_response)

    def close(self) -> None:
        """Ask no more."""
        self._stop.set()
        self._prober.join()

    def _answer_health(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        state = self.state()
        well = state["ready"] or environ["PATH_INFO"].endswith("/live")
        body = json.dumps(state, ensure_ascii=False).encode()
        status = "200 OK" if well else "503 SERVICE UNAVAILABLE"
        return _answer(environ, start_response, status, "application/json", body, str(state["snapshot"]))

    def _answer_metrics(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        edition = self._live.edition
        body, content_type = exposition.render(
            edition.snapshot,
            last_build(self._home),
            self._failing is None,
            len(edition.engine.pids),
            environ.get("HTTP_ACCEPT", ""),
        )
        return _answer(environ, start_response, "200 OK", content_type, body, edition.snapshot.id)

    def state(self) -> dict[str, object]:
        """Return what /health tells."""
        edition, last = self._live.edition, last_build(self._home)
        built = str(edition.snapshot.manifest["built"])
        age = datetime.now(UTC) - datetime.fromisoformat(built)
        failing = self._failing or _without_folders(edition.guard.damage)
        return {
            "status": "failing" if failing else "ok",
            "live": True,
            "ready": failing is None,
            "reason": failing,
            "snapshot": edition.snapshot.id,
            "built": built,
            "age_seconds": round(age.total_seconds()),
            "workers": len(edition.engine.pids),
            "refused_snapshot": _without_folders(self._live.refused),
            "last_build": last and {"time": last.time, "ok": last.error is None, "error": _without_folders(last.error)},
        }

    def _probe(self) -> None:
        while not self._stop.wait(EVERY):
            # A worker that somebody kills takes its question along; a second one finds the next worker.
            failing = self._ask() and self._ask()
            if failing and not self._failing:
                _log.error("the engine does not answer", extra=facts(error=failing))
            elif self._failing and not failing:
                _log.info("the engine answers again")
            self._failing = failing

    def _ask(self) -> str | None:
        """Return why the engine in service does not answer; None if it does, or is only busy."""
        edition = self._live.edition
        try:
            edition.engine.query(_QUESTION)
        except (Busy, TimeLimit):
            return None
        except PolisgraphError as error:
            return None if edition is not self._live.edition else str(error)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None


def _answer(
    environ: "WSGIEnvironment", start_response: "StartResponse", status: str, kind: str, body: bytes, snapshot: str
) -> Iterable[bytes]:
    allowed = environ["REQUEST_METHOD"] in ("GET", "HEAD")
    if not allowed:
        status, kind, body = "405 METHOD NOT ALLOWED", "text/plain; charset=utf-8", b"GET or HEAD\n"
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        (SNAPSHOT, snapshot),
    ]
    start_response(status, headers if allowed else [*headers, ("Allow", "GET, HEAD")])
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _without_folders(error: str | None) -> str | None:
    """Return `error` without the folders in which files lie: anyone may read it; the log has it whole."""
    return error and _FOLDERS.sub("", error)
