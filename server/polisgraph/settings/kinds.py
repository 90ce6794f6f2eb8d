"""The kinds of values that settings have: how each is read from text, shown, and described in an error."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KIB, MIB, GIB = 2**10, 2**20, 2**30
_UNITS = {"": 1, "b": 1, "k": KIB, "m": MIB, "g": GIB, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_UNITS |= {"kib": KIB, "mib": MIB, "gib": GIB}


@dataclass(frozen=True)
class Kind:
    """`name` stands for a value in help; `read` raises ValueError for a text that is not `accepted`."""

    name: str
    accepted: str
    read: Callable[[str], Any]
    show: Callable[[Any], str] = str


def whole(least: int, most: int | None = None) -> Kind:
    """A whole number from `least` to `most`."""

    def read(text: str) -> int:
        value = int(text)
        _check(least <= value and (most is None or value <= most))
        return value

    accepted = f"a whole number from {least} to {most}" if most else f"a whole number, {least} or more"
    return Kind("NUMBER", accepted, read)


def seconds(least: float | None = None) -> Kind:
    """A time: `least` seconds or more, or without it anything above 0."""

    def read(text: str) -> float:
        value = float(text.strip().removesuffix("s"))
        _check(math.isfinite(value) and (value > 0 if least is None else value >= least))
        return value

    accepted = "a number of seconds above 0" if least is None else f"a number of seconds, {least:g} or more"
    return Kind("SECONDS", accepted, read, "{:g} s".format)


def size(least: int = 1) -> Kind:
    """A number of bytes, such as 512MiB."""

    def read(text: str) -> int:
        match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([a-z]*)", text.strip().lower())
        _check(match is not None and match[2] in _UNITS)
        assert match is not None
        value = int(float(match[1]) * _UNITS[match[2]]) if "." in match[1] else int(match[1]) * _UNITS[match[2]]
        _check(value >= least)
        return value

    return Kind("BYTES", f"a number of bytes, {least} or more, such as 65536, 512MiB or 2GB", read, shown_size)


def choice(*words: str) -> Kind:
    """One of `words`."""

    def read(text: str) -> str:
        _check(text in words)
        return text

    return Kind("|".join(words), "one of " + ", ".join(words), read)


def web_address(text: str) -> str:
    """Return `text` if it is an address of http or https with a host, and without name, password and fragment.

    Raises ValueError otherwise.
    """
    _check(text.isascii() and text.isprintable() and not set(text) & set(' <>"{}|\\^`'))
    parts = urlsplit(text)
    _check(parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0)
    _check("@" not in parts.netloc and "#" not in text)
    return text


def _read_addresses(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(web_address, text.split())))


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError


def _read_text(text: str) -> str:
    _check("\0" not in text)
    return text


def _read_folder(text: str) -> Path:
    _check(bool(text) and "\0" not in text)
    return Path(text)


def shown_size(value: int) -> str:
    """Return `value` bytes with a unit, as in 512 MiB or 23.5 GiB."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if value >= unit:
            return f"{value / unit:.3f}".rstrip("0").rstrip(".") + f" {name}"
    return f"{value} B"


TEXT = Kind("TEXT", "text", _read_text)
ADDRESSES = Kind("URLS", "addresses of http or https, separated by blanks", _read_addresses, " ".join)
FOLDER = Kind("FOLDER", "the path of a folder", _read_folder)
