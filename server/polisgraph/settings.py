"""The settings: one frozen object, read once from `POLISGRAPH_*` variables. Opens nothing."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from polisgraph.errors import PolisgraphError


@dataclass(frozen=True)
class Settings:
    """How a server behaves. Every field can be set as `POLISGRAPH_<NAME>`."""

    home: Path = Path(".polisgraph")
    """Folder of the snapshots."""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    """Processes that run queries."""
    queue: int = 32
    """Queries that may wait for a worker before new ones are refused with 503."""
    time_limit: float = 10.0
    """Seconds a query may run; a request may ask for less."""
    memory_limit: int = 2 * 1024**3
    """Bytes of address space a worker may use beyond what it has after start."""
    result_limit: int = 64 * 1024**2
    """Bytes a result may have."""
    query_limit: int = 64 * 1024
    """Bytes a query text may have."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: object) -> "Settings":
        """Read `POLISGRAPH_*`, over which `given` values that are not None prevail.

        Raises PolisgraphError for a value that is not of its field's kind, or a number with which nothing runs.
        """
        values: dict[str, object] = {}
        for field in fields(cls):
            name = "POLISGRAPH_" + field.name.upper()
            if name not in environment:
                continue
            kind: type[Any] = type(field.default)
            try:
                values[field.name] = Path(environment[name]) if issubclass(kind, Path) else kind(environment[name])
            except ValueError:
                raise PolisgraphError(f"{name}={environment[name]!r}: give a value of kind {kind.__name__}") from None
            _check_range(name, values[field.name])
        values |= {name: value for name, value in given.items() if value is not None}
        return cls(**values)  # type: ignore[arg-type]  # the kinds are those of the fields


def _check_range(name: str, value: object) -> None:
    if not isinstance(value, int | float):
        return
    if name == "POLISGRAPH_QUEUE" and value == 0:  # nobody waits
        return
    most = 65535 if name == "POLISGRAPH_PORT" else math.inf
    if not 0 < value <= most or math.isinf(value):
        raise PolisgraphError(f"{name}={value}: give a number above 0" + f", at most {most}" * math.isfinite(most))
