"""Reads a person's table, CSV or XLSX, as it is: which encoding and delimiter it has is found out. Links nothing.

No cell is changed and no row left out; a row that does not fit the header is kept for its reader to judge.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

from charset_normalizer import from_bytes

from polisgraph.errors import SourceError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_XLSX = b"PK\x03\x04"
_LONGEST = 2**31 - 1


@dataclass(frozen=True)
class Table:
    """A table as it was given. `notes` tell what had to be guessed.

    `delimiter` and `line_end` are those of a CSV file; `marked` says whether it began with a byte order mark or was not
    in UTF-8, so that whoever opens the result needs one.
    """

    name: str
    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    line_end: str = "\n"
    marked: bool = False
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> int:
        """Return where the column `name` stands; raise SourceError if there is none or more than one."""
        found = [at for at, title in enumerate(self.header) if title.strip() == name]
        if len(found) == 1:
            return found[0]
        listed = ", ".join(self.header)
        told = f"there are {len(found)} columns {name!r}; rename one" if found else f"no column {name!r}"
        raise SourceError(f"{told}; the columns are: {listed}", Path(self.name))


def read_table(
    content: bytes,
    name: str,
    wanted: Sequence[str],
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    most: int | None = None,
) -> Table:
    """Return the table in `content`, an XLSX file or a CSV file with a header; `name` is what the file is called.

    `wanted` are columns that it must have; of the delimiters the one counts that shows them. Without `encoding` it is
    UTF-8 or UTF-16 if the bytes are, or else the likeliest, and `notes` say so. Raises SourceError, also if there are
    more than `most` rows below the header; no more than these are read.
    """
    if content.startswith(_XLSX):
        return _workbook(content, name, sheet, most)
    text, notes, marked = _decoded(content, name, encoding)
    if not text.strip():
        raise SourceError("is empty; the first row must name the columns", Path(name))
    delimiter = delimiter or _delimiter(text, name, wanted)
    header, *rows = list(islice(_parsed(text, name, delimiter), most and most + 2)) or [[]]
    _count(rows, most, name)
    if not any(header):
        raise SourceError("is empty; the first row must name the columns", Path(name))
    line_end = "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    return Table(name, header, rows, delimiter, line_end, marked, notes)


def write_csv(table: Table, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file in UTF-8, in the form of `table`: its delimiter, its line ends."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=table.delimiter, lineterminator=table.line_end).writerows((header, *rows))
    return (codecs.BOM_UTF8 if table.marked else b"") + text.getvalue().encode("utf-8")


def _decoded(content: bytes, name: str, encoding: str | None) -> tuple[str, tuple[str, ...], bool]:
    mark = next((form for begin, form in _MARKS.items() if content.startswith(begin)), None)
    try:
        chosen = encoding or mark or "utf-8"
        return content.decode(chosen), (), bool(mark or encoding)
    except LookupError:
        raise SourceError(f"there is no encoding {encoding!r}; give one such as utf-8 or cp1252", Path(name)) from None
    except UnicodeDecodeError as error:
        if encoding or mark:
            told = f"is not {chosen}: {error.reason} at byte {error.start}; give another --encoding"
            raise SourceError(told, Path(name)) from None
    # Of what is not UTF-8, nearly all comes from Western or Central European spreadsheets.
    best = from_bytes(content, cp_isolation=["cp1252", "cp1250", "iso8859_15", "mac_roman"]).best()
    form = best.encoding if best else "cp1252"
    text = content.decode(form, errors="replace")
    told = f"is not UTF-8; it was read as {form}. If letters are wrong, give --encoding"
    return text, (told,), True


def _delimiter(text: str, name: str, wanted: Sequence[str]) -> str:
    """Return the delimiter that makes a header with the columns that are `wanted`."""
    first = text.partition("\n")[0]
    for delimiter in sorted(DELIMITERS, key=lambda delimiter: -first.count(delimiter)):
        header = next(_parsed(text, name, delimiter), [])
        if set(wanted) <= {title.strip() for title in header}:
            return delimiter
    columns = ", ".join(repr(column) for column in wanted)
    raise SourceError(
        f"no header with {columns}, whether columns end at a {', '.join(DELIMITERS.values())}; it begins with"
        f" {first.strip()[:100]!r}. Name the columns as they stand there, or give --delimiter",
        Path(name), 1,
    )  # fmt: skip


def _parsed(text: str, name: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        raise SourceError(f"is no CSV: {error}", Path(name), reader.line_num) from None


def _count(rows: Sequence[object], most: int | None, name: str) -> None:
    if most is not None and len(rows) > most:
        raise SourceError(f"has more than {most} rows; take a part of it, or the command line", Path(name))


def _workbook(content: bytes, name: str, sheet: str | None, most: int | None) -> Table:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError) as error:
        raise SourceError(f"cannot be read as XLSX: {error}", Path(name)) from None
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise SourceError(f"no sheet {sheet!r}; there are: {', '.join(book.sheetnames)}", Path(name))
        chosen = book[sheet or book.sheetnames[0]]
        # What a file says of its own size may be wrong, and rows would be filled up to it.
        chosen.reset_dimensions()
        read = islice(chosen.iter_rows(values_only=True), most and most + 2)
        rows = [[_cell(value) for value in row] for row in read]
    finally:
        book.close()
    while rows and not any(rows[-1]):  # formatted, but never filled in
        rows.pop()
    if not rows:
        raise SourceError("the sheet is empty; the first row must name the columns", Path(name))
    _count(rows[1:], most, name)
    width = max((at for at, cell in enumerate(rows[0], start=1) if cell), default=0)
    rows = [_as_wide(row, width) for row in rows]
    left = [title for title in book.sheetnames if title != chosen.title]
    notes = (f"sheet {chosen.title!r} was read; others: {', '.join(left)}",) if left and sheet is None else ()
    return Table(name, rows[0], rows[1:], notes=notes)


def _as_wide(row: list[str], width: int) -> list[str]:
    """Return `row` with the empty cells that a spreadsheet does not write, and without those that it need not."""
    while len(row) > width and not row[-1]:
        row.pop()
    return row + [""] * (width - len(row))


def _cell(value: object) -> str:
    """Return what a cell of a spreadsheet shows, without the form that it shows it in."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
