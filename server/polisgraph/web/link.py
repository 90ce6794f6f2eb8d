"""The page to link records at: names or a table go in, a table to review comes out, and then a file. Keeps nothing.

All state is in the page: the form that fetches the file carries the table along. What is sent stays in memory.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from flask import Blueprint, Request, Response, render_template, request
from werkzeug.datastructures import FileStorage

from polisgraph.errors import SourceError
from polisgraph.web import headers
from polisgraph.web.desk import desk
from polisgraph.web.language import N_, language

if TYPE_CHECKING:
    from polisgraph.linking.lists import Linked, Linker
    from polisgraph.linking.tables import Table
    from polisgraph.reconciliation import Service

blueprint = Blueprint("link", __name__)

BODY = 4 * 1024**2
"""Bytes that a request to this page may have."""
FILE = 1024**2
"""Bytes of a file; a table of cities with a thousand rows has a tenth of it."""
_UNPACKED = 12 * 1024**2
ROWS = 1_000
LIST = ""
"""The name of a table that was a list."""
_PARTS = ROWS + 20
_TURN = 25
"""Rows that are linked before others have a turn."""
_CANDIDATES = 5
CHOSEN = "chosen by a person"


class InMemory(Request):
    """A request whose files are never written to a disk, however large they are."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None,
        content_length: int | None = None,
    ) -> io.BytesIO:  # fmt: skip
        return io.BytesIO()


class Unusable(Exception):
    """What was sent cannot be linked; the text, in English, is translated when it is shown, the detail is not."""

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail


@dataclass
class Sheet:
    """What the page shows."""

    names: str = ""
    country: str = ""
    table: "Table | None" = None
    name_column: str = ""
    country_column: str = ""
    header: Sequence[str] = ()
    rows: "Sequence[Linked]" = field(default_factory=tuple)
    error: Unusable | None = None

    @property
    def is_list(self) -> bool:
        """Whether it is a list of names, which has no titles and no columns to choose."""
        return self.table is not None and self.table.name == LIST

    @property
    def counts(self) -> Counter[str]:
        """How many rows came to which verdict."""
        return Counter(row.verdict for row in self.rows)

    @property
    def carried(self) -> str:
        """The table as the form carries it along."""
        return _written(self.table.header, self.table.rows) if self.table else ""

    def cell(self, row: "Linked", column: str) -> str:
        """Return what stands in a column of a row."""
        return row.cells[self.table.column(column)] if self.table and column else ""


@blueprint.route("/link")
def form() -> Response:
    """Offer the form."""
    name = headers.tag("link", language(), request.full_path)
    return headers.unchanged(name) or headers.tagged(_page(Sheet()), name)


@blueprint.route("/link", methods=["POST"])
def link() -> Response:
    """Link what was sent: show it, or with `download` send it as CSV with what was chosen."""
    request.max_form_memory_size, request.max_form_parts = BODY, _PARTS
    given = request.form
    sheet = Sheet(given.get("names", ""), given.get("country", "").strip()[:100])
    try:
        _fill(sheet)
    except SourceError as error:
        sheet.error = Unusable(N_("The table cannot be read."), str(error))
    except Unusable as error:
        sheet.error = error
    if sheet.error:
        response = _page(sheet)
        response.status_code = 400
        return response
    if sheet.rows and "download" in given:
        return _file(sheet)
    return _page(sheet)


def _fill(sheet: Sheet) -> None:
    """Read the table, settle its columns and link its rows; without a column of names that waits."""
    from polisgraph.linking.guesses import country_column, name_column
    from polisgraph.linking.lists import Columns, Linker

    given, table = request.form, _table(sheet)
    sheet.table = table
    chosen = "name_column" in given
    sheet.name_column = given["name_column"] if chosen else name_column(table)
    sheet.country_column = given.get("country_column", "") if chosen else country_column(table)
    if not sheet.name_column:
        return
    columns = Columns(sheet.name_column, sheet.country_column)
    with desk().turn() as service:
        linker = Linker(service.matcher, table, columns, sheet.country, limit=_CANDIDATES, language=language())
    sheet.header, sheet.rows = linker.header, [_decided(row) for row in _linked(linker)]


def _table(sheet: Sheet) -> "Table":
    from polisgraph.linking.guesses import listed
    from polisgraph.linking.tables import read_table

    carried, upload = request.form.get("table", ""), request.files.get("file")
    if upload and upload.filename:
        content, name = _content(upload), Path(upload.filename.replace("\\", "/")).name[:100]
        # Reading a workbook is long work in Python, too.
        with desk().turn():
            table = read_table(content, name, (), most=ROWS)
    elif carried:
        table = read_table(carried.encode(), "table.csv", (), "utf-8", ",", most=ROWS)
    elif sheet.names.strip():
        table = listed(sheet.names)
        if len(table.rows) > ROWS:
            raise Unusable(N_("These are too many lines. Take a part of them; the command line takes any number."))
    else:
        raise Unusable(N_("There is nothing to link: write names into the field, one on a line, or choose a file."))
    if not table.rows:
        raise Unusable(N_("The table has no rows below its header."))
    return table


def _content(upload: FileStorage) -> bytes:
    """Return the bytes of a file; raise Unusable if there are too many of them, packed or unpacked."""
    content = upload.stream.read(FILE + 1)
    if len(content) > FILE:
        raise Unusable(N_("The file is larger than 1 MB. Take a part of it; the command line takes files of any size."))
    if content.startswith(b"PK\x03\x04"):
        try:
            with ZipFile(io.BytesIO(content)) as packed:
                size = sum(each.file_size for each in packed.infolist())
        # A RuntimeError says that the archive wants a newer or another program than this.
        except (BadZipFile, ValueError, RuntimeError):
            raise Unusable(N_("The table cannot be read.")) from None
        if size > _UNPACKED:
            raise Unusable(N_("The workbook is too large once it is unpacked. Save the one sheet as CSV."))
    return content


def _linked(linker: "Linker") -> "Iterator[Linked]":
    """Yield the rows of a table; after some of them others have a turn."""
    rows = linker.rows()
    done = False
    while not done:
        with desk().turn() as service:
            some = [_described(row, service) for row in islice(rows, _TURN)]
        done = len(some) < _TURN
        yield from some


def _described(row: "Linked", service: "Service") -> "Linked":
    """Return a row whose candidates are described as they are to other clients, in the reader's language."""
    candidates = tuple(
        replace(each, description=service.description(target, language()))
        for each in row.outcome.candidates
        if (target := service.target(each.id))
    )
    return replace(row, outcome=replace(row.outcome, candidates=candidates))


def _decided(row: "Linked") -> "Linked":
    """Return a row with the candidate that a person has chosen for it, if any; an empty choice is one, too."""
    chosen = request.form.get(f"row-{row.number}")
    if chosen is None or row.problem:
        return row
    candidates = tuple(replace(each, match=each.id == chosen) for each in row.outcome.candidates)
    return replace(row, outcome=replace(row.outcome, candidates=candidates, reason=CHOSEN))


def _page(sheet: Sheet) -> Response:
    page = render_template("link.html", sheet=sheet, limit=ROWS)
    response = Response(page, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store" if sheet.table or sheet.error else "no-cache"
    return response


def _file(sheet: Sheet) -> Response:
    # With a mark, for Excel takes the bytes for those of another encoding without one.
    body = "\ufeff" + _written(sheet.header, [[*row.cells, *row.appended()] for row in sheet.rows])
    response = Response(body.encode(), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="linked.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _written(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()
