"""The grammar of QuickStatements, version 1, as far as statements go: a line is read or refused.

Written from https://www.wikidata.org/wiki/Help:QuickStatements, apart from the program that writes lines. Separators
are tabs (or bars in an address), values an item, a string in quotation marks without any inside, or a time.
"""

import re
from dataclasses import dataclass

_ITEM = re.compile(r"Q[1-9][0-9]*")
_TIME = re.compile(r"[+-]([0-9]{4,})-([0-9]{2})-([0-9]{2})T00:00:00Z/(9|10|11)")
_STRING = re.compile(r'"[^"\t\n\r|\x00-\x1f\x7f]*"')
_COMMENT = re.compile(r"/\*.*\*/\s*$")
_KINDS = {"P463": "item", "P580": "time", "P582": "time", "S248": "item", "S854": "string", "S813": "time"}
"""The properties that we write, and what Wikidata takes as their values."""


class Refused(ValueError):
    """A line that QuickStatements would not take as it is meant."""


@dataclass(frozen=True)
class Read:
    """A line taken apart: the item, the network, qualifiers, and references in their groups."""

    item: str
    network: str
    qualifiers: tuple[tuple[str, str], ...]
    references: tuple[tuple[tuple[str, str], ...], ...]


def parse(line: str) -> Read:
    """Return what `line` says; raise Refused if it is no line that adds a membership."""
    if "\n" in line or "\r" in line or _COMMENT.search(line) or "||" in line:
        raise Refused(f"more than a line: {line!r}")
    parts = line.split("\t")
    if len(parts) < 3 or len(parts) % 2 == 0 or not _ITEM.fullmatch(parts[0]):
        raise Refused(f"no item with pairs after it: {line!r}")
    pairs = list(zip(parts[1::2], parts[2::2], strict=True))
    if pairs[0][0] != "P463" or not _ITEM.fullmatch(pairs[0][1]):
        raise Refused(f"no membership: {line!r}")
    qualifiers: list[tuple[str, str]] = []
    references: list[list[tuple[str, str]]] = []
    for name, value in pairs[1:]:
        plain = name.removeprefix("!")
        _check(plain, value)
        if plain.startswith("P"):
            if references or name != plain:
                raise Refused(f"a qualifier after a reference: {line!r}")
            qualifiers.append((name, value))
        elif name != plain or not references:
            references.append([(plain, value)])
        else:
            references[-1].append((plain, value))
    if len({name for name, _ in qualifiers}) < len(qualifiers):
        raise Refused(f"a qualifier twice: {line!r}")
    return Read(parts[0], pairs[0][1], tuple(qualifiers), tuple(map(tuple, references)))


def _check(name: str, value: str) -> None:
    form = {"item": _ITEM, "time": _TIME, "string": _STRING}.get(_KINDS.get(name, ""))
    found = form.fullmatch(value) if form else None
    if found is None:
        raise Refused(f"{name} does not take {value!r}")
    if form is _TIME:
        month, day = found[2] == "00", found[3] == "00"
        if (month, day) != {"9": (True, True), "10": (False, True), "11": (False, False)}[found[4]]:
            raise Refused(f"{value} is not as precise as it says")
