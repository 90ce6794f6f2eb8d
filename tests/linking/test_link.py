"""`polisgraph link`: a table goes in, the same table comes out with what its rows were linked to."""

import csv
import io
from importlib import import_module
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from polisgraph.cli import main
from polisgraph.linking import SCHEMES, Matcher
from polisgraph.linking.lists import APPENDED, Columns, Linker
from polisgraph.linking.tables import read_table
from polisgraph.namespaces import PREFIXES, expand
from tests.linking.test_tables import workbook

MEMBERS = """Nr;Stadt;Land;seit
1;Koeln;Deutschland;1990
2;Münster;Deutschland;
3;;Deutschland;
4;Nirgendwohausen;Deutschland;
5;Bochum;DE;x;y
6;Keulen;NL;"a;b"
"""


def run(home: Path, *words: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["link", *words], input=given, env={"POLISGRAPH_HOME": str(home)})


def rows(body: bytes, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_rows_and_columns_stay_and_the_links_are_appended(whole_home: Path, tmp_path: Path) -> None:
    source, output = tmp_path / "members.csv", tmp_path / "linked.csv"
    source.write_text(MEMBERS, encoding="utf-8")
    words = ["--name-column", "Stadt", "--country-column", "Land", "-o", str(output)]
    done = run(whole_home, str(source), *words)
    assert done.exit_code == 0, done.output
    header, *linked = rows(output.read_bytes())
    assert header == ["Nr", "Stadt", "Land", "seit", "", *APPENDED]
    given = rows(MEMBERS.encode())[1:]
    assert [row[: len(cells)] for row, cells in zip(linked, given, strict=True)] == given
    found = [dict(zip(APPENDED, row[5:], strict=True)) for row in linked]
    assert (found[0]["id"], found[0]["qid"], found[0]["match"]) == (expand("mun:koeln"), "Q365", "true")
    assert float(found[0]["score"]) >= 90 and found[0]["reason"]
    assert found[1]["match"] == "false" and not found[1]["id"] and "place:ags-05515000 Q2742" in found[1]["candidates"]
    assert "neither a name nor a key" in found[2]["reason"]
    assert found[3]["match"] == "false" and not found[3]["id"]
    assert "5 cells, the header 4" in found[4]["reason"] and not found[4]["candidates"]
    assert found[5]["match"] == "false" and "mun:koeln Q365" in found[5]["candidates"]
    assert "row 4: row has neither a name nor a key" in done.stderr and "row 6: row has 5 cells" in done.stderr
    assert "6 rows: 1 linked" in done.stderr and "2 bad" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linked.csv", "members.csv"]


def test_keys_coordinates_and_networks_come_from_columns(whole_home: Path) -> None:
    table = (
        "city,key,wd,lat,lon,in\n"
        "?,5315000,,,,\n"
        "Halle,,,\"51,48\",\"11,97\",\n"
        "Heidelberg,,,,,Eurocities; ECCAR\n"
        "Bonn,,,95,7,\n"
        ",,Q2103,,,\n"
    )  # fmt: skip
    done = run(
        whole_home, "-", "--name-column", "city", "--key-column", "ags=key", "--key-column", "qid=wd",
        "--latitude-column", "lat", "--longitude-column", "lon", "--network-column", "in", given=table.encode(),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    header, *linked = rows(done.stdout_bytes, ",")
    ids = [row[header.index("id")] for row in linked]
    assert ids == ["", expand("place:ags-15002000"), expand("mun:heidelberg"), "", expand("mun:bochum")]
    reasons = [row[header.index("reason")] for row in linked]
    assert "the name does not" in reasons[0] and "exchanged" in reasons[3]


def test_a_workbook_goes_in_and_turtle_comes_out(whole_home: Path, tmp_path: Path) -> None:
    source, output = tmp_path / "städte.xlsx", tmp_path / "linked.ttl"
    source.write_bytes(workbook(("A", [["Stadt"], ["Köln"], ["Münster"], ["Bochum"]])))
    done = run(whole_home, str(source), "--name-column", "Stadt", "--country", "DE", "-o", str(output))
    assert done.exit_code == 0, done.output
    triples = {quad.triple for quad in ox.parse(path=str(output))}
    row = ox.NamedNode("https://w3id.org/polisgraph/linked/st%C3%A4dte.xlsx#row=2")
    assert {
        ox.Triple(row, ox.NamedNode(PREFIXES["rdfs"] + "label"), ox.Literal("Köln")),
        ox.Triple(row, ox.NamedNode(PREFIXES["schema"] + "sameAs"), ox.NamedNode(expand("mun:koeln"))),
        ox.Triple(row, ox.NamedNode(PREFIXES["schema"] + "sameAs"), ox.NamedNode(expand("wd:Q365"))),
    } <= triples
    assert len({triple.subject for triple in triples}) == 2


def test_the_name_of_an_appended_column_may_be_taken(matcher: Matcher) -> None:
    table = read_table(b"id,name\n7,Bonn\n", "x.csv", ["name"])
    linker = Linker(matcher, table, Columns("name"), country="DE")
    assert linker.header == ["id", "name", "link_id", "qid", "link_name", "score", "match", "reason", "candidates"]
    (linked,) = linker.rows()
    assert linked.cells == ["7", "Bonn"] and linked.outcome.match


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--name-column", "Ort"], "no header with 'Ort'"),
        (["--name-column", "Stadt", "--key-column", "AGS"], "SCHEME=COLUMN"),
        (["--name-column", "Stadt", "--key-column", "zip=Nr"], "SCHEME=COLUMN"),
        (["--name-column", "Stadt", "-o", "x.pdf"], "neither in .csv nor in .ttl"),
        (["--name-column", "Stadt", "-o", "/nowhere/x.csv"], "cannot be written"),
        (["--name-column", "Stadt", "--delimiter", "ab"], "not one character"),
        ([], "--name-column"),
    ],
)
def test_what_is_wrong_with_the_command_is_told(whole_home: Path, words: list[str], told: str) -> None:
    done = run(whole_home, "-", *words, given=MEMBERS.encode())
    assert done.exit_code in (1, 2) and told in done.output and "Traceback" not in done.output


def test_every_scheme_may_have_a_column() -> None:
    assert tuple(SCHEMES) == import_module("polisgraph.cli.link").SCHEMES
    assert f"{', '.join(SCHEMES)};" in " ".join(CliRunner().invoke(main, ["link", "--help"]).output.split())


def test_without_a_snapshot_it_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path, "-", "--name-column", "Stadt", given=MEMBERS.encode())
    assert done.exit_code == 1 and "polisgraph build" in done.output
