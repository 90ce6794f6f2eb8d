"""The log: its form, and what a line says about the request in whose course it was written. Decides no answers."""

from contextvars import ContextVar
from dataclasses import dataclass, field


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
