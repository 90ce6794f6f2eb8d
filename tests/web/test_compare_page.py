"""Municipalities or networks side by side."""

import re

import pytest
from flask.testing import FlaskClient

from polisgraph.reports import Entity
from polisgraph.web.compare import Apart, _grown
from polisgraph.web.profile import growth_of
from polisgraph.web.rows import Term
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


@pytest.mark.parametrize(
    ("names", "link"),
    [("with=koeln&with=eurocities", "/doc/network/eurocities"), ("with=eccar&with=Köln", "/doc/municipality/koeln")],
)
def test_a_network_and_a_municipality_are_not_compared(german: Reader, names: str, link: str) -> None:
    page = german.get(f"/compare?{names}")
    assert "Gemeinden lassen sich mit Gemeinden vergleichen" in page.text and link in page.links
    assert "Ähnliche Namen" not in page.text and "Nicht bekannt" not in page.text


def test_networks_side_by_side(english: Reader) -> None:
    page = english.get("/compare?with=eurocities&with=rgre-de")
    both = rows_below(page, "Shared by both", "In only one of them")
    assert "Bochum" in both and "Cologne" in both and "Berlin" not in both
    assert "Berlin" in rows_below(page, "In only one of them", "Compare others")


def test_networks_tell_what_only_one_has_and_how_they_grew(whole_client: FlaskClient) -> None:
    page = Reader(whole_client, "en").get("/compare?with=race-to-zero&with=rainbow-cities")
    members = {
        name: {
            row["member"]["value"]
            for row in whole_client.get(f"/reports/members-of-network.json?network={name}").get_json()["results"][
                "bindings"
            ]
        }
        for name in ("race-to-zero", "rainbow-cities")
    }
    for name, own in members.items():
        alone = own - next(others for other, others in members.items() if other != name)
        row = page.source.partition(f'<tr><th scope="row"><a href="/doc/network/{name}">')[2].partition("</tr>")[0]
        assert f'<td class="number">{len(own)}</td><td class="number">{len(alone)}</td>' in row
        named = set(re.findall(r'href="/doc/([^"]+)"', row))
        assert named <= {iri.partition("/id/")[2] for iri in alone} and len(named) == min(20, len(alone))
    years = page.source.partition('id="time-table"')[2].partition("</table>")[0]
    totals = [int(total) for total in re.findall(r'<td class="number" data-value="(\d+)">', years)]
    assert "rainbow-cities" in page.attributes("th", "data-key") and totals and max(totals) <= 300


def test_sums_go_on_in_years_when_nobody_joined() -> None:
    entity = Entity("urn:x", {})
    apart = [Apart(entity, 0, 0, (), years) for years in ({"1990": 2, "1993": 3}, {"1992": 7}, {})]
    assert _grown(apart) == [
        ("1990", [2, None, None]),
        ("1991", [2, None, None]),
        ("1992", [2, 7, None]),
        ("1993", [3, 7, None]),
    ]
    assert _grown([]) == []


def test_growth_has_every_year_between() -> None:
    said = [("year", "1993", "1"), ("country", "urn:x", "9"), ("year", "1990", "2"), ("members", "", "5")]
    rows = [
        {name: Term("literal", value) for name, value in zip(("side", "key", "number"), row, strict=True)}
        for row in said
    ]
    assert growth_of(rows) == (("1990", 2, 2), ("1991", 0, 2), ("1992", 0, 2), ("1993", 1, 3))
    assert growth_of([]) == ()


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
    assert page.text.count("Not known as one of these:") == 1
    assert "networks with networks: Eurocities" in page.text


def test_the_form_has_names_and_not_keys(german: Reader) -> None:
    fields = german.get("/compare?with=koeln&with=ags:05913000").attributes("input", "value")
    assert [value for value in fields if value] == ["Köln", "Dortmund"]


def test_more_than_six_are_not_compared(english: Reader) -> None:
    many = "&".join(f"with={name}" for name in ("koeln", "bochum", "berlin", "hamburg", "essen", "hagen", "dortmund"))
    assert "/doc/municipality/dortmund" not in english.get("/compare?" + many).links
