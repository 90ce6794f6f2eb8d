"""What came of the last build below a home, for servers that run beside it: written by builds, read by /health."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from polisgraph.errors import PolisgraphError

_NAME = "last-build.json"


@dataclass(frozen=True)
class LastBuild:
    """When a build ended (ISO 8601, UTC), and the sentence that says why it failed; None if it succeeded."""

    time: str
    error: str | None


@contextmanager
def recorded(home: Path) -> Iterator[None]:
    """Write down what comes of the build in the block; a home that cannot be written makes it no worse."""
    try:
        yield
    except Exception as error:
        record(home, str(error) if isinstance(error, PolisgraphError) else f"{type(error).__name__}: {error}")
        raise
    record(home, None)


def record(home: Path, error: str | None) -> None:
    """Write down that a build below `home` has ended now, well or with `error`. A reader sees the old or the new."""
    draft = home / f".{_NAME}.{os.getpid()}"
    last = LastBuild(datetime.now(UTC).isoformat(timespec="seconds"), error)
    try:
        draft.write_text(json.dumps(asdict(last), ensure_ascii=False), encoding="utf-8")
        draft.replace(home / _NAME)
    except OSError:
        with suppress(OSError):
            draft.unlink()


def last_build(home: Path) -> LastBuild | None:
    """Return what came of the last build below `home`; None if that is not known."""
    try:
        content = json.loads((home / _NAME).read_text(encoding="utf-8"))
        return LastBuild(str(content["time"]), content["error"] and str(content["error"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
