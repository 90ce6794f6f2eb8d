"""Where settings come from: a flag before a variable before the file before the default. Opens only that file."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from polisgraph.errors import PolisgraphError
from polisgraph.settings import Settings, about, default_of
from polisgraph.settings.kinds import FOLDER

FILE = "polisgraph.toml"
"""The file that is read in the current folder if no other is named."""
PREFIX = "POLISGRAPH_"
CONFIG = PREFIX + "CONFIG"
"""The variable that names another file."""
_OTHERS = (CONFIG, PREFIX + "DEBUG", PREFIX + "PUBLISH_USER", PREFIX + "PUBLISH_PASSWORD")
"""Variables that are read and are no settings."""


@dataclass(frozen=True)
class Origin:
    """A setting's value as it was written, and where: a flag, a variable, or a file and its line."""

    place: str
    text: str


@dataclass(frozen=True)
class Reading:
    """The settings in force; for each of them where it came from, or "default"; and variables that are no setting."""

    settings: Settings
    origins: Mapping[str, str]
    unknown: tuple[str, ...]


def read(
    given: Mapping[str, object] = MappingProxyType({}),
    config: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """Return the settings in force; `given` are flags by the names of settings, of which None does not count.

    Raises PolisgraphError for a value that a setting does not accept, and for a file that cannot be read or has a key
    that is no setting.
    """
    return explained(given, config, environment).settings


def explained(
    given: Mapping[str, object], config: Path | None = None, environment: Mapping[str, str] = os.environ
) -> Reading:
    """Return the settings in force and where each came from; raise what `read` raises."""
    file = config or Path(environment.get(CONFIG) or FILE)
    found = _in_file(file, must_exist=config is not None or bool(environment.get(CONFIG)))
    names = [each.name for each in fields(Settings)]
    for name in names:
        text = environment.get(variable(name), "")
        # Kubernetes sets this variable, to an address, for a service that is called polisgraph.
        if text and not (name == "port" and text.startswith("tcp://")):
            found[name] = Origin(variable(name), text)
    found |= {name: Origin(flag(name), str(value)) for name, value in given.items() if value is not None}
    settings = Settings(**{name: _value(name, origin, file) for name, origin in found.items()})
    origins = {name: found[name].place if name in found else _why(name, settings) for name in names}
    unknown = [name for name in environment if name.startswith(PREFIX) and name not in _OTHERS]
    return Reading(settings, origins, tuple(sorted(set(unknown) - {variable(name) for name in names})))


def variable(name: str) -> str:
    """Return the name of the variable that sets the setting `name`."""
    return PREFIX + name.upper()


def flag(name: str) -> str:
    """Return the flag that sets the setting `name`."""
    return "--" + name.replace("_", "-")


def nearest(word: str, words: Iterable[str]) -> str:
    """Return a sentence that leads from a wrong `word` to the one of `words` that was meant, or lists them all."""
    known = sorted(words)
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"


def _in_file(file: Path, must_exist: bool) -> dict[str, Origin]:
    try:
        text = file.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except FileNotFoundError:
        if must_exist:
            raise PolisgraphError(f"{file}: there is no such file; see --config and {CONFIG}") from None
        return {}
    except OSError as error:
        raise PolisgraphError(f"{file}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise PolisgraphError(f"{file}: is not UTF-8: {error.reason} at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise PolisgraphError(f"{file}: is no TOML: {error}") from None
    found = {}
    for key, value in content.items():
        place = f"{file}:{_line(text, key)}"
        if key not in Settings.__dataclass_fields__:
            raise PolisgraphError(f"{place}: {key} is no setting; {nearest(key, Settings.__dataclass_fields__)}")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise PolisgraphError(f"{place}: {key}: give {about(key).metadata['kind'].accepted}")
        found[key] = Origin(place, str(value))
    return found


def _line(text: str, key: str) -> int:
    """Return the number of the line in which `key` stands, as a key or as the name of a table."""
    pattern = rf"""[ \t]*(?:\[+[ \t]*)?["']?{re.escape(key)}["']?[ \t]*[=.\]]"""
    lines = (number for number, line in enumerate(text.splitlines(), 1) if re.match(pattern, line))
    return next(lines, 1)


def _value(name: str, origin: Origin, file: Path) -> Any:
    kind = about(name).metadata["kind"]
    try:
        value = kind.read(origin.text)
    except ValueError:
        told = f"{origin.place}: {name} = {origin.text!r}" if ":" in origin.place else f"{origin.place}={origin.text!r}"
        raise PolisgraphError(f"{told}: give {kind.accepted}") from None
    # What a file names lies where the file lies, from wherever the program is started.
    return file.parent / value if kind is FOLDER and origin.place.startswith(f"{file}:") else value


def _why(name: str, settings: Settings) -> str:
    reason = default_of(about(name), settings)[1]
    return f"default: {reason}" if reason else "default"
