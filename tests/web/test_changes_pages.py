"""The pages and the feed of changes: sentences a person reads, in both languages, out of what was recorded."""

import gzip
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from polisgraph.engine import Engine
from polisgraph.history import Change, Fact, GraphChanges, Named, Record
from polisgraph.history.record import write
from polisgraph.namespaces import DATA_GRAPHS, expand
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import create_app
from tests.web.conftest import Reader

ATOM = "{http://www.w3.org/2005/Atom}"
BOCHUM = Named(expand("mun:bochum"), {"de": "Bochum", "en": "Bochum"})
NET = Named(expand("net:eurocities"), {"de": "Eurostädte", "en": "Eurocities & <b>more</b>"})
SOURCE = Named(expand("src:bochum-europa"), {"de": "Stadt Bochum", "en": "City of Bochum"})
START = Named(expand("pg:start"), {"de": "Beginn", "en": "start"})
MEMBER = Named(expand("role:member"), {"de": "Mitglied", "en": "member"})
TENURE = Change(
    "added", Named(expand("ten:bochum--eurocities")), None, BOCHUM, NET, MEMBER, "2019", None, (SOURCE,),
    (Fact(START, (), (Named(text="2019"),)),), 0,
)  # fmt: skip
CHANGED = replace(
    TENURE, kind="changed", end="2024", facts=(Fact(START, (Named(text="2018"),), (Named(text="2019"),)),)
)
PLAIN = Change("removed", BOCHUM, None, None, None, None, None, None, (), (Fact(START, (Named(text="1"),), ()),), 3)


@pytest.fixture
def client(settings: Settings, snapshot: Snapshot, engine: Engine, tmp_path: Path) -> FlaskClient:
    (tmp_path / "history").mkdir()
    graph = GraphChanges(
        Named(DATA_GRAPHS + "from-x", SOURCE.labels),
        9,
        4,
        {"added": 41, "changed": 1, "removed": 1},
        (TENURE, CHANGED, PLAIN),
    )
    for number, identity, graphs in (
        (1, "old", ()),
        (2, "middle", (graph,)),
        (3, snapshot.id, ()),
        (4, "newer", (graph,)),
    ):
        record = Record(
            identity, f"2026-11-2{number}T10:00:00+00:00", 1000, "old" if number > 1 else None, None, graphs
        )
        (tmp_path / "history" / f"00000{number}-{identity}.json").write_text(write(record), encoding="utf-8")
    return create_app(replace(settings, home=tmp_path), snapshot, engine).test_client()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Bochum : Mitglied von Eurostädte seit 2019 (Quelle: Stadt Bochum )"),
        ("en", "Bochum : member of Eurocities & <b>more</b> since 2019 (source: City of Bochum )"),
    ],
)
def test_a_membership_is_told_as_a_sentence(client: FlaskClient, language: str, words: str) -> None:
    for address in ("/changes", "/changes/2"):
        page = Reader(client, language).get(address)
        assert words in page.text
        assert " ".join(page.text.split()).count("2018") == 1, "what changed is told with what it was"
        assert "/doc/municipality/bochum" in page.links and "/doc/source/bochum-europa" in page.links
        assert page.source.count("<b>") == 0


def test_states_are_listed_up_to_the_one_in_service(client: FlaskClient) -> None:
    page = Reader(client, "en").get("/changes")
    assert {f"/changes/{number}" for number in (1, 2, 3)} <= set(page.links) and "/changes/4" not in page.links
    assert client.get("/changes/4").status_code == client.get("/changes/9").status_code == 404
    assert "No file of the data has changed" in Reader(client, "en").get("/changes/3").text
    assert "there are 40 more" in Reader(client, "en").get("/changes/2").text


def test_the_feed_is_atom(client: FlaskClient) -> None:
    response = client.get("/changes.atom?lang=en")
    assert response.mimetype == "application/atom+xml"
    packed = client.get("/changes.atom?lang=en", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == response.data
    feed = ElementTree.fromstring(response.data)
    assert [child.tag for child in feed if child.tag in (f"{ATOM}id", f"{ATOM}title", f"{ATOM}updated")] == [
        f"{ATOM}id", f"{ATOM}title", f"{ATOM}updated",
    ]  # fmt: skip
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "City of Bochum: +9 −4"
    content = entry.findtext(f"{ATOM}content") or ""
    assert "<strong>" in content and "member of" in content and "&lt;b&gt;more" in content
    assert client.get("/changes.atom?lang=en", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_every_link_of_the_feed_leads_to_the_host_that_was_asked(client: FlaskClient) -> None:
    for host in ("a.example", "b.example"):
        feed = ElementTree.fromstring(client.get("/changes.atom", headers={"Host": host}).data)
        base = feed.attrib["{http://www.w3.org/XML/1998/namespace}base"]
        assert base == f"http://{host}/"
        links = [link.attrib["href"] for link in feed.iter(f"{ATOM}link")]
        assert len(links) == 3 and all(link.startswith(base) for link in links)


def test_the_start_page_tells_what_is_new(client: FlaskClient) -> None:
    page = Reader(client, "en").get("/")
    assert "Bochum : member of Eurocities & <b>more</b> since 2019 (source: City of Bochum )" in page.text
    assert "City of Bochum New: 41 Changed: 1 Gone: 1" in page.text
    assert "/changes/2" in page.links and not {"/changes/1", "/changes/3", "/changes/4"} & set(page.links)
    assert "/changes" in page.links and page.source.count("<b>") == 0
    german = Reader(client, "de").get("/").text
    assert "Bochum : Mitglied von Eurostädte seit 2019" in german and "Gone" not in german


def test_without_a_change_the_page_says_so(
    settings: Settings, snapshot: Snapshot, engine: Engine, tmp_path: Path
) -> None:
    client = create_app(replace(settings, home=tmp_path), snapshot, engine).test_client()
    assert "Nothing has changed yet" in Reader(client, "en").get("/").text
    assert "Nothing has changed yet" in Reader(client, "en").get("/changes").text
    assert ElementTree.fromstring(client.get("/changes.atom").data).findall(f"{ATOM}entry") == []
