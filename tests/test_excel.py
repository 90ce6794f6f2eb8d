"""CSV for spreadsheets: read as UTF-8, split into cells, and no cell taken for a formula."""

import csv
import io

import pytest

from polisgraph.reports import excel_csv

BOM = b"\xef\xbb\xbf"


def test_a_german_excel_gets_semicolons_and_decimal_commas() -> None:
    body = 'name,share\r\n"Köln, Stadt",0.25\r\n"say ""a;b""",-3\r\n'.encode()
    german = 'name;share\r\nKöln, Stadt;0,25\r\n"say ""a;b""";-3\r\n'.encode()
    assert excel_csv(body) == BOM + german
    assert excel_csv(body, "de") == BOM + german


def test_an_english_excel_gets_what_rfc_4180_says() -> None:
    body = 'name,share\r\n"Köln, Stadt",0.25\r\n"two\nlines",-3\r\n'.encode()
    assert excel_csv(body, "en") == BOM + body


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+49 221", "'+49 221"),
        ("-a", "'-a"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-40", "-40"),
        ("+7", "+7"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: str, shown: str, language: str) -> None:
    source = io.StringIO()
    csv.writer(source).writerow([cell, "x"])
    answer = excel_csv(source.getvalue().encode(), language).decode("utf-8-sig")
    delimiter = ";" if language == "de" else ","
    assert next(csv.reader(io.StringIO(answer, newline=""), delimiter=delimiter)) == [shown, "x"]


def test_a_header_cannot_be_a_formula_either() -> None:
    assert excel_csv(b"=a,b\r\n", "en") == BOM + b"'=a,b\r\n"


def test_a_very_long_cell_is_no_obstacle() -> None:
    cell = "x" * 200_000
    assert cell.encode() in excel_csv(f"a\r\n{cell}\r\n".encode())
