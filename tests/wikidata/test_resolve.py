"""Items of things that have none are found by exact keys only, with reasons, and put up for review."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.cli import main
from polisgraph.links import ItemLink, read_links, write_candidates
from polisgraph.namespaces import PREFIXES, expand
from polisgraph.wikidata.entities import Entity, read_entities
from polisgraph.wikidata.resolving import article_address, keys_of, websites_like
from tests.wikidata.conftest import HEAD
from tests.wikidata.standin import CLUB, TOWN, TRAIN, StandIn, item, refused, sitelink, standing_in, value

DATA = """
country:DEU a pg:Territory ; skos:prefLabel "Deutschland"@de , "Germany"@en ; pg:isoCode "DEU" ; pg:wikidata wd:Q183 .
src:page a pg:WebPage ; dct:title "Netzwerke"@de , "Networks"@en ; dct:identifier "page" .
net:site a pg:Network ; skos:prefLabel "Süd-Club"@de , "Southern Club"@en ; foaf:homepage <https://www.club.example/> .
net:path a pg:Network ; skos:prefLabel "Pfad"@de , "Path"@en ; foaf:homepage <http://host.example/club> .
net:article a pg:Network ; skos:prefLabel "Artikel"@de , "Article"@en ;
    foaf:isPrimaryTopicOf <https://de.wikipedia.org/wiki/Erfundener_B%C3%BCnd_%28Verein%29> .
net:linked a pg:Network ; skos:prefLabel "Verknüpft"@de , "Linked"@en ; pg:wikidata wd:Q9900000010 ;
    foaf:homepage <https://linked.example/> .
net:same-site a pg:Network ; skos:prefLabel "Gleich"@de , "Same"@en ; foaf:homepage <https://linked.example> .
net:named a pg:Network ; skos:prefLabel "Invented Named Club"@de , "Invented Named Club"@en .
net:rejected a pg:Network ; skos:prefLabel "Abgelehnt"@de , "Rejected"@en ; foaf:homepage <https://rejected.example/> .
organization:ror a org:Organization ; skos:prefLabel "ROR"@de , "ROR"@en ; pg:ror "0aaaaaa11" .
organization:gnd a org:Organization ; skos:prefLabel "GND"@de , "GND"@en ; pg:gnd "1000000-9" .
person:isni a foaf:Person ; skos:prefLabel "Erfunden"@de , "Invented"@en ; pg:isni "000000010000000X" .
mun:ags a pg:Municipality ; skos:prefLabel "Ort"@de , "Place"@en ; pg:country country:DEU ; pg:ags "05999001" .
county:district a pg:County ; skos:prefLabel "Kreis"@de , "County"@en ; pg:country country:DEU ;
    pg:districtKey "05999" .
link:network--rejected--q9900000011 a pg:ItemLink ; pg:linkOf net:rejected ; pg:linkTo wd:Q9900000011 ;
    pg:linkStatus linkstatus:rejected ; sssom:reviewer_label "Europe office" ;
    sssom:review_date "2026-11-01"^^xsd:date ;
    pg:evidence "name: another" .
"""
WIKIDATA = (
    item("Q9900000001", "Southern club", CLUB)
    + value("Q9900000001", "P856", "<http://club.example>")
    + item("Q9900000002", "Old Club", CLUB)
    + value("Q9900000002", "P856", "<https://www.club.example/>", rank="Deprecated")
    + item("Q9900000003", "Something else", TRAIN)
    + value("Q9900000003", "P856", "<https://www.host.example/club/>")
    + item("Q9900000004", "Host", CLUB)
    + value("Q9900000004", "P856", "<https://host.example/>")
    + item("Q9900000005", "Article club", CLUB)
    + sitelink("Q9900000005", "https://de.wikipedia.org/wiki/Erfundener_B%C3%BCnd_(Verein)")
    + item("Q9900000006", "ROR", CLUB)
    + value("Q9900000006", "P6782", '"0aaaaaa11"')
    + item("Q9900000007", "GND", CLUB)
    + value("Q9900000007", "P227", '"1000000-9"')
    + item("Q9900000008", "Invented", "Q5")
    + value("Q9900000008", "P213", '"0000 0001 0000 000X"')
    + item("Q9900000009", "Ort", TOWN, more="; wdt:P17 wd:Q142")
    + value("Q9900000009", "P439", '"05999001"')
    + item("Q9900000010", "Linked", CLUB)
    + value("Q9900000010", "P856", "<https://linked.example/>")
    + item("Q9900000011", "Rejected", CLUB)
    + value("Q9900000011", "P856", "<https://rejected.example/>")
    + item("Q9900000012", "Invented Named Club", CLUB)
    + item("Q9900000013", "County", TOWN, more="; wdt:P17 wd:Q183")
    + value("Q9900000013", "P440", '"05999"')
    # The same text as the key of another register.
    + item("Q9900000014", "Confusing", CLUB)
    + value("Q9900000014", "P227", '"05999001"')
)
GAZETTEER = """
place:sought a pg:GazetteerEntry ; skos:prefLabel "Ort" ; pg:country country:DEU ; pg:ags "05999001" .
place:linked a pg:GazetteerEntry ; skos:prefLabel "Da" ; pg:country country:DEU ; pg:ags "05999005" ;
    pg:wikidata wd:Q9900000010 .
place:lost a pg:GazetteerEntry ; skos:prefLabel "Nirgends" ; pg:country country:DEU ; pg:ags "05999404" .
"""
DECISION = """
link:a a pg:ItemLink ; pg:linkOf net:a ; pg:linkTo wd:Q1 ; pg:linkStatus linkstatus:confirmed ;
    sssom:reviewer_label "us" ; sssom:review_date "2026-11-01"^^xsd:date .
"""
FOUND = {
    ("net:site", "Q9900000001"),
    ("net:path", "Q9900000003"),
    ("net:article", "Q9900000005"),
    ("organization:ror", "Q9900000006"),
    ("organization:gnd", "Q9900000007"),
    ("person:isni", "Q9900000008"),
    ("mun:ags", "Q9900000009"),
    ("county:district", "Q9900000013"),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with standing_in(tmp_path_factory.mktemp("wikidata"), WIKIDATA) as stand_in:
        yield stand_in


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unlinked")
    (folder / "things.ttl").write_text(HEAD + DATA, encoding="utf-8")
    (folder / "gazetteer.ttl").write_text(HEAD + GAZETTEER, encoding="utf-8")
    files = (folder / "things.ttl", folder / "gazetteer.ttl")
    build(folder / "home", Plan(files, bundle.ONTOLOGY, validate=False), Progress())
    return folder / "home"


def resolve(home: Path, address: str, cache: Path, *words: str) -> tuple[int, str, str]:
    options = ["--home", str(home), "--endpoint", address, "--cache", str(cache / "cache.sqlite"), *words]
    done = CliRunner().invoke(main, ["wikidata", "resolve", *options])
    return done.exit_code, done.stdout, done.stderr


def test_items_are_found_by_exact_keys_only(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    path = tmp_path / "candidates.ttl"
    status, out, err = resolve(home, stand_in.address, tmp_path, "-o", str(path))
    links = read_links(path, strict=True)
    assert (status, out) == (0, "") and {link.pair for link in links} == {
        (expand(thing), number) for thing, number in FOUND
    }
    assert not any(link.is_decision for link in links) and {link.tool for link in links} == {
        "polisgraph wikidata resolve"
    }
    evidence = {link.item: set(link.evidence) for link in links}
    assert evidence["Q9900000001"] == {
        "official website (P856): https://www.club.example/, in Wikidata http://club.example",
        "name: the same, Southern club",
        "kind: fits, invented club for an organization",
    }
    assert evidence["Q9900000003"] == {
        "official website (P856): http://host.example/club, in Wikidata https://www.host.example/club/",
        "name: against, Wikidata calls it Something else",
        "kind: against, invented category of trains for an organization",
    }
    assert (
        "Wikipedia article: https://de.wikipedia.org/wiki/Erfundener_B%C3%BCnd_%28Verein%29, in Wikidata"
        in " ".join(evidence["Q9900000005"])
    )
    assert evidence["Q9900000008"] >= {"ISNI (P213): 000000010000000X, in Wikidata 0000 0001 0000 000X"}
    assert evidence["Q9900000009"] == {
        "municipality key (P439): 05999001", "name: the same, Ort", "kind: fits, invented town for a place",
        "country: against, Q142",
    }  # fmt: skip
    (ags,) = (link for link in links if link.item == "Q9900000009")
    assert (ags.label, ags.categories, ags.country) == ("Ort", ("invented town",), "Q142")
    told = resolve(home, stand_in.address, tmp_path)[1]
    for thing, number in FOUND:
        assert f"{thing}: {number} (" in told
    assert "11 things have no item; 1 of them no key to look for. Candidates: 8, for 8 things; written to" in err


def test_the_file_can_be_built_and_the_candidates_are_in_the_graph(
    home: Path, stand_in: StandIn, tmp_path: Path
) -> None:
    path = tmp_path / "candidates.ttl"
    resolve(home, stand_in.address, tmp_path, "-o", str(path))
    (tmp_path / "things.ttl").write_text(HEAD + DATA, encoding="utf-8")
    files = (path, tmp_path / "things.ttl")
    snapshot, *_ = build(tmp_path / "home", Plan(files, bundle.ONTOLOGY, validate=False), Progress())
    rows = ox.Store.read_only(str(snapshot.store_path)).query(
        "SELECT ?thing ?item { ?thing <https://w3id.org/polisgraph/ontology/wikidataCandidate> ?item }"
    )
    assert isinstance(rows, ox.QuerySolutions)
    found = {(row["thing"].value, row["item"].value.removeprefix(PREFIXES["wd"])) for row in rows}
    assert found == {(expand(thing), number) for thing, number in FOUND}


def test_places_of_the_gazetteer_are_looked_for_when_asked_for(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    path = tmp_path / "places.ttl"
    status, _, err = resolve(home, stand_in.address, tmp_path, "--gazetteer", "-o", str(path))
    (link,) = read_links(path, strict=True)
    assert status == 0 and link.pair == (PREFIXES["place"] + "sought", "Q9900000009")
    assert "municipality key (P439): 05999001" in link.evidence and "country: against, Q142" in link.evidence
    assert "2 things have no item; 0 of them no key" in err


def test_what_other_programs_found_stays(home: Path, stand_in: StandIn, tmp_path: Path) -> None:
    path = tmp_path / "candidates.ttl"
    other = ItemLink(expand("net:site"), "Q9900000002", evidence=("list: gives it",), tool="other")
    ours = ItemLink(expand("net:site"), "Q9900000099", evidence=("old: gone",), tool="polisgraph wikidata resolve")
    path.write_text(write_candidates([other, ours]), encoding="utf-8")
    assert resolve(home, stand_in.address, tmp_path, "-o", str(path))[0] == 0
    links = read_links(path, strict=True)
    assert other in links and ours not in links and len(links) == len(FOUND) + 1
    before = path.read_bytes()
    assert resolve(home, stand_in.address, tmp_path, "-o", str(path))[0] == 0 and path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("decisions.ttl", DECISION, "holds decisions"),
        ("networks.ttl", "net:a a pg:Network .", "net:a is no pg:ItemLink"),
        ("broken.ttl", "net:a", "syntax error"),
        ("candidates.csv", "", "ends in .ttl"),
    ],
)  # fmt: skip
def test_no_other_file_is_written_over(
    home: Path, stand_in: StandIn, tmp_path: Path, name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(HEAD + content, encoding="utf-8")
    status, out, err = resolve(home, stand_in.address, tmp_path, "-o", str(path))
    assert (status, out) == (1, "") and said in err and stand_in.asked == []
    assert path.read_text(encoding="utf-8") == HEAD + content


def test_a_run_that_fails_writes_nothing(
    home: Path, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polisgraph.wikidata.client.sleep", lambda seconds: None)
    path = tmp_path / "candidates.ttl"
    stand_in.faults = [refused(500)] * 5
    status, out, err = resolve(home, stand_in.address, tmp_path, "-o", str(path))
    assert (status, out) == (1, "") and "status 500, 5 times" in err and not path.exists()
    status, _, err = resolve(home, stand_in.address, tmp_path, "-o", str(tmp_path / "no" / "candidates.ttl"))
    assert status == 1 and "cannot be written" in err
    asked = len(stand_in.asked)
    assert resolve(home, stand_in.address, tmp_path)[0] == 0 and len(stand_in.asked) == asked


@pytest.mark.parametrize(
    ("address", "number", "among"),
    [
        ("https://www.Example.org/", 8, "http://example.org"),
        ("http://example.org", 8, "https://www.example.org/"),
        ("https://example.org/en/?a=b#top", 8, "http://www.example.org/en?a=b"),
        ("https://example.org:8443/x", 8, "https://example.org:8443/x/"),
        ("ftp://example.org/", 0, ""),
        ("https://", 0, ""),
        ("http://[::", 0, ""),
    ],
)
def test_addresses_of_the_same_website(address: str, number: int, among: str) -> None:
    found = websites_like(address)
    assert len(set(found)) == number and (not number or among in found)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://de.m.wikipedia.org./wiki/%C3%89nergie-Cit%C3%A9s", "https://de.wikipedia.org/wiki/%C3%89nergie-Cit%C3%A9s"),
        ("http://en.wikipedia.org/wiki/A_(b),_c:d", "https://en.wikipedia.org/wiki/A_(b),_c:d"),
        ("https://en.wikipedia.org/wiki/A%28b%29%3Fc", "https://en.wikipedia.org/wiki/A(b)%3Fc"),
    ],
)  # fmt: skip
def test_addresses_of_articles(address: str, expected: str) -> None:
    assert article_address(address) == expected


def test_what_is_no_address_asks_nothing() -> None:
    assert [key.terms for key in keys_of(Entity("x", websites={"https://a b/", "mailto:x"}))] == [(), ()]


def test_the_shipped_networks_can_be_looked_for(store: ox.Store) -> None:
    """One run with a connection: everything with a website or an article that has no item is asked about."""
    entities = read_entities(store)
    networks = [one for iri, one in entities.items() if iri.startswith(PREFIXES["net"]) and not one.items]
    sought = {one.iri.removeprefix(PREFIXES["net"]) for one in networks if any(keys_of(one))}
    assert {
        "eurocities", "energy-cities", "climate-alliance", "eccar", "uclg", "mayors-for-peace", "covenant-of-mayors",
        "global-covenant-of-mayors", "strong-cities", "rainbow-cities", "rgre-de", "living-together-observatory",
        "deutscher-staedtetag", "deutscher-landkreistag", "dstgb",
    } <= sought  # fmt: skip


def test_what_a_person_confirms_is_linked_and_compared_and_what_is_rejected_stays_away(
    home: Path, stand_in: StandIn, tmp_path: Path
) -> None:
    """From a thing without an item to a link that is verified, by the commands alone."""
    candidates, decided = tmp_path / "candidates.ttl", tmp_path / "decisions.ttl"
    resolve(home, stand_in.address, tmp_path, "-o", str(candidates))
    words = ["--confirm", "net:site", "Q9900000001", "--reject", "net:path", "Q9900000003", "--by", "Europe office"]
    review = ["review", str(candidates), *words, "--file", str(decided), "--home", str(home)]
    done = CliRunner().invoke(main, review)
    assert done.exit_code == 0, done.output
    (tmp_path / "things.ttl").write_text(HEAD + DATA, encoding="utf-8")
    files = (tmp_path / "things.ttl", decided)
    build(tmp_path / "home", Plan(files, bundle.ONTOLOGY, validate=False), Progress())
    again = tmp_path / "again.ttl"
    assert resolve(tmp_path / "home", stand_in.address, tmp_path, "-o", str(again))[0] == 0
    left = {
        (expand(thing), number) for thing, number in FOUND - {("net:site", "Q9900000001"), ("net:path", "Q9900000003")}
    }
    assert {link.pair for link in read_links(again)} == left
    options = [
        "--home",
        str(tmp_path / "home"),
        "--endpoint",
        stand_in.address,
        "--cache",
        str(tmp_path / "cache.sqlite"),
    ]
    done = CliRunner().invoke(main, ["wikidata", "verify", *options])
    assert done.exit_code == 0 and "3 items compared" in done.stderr and "all agree" in done.stderr
