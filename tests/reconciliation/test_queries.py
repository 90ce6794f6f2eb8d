"""Batches of queries in both versions: who is found, by what, and what is said to whom sends nonsense."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.reconciliation import schemas
from tests.reconciliation.conftest import Client, accepts

KOELN = "municipality/koeln"


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in found]


def matched(found: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in found if each["match"]]


def name(text: str, **more: Any) -> dict[str, Any]:
    return {"matchType": "name", "propertyValue": text, **more}


def prop(id_: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"matchType": "property", "propertyId": id_, "propertyValue": value, **more}


@pytest.mark.parametrize(
    "query",
    [
        {"query": "Koeln", "properties": [{"pid": "pg:country", "v": "Deutschland"}]},
        {"query": "Cologne", "properties": [{"pid": "country", "v": {"id": "DE", "name": "Germany"}}]},
        {"query": "Keulen", "properties": [{"pid": "https://w3id.org/polisgraph/ontology/country", "v": ["", "DEU"]}]},
        {"query": "Köln", "properties": [{"pid": "coordinates", "v": "Point(6.96 50.94)"}]},
        {"query": "Köln", "properties": [{"pid": "wgs84:lat", "v": 50.94}, {"pid": "wgs84:long", "v": "6,96"}]},
        {"query": "Köln", "properties": [{"pid": "pg:memberOf", "v": {"id": "network/eurocities"}}]},
        {"query": "Köln", "properties": [{"pid": "network", "v": ["no such network", "Eurocities"]}]},
        {"query": "Q365"},
        {"query": "https://www.wikidata.org/wiki/Q365"},
        {"query": KOELN},
        {"query": "https://w3id.org/polisgraph/id/municipality/koeln"},
        {"query": "mun:koeln"},
        {"query": "https://w3id.org/polisgraph/id/place/ags-05315000"},
        {"properties": [{"pid": "pg:ags", "v": 5315000}]},
        {"properties": [{"pid": "pg:wikidata", "v": {"id": "Q365", "name": "Köln"}}]},
        {"query": "Koln", "properties": [{"pid": "qid", "v": "http://www.wikidata.org/entity/Q365"}]},
        {"query": "Köln", "type": ["pg:Municipality"], "properties": [{"pid": "gnd", "v": "4031483-2"}]},
        {"query": "", "properties": [{"pid": "geonames", "v": 2886242.0}]},
    ],
    ids=str,
)
def test_cologne_is_found_by_whatever_is_known_of_it(api: Client, query: dict[str, Any]) -> None:
    found = api.one(**query)
    assert matched(found) == [KOELN] and found[0]["id"] == KOELN
    assert found[0]["name"] == "Cologne" and "Q365" in found[0]["description"]


def test_scores_fall_and_are_the_sum_of_their_features(api: Client) -> None:
    found = api.one(query="Halle", limit=20)
    assert len(found) > 3 and matched(found) == []
    scores = [each["score"] for each in found]
    assert scores == sorted(scores, reverse=True)
    for each in found:
        names = [feature["id"] for feature in each["features"]]
        assert len(set(names)) == len(names) and "name" in names
        total = sum(feature["value"] for feature in each["features"])
        assert each["score"] == pytest.approx(min(100, max(0, total)), abs=0.06)


def test_a_limit_holds_and_queries_of_a_batch_do_not_disturb_each_other(api: Client) -> None:
    found = api.ask({"a": {"query": "Halle", "limit": 2}, "": {"query": "Nirgendwohausen"}, "c": {"query": "Bochum"}})
    assert len(found["a"]) == 2
    assert matched(found[""]) == []
    assert ids(found["c"]) == ids(api.one(query="Bochum"))


def test_types_move_scores_or_keep_out(api: Client) -> None:
    free = api.one(query="Heidelberg", limit=50)
    soft = api.one(query="Heidelberg", type="pg:Network", limit=50)
    assert ids(soft) == ids(free) and soft[0]["score"] < free[0]["score"] and matched(soft) == []
    assert api.one(query="Heidelberg", type="pg:Network", type_strict="any") == []
    hard = api.one(query="Heidelberg", type=["pg:Network", "pg:Municipality"], type_strict="any", limit=50)
    assert "municipality/heidelberg" in ids(hard)
    assert api.one(query="Heidelberg", type=["pg:Network", "pg:Municipality"], type_strict="all") == []
    both = api.one(query="Heidelberg", type=["pg:LocalAuthority", "pg:Municipality"], type_strict="all")
    assert "municipality/heidelberg" in ids(both)
    assert ids(api.one(query="Eurocities", type="pg:Network"))[0] == "network/eurocities"


def test_entries_of_the_gazetteer_are_municipalities(api: Client) -> None:
    properties = [{"pid": "country", "v": "DE"}]
    for strict in ("should", "any", "all"):
        found = api.one(query="Halle (Saale)", type=["pg:Municipality"], type_strict=strict, properties=properties)
        assert matched(found) == ["place/ags-15002000"]


def test_what_stands_in_a_cell_never_makes_a_batch_fail(api: Client) -> None:
    nonsense = ["n/a", "", "?", 0, -1, 1e300, True, {"id": "???"}, "Point(", "95, 7", "\x00", "𐀀" * 50, [], ["", "-"]]
    for pid in ("country", "coordinates", "wgs84:lat", "pg:ags", "pg:memberOf", "foaf:homepage", "no property"):
        batch = {str(n): {"query": "Bochum", "properties": [{"pid": pid, "v": v}]} for n, v in enumerate(nonsense)}
        for found in api.ask(batch).values():
            assert "municipality/bochum" in ids(found)


@pytest.mark.parametrize(
    ("queries", "told"),
    [
        ("", "no JSON"),
        ("[]", "send an object"),
        ('{"q": 1}', "queries.q is a number"),
        ('{"q": {}}', "neither query nor properties"),
        ('{"q": {"properties": []}}', "neither query nor properties"),
        ('{"q": {"query": 5}}', "a string"),
        ('{"q": {"query": "x", "limit": 0}}', "1 or more"),
        ('{"q": {"query": "x", "limit": "5"}}', "1 or more"),
        ('{"q": {"query": "x", "limit": true}}', "1 or more"),
        ('{"q": {"query": "x", "limit": 1e400}}', "1 or more"),
        ('{"q": {"query": "x", "limit": NaN}}', "NaN"),
        ('{"q": {"query": "x", "type_strict": "perhaps"}}', "should or any or all"),
        ('{"q": {"query": "x", "type": 5}}', "q.type"),
        ('{"q": {"query": "x", "properties": {}}}', "an array"),
        ('{"q": {"query": "x", "properties": [{"v": 1}]}}', "pid"),
        ('{"q": {"query": "x", "properties": [{"pid": "a"}]}}', "v is missing"),
        ('{"q": {"query": "x", "properties": [{"pid": "a", "v": null}]}}', "a string, a number"),
        ('{"q": {"query": "x", "properties": [{"pid": "a", "v": {"name": "b"}}]}}', "v.id"),
        ('{"q": {"query": "%s"}}' % ("x" * 1001), "1000"),
        ("[" * 20_000, "levels"),
        ('{"q": {"query": "x", "limit": %s}}' % ("9" * 5000), "levels"),
    ],
)
def test_wrong_batches_are_refused_in_a_sentence(client: FlaskClient, queries: str, told: str) -> None:
    for response in (
        client.post("/reconcile", data={"queries": queries}),
        client.get("/reconcile", query_string={"queries": queries}),
    ):
        assert (response.status_code, response.mimetype) == (400, "application/problem+json")
        assert told in response.json["detail"] and "send" in response.json["detail"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "no JSON"),
        ("[]", "an object"),
        ("{}", "no queries"),
        ('{"queries": {}}', "an array"),
        ('{"queries": [{}]}', "conditions is missing"),
        ('{"queries": [{"conditions": []}]}', "at least one"),
        ('{"queries": [{"properties": [], "conditions": []}]}', "'properties'"),
        ('{"queries": [{"conditions": [{"propertyValue": "x"}]}]}', "name or property"),
        ('{"queries": [{"conditions": [{"matchType": "name"}]}]}', "propertyValue is missing"),
        ('{"queries": [{"conditions": [{"matchType": "property", "propertyValue": "x"}]}]}', "propertyId"),
        ('{"queries": [{"type": ["a"], "conditions": [{"matchType": "name", "propertyValue": "x"}]}]}', "a string"),
        ('{"queries": [{"conditions": [{"matchType": "name", "propertyValue": "x", "required": 1}]}]}', "boolean"),
        ('{"queries": [{"conditions": [{"matchType": "name", "propertyValue": "x", "matchQuantifier": "x"}]}]}', "any"),
        ('{"queries": [{"conditions": [{"matchType": "name", "propertyValue": "x", "matchQualifier": "x"}]}]}', "not"),
        (
            '{"queries": [{"conditions": [{"matchType": "property", "propertyId": "foaf:homepage", "required": true,'
            ' "propertyValue": "x"}]}]}',
            "nothing to match by",
        ),
        ("\udcff", "UTF-8"),
    ],
)
def test_wrong_batches_of_version_1_are_refused_in_a_sentence(client: FlaskClient, body: str, told: str) -> None:
    raw = body.encode("utf-8", "surrogateescape")
    response = client.post("/reconcile/v1/match", data=raw, content_type="application/json")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert told in response.json["detail"]


def test_our_schemas_refuse_what_the_service_refuses() -> None:
    assert not accepts(schemas.QUERIES_02, {"q": {}}) and not accepts(schemas.QUERIES_02, {"q": {"properties": []}})
    assert accepts(schemas.QUERIES_02, {"q": {"query": "x"}})
    assert not accepts(schemas.QUERIES_1, []) and not accepts(schemas.QUERIES_1, {"queries": [{"conditions": []}]})
    assert not accepts(schemas.QUERIES_1, {"queries": [{"conditions": [prop("a", "b") | {"matchType": "x"}]}]})
    assert accepts(schemas.QUERIES_1, {"queries": [{"conditions": [name("b")]}]})
    assert not accepts(schemas.RESULTS_02, {"q": {}}) and not accepts(schemas.RESULTS_02, {"q": {"result": [{}]}})
    assert not accepts(schemas.RESULTS_1, [])


def test_a_batch_has_its_size(client: FlaskClient) -> None:
    queries = {f"q{n}": {"query": "Bochum"} for n in range(51)}
    response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert (response.status_code, response.json["limit"]) == (413, 50)
    newer = {"queries": [{"conditions": [name("Bochum")]}] * 51}
    assert client.post("/reconcile/v1/match", json=newer).status_code == 413
    del queries["q50"]
    assert len(client.post("/reconcile", data={"queries": json.dumps(queries)}).json) == 50


def test_forms_and_json_have_their_content_types_and_there_is_no_jsonp(client: FlaskClient) -> None:
    assert client.post("/reconcile", json={"q": {"query": "x"}}).status_code == 415
    assert client.post("/reconcile/v1/match", data={"queries": "[]"}).status_code == 415
    assert client.post("/reconcile", data={"other": "x"}).status_code == 400
    assert client.get("/reconcile/v1/match").status_code == 405
    for address in ("/reconcile", "/reconcile/v1"):
        response = client.get(address, query_string={"callback": "alert"})
        assert response.status_code == 400 and "CORS" in response.json["detail"]
        assert not response.text.startswith("alert") and response.headers["X-Content-Type-Options"] == "nosniff"


def test_other_pages_may_ask_after_a_preflight(client: FlaskClient) -> None:
    for address, method in (("/reconcile", "POST"), ("/reconcile/v1/match", "POST"), ("/reconcile/v1/extend", "POST")):
        headers = {"Origin": "https://example.org", "Access-Control-Request-Method": method}
        response = client.options(address, headers=headers | {"Access-Control-Request-Headers": "content-type"})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert method in response.headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]


def test_conditions_of_version_1_keep_out_as_they_say(api: Client) -> None:
    country = prop("pg:country", "DE")
    assert matched(api.match(name("Köln"), country, type="pg:Municipality")) == [KOELN]
    everywhere = api.match(name("Halle"), limit=50)
    german = api.match(name("Halle"), country | {"required": True}, limit=50)
    foreign = api.match(name("Halle"), country | {"matchQuantifier": "none"}, limit=50)
    assert set(ids(german)) | set(ids(foreign)) == set(ids(everywhere))
    assert german and foreign and not set(ids(german)) & set(ids(foreign))
    either = api.match(name("Halle"), prop("pg:country", ["BE", "DE"], required=True), limit=50)
    assert set(ids(either)) == set(ids(german)) | {id_ for id_ in ids(foreign) if "/geonames-279" in id_}
    assert api.match(name("Halle"), prop("pg:country", ["BE", "DE"], matchQuantifier="all", required=True)) == []
    in_network = prop("pg:memberOf", [{"id": "network/eurocities"}], required=True)
    assert ids(api.match(name("Köln"), in_network)) == [KOELN]
    assert api.match(name("Bielefeld"), in_network) == []
    near = prop("coordinates", "51.48, 11.97", required=True)
    assert ids(api.match(name("Halle"), near)) == ["place/ags-15002000"]
    assert ids(api.match(name("Bochum", required=True), prop("pg:ags", "05315000"))) == ["municipality/bochum"]


def test_a_name_of_several_spellings_is_one_query(api: Client) -> None:
    assert matched(api.match(name(["Nirgendwo", "Köln"]), prop("country", "DE"))) == [KOELN]
    both = api.match(name(["Bochum", "Köln"]), prop("country", "DE"))
    assert set(ids(both)) >= {KOELN, "municipality/bochum"} and matched(both) == []
