"""What is guessed of a table: its columns where their titles say them, and the countries behind names of a list."""

import pytest

from polisgraph.linking.guesses import country_column, listed, name_column
from polisgraph.linking.tables import Table


def table(header: str, *rows: str) -> Table:
    return Table("x", header.split(";"), [row.split(";") for row in rows])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Stadt;Land", "Stadt"),
        ("id; Name ;city", "Name"),
        ("nr;Gemeinde", "Gemeinde"),
        ("anything", "anything"),
        (";anything", "anything"),
        ("City Name;Country Code", "City Name"),
        ("a;b", ""),
        ("Name;name", ""),
        ("Name;name;city", "city"),
    ],
)
def test_the_title_of_a_column_says_that_it_has_the_names(header: str, expected: str) -> None:
    assert name_column(table(header, "x")) == expected


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("n;Land", ["DE", "Frankreich", ""], "Land"),
        ("n;Land", ["Bayern", "Hessen", "Sachsen"], ""),
        ("n;Country", ["??", "DE"], "Country"),
        ("n;Pays", [], "Pays"),
        ("n;m", ["DE", "FR"], ""),
    ],
)
def test_a_column_of_countries_has_countries_in_it(header: str, cells: list[str], expected: str) -> None:
    assert country_column(table(header, *(f"x;{cell}" for cell in cells))) == expected


def test_a_list_may_have_countries_behind_its_names() -> None:
    text = "Köln; DE\r\nFrankfurt, Main\n\n  Paris\tFrance\t\nWien, Österreich\nQ365\nHalle ;\n"
    assert listed(text).rows == [
        ["Köln", "DE"],
        ["Frankfurt, Main", ""],
        ["Paris", "France"],
        ["Wien", "Österreich"],
        ["Q365", ""],
        ["Halle", ""],
    ]
    assert listed(" \n\t\n").rows == []
