"""Makes a CSV download safe and readable for spreadsheets. Knows nothing of reports or queries."""

import codecs
import csv
import io
import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 2**31 - 1
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def excel_csv(body: bytes, language: str = "de") -> bytes:
    """Return the SPARQL CSV result `body` (RFC 4180, UTF-8) as a CSV that Excel opens rightly.

    A byte order mark tells Excel that it is UTF-8. A cell that Excel would take for a formula gets an
    apostrophe in front; a number does not. Excel splits cells at the separator of its own language: a
    German one gets semicolons and decimal commas, an English one the commas and points of RFC 4180.
    """
    # A cell of an answer may be as long as an answer; the reader's limit of 128 KiB is meant for unknown files.
    csv.field_size_limit(_LONGEST)
    german = language == "de"
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if german else ",", lineterminator="\r\n")
    for row in csv.reader(io.StringIO(body.decode("utf-8"), newline="")):
        writer.writerow([_cell(cell, german) for cell in row])
    return codecs.BOM_UTF8 + out.getvalue().encode("utf-8")


def _cell(cell: str, german: bool) -> str:
    if _NUMBER.fullmatch(cell):
        return cell.replace(".", ",") if german else cell
    return "'" + cell if cell.startswith(_FORMULA) else cell
