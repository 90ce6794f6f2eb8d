"""Dates and numbers in the reader's words: as precise as they are, and nothing that is neither is changed."""

import pytest
from flask import Flask

from polisgraph.web.readable import day, moment, number, size, tongue


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("2021-03-31", "31. März 2021", "31 Mar 2021"),
        ("2021-03-31T12:00:00Z", "31. März 2021", "31 Mar 2021"),
        ("2021-03-31+02:00", "31. März 2021", "31 Mar 2021"),
        ("2021-03", "März 2021", "Mar 2021"),
        ("1985", "1985", "1985"),
        ("2021-02-30", "2021-02-30", "2021-02-30"),
        ("2021-13", "2021-13", "2021-13"),
        ("soon", "soon", "soon"),
    ],
)
def test_days(app: Flask, text: str, german: str, english: str) -> None:
    for code, expected in (("de", german), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert day(text) == expected


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("8487", "8.487", "8,487"),
        ("-0.5", "-0,5", "-0.5"),
        ("50.938361", "50,938361", "50.938361"),
        ("1.50", "1,50", "1.50"),
        ("NaN", "NaN", "NaN"),
        ("many", "many", "many"),
    ],
)
def test_numbers(app: Flask, text: str, german: str, english: str) -> None:
    for code, expected in (("de", german), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert number(text) == expected


@pytest.mark.parametrize(
    ("text", "german", "english"),
    [
        ("2026-11-22T22:32:05+00:00", "22. Nov. 2026, 22:32 UTC", "22 Nov 2026, 22:32 UTC"),
        ("2026-11-23T00:10:00+02:00", "22. Nov. 2026, 22:10 UTC", "22 Nov 2026, 22:10 UTC"),
        ("soon", "soon", "soon"),
    ],
)
def test_moments(app: Flask, text: str, german: str, english: str) -> None:
    for code, expected in (("de", german), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert moment(text) == expected


@pytest.mark.parametrize(
    ("octets", "german", "english"),
    [
        (0, "0,0 kB", "0.0 kB"),
        (51_250, "51,2 kB", "51.2 kB"),
        (999_960, "1,0 MB", "1.0 MB"),
        (61_000_000, "61,0 MB", "61.0 MB"),
    ],
)
def test_sizes(app: Flask, octets: int, german: str, english: str) -> None:
    for code, expected in (("de", german), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert size(octets).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("code", "german", "english"), [("DEU", "Deutsch", "German"), ("ENG", "Englisch", "English"), ("XXX", "", "")]
)
def test_languages(app: Flask, code: str, german: str, english: str) -> None:
    for language, expected in (("de", german), ("en", english)):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert tongue(f"http://publications.europa.eu/resource/authority/language/{code}") == expected
            assert tongue(f"https://example.org/{code}") == ""
