"""What becomes of rows: each defect of the sample list is handled, and every row is accounted for once."""

import csv
import io
import random
from collections import Counter

import pytest

from polisgraph.importing import Decided, Mapping, Outcome, decide, proposals, read_rows, summary, write_account
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
    assert any(line.startswith("of these 4 have a defect") for line in lines)
    rows = list(csv.DictReader(io.StringIO(write_account(list(decided.values())))))
    assert [int(row["row"]) for row in rows] == list(range(2, 20))
    assert Counter(row["outcome"] for row in rows) == Counter(one.outcome for one in decided.values())
    assert next(row["linked_to"] for row in rows if row["name"] == "None") == "place:geonames-904"


def test_the_order_of_the_list_changes_nothing(index: Index, mapping: Mapping) -> None:
    rows = read_rows(LIST, mapping)
    shuffled = random.Random(5).sample(rows, len(rows))
    assert shuffled != rows
    assert decide(shuffled, index) == decide(rows, index)


def test_items_are_proposed_of_what_nothing_else_has(
    decided: dict[str, Decided], mapping: Mapping, index: Index
) -> None:
    found = {(shorten(link.thing), link.item) for link in proposals(list(decided.values()), mapping, index)}
    assert {("authority:league-4", "Q900902"), ("authority:league-4", "Q900903")} <= found
    # Vieuxport's is the item of the municipality that row 1 is linked to.
    assert "Q900901" not in {item for _, item in found}
    assert {thing for thing, _ in found} <= {shorten(one.member) for one in decided.values() if one.target is None}
