"""Municipalities or networks side by side."""

import pytest

from tests.web.conftest import Page, Reader


def rows_below(page: Page, heading: str, until: str) -> str:
    texts = [text for text, _ in page.texts]
    return " ".join(texts[texts.index(heading) : texts.index(until)])


def test_municipalities_side_by_side(english: Reader) -> None:
    page = english.get("/compare?with=koeln&with=Düsseldorf&with=heidelberg")
    some = rows_below(page, "Shared by some", "Only one has it")
    assert "Eurocities" in some and "Nov 2016" in some and "Rainbow Cities Network" not in some
    only = rows_below(page, "Only one has it", "In time")
    assert "Rainbow Cities Network" in only and "Mayors for Peace" in only
    assert "/doc/tenure/koeln--eurocities" in page.links


def test_two_share_or_do_not(german: Reader) -> None:
    both = rows_below(german.get("/compare?with=koeln&with=bochum"), "Haben beide", "Hat nur eine")
    assert "Eurocities" in both and "Mayors for Peace" not in both


def test_networks_side_by_side(english: Reader) -> None:
    page = english.get("/compare?with=eurocities&with=rgre-de")
    assert {"/doc/municipality/bochum", "/doc/municipality/koeln"} <= set(page.links)
    assert "/doc/municipality/berlin" not in page.links


@pytest.mark.parametrize(
    "address", ["/compare", "/compare?with=", "/compare?with=koeln", "/compare?with=koeln&with=koeln"]
)
def test_the_form_alone(english: Reader, address: str) -> None:
    page = english.get(address)
    assert page.status == 200 and "Shared by" not in page.text
    assert page.attributes("input", "name").count("with") == 6


def test_what_is_not_known_is_said_with_what_is_like_it(english: Reader) -> None:
    page = english.get("/compare?with=koeln&with=dusseldrf&with=eurocities")
    assert "dusseldrf" in page.text and "Düsseldorf" in page.text
    assert "/compare?with=koeln&with=duesseldorf&with=eurocities" in page.links
    # Whoever begins with a municipality compares municipalities.
    assert page.text.count("Not known as one of these:") == 2


def test_the_form_has_names_and_not_keys(german: Reader) -> None:
    fields = german.get("/compare?with=koeln&with=ags:05913000").attributes("input", "value")
    assert [value for value in fields if value] == ["Köln", "Dortmund"]


def test_more_than_six_are_not_compared(english: Reader) -> None:
    many = "&".join(f"with={name}" for name in ("koeln", "bochum", "berlin", "hamburg", "essen", "hagen", "dortmund"))
    assert "/doc/municipality/dortmund" not in english.get("/compare?" + many).links
