"""What search engines are told: where not to go, and where everything is."""

import re
import xml.etree.ElementTree as ET

import pytest
from flask.testing import FlaskClient

from polisgraph.web import crawlers

HOST = "localhost"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(client: FlaskClient, path: str = "/sitemap.xml", element: str = "urlset", host: str = HOST) -> list[str]:
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 200 and response.mimetype == "application/xml"
    root = ET.fromstring(response.data)
    assert root.tag == NAMESPACE + element
    return [str(each.text) for each in root.iter(NAMESPACE + "loc")]


def forbidden(client: FlaskClient) -> list[re.Pattern[str]]:
    lines = client.get("/robots.txt").text.splitlines()
    paths = (line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: "))
    return [re.compile(re.escape(path).replace(r"\*", ".*")) for path in paths]


def test_the_site_map_lists_pages_that_are_there_and_may_be_read(client: FlaskClient) -> None:
    found = locations(client)
    assert len(found) == len(set(found)) > 150
    paths = [address.removeprefix("http://localhost") for address in found]
    assert {"/", "/reports/contradictions", "/doc/network/eccar", "/doc/municipality/koeln"} <= set(paths)
    assert not [path for path in paths if any(rule.match(path) for rule in forbidden(client))]
    for path in (*paths[:5], *paths[-5:]):
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 200, path


def test_a_large_site_map_comes_in_parts(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    host = "parts.example"  # asked for the first time, so no answer is kept
    whole = [address.replace(HOST, host) for address in locations(client)]
    monkeypatch.setattr(crawlers, "MOST", 100)
    index = locations(client, element="sitemapindex", host=host)
    parts = [address.removeprefix(f"http://{host}") for address in index]
    assert parts[:2] == ["/sitemap-0.xml", "/sitemap-1.xml"] and len(parts) > 2
    assert [address for part in parts for address in locations(client, part, host=host)] == whole
    assert client.get(f"/sitemap-{len(parts)}.xml").status_code == 404


def test_expensive_pages_are_not_for_crawlers(client: FlaskClient) -> None:
    rules = forbidden(client)
    members = "/reports/members-of-network"
    paths = (
        "/sparql?query=ASK%7B%7D",
        "/reports?tag=members",
        f"{members}?network=eccar",
        f"{members}/embed",
        "/review",
        "/compare?with=koeln&with=bochum",
        "/quality?about=https://w3id.org/polisgraph/id/network/eccar",
    )
    for path in paths:
        assert any(rule.match(path) for rule in rules), path
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text


def test_addresses_are_those_of_the_host_that_was_asked(client: FlaskClient) -> None:
    for host in ("a.example", "b.example"):
        assert f"http://{host}/reports" in client.get("/sitemap.xml", headers={"Host": host}).text
        assert f"http://{host}/sitemap.xml" in client.get("/robots.txt", headers={"Host": host}).text
