"""What hostile data and hostile addresses must not do: run, lead to another host, or break a page."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from polisgraph.build import Plan, Progress, build
from polisgraph.engine.local import LocalEngine
from polisgraph.namespaces import BASE
from polisgraph.settings import Settings
from polisgraph.web import create_app
from polisgraph.web.links import href, in_language, own, page_of
from tests.web.conftest import Page, Reader

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><b>"
DATA = """
@prefix pg: <https://w3id.org/polisgraph/ontology/> .
@prefix net: <https://w3id.org/polisgraph/id/network/> .
@prefix ten: <https://w3id.org/polisgraph/id/tenure/> .
@prefix src: <https://w3id.org/polisgraph/id/source/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dct: <http://purl.org/dc/terms/> .
net:bad a pg:Network ; skos:prefLabel %(text)s@de , %(text)s@en ; pg:aim %(text)s@de ; pg:gnd "1\\"onclick=alert(1)" ;
    foaf:homepage <javascript:alert(1)> , <data:text/html,x> , <http://e.example/'onmouseover='alert(1)> ,
        <https://w3id.org/polisgraph//evil.example/x> , <mailto:a@b.example?subject=%%22> ;
    pg:theme <https://w3id.org/polisgraph/id/theme/%%22%%3E%%3Cscript%%3E> ;
    dct:source src:bad ; pg:locator %(text)s .
<https://w3id.org/polisgraph/id/theme/%%22%%3E%%3Cscript%%3E> a skos:Concept ; skos:prefLabel %(text)s@de .
src:bad a pg:WebPage ; dct:title %(text)s@de ; dct:identifier %(text)s .
ten:bad a pg:NetworkMembership ; org:member net:other ; org:organization net:bad ; pg:timeNote %(text)s@de ;
    dct:source src:bad ; pg:locator %(text)s .
net:other a pg:Network ; skos:prefLabel %(text)s@de .
"""


@pytest.fixture(scope="module")
def bad_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A site whose data wants to do harm wherever it can."""
    folder = tmp_path_factory.mktemp("hostile")
    text = '"' + SCRIPT.replace("\\", "\\\\").replace('"', '\\"') + '"'
    (folder / "bad.ttl").write_text(DATA % {"text": text}, encoding="utf-8")
    settings = Settings(home=folder / "home", workers=1)
    snapshot, _ = build(settings.home, Plan(data=(folder / "bad.ttl",), validate=False), Progress())
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as engine:
        yield create_app(settings, snapshot, engine).test_client()


def harmless(page: Page) -> None:
    """Assert that nothing on the page runs, loads from elsewhere, or leads where it must not."""
    tags = [tag for tag, _ in page.elements]
    assert not {"b", "iframe", "object"} & set(tags)
    for tag, found in page.elements:
        # Our own, by their address: nothing in the page itself runs, and JSON-LD is data.
        if tag in ("script", "img") and found.get("type") != "application/ld+json":
            assert str(found.get("src")).startswith("/static/")
    assert "<script>" not in page.source
    names = {name for _, found in page.elements for name in found}
    assert not [name for name in names if name.startswith("on")] and "style" not in names
    for link in page.links:
        assert link.startswith(("/", "#", "http://", "https://", "mailto:")), link
        assert not link.startswith(("//", "/\\")), link
    for tag, found in page.elements:
        if tag in ("link", "form") and found.get("rel") != "canonical":
            assert str(found.get("href") or found.get("action")).startswith("/")


@pytest.mark.parametrize(
    "address",
    [
        "/", "/sources", "/doc/network/bad", "/doc/network/other", "/doc/tenure/bad", "/doc/source/bad",
        "/doc/network", "/doc/theme/%2522%253E%253Cscript%253E", "/reports/members-of-network?network=bad",
        "/reports/networks-by-theme",
        "/sparql?query=" + quote('SELECT * { ?s ?p ?o FILTER(STRSTARTS(STR(?s), "https://w3id.org/polisgraph/id/")) }'),
        "/sparql?query=" + quote(f"CONSTRUCT WHERE {{ <{BASE}id/network/bad> ?p ?o }}"),
    ],
)  # fmt: skip
def test_hostile_data(bad_client: FlaskClient, address: str) -> None:
    page = Reader(bad_client, "de").get(address)
    assert page.status == 200
    harmless(page)
    assert "<script>alert(1)</script>" in page.text, "the hostile text is not on the page at all"


@pytest.mark.parametrize(
    "address",
    [
        "/sparql?query=" + quote(f"SELECT ('{SCRIPT.replace(chr(39), '')}' AS ?x) {{}}"),
        "/sparql?query=" + quote("</textarea><script>alert(1)</script>"),
        "/sparql?report=" + quote(SCRIPT),
        "/sparql?query=ASK%7B%7D&default-graph-uri=" + quote(SCRIPT),
        "/reports/members-of-network?network=" + quote(SCRIPT),
        "/reports/members-of-network?as_of=" + quote(SCRIPT),
        "/reports/members-of-network?" + quote(SCRIPT) + "=x",
        "/reports/" + quote(SCRIPT, safe=""),
        "/doc/" + quote(SCRIPT, safe=""),
        "/ontology/" + quote(SCRIPT, safe=""),
        "/problem/" + quote(SCRIPT, safe=""),
        "/about?x=" + quote(SCRIPT) + "&lang=" + quote(SCRIPT),
        "//evil.example/about",
        "/" + quote(SCRIPT),
    ],
)
def test_hostile_addresses(german: Reader, address: str) -> None:
    page = german.get(address)
    assert page.status < 500
    harmless(page)


def test_hostile_names_of_variables_and_languages(german: Reader) -> None:
    query = 'SELECT ?ſcript ("x"@x-onload-alert AS ?y) { BIND(1 AS ?ſcript) }'
    harmless(german.get("/sparql?query=" + quote(query)))


@pytest.mark.parametrize(
    "address",
    ["//evil.example/", "/%5Cevil.example", "/ontology//evil.example", "/id//evil.example/..", "/\\evil.example"],
)
def test_redirects_stay_here(client: FlaskClient, address: str) -> None:
    for accept in ("text/html", "*/*"):
        target = client.get(address, headers={"Accept": accept}).headers.get("Location", "/")
        assert target.startswith(("/", "http://localhost/")) and not target.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        (BASE + "id/network/eccar", "/doc/network/eccar"),
        (BASE + "ontology/Body", "/ontology/#Body"),
        (BASE + "ontology/", "/ontology/"),
        (BASE + "ontology/0.1.0", "/ontology/"),
        (BASE + "shapes/Named", "/shapes/#Named"),
        (BASE + "graph/data/from-koeln", "/graph/data/from-koeln"),
        (BASE, "/"),
        (BASE + "/evil.example", "/evil.example"),
        (BASE + "\\evil.example", "/%5Cevil.example"),
        (BASE + 'id/x/"><script>', "/doc/x/%22%3E%3Cscript%3E"),
        (BASE + "id//evil.example", "/doc//evil.example"),
        ("http://data.europa.eu/nuts/code/DEA", "/doc?iri=http%3A%2F%2Fdata.europa.eu%2Fnuts%2Fcode%2FDEA"),
        ("http://www.wikidata.org/entity/Q365", "http://www.wikidata.org/entity/Q365"),
        ("HTTPS://example.org/", "HTTPS://example.org/"),
        ("mailto:buero@example.org", "mailto:buero@example.org"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("urn:x", None),
        ("http:relative", None),
        ("http://[broken", None),
        ("//evil.example/", None),
    ],
)  # fmt: skip
def test_where_links_lead(app: Flask, iri: str, expected: str | None) -> None:
    with app.test_request_context("/"):
        assert href(iri) == expected


def test_own_paths(app: Flask) -> None:
    with app.test_request_context("/about?x=1&x=2&lang=de", base_url="http://h/mount"):
        assert own("//evil.example") == "/mount/evil.example"
        assert in_language("en") == "/mount/about?x=1&x=2&lang=en"
        assert page_of("http://example.org/a&b=c#d") == "/mount/doc?iri=http%3A%2F%2Fexample.org%2Fa%26b%3Dc%23d"


def test_pages_ask_nothing_of_others(german: Reader) -> None:
    """No page makes the browser fetch from another host."""
    for address in ("/", "/doc/municipality/koeln", "/ontology/", "/reports/members-of-network", "/sparql", "/about"):
        page = german.get(address)
        links = [found for tag, found in page.elements if tag == "link" and found.get("rel") != "canonical"]
        loaded = (
            [found.get("href") for found in links] + page.attributes("img", "src") + page.attributes("script", "src")
        )
        assert loaded and all(str(link).startswith("/") for link in loaded)


@pytest.fixture(scope="session")
def style() -> str:
    import polisgraph.web

    return (Path(polisgraph.web.__file__).parent / "static" / "style.css").read_text(encoding="utf-8")


def test_the_style_asks_nothing_of_others(style: str) -> None:
    assert "url(" not in style and "@import" not in style
    assert "prefers-color-scheme: dark" in style and ":focus-visible" in style
