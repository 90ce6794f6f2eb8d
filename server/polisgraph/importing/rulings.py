"""Reads what people decided on rows of a list: which municipality a row is, or that it is none that is known.

A CSV file beside the mapping, `<source>.decisions.csv`, with a line a row of the list. Judges nothing itself.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from polisgraph.errors import SourceError
from polisgraph.linking import Target
from polisgraph.namespaces import expand

COLUMNS = ("key", "is", "by", "on", "why")
NONE = "none"
"""What stands in column `is` for a row that is nothing known."""


@dataclass(frozen=True)
class Ruling:
    """What was decided on a row: the IRI of what it is, or nothing, and who said so, when (ISO day) and why."""

    target: str
    by: str
    on: str
    why: str

    @property
    def told(self) -> str:
        """The decision as a reason."""
        return f"decided by {self.by} on {self.on}: {self.why}"


def beside(mapping: Path) -> Path:
    """Return where the decisions on the list of a mapping lie if there are any."""
    return mapping.with_name(f"{mapping.stem}.decisions.csv")


def read_rulings(path: Path, targets: Mapping[str, Target]) -> dict[str, Ruling]:
    """Return the decisions in the UTF-8 CSV file `path`, by the keys of rows or, in a list without keys, their numbers.

    Column `is` takes what `targets` has, `mun:essen`, `place:geonames-2761369` or a whole IRI, or `none`. Raises
    SourceError with row and column for whatever is missing, unknown or there twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey=""))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"is no CSV in UTF-8: {error}", path) from None
    found: dict[str, Ruling] = {}
    # Entities answer to their own IRI and to that of their entry in the gazetteer.
    known = {name: iri for iri, target in targets.items() for name in (iri, target.entry) if name}
    for number, row in enumerate(rows, start=2):
        for column in COLUMNS:
            if not (row.get(column) or "").strip():
                raise SourceError(f"row {number}, column {column!r}: is empty or missing", path, number)
        key, named, by, on, why = (row[column].strip() for column in COLUMNS)
        if key in found:
            raise SourceError(f"row {number}, column 'key': {key!r} is decided on above already", path, number)
        try:
            date.fromisoformat(on)
        except ValueError:
            raise SourceError(f"row {number}, column 'on': {on!r} is no day; write 2026-11-22", path, number) from None
        found[key] = Ruling(_target(named, known, path, number), by, on, why)
    return found


def _target(named: str, known: Mapping[str, str], path: Path, number: int) -> str:
    if named == NONE:
        return ""
    try:
        iri = expand(named)
    except KeyError:
        raise SourceError(f"row {number}, column 'is': {named!r} is no IRI, nor {NONE!r}", path, number) from None
    if iri not in known:
        told = f"{named!r} is nothing that rows are linked to; `polisgraph link` shows what there is"
        raise SourceError(f"row {number}, column 'is': {told}", path, number)
    return known[iri]
