"""A small graph in which networks are linked, and an endpoint that holds memberships in Wikidata's own shape."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.build import Plan, Progress, assemble
from polisgraph.namespaces import PREFIXES
from tests.processes import get
from tests.remote.conftest import oxigraph

HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())

LINKED = """
mun:koeln a pg:Municipality ; skos:prefLabel "Köln"@de , "Cologne"@en ; pg:wikidata wd:Q365 .
mun:bochum a pg:Municipality ; skos:prefLabel "Bochum"@de , "Bochum"@en ; pg:wikidata wd:Q2103 .
mun:unlinked a pg:Municipality ; skos:prefLabel "Ohne"@de , "Without"@en .
net:a a pg:Network ; skos:prefLabel "A"@de , "A"@en ; pg:wikidata wd:Q1001 .
net:b a pg:Network ; skos:prefLabel "B"@de , "B"@en ; pg:wikidata wd:Q1002 .
net:dead a pg:Network ; skos:prefLabel "Tot"@de , "Dead"@en ; pg:wikidata wd:Q1003 ; pg:dissolved "2010"^^xsd:gYear .
net:none a pg:Network ; skos:prefLabel "Ohne"@de , "None"@en .
src:city a pg:WebPage ; dct:title "Netzwerke"@de ; dct:publisher mun:koeln ;
    dct:identifier "https://www.stadt-koeln.de/netzwerke" ; pg:retrievedOn "2026-11-20"^^xsd:date .
src:network a pg:WebPage ; dct:title "Members"@en ; dct:publisher net:a ; dct:identifier "https://a.example/members" .
src:article a pg:EncyclopaediaArticle ; dct:title "A"@en ; dct:identifier "isbn" ; pg:wikidata wd:Q777 .
src:other a pg:WebPage ; dct:title "Other"@en ; dct:publisher mun:bochum ; dct:identifier "https://bochum.example/" .
src:offline a pg:WebPage ; dct:title "Offline"@de ; dct:publisher mun:koeln ; dct:identifier "002_82e2" .
src:list a pg:ReferenceDataset ; dct:title "List"@en ; dct:identifier "https://list.example/" ;
    dct:license <https://creativecommons.org/publicdomain/zero/1.0/> .
"""


def membership(
    name: str, network: str, source: str, more: str = "", role: str = "member", member: str = "koeln"
) -> str:
    """Return a membership of Cologne, or another member, as a file would state it."""
    return (
        f"ten:{name} a pg:NetworkMembership ; org:member mun:{member} ; org:organization net:{network} ;"
        f' org:role role:{role} ; dct:source src:{source} ; pg:locator "Networks, 1" {more}.\n'
    )


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers on this machine are reached directly, whatever the environment says."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


Graph = Callable[..., ox.Store]


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    """A function from the contents of evidence files to the finished store over them and what is linked."""

    def graph(*files: str) -> ox.Store:
        folder = tmp_path / "data"
        folder.mkdir()
        for name, text in {"linked": LINKED, **{f"from-{n}": text for n, text in enumerate(files)}}.items():
            (folder / f"{name}.ttl").write_text(HEAD + text, encoding="utf-8")
        return assemble(Plan((folder,), bundle.ONTOLOGY, validate=False), Progress())[0].store

    return graph


WIKIDATA = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix s: <http://www.wikidata.org/entity/statement/> .
@prefix p: <http://www.wikidata.org/prop/> .
@prefix ps: <http://www.wikidata.org/prop/statement/> .
@prefix pq: <http://www.wikidata.org/prop/qualifier/> .
@prefix pqv: <http://www.wikidata.org/prop/qualifier/value/> .
@prefix v: <http://www.wikidata.org/value/> .
@prefix wikibase: <http://wikiba.se/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

wd:Q5 rdfs:label "human"@en .
wd:Q365 p:P463 s:same , s:bare ; p:P131 s:elsewhere .
s:elsewhere a wikibase:Statement ; ps:P131 wd:Q1002 .
s:same a wikibase:Statement , wikibase:BestRank ; wikibase:rank wikibase:NormalRank ; ps:P463 wd:Q1001 ;
    pq:P580 "2004-01-01T00:00:00Z"^^xsd:dateTime ; pqv:P580 v:y2004 .
s:bare a wikibase:Statement ; wikibase:rank wikibase:NormalRank ; ps:P463 wd:Q1002 .
wd:Q2103 p:P463 s:old , s:unknown .
s:old a wikibase:Statement ; wikibase:rank wikibase:DeprecatedRank ; ps:P463 wd:Q1001 .
s:unknown a wikibase:Statement ; wikibase:rank wikibase:NormalRank ; ps:P463 wd:Q1002 ; pq:P582 _:somevalue .
v:y2004 a wikibase:TimeValue ; wikibase:timeValue "2004-01-01T00:00:00Z"^^xsd:dateTime ;
    wikibase:timePrecision "9"^^xsd:integer ; wikibase:timeCalendarModel wd:Q1985727 .
"""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real SPARQL server with four memberships."""
    import httpx

    folder = tmp_path_factory.mktemp("wikidata")
    with oxigraph(folder) as server:
        loaded = httpx.put(
            server.graph_store + "?default",
            content=WIKIDATA.encode(),
            headers={"Content-Type": "text/turtle"},
            trust_env=False,
        )
        assert loaded.is_success and get(server.query + "?query=ASK%7B%7D").is_success
        yield server.query
