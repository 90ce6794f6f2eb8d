"""The part of a long result that a page shows, sorted as the reader wants."""

import pyoxigraph as ox
import pytest

from polisgraph.web.parts import Order, read_part

ROWS = """SELECT ?n ?word ?day { VALUES (?n ?word ?day) {
  (10 "Zürich" "2021") (9 "Öhringen" "2020-05-01"^^<http://www.w3.org/2001/XMLSchema#date>)
  (UNDEF "Aachen" UNDEF) (100 "aalen" "2020-04") (9.0 "Offenbach" UNDEF) } }"""
WORDS = ["Zürich", "Öhringen", "Aachen", "aalen", "Offenbach"]


def body(query: str = ROWS) -> bytes:
    answered = ox.Store().query(query).serialize(format=ox.QueryResultsFormat.JSON)
    assert isinstance(answered, bytes)
    return answered


def words(first: int = 0, number: int = 9, order: Order | None = None) -> list[str]:
    return [row["word"].value for row in read_part(body(), first, number, order)]


def test_a_part_knows_how_many_rows_there_are() -> None:
    part = read_part(body(), 1, 2)
    assert (len(part.rows), len(part), part.columns) == (2, 5, ("n", "word", "day"))
    assert words(1, 2) == WORDS[1:3] and words(4, 2) == WORDS[4:] and words(5, 2) == []


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order("n", "number"), ["Öhringen", "Offenbach", "Zürich", "aalen", "Aachen"]),
        (Order("n", "number", True), ["aalen", "Zürich", "Öhringen", "Offenbach", "Aachen"]),
        (Order("word", "text"), ["Aachen", "aalen", "Öhringen", "Offenbach", "Zürich"]),
        (Order("day", "date"), ["aalen", "Öhringen", "Zürich", "Aachen", "Offenbach"]),
        (Order("day", "date", True), ["Zürich", "Öhringen", "aalen", "Aachen", "Offenbach"]),
    ],
)
def test_rows_are_sorted_by_what_they_mean(order: Order, expected: list[str]) -> None:
    assert words(order=order) == expected
    assert words(1, 2, order) == expected[1:3]


def test_columns_without_any_value_are_left_out() -> None:
    assert read_part(body("SELECT ?a ?b ?c { VALUES (?a ?b) { (1 UNDEF) (UNDEF 2) } }"), 0, 1).columns == ("a", "b")


def test_no_rows() -> None:
    assert len(read_part(body("SELECT ?n { FILTER(false) }"), 0, 5, Order("n", "number"))) == 0
