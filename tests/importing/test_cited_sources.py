"""A list whose rows cite sources of their own: each membership names its page, what others say is kept beside it."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from polisgraph.errors import SourceError
from polisgraph.importing import (
    Mapping,
    Outcome,
    carry_over,
    decide,
    find_mapping,
    read_mapping,
    read_rows,
    statements,
    summary,
    write_account,
)
from polisgraph.importing.turtle import values
from polisgraph.linking import Index
from polisgraph.namespaces import expand, shorten

HEADER = "network_key,member_name,country_iso2,joined,left,role,source,as_of\n"
ABOUT, PRESS = "https://www.rainbowcities.com/about-us/", "https://www.queer.de/detail.php?article_id=26698"
ROWS = f"""rainbow_cities,Köln,DE,2014,,member,{ABOUT},
rainbow_cities,Cologne,DE,2016-07-28,,member,{PRESS},2016-07-27
eccar,Köln,DE,2006-09-07,,full_member,https://www.konstanz.de/319568,2021-07-08
eccar,Nirgendwo,DE,,,founding_member,https://www.konstanz.de/319568,2021-07-08
eccar,Köln,DE,,,member,https://example.org/blog,
eccar,Köln,DE,,,member,https://example.org/blog,2020
"""


@pytest.fixture(scope="module")
def facts() -> Mapping:
    return read_mapping(find_mapping("facts-memberships"))


def written(folder: Path, rows: str) -> Path:
    path = folder / "facts.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return path


def test_rows_have_networks_roles_and_sources_of_their_own(tmp_path: Path, index: Index, facts: Mapping) -> None:
    decided = decide(read_rows(written(tmp_path, ROWS), facts), index)
    # Two names of one city are no rivals if two sources have them; nor is another network a second registration.
    assert Counter(one.outcome for one in decided) == {Outcome.LINKED: 3, Outcome.NEW: 1, Outcome.LEFT_OUT: 2}
    said = {shorten(iri): about for iri, about in statements(decided, facts, set()).items()}
    found = {iri: {(prop, value.value) for prop, value in about} for iri, about in said.items()}
    tenures = {iri.removeprefix("ten:facts-memberships--"): about for iri, about in found.items() if "ten:" in iri}
    assert set(tenures) == {
        "rainbow-cities--koeln--rainbow-cities-about-us", "rainbow-cities--cologne--queer-de-2016",
        "eccar--koeln--konstanz-eccar", "eccar--nirgendwo--konstanz-eccar",
    }  # fmt: skip
    assert tenures["eccar--koeln--konstanz-eccar"] >= {
        ("org:organization", expand("net:eccar")),
        ("org:role", expand("role:member")),
        ("pg:attestedOn", "2021-07-08"),
        ("dct:source", expand("src:konstanz-eccar")),
        ("pg:locator", "«Köln»"),
    }
    assert ("org:role", expand("role:founding-member")) in tenures["eccar--nirgendwo--konstanz-eccar"]
    announced = {prop for prop, _ in tenures["rainbow-cities--cologne--queer-de-2016"]}
    assert "pg:start" in announced and "pg:attestedOn" not in announced, "announced the day before, not attested"
    assert {
        ("rdf:type", expand("pg:PressReport")), ("dct:identifier", PRESS), ("pg:notBefore", "2016-07-27"),
    } <= found["src:queer-de-2016"]  # fmt: skip
    assert {("rdf:type", expand("pg:OfficialPage")), ("dct:publisher", expand("net:rainbow-cities"))} <= found[
        "src:rainbow-cities-about-us"
    ]
    assert "src:wikipedia-eurocities" not in said, "no row cites it"


def test_what_one_source_says_no_more_ends_though_another_says_it_still(
    tmp_path: Path, index: Index, facts: Mapping
) -> None:
    old, new = (
        statements(decide(read_rows(written(tmp_path, rows), facts), index), facts, set())
        for rows in (ROWS, "".join(line for line in ROWS.splitlines(keepends=True) if PRESS not in line))
    )
    carry_over(old, new, facts)
    press = expand("ten:facts-memberships--rainbow-cities--cologne--queer-de-2016")
    assert values(new, press, "pg:end") == ["2025-10"] and expand("src:queer-de-2016") in new


def test_rows_that_are_left_out_are_accounted_for(tmp_path: Path, index: Index, facts: Mapping) -> None:
    decided = decide(read_rows(written(tmp_path, ROWS), facts), index)
    lines = [line.strip() for line in summary(decided)]
    assert "2 left out: its source is none that the mapping takes" in lines
    assert "the source of what is left out is" not in lines, "the mapping gives no reason"
    account = list(csv.DictReader(io.StringIO(write_account(decided))))
    assert [row["row"] for row in account] == ["2", "3", "4", "5", "6", "7"]
    for row in account[-2:]:
        assert (row["outcome"], row["member"]) == ("left out", "") and "https://example.org/blog" in row["reason"]


@pytest.mark.parametrize("name", ["facts-memberships", "facts-governance"])
def test_a_row_of_no_network_is_named_though_the_mapping_lets_it_pass(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.json"
    path.write_text(find_mapping(name).read_text(encoding="utf-8").replace('"required": true', '"x:y": 1', 1))
    mapping = read_mapping(path)
    columns = [str(column.name) for column in mapping.tables[0].columns]
    (tmp_path / "facts.csv").write_text(f"{','.join(columns)}\n{',x' * (len(columns) - 1)}\n", encoding="utf-8")
    with pytest.raises(SourceError, match="row 2, column 'network_key': is empty; every row needs a network"):
        read_rows(tmp_path / "facts.csv", mapping)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (f"esn,Köln,DE,,,member,{ABOUT},\n", "row 2, column 'network_key': 'esn' is no network that the mapping knows"),
        (f"eccar,Köln,DE,,,patron,{ABOUT},\n", "row 2, column 'role': 'patron' is not"),
        ("eccar,Köln,DE,,,member,,\n", "row 2, column 'source': required"),
        (f"eccar,Köln,DE,,,member,{ABOUT},May\n", "row 2, column 'as_of': 'May' is no date"),
        (f"eccar,Köln,DE,,,member,{ABOUT},\n" * 2, "row 3: has the same key as row 2"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, facts: Mapping, rows: str, told: str) -> None:
    with pytest.raises(SourceError, match=re.escape(told)):
        read_rows(written(tmp_path, rows), facts)
