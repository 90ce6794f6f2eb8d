"""The manifests of both versions, and that every address in them leads somewhere."""

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from polisgraph.namespaces import BASE
from tests.reconciliation import schemas
from tests.reconciliation.conftest import Client, accepts, hold


def test_the_manifests_are_what_the_versions_want(api: Client) -> None:
    older = api.get("/reconcile", schemas.MANIFEST_02)
    newer = api.get("/reconcile/v1", schemas.MANIFEST_1)
    assert older["identifierSpace"] == BASE + "id/"
    assert older["defaultTypes"] == newer["defaultTypes"]
    assert {"id": "pg:Municipality", "name": "municipality"} in older["defaultTypes"]
    assert not accepts(schemas.MANIFEST_02, newer) and not accepts(schemas.MANIFEST_1, older)


@pytest.mark.parametrize("address", ["/reconcile", "/reconcile/", "/reconcile/v1", "/reconcile/v1/"])
def test_a_manifest_is_json_for_browsers_too_and_in_their_language(client: FlaskClient, address: str) -> None:
    for accept, language, name in (("text/html", "de", "Netzwerk"), ("*/*", "en", "network")):
        response = client.get(address, headers={"Accept": accept, "Accept-Language": language})
        assert response.status_code == 200 and response.mimetype == "application/json"
        assert name in [each["name"] for each in response.json["defaultTypes"]]
        assert response.headers["Content-Language"] == language


def test_a_manifest_names_the_host_that_was_asked_and_is_kept_for_no_other(client: FlaskClient) -> None:
    for host in ("one.example", "two.example:8080"):
        response = client.get("/reconcile", headers={"Host": host})
        assert response.json["view"]["url"].startswith(f"http://{host}/") and "ETag" not in response.headers


def test_all_addresses_of_the_manifest_answer(api: Client, client: FlaskClient) -> None:
    told = api.get("/reconcile", schemas.MANIFEST_02)
    encoded = quote("municipality/koeln", safe="")
    for kind, some in (("entity", encoded), ("property", "pg%3Acountry"), ("type", "pg%3ANetwork")):
        service = told["suggest"][kind]
        assert client.get(service["service_url"] + service["service_path"] + "&prefix=k").status_code == 200
        flyout = service["flyout_service_url"] + service["flyout_service_path"].replace("${id}", some)
        hold(client.get(flyout).json, schemas.FLYOUT)
    view = client.get(told["view"]["url"].replace("{{id}}", encoded))
    assert (view.status_code, view.headers["Location"]) == (303, "/doc/municipality/koeln")
    preview = client.get(told["preview"]["url"].replace("{{id}}", encoded))
    assert preview.status_code == 200 and "Cologne" in preview.text
    extend = told["extend"]["propose_properties"]
    assert client.get(extend["service_url"] + extend["service_path"] + "&type=pg:Network").status_code == 200
    for address in (told["logo"], told["documentation"].partition("#")[0]):
        assert client.get(address).status_code == 200
    assert 'id="reconcile"' in client.get(told["documentation"]).text
    newer = api.get("/reconcile/v1", schemas.MANIFEST_1)["view"]["url"].replace("{?id}", f"?id={encoded}")
    assert client.get(newer).headers["Location"] == "/doc/municipality/koeln"
