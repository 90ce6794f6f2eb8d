"""The settings: one frozen object, every field with its meaning, its kind and its default. Opens nothing.

`sources` reads them from flags, variables and a file; what stands here is all that help, README and
`polisgraph settings` say about a setting.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from polisgraph.settings.kinds import (
    ADDRESSES,
    FOLDER,
    GIB,
    KIB,
    MIB,
    TEXT,
    Kind,
    choice,
    seconds,
    shown_size,
    size,
    whole,
)
from polisgraph.settings.machine import Machine, this_machine

__all__ = ["MIB", "Machine", "Settings", "about", "default_of", "excess", "this_machine"]

_SERVER = 256 * MIB
"""Bytes that the server process itself needs, beside what its workers and its cache may take."""
_WORKER = 256 * MIB
"""Bytes that a worker should at least have; where there is less for each, there are fewer workers."""


def _setting(default: Any, kind: Kind, meaning: str) -> Any:
    """Declare a setting. `default` may be a function of the machine and of the other settings."""
    if callable(default):
        return field(default=None, metadata={"kind": kind, "meaning": meaning, "from": default})
    return field(default=default, metadata={"kind": kind, "meaning": meaning})


def _workers(machine: Machine, settings: "Settings") -> tuple[int, str]:
    room = (machine.memory * 3 // 4 - _SERVER - settings.cache_size) // _WORKER
    wanted = 2 * machine.cores
    if room < wanted:
        return max(1, room), f"as many as this machine's {shown_size(machine.memory)} of memory hold"
    # While long queries keep the processors busy, a cheap one finds a worker all the same.
    return (
        wanted,
        f"two for each of this machine's cores, of which there {'is' if wanted == 2 else 'are'} {wanted // 2}",
    )


def _memory_limit(machine: Machine, settings: "Settings") -> tuple[int, str]:
    room = machine.memory * 3 // 4 - _SERVER - settings.cache_size
    share = max(room // settings.workers // MIB, 64) * MIB
    if share >= 2 * GIB:
        return 2 * GIB, "as much as a query may sensibly need"
    reason = f"a worker's part of three quarters of this machine's {shown_size(machine.memory)}, less cache_size"
    return share, reason


def _cache_size(machine: Machine, _: "Settings") -> tuple[int, str]:
    part = machine.memory // 16 // MIB * MIB
    if part >= 512 * MIB:
        return 512 * MIB, "more answers than are asked for twice"
    return part, f"a sixteenth of this machine's {shown_size(machine.memory)} of memory"


@dataclass(frozen=True)
class Settings:
    """How a server behaves. What depends on the machine is worked out where it is not given."""

    home: Path = _setting(Path(".polisgraph"), FOLDER, "Folder of the snapshots.")  # noqa: RUF009
    host: str = _setting("127.0.0.1", TEXT, "Address to listen on.")
    port: int = _setting(8000, whole(1, 65535), "Port to listen on.")
    cache_size: int = _setting(_cache_size, size(0), "Bytes of answers that are kept to be given again.")
    workers: int = _setting(_workers, whole(1), "Processes that run queries.")
    queue: int = _setting(32, whole(0), "Queries that may wait for a worker before new ones are refused with 503.")
    time_limit: float = _setting(10.0, seconds(), "Seconds a query may run; a request may ask for less.")
    memory_limit: int = _setting(
        _memory_limit, size(), "Bytes of address space a worker may use beyond what it has after start."
    )
    result_limit: int = _setting(64 * MIB, size(), "Bytes a result may have.")
    query_limit: int = _setting(64 * KIB, size(), "Bytes a query text may have.")
    client_share: int = _setting(
        16, whole(1), "Requests that one client may have at work at once; of large answers half as many."
    )
    proxies: int = _setting(
        0,
        whole(0),
        "Reverse proxies before the server, each of which adds to X-Forwarded-For; 0: nobody's word is taken.",
    )
    stop_limit: float = _setting(
        15.0, seconds(), "Seconds that requests have to end in when the server is told to stop."
    )
    warm_up: str = _setting(
        "yes", choice("yes", "no"), "Whether names and pages are made ready after a start, in the background."
    )
    slow_query: float = _setting(1.0, seconds(0), "Seconds from which on a query is logged as slow.")
    log_format: str = _setting(
        "auto", choice("auto", "json", "text"), "Form of the log; auto: text on a terminal, otherwise a JSON line each."
    )
    access_log: str = _setting(
        "work",
        choice("all", "work", "errors", "none"),
        "Requests that are logged; work: those that no cache answered, without probes; errors: those with status 5xx.",
    )
    log_clients: str = _setting(
        "network", choice("none", "network", "full"), "How much of a client's address is logged; network: a /24 or /48."
    )
    endpoint: str = _setting(
        "", TEXT, "SPARQL endpoint that answers the queries of 'serve', with what 'publish' put there."
    )
    service_endpoints: tuple[str, ...] = _setting(
        (), ADDRESSES, "SPARQL endpoints that queries may call by SERVICE, such as https://query.wikidata.org/sparql."
    )
    service_networks: str = _setting(
        "public", choice("public", "any"), "Where these may be; public: not in a private network, nor on this machine."
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            if getattr(self, each.name) is None:
                object.__setattr__(self, each.name, default_of(each, self)[0])


def default_of(each: "Field[Any]", settings: Settings) -> tuple[Any, str]:
    """Return the default of a field under the other `settings`, and why it is that on this machine ("" if always)."""
    made: Callable[[Machine, Settings], tuple[Any, str]] | None = each.metadata.get("from")
    return made(this_machine(), settings) if made else (each.default, "")


def about(name: str) -> "Field[Any]":
    """Return the field `name`, whose metadata hold its `kind` and its `meaning`."""
    return Settings.__dataclass_fields__[name]


def excess(settings: Settings) -> str | None:
    """Say so if the workers together may take more memory than there is; None if all is well."""
    memory = this_machine().memory
    most = settings.workers * settings.memory_limit + settings.cache_size
    if most <= memory:
        return None
    return (
        f"{settings.workers} workers of {shown_size(settings.memory_limit)} (memory_limit) and cache_size may together"
        f" take more than the {shown_size(memory)} that there are; then the system ends a worker, and its query gets an"
        " error"
    )
