"""Where the page of an organisation says that its sources disagree on what can be true only once."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.engine.local import LocalEngine
from polisgraph.namespaces import PG, PREFIXES
from polisgraph.settings import Settings
from polisgraph.web import create_app
from polisgraph.web.disagreement import ONCE, disagreements
from polisgraph.web.rows import Term
from tests.web.conftest import Reader

BOCHUM, KOELN = (PREFIXES["mun"] + name for name in ("bochum", "koeln"))
GERMANY = PREFIXES["country"] + "DEU"
SOURCES = {
    "one": 'net:x pg:founded "1986"^^xsd:gYear ; pg:seat mun:a ; pg:dissolved "2020"^^xsd:gYear .',
    "two": 'net:x pg:founded "1990"^^xsd:gYear ; pg:seat country:DEU ; pg:dissolved "2020-05"^^xsd:gYearMonth .',
    "three": "net:x pg:seat mun:b .",
}
PLACES = "".join(
    f'mun:{name} a pg:Municipality ; pg:country country:DEU ; skos:prefLabel "{label}"@de , "{label}"@en .\n'
    for name, label in (("a", "Ahaus"), ("b", "Bünde"))
)


def year(text: str) -> Term:
    return Term("literal", text)


def place(iri: str) -> Term:
    return Term("iri", iri)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({year("1986"): {"a"}, year("1990"): {"b"}}, True),
        ({year("1986"): {"a"}, year("1990"): {"a", "b"}}, True),
        ({year("1986"): {"a"}, year("1986-05"): {"b"}}, False),  # only more precise
        ({year("1986"): {"a"}, year("1990"): {"a"}}, False),  # one source may have its reasons
        ({year("1986"): {"a"}, year("1990"): set()}, False),
        ({year("1986"): {"a", "b"}}, False),
        ({place(BOCHUM): {"a"}, place(KOELN): {"b"}}, True),
        ({place(BOCHUM): {"a"}, place(GERMANY): {"b"}}, False),  # the one lies in the other
        ({place(BOCHUM): {"a"}, place(GERMANY): {"b"}, place(KOELN): {"c"}}, True),
    ],
)
def test_two_sources_disagree_if_both_cannot_be_right(app: Flask, said: dict[Term, set[str]], expected: bool) -> None:
    with app.app_context():
        assert disagreements({PG + "seat": said}) == ({PG + "seat"} if expected else set())
        assert disagreements({PG + "aim": said}) == set()


def test_the_report_has_the_same_properties() -> None:
    text = (bundle.QUERIES / "contradictions.rq").read_text(encoding="utf-8")
    listed = re.findall(r"VALUES \?property \{([^}]*pg:founded[^}]*)\}", text)
    assert [set(block.split()) for block in listed] == [{name.replace(PG, "pg:") for name in ONCE}]


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A site with a network on which three sources disagree."""
    folder = tmp_path_factory.mktemp("disputed")
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    things = PLACES + 'net:x a pg:Network ; skos:prefLabel "Netz"@de , "Net"@en .\n'
    (folder / "things.ttl").write_text(prefixes + things, encoding="utf-8")
    for name, said in SOURCES.items():
        source = f'src:{name} a pg:WebPage ; dct:title "{name}"@de , "{name}"@en .\nnet:x dct:source src:{name} .\n'
        (folder / f"from-{name}.ttl").write_text(prefixes + source + said + "\n", encoding="utf-8")
    settings = Settings(home=folder / "home", time_limit=20.0, workers=1)
    files = tuple(sorted(folder.glob("*.ttl")))
    snapshot, _ = build(settings.home, Plan(files, bundle.ONTOLOGY, validate=False), Progress())
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as engine:
        yield create_app(settings, snapshot, engine).test_client()


@pytest.mark.parametrize(
    ("language", "tag", "notice", "labels"),
    [
        ("en", "sources disagree", "Sources disagree here: founded; seat.", {"founded", "seat"}),
        ("de", "Quellen uneins", "Hier widersprechen sich Quellen: gegründet; Sitz.", {"gegründet", "Sitz"}),
    ],
)
def test_the_page_says_so_at_its_top_and_at_the_fact_as_the_report_does(
    disputed: FlaskClient, language: str, tag: str, notice: str, labels: set[str]
) -> None:
    page = Reader(disputed, language).get("/doc/network/x")
    texts = [text for text, _ in page.texts]
    assert notice in page.text and "/reports/contradictions" in page.links
    assert {texts[at - 1] for at, text in enumerate(texts) if text == tag} == labels
    rows = disputed.get(f"/reports/contradictions.json?lang={language}").get_json()["results"]["bindings"]
    assert {row["point"]["value"] for row in rows} == labels
