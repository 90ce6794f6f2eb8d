"""The log: its form, and what a line says about the request in whose course it was written. Decides no answers.

A line is a message and facts, as in `note`-d request facts or `log.info("…", extra=facts(seconds=3.2))`. As JSON each
line is one object; as text the facts follow the message as `name=value`.
"""

import json
import logging
import sys
import time
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

from polisgraph.settings import Settings


@dataclass
class Request:
    """What is known of the request that a thread is at: its id, and facts for its line in the log."""

    id: str
    facts: dict[str, object] = field(default_factory=dict)


_request: ContextVar[Request | None] = ContextVar("request", default=None)


def begin(request: Request) -> None:
    """Say that what this thread does from now on belongs to `request`."""
    _request.set(request)


def current() -> Request | None:
    """Return the request that this thread is at; None where nobody asked, as on the command line."""
    return _request.get()


def note(name: str, value: object) -> None:
    """Have the log line of this thread's request say that `name` is `value`, as in `note("cache", "hit")`."""
    request = _request.get()
    if request is not None:
        request.facts[name] = value


def facts(**named: object) -> dict[str, object]:
    """Return what to give as `extra` to a logger, so that the line says `named`."""
    return {"facts": named}


def configure(settings: Settings) -> None:
    """Have this process log to standard error in the form that the settings want."""
    as_text = settings.log_format == "text" or (settings.log_format == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(_Text() if as_text else _Json())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("polisgraph").setLevel(logging.INFO)
    # A line names no code: that costs a walk up the stack for each.
    logging._srcfile = None  # as the logging HOWTO says under "Optimization"
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


class _Json(logging.Formatter):
    """One JSON object a line, with time (UTC), level, message, request id and facts."""

    def format(self, record: logging.LogRecord) -> str:
        content: dict[str, object] = {"time": _time(record.created), "level": record.levelname.lower()}
        content |= {"message": record.getMessage(), **_facts(record)}
        if record.exc_info and record.exc_info[0]:
            content["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return _encode(content)


class _Text(logging.Formatter):
    """A line for people, followed by the trace of an error if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        told = "".join(f" {name}={_word(value)}" for name, value in _facts(record).items())
        line = f"{_time(record.created)} {record.levelname.lower():7} {_one_line(record.getMessage())}{told}"
        if record.exc_info and record.exc_info[0]:
            line += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        return line


def _facts(record: logging.LogRecord) -> Mapping[str, object]:
    request = _request.get()
    named: dict[str, object] = getattr(record, "facts", {})
    return {"request": request.id, **named} if request else named


def _time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1000):03}Z"


def _word(value: object) -> str:
    text = _one_line(value)
    return json.dumps(text, ensure_ascii=False) if " " in text or '"' in text else text


def _one_line(value: object) -> str:
    """Return `value` as text that cannot pretend to be another line of the log, nor command the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(value))
