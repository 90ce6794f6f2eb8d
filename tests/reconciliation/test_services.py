"""The services around queries: suggestions, flyouts, previews, proposals of properties and their values."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from polisgraph.build import Plan, Progress, build
from polisgraph.engine import Answer, Engine, Query
from polisgraph.engine.turns import AWAITED
from polisgraph.errors import Busy, TimeLimit
from polisgraph.linking import read_index
from polisgraph.namespaces import PREFIXES
from polisgraph.settings import Settings
from polisgraph.web import desk as desks
from polisgraph.web.desk import Desk
from tests.processes import get, serving, until
from tests.reconciliation import schemas
from tests.reconciliation.conftest import Client, hold
from tests.web.conftest import Page

KOELN = "municipality/koeln"
ESSEN = "municipality/essen"


def suggested(api: Client, prefix: str, kind: str = "entity", **more: Any) -> list[dict[str, Any]]:
    schema = {"entity": schemas.ENTITIES, "property": schemas.PROPERTIES, "type": schemas.TYPES}[kind]
    older = api.get(f"/reconcile/suggest/{kind}", schema, prefix=prefix, **more)
    assert api.get(f"/reconcile/v1/suggest/{kind}", schema, prefix=prefix, **more) == older
    return list(older["result"])


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("Köln", KOELN),
        ("koeln", KOELN),
        ("Koln", KOELN),
        ("Colog", KOELN),
        ("Keulen", KOELN),
        ("Q365", KOELN),
        ("wd:q365", KOELN),
        ("05315000", KOELN),
        ("4031483-2", KOELN),
        (KOELN, KOELN),
        ("https://w3id.org/polisgraph/id/municipality/koeln", KOELN),
        ("frankfurt am m", "municipality/frankfurt-am-main"),
        ("  Frankfurt   am Main ", "municipality/frankfurt-am-main"),
        ("Düsseld", "municipality/duesseldorf"),
        ("eurocit", "network/eurocities"),
        ("Bonn", "municipality/ags-05314000"),
    ],
)
def test_the_beginning_of_a_name_or_a_key_suggests_the_entity_first(api: Client, prefix: str, expected: str) -> None:
    found = suggested(api, prefix)
    assert found[0]["id"] == expected and found[0]["description"] and found[0]["notable"]


def test_words_within_a_name_are_found_after_names_that_begin_so(api: Client) -> None:
    found = [each["name"] for at in (0, 12, 24) for each in suggested(api, "main", cursor=at)]
    assert found[0].startswith("Main") and found.index("Frankfurt am Main") > 0
    assert suggested(api, "reken")[0]["name"] == "Reken"


def test_a_cursor_goes_on_where_the_last_answer_ended(api: Client) -> None:
    first, second = suggested(api, "ba"), suggested(api, "ba", cursor=12)
    assert len(first) == len(second) == 12
    assert len({each["id"] for each in (*first, *second)}) == 24
    overlapping = suggested(api, "ba", cursor=6)
    assert overlapping == [*first[6:], *second[:6]]
    assert suggested(api, "ba", cursor=100_000) == [] and suggested(api, "zzzzzz") == []


def test_without_a_prefix_there_is_something_to_choose_from(api: Client) -> None:
    for kind in ("entity", "property", "type"):
        assert len(suggested(api, "", kind)) >= 10
    assert suggested(api, "%_.*\\", "entity") == [] == suggested(api, "?!", "type")


@pytest.mark.parametrize("given", ["-1", "x", "1.5", "9" * 30, "٣"])
def test_a_cursor_or_limit_that_is_no_number_is_refused(client: FlaskClient, given: str) -> None:
    for address in ("/reconcile/suggest/entity?prefix=a&cursor=", "/reconcile/properties?type=pg:Body&limit="):
        response = client.get(address + given)
        assert response.status_code == 400 and "whole number" in response.json["detail"]


def test_types_and_properties_are_suggested_by_names_and_identifiers(api: Client) -> None:
    for prefix in ("netw", "pg:Network", "Netzw", "https://w3id.org/polisgraph/ontology/Network"):
        assert {"id": "pg:Network", "name": "network"} in suggested(api, prefix, "type")
    for prefix in ("wikid", "pg:wikidata", "item"):
        ids = [each["id"] for each in suggested(api, prefix, "property")]
        assert "pg:wikidata" in ids
    for_queries = {each["id"] for each in suggested(api, "", "property") if "queries" in each.get("description", "")}
    assert {"pg:country", "pg:ags", "pg:gnd", "pg:geonames", "pg:lau", "pg:nuts3", "pg:memberOf"} <= for_queries
    assert "coordinates" in [each["id"] for each in suggested(api, "coord", "property")]


@pytest.mark.parametrize(
    ("kind", "id_", "said"),
    [("entity", KOELN, "Cologne"), ("property", "pg:ags", "official municipality key"), ("type", "pg:Body", "body")],
)
def test_a_flyout_says_what_a_suggestion_is(api: Client, client: FlaskClient, kind: str, id_: str, said: str) -> None:
    found = api.get(f"/reconcile/flyout/{kind}", schemas.FLYOUT, id=id_)
    assert found["id"] == id_ and said in found["html"] and "<p" in found["html"]
    assert client.get(f"/reconcile/flyout/{kind}?id=nothing").status_code == 404


def test_what_comes_back_in_html_is_escaped(client: FlaskClient) -> None:
    for address in ("/reconcile/flyout/entity", "/reconcile/preview", "/reconcile/view"):
        response = client.get(
            address, query_string={"id": "<script>alert(1)</script>"}, headers={"Accept": "text/html"}
        )
        assert response.status_code == 404 and "<script>" not in response.text


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("address", ["/reconcile/preview", "/reconcile/v1/preview"])
def test_a_preview_may_be_framed_and_nothing_else_may(client: FlaskClient, address: str, language: str) -> None:
    response = client.get(address, query_string={"id": KOELN, "lang": language})
    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy and "default-src 'none'" in policy
    assert "Set-Cookie" not in response.headers
    page = Page(response.status_code, response.text)
    assert page.attributes("html", "lang") == [language] and len(page.attributes("a", "href")) > 3
    assert set(page.attributes("a", "target")) == {"_blank"} and all(
        "noopener" in x for x in page.attributes("a", "rel")
    )
    assert "wikidata:Q365" in page.text and "Eurocities" in page.text
    assert ("Germany" in page.text, "Deutschland" in page.text.split("Eurocities")[0]) == (
        language == "en",
        language == "de",
    )
    for other in ("/", "/reconcile", "/doc/municipality/koeln", "/reconcile/preview?id=nothing"):
        framed = "frame-ancestors *" in client.get(other).headers["Content-Security-Policy"]
        assert framed == (other == "/reconcile/preview?id=nothing")


def test_everything_that_is_known_has_a_preview(client: FlaskClient) -> None:
    for id_ in (
        "network/eurocities",
        "place/ags-05314000",
        "body/eurocities-forum",
        "organization/unesco",
        "mun:koeln",
    ):
        response = client.get("/reconcile/preview", query_string={"id": id_})
        expected = 404 if id_ == "body/eurocities-forum" else 200
        assert response.status_code == expected, id_


def test_properties_are_proposed_for_a_type_the_most_common_first(api: Client) -> None:
    for address in ("/reconcile/properties", "/reconcile/v1/extend/propose"):
        of_networks = api.get(address, schemas.PROPOSED, type="pg:Network")
        ids = [each["id"] for each in of_networks["properties"]]
        assert of_networks["type"] == "pg:Network" and "pg:founded" in ids and "pg:ags" not in ids
        few = api.get(address, schemas.PROPOSED, type="pg:Network", limit=3)
        assert few["properties"] == of_networks["properties"][:3] and few["limit"] == 3
        of_places = api.get(address, schemas.PROPOSED, type="pg:GazetteerEntry")
        assert {"pg:ags", "pg:geonames", "coordinates"} <= {each["id"] for each in of_places["properties"]}
        assert api.get(address, schemas.PROPOSED, type="no such type")["properties"] == []
        assert api.get(address, schemas.PROPOSED)["properties"]


def test_values_have_the_kind_that_the_graph_has(api: Client) -> None:
    found = api.extend(
        [KOELN, "network/eurocities", "place/ags-05314000", "nothing/at-all"],
        "pg:wikidata", "pg:memberOf", "wgs84:lat", "coordinates", "pg:country", "pg:founded", "pg:geonames",
        "pg:memberCount", "foaf:homepage",
    )  # fmt: skip
    koeln, eurocities = found["rows"][KOELN], found["rows"]["network/eurocities"]
    assert koeln["pg:wikidata"] == [{"str": "Q365"}]
    assert {"id": "network/eurocities", "name": "Eurocities"} in koeln["pg:memberOf"]
    assert koeln["wgs84:lat"] == [{"float": pytest.approx(50.94222)}]
    assert koeln["coordinates"][0]["str"].startswith("50.94222,")
    assert koeln["pg:country"] == [{"str": "Germany"}]
    # A year is no date: the first of January would be invented.
    assert eurocities["pg:founded"] == [{"str": "1986"}]
    bonn = found["rows"]["place/ags-05314000"]
    assert bonn["pg:wikidata"] == [{"str": "Q586"}] and bonn["pg:country"] == [{"str": "Germany"}]
    assert all(values == [] for values in found["rows"]["nothing/at-all"].values())
    assert {"id": "pg:memberOf", "name": "member of"} in found["meta"]
    german = api.extend([KOELN], "pg:country", language="de")
    assert german["meta"] == [{"id": "pg:country", "name": "Staat"}]
    assert german["rows"][KOELN]["pg:country"] == [{"str": "Deutschland"}]


def test_an_entity_has_what_its_entry_in_the_gazetteer_says_too(api: Client) -> None:
    by_entity = api.extend(["municipality/bochum"], "pg:lau", "pg:coordinatesFrom")["rows"]["municipality/bochum"]
    by_entry = api.extend(["place/ags-05911000"], "pg:lau", "pg:coordinatesFrom")["rows"]["place/ags-05911000"]
    assert by_entity == by_entry and by_entity["pg:lau"] == [{"str": "05911000"}]


def test_settings_bound_values_and_choose_their_form(api: Client) -> None:
    def values(property_: str, **settings: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        found = api.extend([KOELN], {"id": property_, "settings": settings})
        return found["rows"][KOELN][property_], found["meta"][0]

    every, _ = values("pg:memberOf")
    assert len(every) > 2 and values("pg:memberOf", limit=2)[0] == every[:2] == values("pg:memberOf", limit="2")[0]
    assert {"str": "Eurocities"} in values("pg:memberOf", form="text")[0]
    assert {"str": "network/eurocities"} in values("pg:memberOf", form="id")[0]
    assert values("pg:country", form="id")[0] == [{"str": "DE"}]
    items, meta = values("pg:wikidata", form="entity")
    assert items == [{"id": "Q365", "name": "Cologne"}] and meta["service"].startswith("https://wikidata.")


@pytest.mark.parametrize(
    ("extend", "status", "told"),
    [
        ("", 400, "no JSON"),
        ("[]", 400, "an object"),
        ("{}", 400, "ids"),
        ('{"ids": "a", "properties": []}', 400, "an array"),
        ('{"ids": [1], "properties": []}', 400, "a string"),
        ('{"ids": []}', 400, "properties"),
        ('{"ids": [], "properties": ["a"]}', 400, "an object"),
        ('{"ids": [], "properties": [{}]}', 400, "id"),
        ('{"ids": [], "properties": [{"id": "a", "settings": 1}]}', 400, "an object"),
        ('{"ids": [], "properties": [{"id": "a", "settings": {"limit": -1}}]}', 400, "limit"),
        ('{"ids": [], "properties": [{"id": "a", "settings": {"form": "x"}}]}', 400, "entity or text or id"),
        (json.dumps({"ids": ["a"] * 201, "properties": []}), 413, "200"),
        (json.dumps({"ids": [], "properties": [{"id": "a"}] * 31}), 413, "30"),
    ],
)
def test_wrong_extension_queries_are_refused(client: FlaskClient, extend: str, status: int, told: str) -> None:
    for response in (
        client.post("/reconcile", data={"extend": extend}),
        client.post("/reconcile/v1/extend", data=extend, content_type="application/json"),
    ):
        assert response.status_code == status and told in response.json["detail"]


def test_what_is_no_iri_is_no_property(api: Client) -> None:
    strange = ["a b", "<x>", "pg:", 'x"} UNION {?s ?p ?o} #', "\\u0053"]
    found = api.extend([KOELN, 'x"> ?p ?o . <y'], *strange)
    assert all(values == [] for row in found["rows"].values() for values in row.values())


def test_all_over_a_real_connection(server: str) -> None:
    manifest = hold(get(server + "/reconcile").json(), schemas.MANIFEST_02)
    assert manifest["view"]["url"].startswith(server)
    import httpx

    queries = {"q0": {"query": "Köln", "properties": [{"pid": "pg:country", "v": "DE"}]}}
    with httpx.Client(trust_env=False, timeout=60) as http:
        for response in (
            http.post(server + "/reconcile", data={"queries": json.dumps(queries)}),
            http.get(server + "/reconcile", params={"queries": json.dumps(queries)}),
        ):
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            (candidate,) = hold(response.json(), schemas.RESULTS_02)["q0"]["result"]
            assert candidate["id"] == KOELN and candidate["match"]
        preflight = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
        assert http.options(server + "/reconcile", headers=preflight).headers["Access-Control-Allow-Origin"] == "*"
        first = http.get(server + "/reconcile/suggest/entity", params={"prefix": "Bo"})
        again = http.get(
            server + "/reconcile/suggest/entity",
            params={"prefix": "Bo"},
            headers={"If-None-Match": first.headers["ETag"]},
        )
        assert (first.status_code, again.status_code) == (200, 304)


def test_a_running_server_changes_names_together_with_the_snapshot(tmp_path: Path) -> None:
    def put(name: str) -> None:
        source = tmp_path / "it.ttl"
        prefixes = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("pg", "mun", "skos", "country"))
        said = f"mun:it a pg:Municipality ; skos:prefLabel '{name}'@de ; pg:country country:DEU ."
        source.write_text(prefixes + said, encoding="utf-8")
        build(tmp_path / "home", Plan(data=(source,), validate=False), Progress())

    def found(address: str, name: str) -> bool:
        queries = {"q": {"query": name, "properties": [{"pid": "country", "v": "DE"}]}}
        answer = get(address + "/reconcile", params={"queries": json.dumps(queries)}).json()
        return [each["id"] for each in answer["q"]["result"] if each["match"]] == ["municipality/it"]

    put("Neuburgen")
    with serving(tmp_path / "home", tmp_path / "log") as server:
        assert found(server.address, "Neuburgen") and not found(server.address, "Zwiefelsheim")
        put("Zwiefelsheim")
        until(lambda: found(server.address, "Zwiefelsheim"))
        assert not found(server.address, "Neuburgen")


def test_who_comes_while_names_are_read_waits_and_they_are_read_once(engine: Engine, settings: Settings) -> None:
    asked: list[str] = []

    class Counting:
        def query(self, query: Query) -> Answer:
            asked.append(query.text)
            return engine.query(query)

        def close(self) -> None:
            pass

    desk = Desk(Counting(), replace(settings, time_limit=60.0))
    together = threading.Barrier(4)

    def work(_: int) -> int:
        together.wait()
        with desk.turn() as service:
            return len(service.index.targets)

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(work, range(4)))
    assert len(asked) == len(set(asked)) == 5
    known = len(read_index(lambda query: engine.query(query).body).targets)
    assert set(numbers) == {known} and known


class Stuck:
    """An engine that does not answer until it is let."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.going, self.done = threading.Event(), threading.Event()

    def query(self, query: Query) -> Answer:
        assert AWAITED.get()(), "it ends when who came first hangs up"
        self.going.set()
        self.done.wait()
        return self.engine.query(query)

    def close(self) -> None:
        pass


def test_who_would_wait_too_long_is_told_to_come_again(engine: Engine, settings: Settings) -> None:
    stuck = Stuck(engine)
    desk = Desk(stuck, replace(settings, time_limit=0.05))

    def work() -> None:
        with desk.turn():
            pass

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(work)
        stuck.going.wait()
        try:
            with pytest.raises(Busy) as raised:
                work()
            assert raised.value.details["retry_after"]
        finally:
            stuck.done.set()
        first.result()


def test_who_comes_first_does_not_wait_forever_and_names_are_read_all_the_same(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "FIRST", 0.05)
    stuck = Stuck(engine)
    desk = Desk(stuck, replace(settings, time_limit=0.05))
    gone = AWAITED.set(lambda: False)
    try:
        with pytest.raises(Busy) as raised, desk.turn():
            pass
        assert raised.value.details["retry_after"] and stuck.going.wait(60)
        reading, begun = desk.begin()
        stuck.done.set()
        assert not begun and reading.result(60).target("municipality/koeln")
    finally:
        stuck.done.set()
        AWAITED.reset(gone)
    with desk.turn() as service:
        assert service is reading.result()


def test_names_that_could_not_be_read_are_read_by_the_next_who_asks(engine: Engine, settings: Settings) -> None:
    broken = [True]

    class Failing:
        def query(self, query: Query) -> Answer:
            if broken:
                broken.clear()
                raise TimeLimit("too slow")
            return engine.query(query)

        def close(self) -> None:
            pass

    desk = Desk(Failing(), settings)
    with pytest.raises(TimeLimit), desk.turn():
        pass
    with desk.turn() as service:
        assert service.target("municipality/koeln")
