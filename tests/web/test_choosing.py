"""Names that the forms of reports offer while somebody types, where there are too many entities to list."""

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import Page, Reader

OF_ALL = "/reports/statement-sources/offers/entity"


def offers(client: FlaskClient, address: str, typed: str, language: str = "en") -> list[dict[str, str]]:
    response = client.get(address, query_string={"q": typed, "lang": language})
    assert response.mimetype == "application/json"
    return list(response.json)


@pytest.mark.parametrize(
    ("typed", "name", "what", "value"),
    [
        ("colog", "Cologne", "municipality, Germany", "municipality/koeln"),
        ("Kölm", "Cologne", "municipality, Germany", "municipality/koeln"),
        ("roters", "Jürgen Roters", "person", "person/juergen-roters"),
        ("culture forum", "Eurocities Culture Forum", "forum", "body/eurocities-forum-kultur"),
    ],
)
def test_an_entity_is_offered(client: FlaskClient, typed: str, name: str, what: str, value: str) -> None:
    found = offers(client, OF_ALL, typed)
    assert len(found) <= 8 and all(each.keys() == {"name", "what", "value"} for each in found)
    (meant,) = [each for each in found if each["value"] == value or each["name"] == name][:1]
    assert client.get("/reports/statement-sources.csv", query_string={"entity": meant["value"]}).status_code == 200
    assert value in client.get("/reports/statement-sources", query_string={"entity": meant["value"]}).text
    assert what in meant["what"]


def test_nothing_of_the_vocabulary_and_nothing_for_nothing(client: FlaskClient) -> None:
    assert offers(client, OF_ALL, "") == offers(client, OF_ALL, "xqxqxqxq") == []
    assert "local authority" not in {each["name"] for each in offers(client, OF_ALL, "local authority")}


@pytest.mark.parametrize(
    "address", ["/reports/none/offers/entity", OF_ALL + "s", "/reports/statement-sources/offers/lang"]
)
def test_what_asks_for_no_entity_offers_none(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def has_offers(page: Page) -> list[str]:
    return page.attributes("span", "data-offers")


def test_fields_with_a_list_of_choices_need_none(german: Reader) -> None:
    assert has_offers(german.get("/reports/memberships-of-municipality")) == []
    assert has_offers(german.get("/reports/statement-sources")) == [OF_ALL]


def test_municipalities_are_offered_where_there_are_too_many_to_list(whole_client: FlaskClient) -> None:
    address = "/reports/memberships-of-municipality/offers/municipality"
    page = Reader(whole_client, "en").get("/reports/memberships-of-municipality")
    assert has_offers(page) == [address]
    found = offers(whole_client, address, "valenci")
    assert len(found) == 8 and "Spain" in {each["what"] for each in found}
    for each in found:
        answer = whole_client.get(
            "/reports/memberships-of-municipality.json", query_string={"municipality": each["value"]}
        )
        assert answer.status_code == 200, each
