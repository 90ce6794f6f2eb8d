"""A small graph in which networks are linked, and an endpoint that holds memberships in Wikidata's own shape."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.build import Plan, Progress, assemble
from polisgraph.namespaces import DATA_GRAPHS, PREFIXES
from tests.wikidata.standin import StandIn, member, standing_in, value

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
src:wikipedia a pg:EncyclopaediaArticle ; dct:title "A"@en ; dct:identifier "https://en.wikipedia.org/wiki/A" .
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


def assembled(folder: Path, *files: str) -> ox.Store:
    """Return the finished store over evidence files with these contents and what is linked."""
    folder.mkdir()
    for name, text in {"linked": LINKED, **{f"from-{n}": text for n, text in enumerate(files)}}.items():
        (folder / f"{name}.ttl").write_text(HEAD + text, encoding="utf-8")
    return assemble(Plan((folder,), bundle.ONTOLOGY, validate=False), Progress())[0].store


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> list[ox.Quad]:
    """All quads of the finished store over what is linked, without any evidence."""
    return list(assembled(tmp_path_factory.mktemp("linked") / "data"))


@pytest.fixture
def graph(linked: list[ox.Quad]) -> Graph:
    """A function from the contents of evidence files to the store over them and what is linked.

    Nothing is derived from the evidence, which takes a second: memberships are read as the files state them.
    """

    def graph(*files: str) -> ox.Store:
        store = ox.Store()
        store.extend(linked)
        for number, text in enumerate(files):
            for name in (ox.NamedNode(f"{DATA_GRAPHS}from-{number}"), ox.DefaultGraph()):
                store.load(HEAD + text, ox.RdfFormat.TURTLE, to_graph=name)
        return store

    return graph


@pytest.fixture
def stand_in(running: StandIn) -> StandIn:
    """The stand-in of a module, which is its fixture `running`, without what it was told and asked before."""
    running.clear()
    return running


MEMBERSHIPS = (
    member("Q365", "Q1001", start="2004")
    + member("Q365", "Q1002")
    + value("Q365", "P131", "wd:Q1002")
    + member("Q2103", "Q1001", rank="Deprecated")
    + member("Q2103", "Q1002", end="?")
    # Two times of one statement: which one holds nobody can say.
    + member("Q2103", "Q1003", start="2004")
    + member("Q2103", "Q1009", start="2005")
    + "s:Q2103-P463-Q1003-2004- pqv:P580 v:t2005 .\n"
)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real SPARQL server with some memberships."""
    with standing_in(tmp_path_factory.mktemp("wikidata"), MEMBERSHIPS) as stand_in:
        yield stand_in.address
