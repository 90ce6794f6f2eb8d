"""What every answer carries: tags and 304, HEAD, CORS, Vary, the snapshot, security headers."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from polisgraph.engine import Answer, Engine, Query
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import assets, create_app

BROWSER = {"Accept": "text/html"}
SELECT = "/sparql?query=" + quote("SELECT ?s { ?s ?p ?o } LIMIT 2")
EVERYTHING = [
    "/", "/about", "/sources", "/reports", "/reports/members-of-network",
    "/reports/members-of-network.csv?network=eurocities",
    SELECT, "/sparql", "/doc/municipality/koeln", "/doc/municipality/koeln.ttl", "/ontology/", "/ontology.ttl",
    "/ontology/Network", "/shapes/", "/shapes.ttl", "/.well-known/void", "/graph/data/from-koeln", "/dumps/",
    "/openapi.json", "/problem/bad-query", "/static/style.css", "/nothing",
]  # fmt: skip


UNTAGGED = ("/nothing", "/openapi.json", "/dumps/")


@dataclass
class Counting:
    """An engine that counts how often it is asked."""

    inner: Engine
    asked: list[str] = field(default_factory=list)

    def query(self, query: Query) -> Answer:
        self.asked.append(query.text)
        return self.inner.query(query)

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def counting(engine: Engine) -> Counting:
    return Counting(engine)


@pytest.fixture
def counted(settings: Settings, snapshot: Snapshot, counting: Counting) -> FlaskClient:
    return create_app(settings, snapshot, counting).test_client()


@pytest.mark.parametrize("headers", [{}, BROWSER])
@pytest.mark.parametrize("address", [address for address in EVERYTHING if address not in UNTAGGED])
def test_unchanged_answers_are_not_asked_for_again(
    counted: FlaskClient, counting: Counting, address: str, headers: dict[str, str]
) -> None:
    first = counted.get(address, headers=headers)
    if first.status_code == 303 or ("members-of-network" in address and first.status_code == 400):
        return
    tag = first.headers["ETag"]
    assert tag.startswith('"') and first.headers["Cache-Control"] == "no-cache"
    counting.asked.clear()
    again = counted.get(address, headers={**headers, "If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    # Terms and shapes are looked up before their document is: an unknown one must be 404.
    assert all(text.startswith("ASK") or "shapes" in address for text in counting.asked)
    assert counted.get(address, headers={**headers, "If-None-Match": '"other"'}).status_code == 200


def test_a_query_with_a_known_tag_does_not_touch_the_engine(counted: FlaskClient, counting: Counting) -> None:
    tag = counted.get(SELECT).headers["ETag"]
    counting.asked.clear()
    assert counted.get(SELECT, headers={"If-None-Match": tag}).status_code == 304
    assert counting.asked == []


def test_a_file_of_the_pages_is_tagged_without_its_time(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get("/static/style.css")
    copied = Path(shutil.copyfile(assets._files()["style.css"], tmp_path / "style.css"))
    os.utime(copied, (0, 0))
    monkeypatch.setattr(assets, "_files", lambda: {"style.css": copied})
    after = client.get("/static/style.css", headers={"If-None-Match": '"other"'})
    assert after.data == before.data and dict(after.headers) == dict(before.headers)
    assert "ETag" in after.headers and "Last-Modified" not in after.headers


def test_tags_tell_apart(client: FlaskClient) -> None:
    graph = "&default-graph-uri=" + quote("https://w3id.org/polisgraph/graph/derived", safe="")
    other = "/sparql?query=" + quote("SELECT ?s { ?s ?p ?o } LIMIT 3")
    addresses = [SELECT, SELECT + "&format=csv", SELECT + "&format=html", SELECT + graph, other]
    tags = [client.get(address).headers["ETag"] for address in addresses]
    pages = [client.get("/about", headers={"Accept-Language": code}).headers["ETag"] for code in ("de", "en")]
    assert len({*tags, *pages}) == len(tags) + len(pages)


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"])
def test_what_changes_by_itself_is_never_kept(client: FlaskClient, function: str) -> None:
    address = "/sparql?query=" + quote(f"SELECT ({function} AS ?x) {{}}")
    steady = "/sparql?query=" + quote("SELECT (1 AS ?x) {}")
    assert "ETag" in client.get(steady).headers
    response = client.get(address, headers={"If-None-Match": "*"})
    assert response.status_code == 200
    assert "ETag" not in response.headers and response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/doc/municipality/none", "/doc/municipality/none.ttl", "/sparql?query=nonsense"])
@pytest.mark.parametrize("headers", [{}, BROWSER])
def test_a_star_does_not_stand_for_what_is_not_there(
    client: FlaskClient, address: str, headers: dict[str, str]
) -> None:
    assert client.get(address, headers={**headers, "If-None-Match": "*"}).status_code in (400, 404)


def test_errors_are_not_kept(client: FlaskClient) -> None:
    response = client.get("/sparql?query=nonsense")
    assert response.headers["Cache-Control"] == "no-store" and "ETag" not in response.headers


@pytest.mark.parametrize("headers", [{}, BROWSER])
@pytest.mark.parametrize("address", EVERYTHING)
def test_head_is_get_without_the_body(client: FlaskClient, address: str, headers: dict[str, str]) -> None:
    with client.get(address, headers=headers) as get, client.head(address, headers=headers) as head:
        _compare(get, head)


def _compare(get: TestResponse, head: TestResponse) -> None:
    assert head.data == b"" and head.status_code == get.status_code
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers.get("Content-Length") == get.headers.get("Content-Length") == str(len(get.data))


@pytest.mark.parametrize("headers", [{}, BROWSER])
@pytest.mark.parametrize("address", EVERYTHING)
def test_headers_of_every_answer(
    client: FlaskClient, snapshot: Snapshot, address: str, headers: dict[str, str]
) -> None:
    with client.get(address, headers={**headers, "Origin": "https://example.org"}) as response:
        found = response.headers
    assert found["X-Polisgraph-Snapshot"] == snapshot.id
    assert {"accept", "accept-language"} <= {name.strip().lower() for name in found["Vary"].split(",")}
    assert found["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in found
    assert {"ETag", "Link", "Retry-After", "X-Polisgraph-Snapshot"} <= set(
        found["Access-Control-Expose-Headers"].split(", ")
    )
    policy = dict(part.split(" ", 1) for part in found["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'" and policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["form-action"] == "'self'" and policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert found["X-Content-Type-Options"] == "nosniff" and "Referrer-Policy" in found


def test_preflight(client: FlaskClient) -> None:
    response = client.options(
        "/sparql",
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert response.status_code == 200 and response.data == b""
    assert {"GET", "HEAD", "POST", "OPTIONS"} == set(response.headers["Allow"].split(", "))
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert int(response.headers["Access-Control-Max-Age"]) > 0


def test_pages_vary_by_the_remembered_language(client: FlaskClient) -> None:
    assert "Cookie" in client.get("/about").headers["Vary"]
    assert "Cookie" not in client.get(SELECT).headers["Vary"]


def test_links_stay_below_the_mount(client: FlaskClient) -> None:
    mount = {"base_url": "https://cities.example/city/graph"}
    page = client.get("/doc/municipality/koeln", headers=BROWSER, **mount).text
    assert 'href="/city/graph/doc/network/eurocities"' in page
    assert 'href="/doc/' not in page and 'href="/static' not in page
    thing = client.get("/id/municipality/koeln", **mount)
    assert thing.headers["Location"] == "/city/graph/doc/municipality/koeln"
    statements = client.get("/doc/municipality/koeln.nt", **mount).text
    assert "<https://w3id.org/polisgraph/id/municipality/koeln>" in statements and "cities.example" not in statements
