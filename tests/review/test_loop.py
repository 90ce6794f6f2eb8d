"""The whole loop, with the real commands in a copy of the data: a table, links, decisions, a build, what goes back.

A person has a list of networks with their items. The list proposes; the person decides; the data file keeps it; the
build follows; the reports show it; and a membership can go back to Wikidata with its reference.
"""

import csv
import io
from pathlib import Path

import pytest

from polisgraph.links import Status, read_links
from polisgraph.namespaces import expand
from tests.review.conftest import Command, command, copied
from tests.wikidata.grammar import parse

TABLE = """Netzwerk;Wikidata
EUROCITIES;Q9100400
Eurocities;Q753050
Klima-Bündnis;Q9100401
Kein Netzwerk;Q9100402
"""
"""The first line is right. Q753050 is a train, which was rejected long ago; the third is wrong, the last is unknown."""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a copy of the data, in which the page of Cologne has its address on the web."""
    data = copied(tmp_path)
    sources = data / "sources.ttl"
    text = sources.read_text(encoding="utf-8")
    address = "https://www.stadt-koeln.example/grenzueberschreitend"
    sources.write_text(text.replace('"002_82e28f17eb549fa1"', f'"{address}"'), encoding="utf-8")
    (tmp_path / "networks.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def missing(polisgraph: Command) -> dict[str, dict[str, str]]:
    """What the report says has no item yet, by IRI."""
    found = polisgraph("report", "missing-links", "--kind", "network", "--lang", "en").stdout
    return {row["entity"]: row for row in rows(found)}


def test_from_a_table_to_quickstatements(here: Path) -> None:
    polisgraph = command(here / ".polisgraph", here)
    eurocities, alliance = expand("net:eurocities"), expand("net:climate-alliance")
    polisgraph("build", "--data", "data")
    assert {eurocities, alliance} <= missing(polisgraph).keys()
    assert polisgraph("wikidata", "quickstatements").stdout == ""

    # The table is linked; what it says of items is proposed, but for the train, on which somebody has decided.
    words = ["--name-column", "Netzwerk", "--key-column", "qid=Wikidata", "-o", "linked.csv"]
    polisgraph("link", "networks.csv", *words, "--propose", "new.ttl")
    linked = [row["id"] for row in rows((here / "linked.csv").read_text(encoding="utf-8"), ";")]
    assert linked == [eurocities, "", alliance, ""]
    proposed = {link.pair: link for link in read_links(here / "new.ttl")}
    assert proposed.keys() == {(eurocities, "Q9100400"), (alliance, "Q9100401")}
    assert "list: networks.csv, row 2 names Q9100400" in proposed[eurocities, "Q9100400"].evidence

    # A person decides; the file of decisions in the data folder says so, and the train is still rejected.
    done = polisgraph("review", "new.ttl", "--by", "Europe office", "--confirm", "net:eurocities", "Q9100400",
                      "--reject", "net:climate-alliance", "Q9100401")  # fmt: skip
    assert done.stdout.splitlines() == ["confirmed: net:eurocities Q9100400", "rejected: net:climate-alliance Q9100401"]
    kept = {link.pair: link.status for link in read_links(here / "data" / "decisions.ttl", strict=True)}
    assert kept[eurocities, "Q9100400"] is Status.CONFIRMED
    assert kept[alliance, "Q9100401"] is kept[eurocities, "Q753050"] is Status.REJECTED
    polisgraph("check", "--data", "data")

    # The graph in service knows nothing of it until it is built again.
    assert eurocities in missing(polisgraph)
    polisgraph("build", "--data", "data")
    assert eurocities not in missing(polisgraph) and alliance in missing(polisgraph)
    asked = polisgraph("explain", "Q9100400", "pg:wikidata", "wd:Q9100400").stdout
    assert "follows by rule 1-wikidata" in asked and "asserted in data/decisions" in asked

    # What was decided on is not proposed again, and the row that names the item is sure now.
    again = polisgraph("link", "networks.csv", *words, "--propose", "again.ttl")
    assert read_links(here / "again.ttl") == [] and "0 links proposed" in again.stderr
    found = rows((here / "linked.csv").read_text(encoding="utf-8"), ";")
    assert (found[0]["qid"], found[0]["match"]) == ("Q9100400", "true")
    assert found[2]["match"] == "false" and "Q9100401 was rejected for it" in found[2]["reason"]
    assert not any(line.startswith(("net:eurocities", "net:climate-alliance"))
                   for line in polisgraph("review", "--list", "new.ttl").stdout.splitlines())  # fmt: skip

    # And the membership of Cologne can go back, with the page that says so.
    lines = polisgraph("wikidata", "quickstatements").stdout.splitlines()
    assert [line.split("\t")[:3] for line in lines] == [["Q365", "P463", "Q9100400"]]
    assert 'S854\t"https://www.stadt-koeln.example/grenzueberschreitend"' in lines[0]
    assert parse(lines[0])
