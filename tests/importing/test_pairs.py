"""A list of partnerships: what becomes of its rows, the file that the build takes up, and the next edition."""

import csv
import io
import json
import random
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from polisgraph import bundle
from polisgraph.cli import main
from polisgraph.derive import derive
from polisgraph.errors import SourceError
from polisgraph.importing import (
    Pair,
    Tie,
    decide_pairs,
    find_mapping,
    partnership_account,
    partnership_statements,
    partnership_summary,
    read_mapping,
    read_pairs,
    read_statements,
)
from polisgraph.importing.turtle import values
from polisgraph.linking import Index
from polisgraph.load import load
from polisgraph.namespaces import PG, expand, shorten
from polisgraph.reason import reason
from polisgraph.validate import validate
from tests.importing.conftest import GAZETTEER, HERE
from tests.shipped import WRITTEN

TWINS, MAPPING = HERE / "twins.csv", HERE / "twins.json"


@pytest.fixture(scope="module")
def pairs(index: Index) -> list[Pair]:
    return decide_pairs(read_pairs(TWINS, read_mapping(MAPPING)), index)


def run(table: Path, output: Path, home: Path, *words: str) -> Result:
    options = ["--mapping", str(MAPPING), "-o", str(output), "--home", str(home), *words]
    return CliRunner().invoke(main, ["import", str(table), *options])


def test_each_row_becomes_one_thing(pairs: list[Pair]) -> None:
    assert [(pair.number, pair.outcome) for pair in pairs] == [
        (2, Tie.PARTNERSHIP),
        (3, Tie.REPEATED),  # the same from the other side
        (4, Tie.PARTNERSHIP),
        (5, Tie.ITSELF),
        (6, Tie.HALF),  # there are two of the partner's name
        (7, Tie.NONE),  # a province, and an item without a name
        (8, Tie.HALF),  # a place without a country of today
    ]
    assert [tuple(map(shorten, pair.partners)) for pair in pairs if pair.outcome is Tie.PARTNERSHIP] == [
        ("mun:geonames-901", "mun:koeln"), ("mun:geonames-905", "mun:koeln"),
    ]  # fmt: skip
    assert all(pair.reason for pair in pairs)


def test_the_order_of_the_rows_changes_nothing(pairs: list[Pair], index: Index) -> None:
    rows = read_pairs(TWINS, read_mapping(MAPPING))
    assert decide_pairs(random.Random(3).sample(rows, len(rows)), index) == pairs


def test_every_row_is_accounted_for(pairs: list[Pair]) -> None:
    lines = list(partnership_summary(pairs))
    assert [int(line.split()[0]) for line in lines] == [7, 2, 1, 1, 2, 1]
    rows = list(csv.DictReader(io.StringIO(partnership_account(pairs))))
    assert Counter(row["outcome"] for row in rows) == Counter(pair.outcome for pair in pairs)
    assert rows[4]["partner"] == "mun:geonames-904" and "«Belleroche»" in rows[4]["reason"]


def test_of_several_rows_the_first_says_when(pairs: list[Pair]) -> None:
    said = partnership_statements(pairs, read_mapping(MAPPING), set())
    iri = expand("partnership:geonames-901--koeln")
    assert values(said, iri, "pg:start") == ["1958"]
    assert values(said, iri, "pg:locator") == ["row 2, «Vieuxport – Köln»", "row 3, «Köln – Vieuxport»"]
    assert expand("mun:koeln") not in said, "the graph describes it"
    assert expand("mun:geonames-904") not in said, "None has no partner that is known"


def test_the_graph_with_partnerships_is_valid_and_knows_the_twins(league_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "from-twins.ttl"
    done = run(TWINS, path, league_home, "--account", str(tmp_path / "rows.csv"))
    assert done.exit_code == 0, done.output
    assert "2 partnerships of two known municipalities" in done.stderr and (tmp_path / "rows.csv").exists()
    loaded = load((*WRITTEN, GAZETTEER, path), bundle.ONTOLOGY)
    found = validate(loaded, bundle.ONTOLOGY / "shapes.ttl")
    assert found.conforms, [each.text() for each in found.findings if each.severity == "Violation"]
    derive(loaded.store, bundle.ONTOLOGY / "rules")
    reason(loaded.store, bundle.ONTOLOGY / "rules")
    twinned = {
        (shorten(quad.subject.value), shorten(quad.object.value))
        for quad in loaded.store.quads_for_pattern(None, ox.NamedNode(f"{PG}twinnedWith"), None, ox.DefaultGraph())
    }
    assert twinned == {
        ("mun:geonames-901", "mun:koeln"), ("mun:koeln", "mun:geonames-901"),
        ("mun:geonames-905", "mun:koeln"), ("mun:koeln", "mun:geonames-905"),
    }  # fmt: skip
    label = ox.NamedNode(f"{PG}displayLabel")
    names = loaded.store.quads_for_pattern(ox.NamedNode(expand("partnership:geonames-901--koeln")), label, None)
    assert {quad.object.value for quad in names} == {"Vieuxport – Köln", "Vieuxport – Cologne"}


def test_the_next_edition_ends_what_is_gone(league_home: Path, tmp_path: Path) -> None:
    path, newer = tmp_path / "from-twins.ttl", tmp_path / "newer"
    assert run(TWINS, path, league_home).exit_code == 0
    newer.mkdir()
    mapping = newer / "twins.json"
    mapping.write_text(MAPPING.read_text(encoding="utf-8").replace("2024-01", "2025-06"), encoding="utf-8")
    table = newer / "twins.csv"
    rows = TWINS.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join([*rows[:3], *rows[4:]]), encoding="utf-8")
    refused = run(table, path, league_home, "--mapping", str(mapping))
    assert refused.exit_code == 1 and "Fontalba – Köln" in refused.output
    done = run(table, path, league_home, "--mapping", str(mapping), "--update")
    assert done.exit_code == 0 and "left: 1" in done.stderr
    said = read_statements(path)
    assert values(said, expand("partnership:geonames-905--koeln"), "pg:end") == ["2025-06"]
    assert values(said, expand("mun:geonames-905"), "skos:prefLabel") == ["Fontalba"]
    store = load((*WRITTEN, path), bundle.ONTOLOGY).store
    derive(store, bundle.ONTOLOGY / "rules")
    twinned = store.quads_for_pattern(None, ox.NamedNode(f"{PG}twinnedWith"), None, ox.DefaultGraph())
    assert len(list(twinned)) == 2, "what is over twins nobody; the other holds from both sides"


def test_partners_are_two_and_nothing_is_proposed_of_them(league_home: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "twins.json"
    meant = json.loads(MAPPING.read_text(encoding="utf-8"))
    assert meant["tableSchema"]["columns"].pop()["name"] == "other"
    mapping.write_text(json.dumps(meant), encoding="utf-8")
    with pytest.raises(SourceError, match="has two partners"):
        read_mapping(mapping)
    asked = run(TWINS, tmp_path / "from-twins.ttl", league_home, "--propose", str(tmp_path / "c.ttl"))
    assert asked.exit_code == 2 and "nothing is proposed" in asked.output


def test_the_shipped_mapping_reads_rows_from_both_sides(tmp_path: Path, index: Index) -> None:
    mapping = read_mapping(find_mapping("wikidata-twinnings-2017"))
    table = tmp_path / "twinning_wikidata_2017.csv"
    header = "member_name,country_iso2,partner_name,partner_country_iso2,partner_country_label,latitude,longitude,"
    row = "Köln,DE,Vieuxport,FR,France,50.94,6.96,48.501,-4.002,rogorido/sistercities@6bb54734,2017-07"
    table.write_text(f"{header}partner_latitude,partner_longitude,source,as_of\n{row}\n", encoding="utf-8")
    ((one, other),) = read_pairs(table, mapping)
    assert (one.name, one.country, other.name, other.country) == ("Köln", "DE", "Vieuxport", "FR")
    (pair,) = decide_pairs([(one, other)], index)
    assert pair.outcome is Tie.PARTNERSHIP and pair.locator == "row 2, «Köln – Vieuxport»"
