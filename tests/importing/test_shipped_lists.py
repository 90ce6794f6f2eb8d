"""What lists say beside their members: commitments, joint groups, who coordinates and helps, the network itself."""

from pathlib import Path

import pytest

from polisgraph.importing import Outcome, decide, find_mapping, read_mapping, read_rows, statements
from polisgraph.linking import Index
from polisgraph.namespaces import expand, shorten
from tests.importing.test_reading import covenant


def test_commitments_and_who_helps_are_no_members(tmp_path: Path, index: Index) -> None:
    mapping = read_mapping(find_mapping("covenant-of-mayors"))
    more = "true,false,false,true,Regione  X,Climate Alliance"
    table = covenant(tmp_path, "Nirgendwo,IT,2010-01-02,signatory,on_hold,1\n", "1,44.9,7.5,\n", more)
    (row,) = read_rows(table, mapping)
    assert [shorten(iri) for iri in row.commitments] == [
        "commitment:covenant-of-mayors-2020", "commitment:covenant-of-mayors-mayors-adapt",
    ]  # fmt: skip
    said = {shorten(iri): about for iri, about in statements(decide([row], index), mapping, set()).items()}
    one = {(prop, shorten(value.value)) for prop, value in said["ten:covenant-of-mayors--1"]}
    assert one >= {
        ("pg:undertakes", "commitment:covenant-of-mayors-2020"),
        ("pg:undertakes", "commitment:covenant-of-mayors-mayors-adapt"),
        ("pg:coordinatedBy", "organization:covenant-of-mayors-regione-x"),
        ("pg:supportedBy", "net:climate-alliance"),
        ("pg:status", "status:on-hold"),
    }
    assert "pg:end" not in {prop for prop, _ in one}, "on hold is not left"
    assert "net:climate-alliance" not in said, "what the mapping knows is described elsewhere"
    helper = {(prop, value.value) for prop, value in said["organization:covenant-of-mayors-regione-x"]}
    assert ("skos:prefLabel", "Regione X") in helper and ("pg:locator", "coordinator_name «Regione X»") in helper
    target = {(prop, value.value) for prop, value in said["commitment:covenant-of-mayors-2020"]}
    assert ("pg:deadline", "2020") in target and ("pg:undertakenIn", expand("net:covenant-of-mayors")) in target
    kinds = [value.value for about in said.values() for prop, value in about if prop == "rdf:type"]
    assert kinds.count(expand("pg:NetworkMembership")) == 1


@pytest.mark.parametrize(
    ("row", "country", "outcome"),
    [
        ("Koeln,DE", "DE", Outcome.LINKED),  # spelt as it was registered
        ("None,NA", "NA", Outcome.NEW),  # neither the name nor the code of Namibia is a missing value
        ("Unione dei Comuni del Nulla,IT", "IT", Outcome.OTHER_AUTHORITY),
        ("Comunità Montana del Nulla,IT", "IT", Outcome.OTHER_AUTHORITY),
        ("Provincia di Nulla,IT", "IT", Outcome.OTHER_AUTHORITY),
    ],
)
def test_what_lists_mix_is_told_apart(tmp_path: Path, index: Index, row: str, country: str, outcome: Outcome) -> None:
    table = covenant(tmp_path, f"{row},2010-01-02,signatory,published,1\n", "1,,,\n")
    (one,) = decide(read_rows(table, read_mapping(find_mapping("covenant-of-mayors"))), index)
    assert (one.row.country, one.outcome) == (country, outcome), one.reason


def test_a_list_may_describe_its_network(tmp_path: Path, index: Index) -> None:
    table = tmp_path / "race_to_zero.csv"
    rows = "CIT-0001,Nirgendwo,US,city\nREG-0001,Irgendwo,US,region\n"
    table.write_text("member_ref,member_name,country_iso2,role\n" + rows, encoding="utf-8")
    mapping = read_mapping(find_mapping("race-to-zero"))
    decided = decide(read_rows(table, mapping), index)
    assert {one.row.key: one.outcome for one in decided} == {
        "member_ref CIT-0001": Outcome.NEW,
        "member_ref REG-0001": Outcome.OTHER_AUTHORITY,
    }
    assert not any(one.defects for one in decided), "a list without positions lacks none"
    said = {shorten(iri): about for iri, about in statements(decided, mapping, set()).items()}
    assert {("rdf:type", expand("pg:Network")), ("pg:theme", expand("theme:climate"))} <= {
        (prop, value.value) for prop, value in said["net:race-to-zero"]
    }
    kinds = {iri: value.value for iri, about in said.items() for prop, value in about if prop == "rdf:type"}
    assert kinds["authority:race-to-zero-reg-0001"] == expand("pg:Region")
    assert kinds["authority:race-to-zero-cit-0001"] == expand("pg:LocalAuthority")
