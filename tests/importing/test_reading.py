"""Lists and mappings with a fault are refused, with row and column; what is sound is read as it stands."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from polisgraph.errors import SourceError
from polisgraph.importing import Mapping, find_mapping, read_mapping, read_rows
from polisgraph.importing.mapping import SHIPPED
from polisgraph.namespaces import expand
from tests.importing.conftest import LIST, MAPPING

HEADER = "ref,member,country,joined,kind,state,lat,long,group\n"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "league.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_rows_are_read_as_they_stand(mapping: Mapping) -> None:
    rows = {row.key: row for row in read_rows(LIST, mapping)}
    assert len(rows) == 18
    assert rows["ref 3"].name == "None" and rows["ref 3"].status.endswith("status/on-hold")
    assert rows["ref 18"].name == 'Sant\'Elia "al Mare"' and rows["ref 18"].start == ""
    assert (rows["ref 1"].number, rows["ref 1"].start, str(rows["ref 1"].longitude)) == (2, "2010-05-04", "-4.002")
    assert rows["ref 8"].group == rows["ref 7"].tenure
    assert rows["ref 2"].locator == "ref 2, «Köln»"


@pytest.mark.parametrize(
    ("content", "place", "told"),
    [
        ((HEADER + "1,Köln,DE,,city,listed,,,\n").encode("latin-1"), (2, 4), "row 2, byte 4: is not utf-8"),
        ("ref,member,joined\n1,A,\n", (1, None), "row 1: no column 'country'"),
        (HEADER.replace("kind", "ref") + "1,A,DE,,city,listed,,,\n", (1, None), "2 columns 'ref'"),
        (HEADER + '1,"A,DE,,city,listed,,,\n2,B,DE,,city,listed,,,\n', (2, None), "row 2: is no CSV"),
        (HEADER + '1,"A"b,DE,,city,listed,,,\n', (2, None), "row 2: is no CSV"),
        (HEADER + "1,A,DE,,city,listed,,,\n2,B,DE,,city,listed,,\n", (3, 9), "row 3, column 9: has 8 cells"),
        (HEADER + "1,A,DE,,city,listed,,,,\n", (2, 10), "row 2, column 10: has 10 cells"),
        ("", (None, None), "is empty"),
        (HEADER + "1,A\0,DE,,city,listed,,,\n", (2, None), "row 2: has a NUL"),
        (HEADER + "x" * 40_000_000, (2, 1_000_000), "row 2, column 1: has 40,000,000 characters in one line"),
    ],
    ids=["encoding", "missing", "twice", "open quote", "broken quote", "short", "long", "empty", "NUL", "one line"],
)
def test_what_is_no_table_is_refused(
    mapping: Mapping, tmp_path: Path, content: str | bytes, place: tuple[int | None, int | None], told: str
) -> None:
    with pytest.raises(SourceError, match=re.escape(told)) as caught:
        read_rows(written(tmp_path, content), mapping)
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            "1,A,DE,2015-02-31,city,listed,,,",
            "row 2, column 'joined': '2015-02-31' is no date of the form yyyy-MM-dd (day is out of range",
        ),
        ("1,A,DE,31.02.2015,city,listed,,,", "row 2, column 'joined': '31.02.2015' is no date of the form yyyy-MM-dd"),
        ("1,A,DE,,town,listed,,,", "row 2, column 'kind': 'town' is not city|group"),
        ("1,,DE,,city,listed,,,", "row 2, column 'member': required column value is missing"),
        ("1,A,,,city,listed,,,", "row 2, column 'country': required column value is missing"),
        ("1,A,Atlantis,,city,listed,,,", "row 2, column 'country': 'Atlantis' is no country"),
        ("1,A,DE,,city,listed,91,6,", "row 2, column 'lat': 91 is more than 90 degrees"),
        ("1,A,DE,,city,listed,north,6,", "row 2, column 'lat': invalid lexical value for decimal: north"),
        ("1,A,DE,,city,listed,50.9,,", "row 2: has a latitude or a longitude, but not both"),
        (",A,DE,,city,listed,,,", "row 2, column 'ref': required column value is missing"),
        ("1,A,DE,,city,listed,,,\n1,B,DE,,city,listed,,,", "row 3: has the same key as row 2, ten:league--1;"),
    ],
)
def test_a_wrong_cell_is_named(mapping: Mapping, tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(SourceError, match=re.escape(told)):
        read_rows(written(tmp_path, f"{HEADER}{row}\n"), mapping)


def test_wrong_cells_are_told_at_once_but_not_all(mapping: Mapping, tmp_path: Path) -> None:
    rows = "".join(f"{number},A,Atlantis,,city,listed,,,\n" for number in range(30))
    with pytest.raises(SourceError) as caught:
        read_rows(written(tmp_path, HEADER + rows), mapping)
    assert str(caught.value).count("no country") == 10 and "and 20 more" in str(caught.value)


def test_a_list_that_is_not_there_is_told(mapping: Mapping, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_rows(tmp_path / "none.csv", mapping)


# Mappings


def changed(folder: Path, change: dict[str, Any], name: str = "league.json") -> Path:
    said = json.loads(MAPPING.read_text(encoding="utf-8"))
    path = folder / name
    path.write_text(json.dumps(said | change), encoding="utf-8")
    return path


def columns(**change: Any) -> dict[str, Any]:
    """The schema of the sample with the properties of one column changed."""
    schema = json.loads(MAPPING.read_text(encoding="utf-8"))["tableSchema"]
    name, said = next(iter(change.items()))
    schema["columns"] = [each | said if each["name"] == name else each for each in schema["columns"]]
    return {"tableSchema": schema}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"dc:license": ""}, "dc:license is missing"),
        ({"dc:rights": None}, "dc:rights is missing"),
        ({"dc:issued": "January"}, "'January' is no date"),
        ({"dc:issued": "2024-1"}, "'2024-1' is no date; write 2015"),
        ({"dc:issued": "2024-13"}, "'2024-13' is no date: month must be in 1..12"),
        ({"dc:title": "Liga"}, "German and an English"),
        ({"dc:title": [{"@value": "Liga", "@language": "de"}]}, "German and an English"),
        ({"tables": []}, "describes no table"),
        (columns(joined={"propertyUrl": "skos:definition"}), "skos:definition is not imported"),
        (columns(joined={"propertyUrl": "skos:prefLabel"}), "two columns have the same propertyUrl"),
        (columns(member={"propertyUrl": None}), "no column has the propertyUrl skos:prefLabel"),
        (columns(network={"valueUrl": "http://example.org/"}), "must be a network"),
        (columns(who={"valueUrl": "http://example.org/{ref}"}), "valueUrl must be"),
        (columns(who={"valueUrl": "https://w3id.org/polisgraph/id/authority/league-{no}"}), "valueUrl must be"),
        (columns(joined={"datatype": {"base": "day"}}), "is no mapping"),
        (columns(state={"skos:member": {"@id": expand("src:x"), "skos:notation": "x"}}), "a source without a name"),
    ],
)
def test_a_mapping_with_a_fault_is_refused(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(SourceError, match=re.escape(told)):
        read_mapping(changed(tmp_path, change))


def test_what_is_no_mapping_is_refused(tmp_path: Path) -> None:
    for content, told in (("{", "is no JSON"), ("[]", "is no CSVW metadata")):
        path = tmp_path / "league.json"
        path.write_text(content, encoding="utf-8")
        with pytest.raises(SourceError, match=told):
            read_mapping(path)
    with pytest.raises(SourceError, match="names the source"):
        read_mapping(changed(tmp_path, {}, "My League.json"))
    with pytest.raises(SourceError, match="there are: covenant-of-mayors"):
        find_mapping("covenant")


# Lists of several files


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_a_shipped_mapping_is_sound(path: Path) -> None:
    mapping = read_mapping(find_mapping(path.stem))
    assert mapping.source.endswith(path.stem) and mapping.field("name") and mapping.rights


COVENANT = "member_name,country_iso2,joined,role,status,member_ref\n"
DETAIL = (
    "member_ref,latitude,longitude,group_ref,"
    "commitment_2020,commitment_2030,commitment_2050,commitment_mayors_adapt,coordinator_name,supporter_name\n"
)


def covenant(folder: Path, rows: str, detail: str, more: str = "false,false,false,false,,") -> Path:
    detail = detail.replace("\n", f",{more}\n")
    (folder / "covenant_of_mayors_detail.csv").write_text(DETAIL + detail, encoding="utf-8")
    path = folder / "covenant_of_mayors.csv"
    path.write_text(COVENANT + rows, encoding="utf-8")
    return path


def test_a_file_beside_the_list_says_more_of_its_rows(tmp_path: Path) -> None:
    mapping = read_mapping(find_mapping("covenant-of-mayors"))
    table = covenant(
        tmp_path,
        "None,IT,2010-01-02,signatory,on_hold,14991\nAlba e Bela,IT,2011-01-02,joint_group,published,7\n",
        "14991,44.93300,7.53300,7\n7,,,\n",
    )
    one, group = read_rows(table, mapping)
    assert (one.name, str(one.latitude), one.group) == ("None", "44.93300", group.tenure)
    assert group.kind.endswith("LocalAuthority") and group.latitude is None and not group.status
    with pytest.raises(
        SourceError, match=re.escape("row 2, column 'member_ref': no row of the list has member_ref '8'")
    ):
        read_rows(covenant(tmp_path, "A,IT,,signatory,published,7\n", "8,,,\n7,,,\n"), mapping)
    with pytest.raises(SourceError, match=r"_detail.csv: row 2, column 'latitude'"):
        read_rows(covenant(tmp_path, "A,IT,,signatory,published,7\n", "7,95,1,\n"), mapping)
    with pytest.raises(SourceError, match=re.escape("'7' stands in row 2 already")):
        read_rows(covenant(tmp_path, "A,IT,,signatory,published,7\n", "7,,,\n7,,,\n"), mapping)
    (tmp_path / "covenant_of_mayors_detail.csv").unlink()
    with pytest.raises(SourceError, match="cannot be read"):
        read_rows(table, mapping)
