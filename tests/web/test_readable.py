"""Dates, numbers and sizes in the reader's words: as precise as they are, and nothing that is none is changed."""

from collections.abc import Callable

import pytest
from flask import Flask

from polisgraph.web.readable import day, moment, number, size, tongue

LANGUAGES = "http://publications.europa.eu/resource/authority/language/"
CASES: dict[Callable[..., str], list[tuple[str | int, str, str]]] = {
    day: [
        ("2021-03-31", "31. März 2021", "31 Mar 2021"),
        ("2021-03-31T12:00:00Z", "31. März 2021", "31 Mar 2021"),
        ("2021-03-31+02:00", "31. März 2021", "31 Mar 2021"),
        ("2021-03", "März 2021", "Mar 2021"),
        ("1985", "1985", "1985"),
        ("2021-02-30", "2021-02-30", "2021-02-30"),
        ("2021-13", "2021-13", "2021-13"),
        ("soon", "soon", "soon"),
    ],
    moment: [
        ("2026-11-22T22:32:05+00:00", "22. Nov. 2026, 22:32 UTC", "22 Nov 2026, 22:32 UTC"),
        ("2026-11-23T00:10:00+02:00", "22. Nov. 2026, 22:10 UTC", "22 Nov 2026, 22:10 UTC"),
        ("soon", "soon", "soon"),
    ],
    number: [
        ("8487", "8.487", "8,487"),
        (8487, "8.487", "8,487"),
        ("-0.5", "-0,5", "-0.5"),
        ("50.938361", "50,938361", "50.938361"),
        ("1.50", "1,50", "1.50"),
        ("NaN", "NaN", "NaN"),
        ("many", "many", "many"),
    ],
    size: [
        (0, "0,0 kB", "0.0 kB"),
        (51_250, "51,2 kB", "51.2 kB"),
        (999_960, "1,0 MB", "1.0 MB"),
        (61_000_000, "61,0 MB", "61.0 MB"),
    ],
    tongue: [
        (f"{LANGUAGES}DEU", "Deutsch", "German"),
        (f"{LANGUAGES}ENG", "Englisch", "English"),
        (f"{LANGUAGES}XXX", "", ""),
        ("https://example.org/DEU", "", ""),
    ],
}


@pytest.mark.parametrize(
    ("readable", "given", "german", "english"),
    [(readable, *case) for readable, cases in CASES.items() for case in cases],
)
def test_each_reader_has_it_in_their_words(
    app: Flask, readable: Callable[..., str], given: str | int, german: str, english: str
) -> None:
    for code, expected in (("de", german), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert readable(given).replace("\N{NO-BREAK SPACE}", " ") == expected
