"""The command, from a list to a file that the build takes up: its form, its updates; nothing is half-written."""

import csv
import io
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.cli import main
from polisgraph.cli.importing import import_command
from polisgraph.importing import read_statements
from polisgraph.importing.turtle import values
from polisgraph.links import read_links
from polisgraph.load import load
from polisgraph.namespaces import DATA_GRAPHS, expand
from polisgraph.snapshot import current
from polisgraph.validate import validate
from tests.importing.conftest import FILE, GAZETTEER, LIST, MAPPING
from tests.shipped import WRITTEN

Importer = Callable[..., Result]


def edited(folder: Path, *changes: tuple[str, str]) -> Path:
    """The sample list with texts replaced, a row a text at most."""
    text = LIST.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "edited.csv"
    path.write_text(text, encoding="utf-8")
    return path


def issued(folder: Path, day: str) -> Path:
    path = folder / "newer" / "league.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(MAPPING.read_text(encoding="utf-8").replace("2024-01", day), encoding="utf-8")
    return path


def said_of(path: Path, name: str, prop: str) -> list[str]:
    return values(read_statements(path), expand(name), prop)


def test_a_list_becomes_an_evidence_file(run: Importer, tmp_path: Path) -> None:
    account, candidates = tmp_path / "rows.csv", tmp_path / "candidates.ttl"
    done = run(LIST, "--account", str(account), "--propose", str(candidates))
    assert done.exit_code == 0, done.output
    assert "18 rows" in done.stderr and "links proposed" in done.stderr
    path = tmp_path / FILE
    said = read_statements(path)
    graph = f"{DATA_GRAPHS}from-league"
    assert values(said, graph, "dct:license") == [
        "https://creativecommons.org/licenses/by/4.0/", "https://www.govdata.de/dl-de/by-2-0",
    ]  # fmt: skip
    rights = values(said, graph, "dct:rights")[0]
    assert rights.startswith("The League of samples.") and "© GeoNames" in rights and "BKG" in rights
    assert said_of(path, "src:league", "pg:notBefore") == ["2024-01"]
    assert said_of(path, "mun:geonames-901", "pg:wikidata") == [expand("wd:Q900901")]
    assert said_of(path, "mun:geonames-905", "skos:altLabel") == [], "«FONTALBA» is told by its locator"
    assert expand("mun:koeln") not in said, "of what the graph describes itself a list says only the membership"
    assert said_of(path, "ten:league--2", "org:member") == [expand("mun:koeln")]
    # On hold is not left.
    assert said_of(path, "ten:league--3", "pg:status") == [expand("status:on-hold")]
    assert not any(prop == "pg:end" for each in said.values() for prop, _ in each)
    # Registered twice: one membership, its earlier start, both rows, and not on hold as long as one is not.
    assert said_of(path, "ten:league--10", "pg:locator") == ["ref 10, «Fontalba»", "ref 11, «FONTALBA»"]
    assert said_of(path, "ten:league--10", "pg:start") == ["2012-01-01"]
    assert said_of(path, "ten:league--10", "pg:status") == [] and expand("ten:league--11") not in said
    assert [text for text in said_of(path, "ten:league--10", "skos:note") if "2015-01-01" in text and "on-hold" in text]
    # A joint group, its member, and a group that is not on the list.
    assert said_of(path, "ten:league--8", "pg:withinGroup") == [expand("ten:league--7")]
    assert said_of(path, "ten:league--9", "pg:withinGroup") == []
    assert said_of(path, "authority:league-7", "rdf:type") == [expand("pg:LocalAuthority")]
    assert said_of(path, "authority:league-8", "wgs84:lat") == [], "the point is that of the group"
    assert said_of(path, "authority:league-9", "wgs84:lat") == ["42.1"]
    assert said_of(path, "country:PRT", "skos:prefLabel") == ["Portugal", "Portugal"]
    memberships = [iri for iri in said if expand("pg:NetworkMembership") in values(said, iri, "rdf:type")]
    assert len(memberships) == 16, "18 rows, two of them registered twice"
    assert {link.item for link in read_links(candidates)} >= {"Q900902", "Q900903"}
    assert len(list(csv.DictReader(io.StringIO(account.read_text(encoding="utf-8"))))) == 18


def test_the_graph_with_a_list_is_valid_and_its_reports_know_it(run: Importer, tmp_path: Path) -> None:
    assert run(LIST, "--propose", str(tmp_path / "candidates-league.ttl")).exit_code == 0
    data = (*WRITTEN, GAZETTEER, tmp_path / FILE, tmp_path / "candidates-league.ttl")
    found = validate(load(data, bundle.ONTOLOGY), bundle.ONTOLOGY / "shapes.ttl")
    assert [each.text() for each in found.findings if "league" in each.focus and each.severity != "Info"] == []
    assert found.conforms
    first = (tmp_path / FILE).read_bytes()
    home = tmp_path / "home"
    build(home, Plan(data=data), Progress())
    # The list is in the graph now; importing it again links its rows to the same and gives the same bytes.
    assert run(LIST, home=home).exit_code == 0
    assert (tmp_path / FILE).read_bytes() == first
    store = ox.Store.read_only(str(current(home).store_path))
    rows = store.query(
        """PREFIX pg: <https://w3id.org/polisgraph/ontology/> PREFIX net: <https://w3id.org/polisgraph/id/network/>
        SELECT ?label { ?member pg:memberOf net:energy-cities ; pg:displayLabel ?label FILTER(LANG(?label) = "de") }"""
    )
    labels = {row["label"].value for row in rows}
    assert {"None", "Vieuxport", "Alba Nova, Bela Nova, Cela Nova", 'Sant\'Elia "al Mare"'} <= labels


def test_the_order_of_the_rows_does_not_show(run: Importer, tmp_path: Path) -> None:
    assert run(LIST).exit_code == 0
    first = (tmp_path / FILE).read_bytes()
    header, *rows = LIST.read_text(encoding="utf-8").splitlines(keepends=True)
    turned = tmp_path / "turned.csv"
    turned.write_text(header + "".join(reversed(rows)), encoding="utf-8")
    assert run(turned).exit_code == 0
    assert (tmp_path / FILE).read_bytes() == first


def test_an_update_shows_the_difference_and_ends_what_is_gone(run: Importer, tmp_path: Path) -> None:
    assert run(LIST).exit_code == 0
    path = tmp_path / FILE
    first = path.read_bytes()
    newer = edited(
        tmp_path,
        ("1,Vieuxport,FR,2010-05-04,city,listed,48.501,-4.002,\n", ""),
        ("16,Ville de Vieuxport,FR,2020-01-01,city,listed,48.5,-4.0,\n", ""),
        ("5,Kleinkleckersdorf,", "5,Großkleckersdorf,"),
        ("2,Köln,DE,2012-03-01,city,listed", "2,Köln,DE,2012-03-01,city,paused"),
        ("14,Mirabelle-Haute,FR,2019-01-01", "14,Mirabelle-Haute,FR,2019-06-01"),
        ("18,\"Sant'", "19,Novum,PT,2025-02-03,city,listed,38.0,-8.5,\n18,\"Sant'"),
    )
    mapping = ("--mapping", str(issued(tmp_path, "2025-03")))
    refused = run(newer, *mapping)
    assert refused.exit_code == 1 and "give --update to end them" in refused.output and "Vieuxport" in refused.output
    assert path.read_bytes() == first
    tried = run(newer, *mapping, "--update", "--dry-run")
    assert tried.exit_code == 0 and path.read_bytes() == first
    done = run(newer, *mapping, "--update")
    assert done.exit_code == 0
    for line in (
        "joined: 1", "  Novum (ref 19)", "left: 2", "  Vieuxport (ref 1)", "  Ville de Vieuxport (ref 16)",
        "renamed: 1", "  Kleinkleckersdorf (ref 5): now Großkleckersdorf",
        "changed status: 1", "  Köln (ref 2): on the list → on-hold",
        "changed otherwise: 1", "  Mirabelle-Haute (ref 14): joined 2019-01-01 → 2019-06-01",
    ):  # fmt: skip
        assert line in done.stderr.splitlines() and line in tried.stderr.splitlines()
    assert said_of(path, "ten:league--1", "pg:end") == ["2025-03"]
    assert said_of(path, "ten:league--1", "pg:start") == ["2010-05-04"]
    assert said_of(path, "ten:league--1", "pg:status") == [expand("status:ended")]
    assert said_of(path, "ten:league--1", "pg:timeNote") == [
        "Is on the list of 2024-01, on that of 2025-03 no more.",
        "Steht auf der Liste von 2024-01 noch, auf der von 2025-03 nicht mehr.",
    ]
    assert said_of(path, "mun:geonames-901", "skos:prefLabel") == ["Vieuxport"]
    found = validate(load((*WRITTEN, GAZETTEER, path), bundle.ONTOLOGY), bundle.ONTOLOGY / "shapes.ttl")
    assert found.conforms, [each.text() for each in found.findings if each.severity == "Violation"]
    second = path.read_bytes()
    assert run(newer, *mapping, "--update").exit_code == 0
    assert path.read_bytes() == second, "what ended ends once"
    # Who comes back is on the list again.
    back = run(LIST, "--mapping", str(issued(tmp_path, "2026-03")), "--update")
    assert back.exit_code == 0 and "returned: 2" in back.stderr
    assert said_of(path, "ten:league--1", "pg:end") == []
    assert said_of(path, "ten:league--19", "pg:end") == ["2026-03"]


def test_who_is_on_the_list_under_another_key_does_not_overlap(run: Importer, tmp_path: Path) -> None:
    assert run(LIST).exit_code == 0
    newer = edited(
        tmp_path,
        ("10,Fontalba,IT,2012-01-01,city,listed,41.0,14.0,\n", ""),  # the second registration stays
        ("3,None,IT,2011-01-31", "30,None,IT,2005-01-31"),  # another key, and an earlier start
    )
    done = run(newer, "--mapping", str(issued(tmp_path, "2025-03")), "--update")
    assert done.exit_code == 0, done.output
    path = tmp_path / FILE
    assert said_of(path, "ten:league--10", "pg:end") == said_of(path, "ten:league--11", "pg:start") == ["2015-01-01"]
    assert expand("ten:league--3") not in read_statements(path)
    assert "Formerly registered as None (ref 3), 2011-01-31." in said_of(path, "ten:league--30", "skos:note")
    first = path.read_bytes()
    assert run(newer, "--mapping", str(issued(tmp_path, "2025-03")), "--update").exit_code == 0
    assert path.read_bytes() == first
    found = validate(load((*WRITTEN, GAZETTEER, path), bundle.ONTOLOGY), bundle.ONTOLOGY / "shapes.ttl")
    assert found.conforms, [each.text() for each in found.findings if each.severity == "Violation"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("2012-03-01", "31.02.2015"), "row 3, column 'joined'"),
        (("Köln,DE", '"Köln,DE'), "row 3: is no CSV"),
        (("ref,member", "ref,name"), "no column 'member'"),
    ],
)
def test_bad_input_leaves_the_file_as_it_was(run: Importer, tmp_path: Path, change: tuple[str, str], told: str) -> None:
    path = tmp_path / FILE
    path.write_text("# what was there\n", encoding="utf-8")
    bad = run(edited(tmp_path, change), "--account", str(tmp_path / "rows.csv"), "--propose", str(tmp_path / "c.ttl"))
    assert bad.exit_code == 1 and told in bad.output and "Traceback" not in bad.output
    assert path.read_text(encoding="utf-8") == "# what was there\n"
    assert {each.name for each in tmp_path.iterdir()} == {FILE, "edited.csv"}


def test_a_file_that_no_import_wrote_is_not_replaced(run: Importer, tmp_path: Path) -> None:
    path = tmp_path / FILE
    for content, told in (("<a> <b> .", "syntax error"), ("[] <http://a> <http://b> .", "has blank nodes")):
        path.write_text(content, encoding="utf-8")
        refused = run(LIST)
        assert refused.exit_code == 1 and told in refused.output
        assert path.read_text(encoding="utf-8") == content


def test_the_examples_of_the_help_work(league_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my-data").mkdir()
    for path in (LIST, MAPPING):
        shutil.copy(path, tmp_path / "my-data")
    monkeypatch.chdir(tmp_path)
    examples = [line.strip() for line in (import_command.help or "").splitlines() if "  polisgraph import" in line]
    assert len(examples) == 3
    for example in examples:
        done = CliRunner().invoke(main, shlex.split(example)[1:], env={"POLISGRAPH_HOME": str(league_home)})
        assert done.exit_code == 0, done.output
    assert (tmp_path / "my-data" / FILE).exists() and (tmp_path / "rows.csv").exists()


def test_the_file_is_named_after_the_mapping(run: Importer, tmp_path: Path) -> None:
    wrong = run(LIST, "-o", str(tmp_path / "other.ttl"))
    assert wrong.exit_code == 2 and "must be called from-league.ttl" in wrong.output


def test_a_folder_that_is_not_there_is_told(run: Importer, tmp_path: Path) -> None:
    gone = run(LIST, "-o", str(tmp_path / "none" / FILE))
    assert gone.exit_code == 1 and "cannot be written" in gone.output
