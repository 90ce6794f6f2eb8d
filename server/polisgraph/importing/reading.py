"""Reads a member list by its mapping and checks every cell, so that nothing else need doubt it. Links nothing.

What is wrong is told with row and column, as much of it at once as a person can use.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from polisgraph.countries import code_named
from polisgraph.errors import SourceError
from polisgraph.folding import slug_of
from polisgraph.importing.codes import date_of
from polisgraph.importing.mapping import Field, Mapping, TableMapping
from polisgraph.importing.seats import Place, Seat, place_in, seat_in
from polisgraph.namespaces import shorten

_LONGEST = 1_000_000
"""No line of a member list is longer, in characters."""
_TOLD = 10
_TEMPLATE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Party:
    """An organisation that a row names beside its member; `named` is what it is called there, in which column."""

    iri: str
    column: str
    named: str
    known: bool
    """Whether the mapping says which one it is."""


@dataclass(frozen=True)
class Row:
    """A row of a list, checked. `number` counts from 1, the header is row 1.

    `country` is the ISO 3166-1 alpha-2 code; only a partner may have none. `start` and `end` are ISO days, months or
    years, or nothing. `status`, `kind` (a class) and `group` (the tenure of a joint group) are IRIs or nothing; so are
    `tenure` and `authority`, which every row has, and the `commitments`. `key` says which row it is, in whatever order
    the list is: «member_ref 29289», or «row 17». Where rows differ in network, role and source, these are IRIs too;
    `cited` is then what the row cites as its source, and `source` is empty if the mapping does not take it, with a
    reason in `why_not` if it has one. `attested` is when the source said it, `notes` what else is said of the time, by
    language. A row that is no membership of the network, but a seat in it, has that as `seat`.
    """

    number: int
    key: str
    name: str
    tenure: str
    authority: str
    country: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    start: str = ""
    end: str = ""
    status: str = ""
    kind: str = ""
    group: str = ""
    commitments: tuple[str, ...] = ()
    coordinator: Party | None = None
    supporter: Party | None = None
    network: str = ""
    role: str = ""
    cited: str = ""
    source: str = ""
    why_not: str = ""
    attested: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    seat: Seat | None = None

    @property
    def locator(self) -> str:
        """Where the list says it: which row, and what it is called there; or what a source of its own calls it."""
        named = f"{self.seat.place.named}, «{self.name}»" if self.seat else f"«{self.name}»"
        return named if self.source else f"{self.key}, {named}"

    @property
    def relation(self) -> tuple[str, ...]:
        """What a member has once only by one source: the membership of a network, or a seat of a kind in a body."""
        seat = (self.seat.place.iri, self.seat.tenure, self.seat.role) if self.seat else ()
        return (self.network, *seat, self.source)


def read_rows(path: Path, mapping: Mapping, tell: Callable[[int, int], None] = lambda done, all_: None) -> list[Row]:
    """Return the rows of the list `path`, in its order; files that the mapping joins to it lie beside it.

    `tell` hears how many of how many rows are done. Raises SourceError with row and column for whatever is no table, is
    not what the mapping says, or stands there twice.
    """
    files = [_File(path if not number else path.with_name(table.url), table)
             for number, table in enumerate(mapping.tables)]  # fmt: skip
    problems: list[str] = []
    tables = [_joined(file, problems) for file in files[1:]]
    known = files[0].column(mapping.tables[0].key) if mapping.tables[0].key else None
    rows: list[Row] = []
    for number, cells in files[0].rows:
        texts = {column.name: cells[at].strip() for column, at in files[0].places}
        parts: list[tuple[_File, int, Sequence[str]] | None] = [(files[0], number, cells)]
        for file, found in zip(files[1:], tables, strict=True):
            assert file.table.joined_by
            joined = found.pop(texts[file.table.joined_by[1]], None)
            parts.append((file, *joined) if joined else None)
        key = f"{mapping.tables[0].key} {cells[known].strip()}" if known is not None else f"row {number}"
        if row := _row(mapping, number, key, parts, texts, problems):
            rows.append(row)
        tell(number - 1, len(files[0].rows))
    for file, found in zip(files[1:], tables, strict=True):
        assert file.table.joined_by
        own, theirs = file.table.joined_by
        for text, (number, _) in found.items():
            problems.append(f"{file.path.name}: row {number}, column {own!r}: no row of the list has {theirs} {text!r}")
    problems += _twice(rows)
    if problems:
        more = [f"and {len(problems) - _TOLD:,} more"] if len(problems) > _TOLD else []
        raise SourceError("\n  ".join([*problems[:_TOLD], *more]), path)
    return rows


class _File:
    """A CSV file with its rows, each as wide as the header."""

    def __init__(self, path: Path, table: TableMapping) -> None:
        self.path, self.table = path, table
        self.header, self.rows = _parsed(path, table)
        self.places = [(column, self._place(column)) for column in table.columns]

    def column(self, name: str) -> int:
        return next(at for column, at in self.places if column.name == name)

    def _place(self, column: Any) -> int:
        found = [at for at, title in enumerate(self.header) if column.has_title(title.strip())]
        if len(found) != 1:
            told = f"{len(found)} columns {column.header!r}" if found else f"no column {column.header!r}"
            raise SourceError(f"row 1: {told}; the columns are: {', '.join(self.header)}", self.path, 1)
        return found[0]


def _parsed(path: Path, table: TableMapping) -> tuple[list[str], list[tuple[int, list[str]]]]:
    text = _text(path, table.encoding)
    # Quotes that do not close are an error: without `strict` they would swallow the rest of the list.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=table.delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            rows.append((number, cells))
    except csv.Error as error:
        raise SourceError(f"row {number + 1}: is no CSV: {error}; look at its quotes", path, number + 1) from None
    if not rows or not any(rows[0][1]):
        raise SourceError("is empty; the first row must name the columns", path)
    width = len(rows[0][1])
    for number, cells in rows:
        if len(cells) != width:
            at = min(len(cells), width) + 1
            told = f"has {len(cells)} cells, the header {width}; is a comma or quote missing?"
            raise SourceError(f"row {number}, column {at}: {told}", path, number, at)
    return rows[0][1], rows[1:]


def _text(path: Path, encoding: str) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path) from None
    try:
        text = content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except LookupError:
        raise SourceError(f"the mapping names an encoding that there is not: {encoding!r}", path) from None
    except UnicodeDecodeError as error:
        before = content[: error.start]
        row, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        told = f"row {row}, byte {column}: is not {encoding}; save the list in {encoding}, or name its encoding"
        raise SourceError(f"{told} in the dialect of the mapping", path, row, column) from None
    for number, line in enumerate(io.StringIO(text), start=1):
        if len(line) > _LONGEST:
            told = f"has {len(line):,} characters in one line; this is no list of members"
            raise SourceError(f"row {number}, column 1: {told}", path, number, _LONGEST)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise SourceError(f"row {row}: has a NUL character; this is no text", path, row)
    return text


def _joined(file: _File, problems: list[str]) -> dict[str, tuple[int, list[str]]]:
    """Return the rows of a file that says more of the rows of the list, by what they refer by."""
    assert file.table.joined_by
    at = file.column(file.table.joined_by[0])
    found: dict[str, tuple[int, list[str]]] = {}
    for number, cells in file.rows:
        text = cells[at].strip()
        if text in found:
            told = f"{text!r} stands in row {found[text][0]} already"
            problems.append(f"{file.path.name}: row {number}, column {file.table.joined_by[0]!r}: {told}")
        found[text] = (number, cells)
    return found


def _row(
    mapping: Mapping,
    number: int,
    key: str,
    parts: Sequence[tuple[_File, int, Sequence[str]] | None],
    texts: dict[str, str],
    problems: list[str],
) -> Row | None:
    """Return the row, or nothing if something is wrong with it, which is then among `problems`."""
    said: dict[str, Any] = {}
    before = len(problems)
    fields = {(field.table, field.column.name): field for field in mapping.fields}
    for table, part in enumerate(parts):
        for column, place in part[0].places if part else ():
            assert part is not None
            file, at, cells = part
            try:
                value = _cell(column, cells[place].strip())
                if not (field := fields.get((table, column.name))):
                    continue
                meant = _seated(mapping, field, value, said) or _value(field, value)
                # In IRIs stands what is meant, however the list calls it.
                if field.meaning in ("network", "source", "body") and meant:
                    named = meant.slug if isinstance(meant, Place) else str(meant).rpartition("/")[2]
                    texts = texts | {str(column.name): named}
                if field.meaning == "source":
                    said |= {"cited": value, "why_not": field.codes[value].why_not if value in field.codes else ""}
                if field.meaning != "commitment":
                    said[field.meaning] = meant
                elif meant:
                    said["commitments"] = (*said.get("commitments", ()), meant)
            except ValueError as error:
                where = f"{file.path.name}: " if table else ""
                problems.append(f"{where}row {at}, column {column.header!r}: {error}")
    if len(problems) > before:
        return None
    if (said.get("latitude") is None) != (said.get("longitude") is None):
        problems.append(f"row {number}: has a latitude or a longitude, but not both")
        return None
    if said.pop("body", None):
        said["seat"] = said.pop("role")
    values = {name: value for name, value in said.items() if value is not None}
    templates = {name: str(slug_of(text)) for name, text in texts.items()} | {"_row": str(number)}
    return Row(
        number=number,
        key=key,
        tenure=_expanded(mapping.tenure, templates),
        authority=_expanded(mapping.authority, templates),
        **values,
    )


def _seated(mapping: Mapping, field: Field, value: Any, said: dict[str, Any]) -> Place | Seat | None:
    """Return what body or seat a value means in a list of seats; raise ValueError if the mapping does not say."""
    if field.meaning == "body" and "network" in said:
        return place_in(mapping, said["network"], str(value or ""))
    place = said.get("body") if field.meaning == "role" else None
    return seat_in(mapping, place, str(value or "")) if isinstance(place, Place) else None


def _cell(column: Any, text: str) -> Any:
    """Return the value of a cell by its datatype (CSVW, section 6.4); raise ValueError that says what is wrong."""
    try:
        return column.read(text)
    except ValueError as error:
        datatype = column.inherit("datatype")
        if not text or datatype is None or not datatype.format:
            raise
        what = "is no date of the form" if datatype.base == "date" else "is not"
        detail = f" ({error})" if datatype.base == "date" and "out of range" in str(error) else ""
        raise ValueError(f"{text!r} {what} {datatype.format}{detail}") from None


def _value(field: Field, value: Any) -> Any:
    """Return what a value says by the meaning of its column; raise ValueError that says what is wrong with it."""
    if field.meaning == "notes":
        texts = value if isinstance(value, list) else [value]
        found = [field.codes[str(text)].names for text in texts if str(text) in field.codes]
        spoken = found[0] if found else ()
        return tuple((language, "; ".join(names[language] for names in found)) for language in spoken)
    if value is None or value == "":
        if field.meaning in ("name", "country", "network") and not field.optional:
            raise ValueError(f"is empty; every row needs a {field.meaning}")
        return None
    if field.meaning == "country":
        if not (country := code_named(str(value))):
            raise ValueError(f"{value!r} is no country that is known")
        return country
    if field.meaning == "network" and str(value) not in field.codes:
        raise ValueError(f"{value!r} is no network that the mapping knows")
    if field.meaning in ("start", "end", "attested"):
        return _date(value)
    if field.meaning in ("latitude", "longitude"):
        return _degrees(value, 90 if field.meaning == "latitude" else 180)
    if field.meaning in ("status", "kind", "commitment", "network", "role", "source"):
        return code.iri if (code := field.codes.get(str(value))) else None
    if field.meaning in ("coordinator", "supporter"):
        return _party(field, " ".join(str(value).split()))
    if field.meaning == "group":
        return _expanded(field.value, {str(field.column.name): slug_of(str(value))})
    return " ".join(str(value).split())


def _party(field: Field, named: str) -> Party:
    code = field.codes.get(named)
    iri = code.iri if code else _expanded(field.value, {str(field.column.name): slug_of(named)})
    return Party(iri, str(field.column.name), named, code is not None)


def _date(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return date_of(str(value))


def _degrees(value: Any, bound: int) -> Decimal:
    number = Decimal(value)
    if not -bound <= number <= bound:
        raise ValueError(f"{value} is more than {bound} degrees; are latitude and longitude exchanged?")
    return number


def _expanded(template: str, values: dict[str, str]) -> str:
    return _TEMPLATE.sub(lambda found: values[found[1]], template)


def _twice(rows: Sequence[Row]) -> Iterator[str]:
    seen: dict[str, Row] = {}
    for row in rows:
        # What is left out for its source says nothing twice.
        if row.cited and not row.source:
            continue
        if row.tenure in seen:
            same = f"has the same key as row {seen[row.tenure].number}, {shorten(row.tenure)}"
            yield f"row {row.number}: {same}; take one out, or name a column in the aboutUrl that tells them apart"
        seen.setdefault(row.tenure, row)
