"""What becomes of rows: each defect of the sample list is handled, and every row is accounted for once."""

import csv
import io
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from polisgraph.errors import SourceError
from polisgraph.importing import (
    Decided,
    Mapping,
    Outcome,
    decide,
    proposals,
    read_rows,
    read_rulings,
    summary,
    write_account,
)
from polisgraph.linking import Index
from polisgraph.namespaces import shorten
from tests.importing.conftest import LIST


@pytest.mark.parametrize(
    ("key", "outcome", "member"),
    [
        ("1", Outcome.LINKED, "mun:geonames-901"),  # known to the gazetteer only
        ("2", Outcome.LINKED, "mun:koeln"),  # known to the graph
        ("3", Outcome.LINKED, "mun:geonames-904"),  # the municipality None
        ("4", Outcome.DOUBTFUL, "authority:league-4"),  # two of the name, and positions are looked up by name
        ("5", Outcome.NEW, "authority:league-5"),
        ("6", Outcome.OTHER_AUTHORITY, "authority:league-6"),  # a province is not the city of its name
        ("7", Outcome.JOINT_GROUP, "authority:league-7"),
        ("8", Outcome.NEW, "authority:league-8"),
        ("10", Outcome.LINKED, "mun:geonames-905"),
        ("11", Outcome.DUPLICATE, "mun:geonames-905"),  # registered twice
        ("12", Outcome.NEW, "authority:league-12"),
        ("13", Outcome.DUPLICATE, "authority:league-12"),  # registered twice, and not known
        ("14", Outcome.NEW, "authority:league-14"),
        ("15", Outcome.NEW, "authority:league-15"),  # of one name, but 600 km apart
        ("16", Outcome.DOUBTFUL, "authority:league-16"),  # another row is linked to the place already
        ("17", Outcome.LINKED, "mun:ags-01999999"),
    ],
)
def test_a_row_becomes(decided: dict[str, Decided], key: str, outcome: Outcome, member: str) -> None:
    one = decided[key]
    assert (one.outcome, shorten(one.member)) == (outcome, member), one.reason
    assert one.reason


def test_what_a_defect_spoils_is_left_out(decided: dict[str, Decided]) -> None:
    defects = {key: " ".join(one.defects) for key, one in decided.items() if one.defects}
    assert set(defects) == {"7", "8", "9", "12"}
    assert "shared" in defects["7"] and "shared" in defects["8"] and not decided["8"].positioned
    assert "joint group is not on the list" in defects["9"] and "no position" in defects["12"]


def test_the_summary_accounts_for_every_row(decided: dict[str, Decided]) -> None:
    lines = list(summary(list(decided.values())))
    assert lines[0].split()[:2] == ["18", "rows"]
    assert sum(int(line.split()[0]) for line in lines[1 : 1 + len(Outcome)]) == 18
    assert any(line.startswith("of all rows 4 have a defect") for line in lines)
    rows = list(csv.DictReader(io.StringIO(write_account(list(decided.values())))))
    assert [int(row["row"]) for row in rows] == list(range(2, 20))
    assert Counter(row["outcome"] for row in rows) == Counter(one.outcome for one in decided.values())
    assert next(row["linked_to"] for row in rows if row["name"] == "None") == "place:geonames-904"


def test_the_order_of_the_list_changes_nothing(index: Index, mapping: Mapping) -> None:
    rows = read_rows(LIST, mapping)
    shuffled = random.Random(5).sample(rows, len(rows))
    assert shuffled != rows
    assert decide(shuffled, index) == decide(rows, index)


def test_what_people_decided_counts_first(index: Index, mapping: Mapping, tmp_path: Path) -> None:
    targets = {target.iri: target for target in index.targets}
    path = tmp_path / "league.decisions.csv"
    path.write_text(
        "key,is,by,on,why\n"
        "4,place:geonames-902,Europe office,2026-11-22,the one in the south\n"
        "16,place:geonames-901,Europe office,2026-11-22,the whole name\n"
        "17,none,Europe office,2026-11-22,another of the name\n",
        encoding="utf-8",
    )
    rulings = read_rulings(path, targets)
    found = {one.row.key.removeprefix("ref "): one for one in decide(read_rows(LIST, mapping), index, rulings=rulings)}
    assert (found["4"].outcome, shorten(found["4"].member)) == (Outcome.LINKED, "mun:geonames-902")
    assert found["4"].reason == "decided by Europe office on 2026-11-22: the one in the south"
    assert found["16"].outcome is Outcome.LINKED and found["1"].outcome is Outcome.DOUBTFUL, "only one row is a place"
    assert (found["17"].outcome, shorten(found["17"].member)) == (Outcome.NEW, "authority:league-17")
    assert found["2"].outcome is Outcome.LINKED


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("4,mun:nirgends,x,2026-11-22,y", "row 2, column 'is': 'mun:nirgends' is nothing that rows are linked to"),
        ("4,essen,x,2026-11-22,y", "row 2, column 'is': 'essen' is no IRI"),
        ("4,none,x,22.11.2026,y", "row 2, column 'on': '22.11.2026' is no day"),
        ("4,none,,2026-11-22,y", "row 2, column 'by': is empty"),
        ("4,none,x,2026-11-22,y\n4,none,x,2026-11-22,y", "row 3, column 'key': '4' is decided on above already"),
        ('4,"none', "is no CSV"),
    ],
)
def test_a_decision_with_a_fault_is_refused(index: Index, tmp_path: Path, lines: str, told: str) -> None:
    path = tmp_path / "league.decisions.csv"
    path.write_text(f"key,is,by,on,why\n{lines}\n", encoding="utf-8")
    with pytest.raises(SourceError, match=re.escape(told)):
        read_rulings(path, {target.iri: target for target in index.targets})
    with pytest.raises(SourceError, match="cannot be read"):
        read_rulings(tmp_path / "none.csv", {})


def test_items_are_proposed_of_what_nothing_else_has(
    decided: dict[str, Decided], mapping: Mapping, index: Index
) -> None:
    found = {(shorten(link.thing), link.item) for link in proposals(list(decided.values()), mapping, index)}
    assert {("authority:league-4", "Q900902"), ("authority:league-4", "Q900903")} <= found
    # Vieuxport's is the item of the municipality that row 1 is linked to.
    assert "Q900901" not in {item for _, item in found}
    assert {thing for thing, _ in found} <= {shorten(one.member) for one in decided.values() if one.target is None}
