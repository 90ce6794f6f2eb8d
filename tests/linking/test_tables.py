"""Tables as people have them: encodings, delimiters, spreadsheets, and rows that are not as they should be."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from polisgraph.errors import SourceError
from polisgraph.linking.tables import read_table, write_csv

TEXT = "Stadt;Land;Größe\nKöln;Deutschland;1\nMünchen;Deutschland;2\n"


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    for number, (title, rows) in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = title
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    table = read_table(TEXT.replace(";", delimiter).encode(encoding), "x.csv", ["Stadt", "Land"])
    assert table.header == ["Stadt", "Land", "Größe"] and table.rows[0] == ["Köln", "Deutschland", "1"]
    assert table.delimiter == delimiter
    assert bool(table.notes) == (encoding == "cp1252")


def test_what_is_guessed_is_told_and_can_be_overruled() -> None:
    table = read_table(TEXT.encode("cp1252"), "x.csv", ["Stadt"])
    assert "not UTF-8" in table.notes[0] and "--encoding" in table.notes[0]
    assert read_table(TEXT.encode("cp850"), "x.csv", ["Stadt"], encoding="cp850").rows[0][0] == "Köln"
    with pytest.raises(SourceError, match="is not ascii"):
        read_table(TEXT.encode(), "x.csv", ["Stadt"], encoding="ascii")
    with pytest.raises(SourceError, match="no encoding 'utf-99'"):
        read_table(TEXT.encode(), "x.csv", ["Stadt"], encoding="utf-99")


def test_the_delimiter_is_the_one_that_shows_the_columns() -> None:
    text = "Name, amtlich;Land\nKöln, Stadt;DE\n"
    assert read_table(text.encode(), "x.csv", ["Name, amtlich"]).delimiter == ";"
    assert read_table(text.encode(), "x.csv", ["amtlich;Land"]).delimiter == ","
    assert read_table(b"Name\nBonn\n", "x.csv", ["Name"]).rows == [["Bonn"]]
    with pytest.raises(SourceError, match=r"no header with 'Ort'.*begins with 'Stadt;Land;Größe'"):
        read_table(TEXT.encode(), "x.csv", ["Ort"])


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n"])
def test_an_empty_file_is_told(content: bytes) -> None:
    with pytest.raises(SourceError, match="is empty"):
        read_table(content, "x.csv", ["Stadt"])


def test_quotes_and_line_ends_within_cells_are_kept() -> None:
    content = b'Name,Note\r\n"Bonn","a ""b""\nc"\r\n'
    table = read_table(content, "x.csv", ["Name"])
    assert table.rows == [["Bonn", 'a "b"\nc']]
    assert write_csv(table, table.header, table.rows) == b'Name,Note\r\nBonn,"a ""b""\nc"\r\n'


def test_a_marked_file_stays_marked() -> None:
    table = read_table(TEXT.encode("utf-8-sig"), "x.csv", ["Stadt"])
    assert write_csv(table, table.header, table.rows) == TEXT.encode("utf-8-sig")
    plain = read_table(TEXT.encode(), "x.csv", ["Stadt"])
    assert write_csv(plain, plain.header, plain.rows) == TEXT.encode()


def test_a_workbook_is_read_as_it_shows() -> None:
    content = workbook(
        ("Städte", [["Stadt", "AGS", "Lat"], ["Köln", 5315000, 50.94], [None, 5.0, None]]), ("B", [["x"]])
    )
    table = read_table(content, "x.xlsx", ["Stadt"])
    assert table.header == ["Stadt", "AGS", "Lat"]
    assert table.rows == [["Köln", "5315000", "50.94"], ["", "5", ""]]
    assert "sheet 'Städte' was read" in table.notes[0]
    assert read_table(content, "x.xlsx", ["x"], sheet="B").header == ["x"]
    with pytest.raises(SourceError, match="no sheet 'C'; there are: Städte, B"):
        read_table(content, "x.xlsx", ["x"], sheet="C")
    with pytest.raises(SourceError, match="cannot be read as XLSX"):
        read_table(content[:200], "x.xlsx", ["x"])
    with pytest.raises(SourceError, match="empty"):
        read_table(workbook(("A", [])), "x.xlsx", ["x"])


def test_a_column_must_be_there_once() -> None:
    table = read_table(b"a,b,b\n1,2,3\n", "x.csv", ["a"])
    assert table.column("a") == 0
    with pytest.raises(SourceError, match="no column 'c'; the columns are: a, b, b"):
        table.column("c")
    with pytest.raises(SourceError, match="2 columns 'b'"):
        table.column("b")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    table = read_table(TEXT.encode("cp1252"), "x.csv", ["Stadt"])
    path.write_bytes(write_csv(table, table.header, table.rows))
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [table.header, *table.rows]
