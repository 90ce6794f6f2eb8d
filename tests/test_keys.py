"""Keys of registers: every way in which people write one means the same, and nothing else does."""

import re

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.namespaces import PREFIXES
from polisgraph.reports import EntityLookup
from polisgraph.reports.keys import SCHEMES, Scheme, read
from polisgraph.web.site import question
from tests.test_entities import Ask, ask_oxigraph, ask_rdflib

PG = PREFIXES["pg"]
OTHER_IDENTIFIERS = {PG + "sha256", PG + "wikidataCandidate"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Q365", "wikidata:Q365"),
        (" q365 ", "wikidata:Q365"),
        ("wd:Q365", "wikidata:Q365"),
        ("WD:q365", "wikidata:Q365"),
        ("wikidata:Q365", "wikidata:Q365"),
        ("http://www.wikidata.org/entity/Q365", "wikidata:Q365"),
        ("https://www.wikidata.org/entity/Q365", "wikidata:Q365"),
        ("https://www.wikidata.org/wiki/Q365", "wikidata:Q365"),
        ("https://m.wikidata.org/wiki/Q365/", "wikidata:Q365"),
        ("http://wikidata.org/wiki/Special:EntityData/Q365", "wikidata:Q365"),
        ("ags:05315000", "ags:05315000"),
        ("AGS: 05315000", "ags:05315000"),
        ("http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05315000", "ags:05315000"),
        ("https://dcat-ap.de/def/politicalGeocoding/districtKey/05358", "district:05358"),
        ("lau:gm0363", "lau:GM0363"),
        ("nuts:dea23", "nuts:DEA23"),
        ("http://data.europa.eu/nuts/code/DEA", "nuts:DEA"),
        ("iso3166:de-nw", "iso3166:DE-NW"),
        ("https://www.geonames.org/2886242/koeln.html", "geonames:2886242"),
        ("https://sws.geonames.org/2886242/", "geonames:2886242"),
        ("gnd:4031483-2", "gnd:4031483-2"),
        ("gnd:11855417x", "gnd:11855417X"),
        ("https://d-nb.info/gnd/4031483-2", "gnd:4031483-2"),
        ("isni: 0000 0000 4675 698x", "isni:000000004675698X"),
        ("https://isni.org/isni/000000004675698X", "isni:000000004675698X"),
        ("https://ror.org/04H4Z8K05", "ror:04h4z8k05"),
    ],
)
def test_a_key_is_read_however_it_is_written(text: str, key: str) -> None:
    assert str(read(text)) == key


@pytest.mark.parametrize(
    "text",
    [
        "", "Q", "Q0", "Q1x", "P463", "koeln", "05315000", "wd:", "wd:koeln", "ags:5315000", "ags:053150000", "isni:1",
        "https://example.org/entity/Q365", "https://www.wikidata.org/entity/P463", "https://www.wikidata.org.evil.example/entity/Q365",
        "https://www.geonames.org/about", "mun:koeln", "Q365 Q366", "gnd:'", "nuts://DEA", "Q" + "9" * 40,
    ],
)  # fmt: skip
def test_what_is_no_key(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_each_scheme_reads_its_own_example_and_address(scheme: Scheme) -> None:
    key = scheme.key(scheme.example)
    assert key is not None and read(str(key)) == key
    assert bool(scheme.register) == bool(scheme.addresses)
    if key.address:
        assert read(key.address) == key


@pytest.mark.parametrize("scheme", SCHEMES)
def test_all_keys_of_the_data_have_the_form_of_their_scheme(store: ox.Store, scheme: str) -> None:
    chosen = SCHEMES[scheme]
    quads = list(store.quads_for_pattern(None, ox.NamedNode(chosen.property), None, ox.DefaultGraph()))
    values = [quad.object.value.removeprefix(chosen.values) for quad in quads]
    assert values or scheme == "district"
    assert [value for value in values if str(chosen.key(value)) != f"{scheme}:{value}"] == []


def test_the_list_of_schemes_is_the_one_that_the_page_asks_about() -> None:
    text = question("schemes", {})
    asked = set(re.findall(r"pg:\w+", text[text.index("VALUES ?property") : text.index("?property pg:displayLabel")]))
    assert asked == {scheme.property.replace(PG, "pg:") for scheme in SCHEMES.values()}


def test_every_property_with_a_key_is_a_scheme() -> None:
    """A property of the vocabulary whose definition speaks of a key, code or identifier has its scheme."""
    text = (bundle.ONTOLOGY / "polisgraph.ttl").read_text(encoding="utf-8")
    labels = re.findall(r'^pg:(\w+) a owl:DatatypeProperty ;[^.]*?"([^"]*)"@en', text, re.MULTILINE)
    keys = {PG + name for name, label in labels if re.search(r"\b(key|code|identifier)\b", label)}
    assert keys - OTHER_IDENTIFIERS == {scheme.property for scheme in SCHEMES.values()} - {PG + "wikidata"}


@pytest.mark.parametrize("ask", [ask_oxigraph, ask_rdflib])
@pytest.mark.parametrize("text", ["wd:Q365", "https://www.wikidata.org/wiki/Q365", "lau:05315000"])
def test_who_bears_a_key(ask: Ask, text: str) -> None:
    lookup = EntityLookup(ask)
    key = read(text)
    assert key is not None
    assert [entity.tail for entity in lookup.bearing(key)] == ["municipality/koeln"]
    assert [entity.tail for entity in lookup.named(text, None, None)] == ["municipality/koeln"]


def test_a_key_of_one_register_is_not_that_of_another() -> None:
    lookup = EntityLookup(ask_oxigraph)
    for text in ("ags:05315000", "wd:Q366", "geonames:5315000"):
        key = read(text)
        assert key is not None and lookup.bearing(key) == [] and lookup.named(text, None, None) == []


def test_a_thing_that_a_register_names_has_its_key(store: ox.Store) -> None:
    """States of Germany have IRIs made of their NUTS codes."""

    def ask(query: str) -> bytes:
        solutions = store.query(query)
        assert isinstance(solutions, ox.QuerySolutions)
        return bytes(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"")

    key = read("nuts:DEA")
    assert key is not None
    assert [entity.labels["en"] for entity in EntityLookup(ask).bearing(key)] == ["North Rhine-Westphalia"]
