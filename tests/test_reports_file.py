"""A report file says all it must, or is refused with file, line and what to do."""

from pathlib import Path

import pytest
from rdflib.plugins.sparql import prepareQuery

from polisgraph.bundle import QUERIES
from polisgraph.errors import RuleError
from polisgraph.reports import Report, load_reports, read_report
from polisgraph.reports.blocks import called, value_blocks
from polisgraph.reports.model import KINDS

SAMPLE = Path(__file__).parent / "samples" / "every-kind.rq"
SHIPPED = load_reports(QUERIES)


@pytest.fixture(scope="module")
def sample() -> Report:
    return read_report(SAMPLE)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = SAMPLE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "every-kind.rq"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_a_file_says_everything(sample: Report) -> None:
    assert sample.name == "every-kind"
    assert sample.title == {"de": "Jede Art", "en": "Every kind"}
    assert sample.tags == ("sample",)
    assert {parameter.kind for parameter in sample.parameters} == set(KINDS)
    assert [(column.name, column.kind, column.of) for column in sample.columns] == [
        ("member", "iri", None),
        ("member_label", "label-of", "member"),
        ("n", "number", None),
    ]
    assert [(view.name, dict(view.columns)) for view in sample.views] == [
        ("bar", {"label": "member_label", "value": "n"}),
        ("table", {}),
    ]
    assert [(case.at_least, case.exactly, case.changes) for case in sample.cases] == [
        (1, None, False),
        (None, None, True),
        (None, 0, True),
    ]


def test_samples_are_what_a_visitor_would_give(sample: Report) -> None:
    assert {parameter.name: parameter.sample for parameter in sample.parameters} == {
        "municipality": ("koeln",),
        "anything": (),
        "country": (),
        "theme": ("climate",),
        "day": ("2020-02-29",),
        "founded": ("1990",),
        "at_least": (),
        "words": ("Rhein",),
        "state": ("broken",),
        "lang": ("de",),
    }


def test_the_example_of_an_optional_parameter_comes_from_a_test(sample: Report) -> None:
    examples = {parameter.name: sample.example(parameter) for parameter in sample.parameters}
    assert examples["at_least"] == ("3",)
    assert examples["day"] == ("2020-02-29",)


def test_a_case_keeps_the_samples_of_required_parameters(sample: Report) -> None:
    values = sample.values_of(sample.cases[2])
    assert values["municipality"] == ("koeln",)
    assert values["theme"] == ("climate", "peace")
    assert "at_least" not in values


def test_blocks_are_found_by_tokens_not_by_looks(sample: Report) -> None:
    found = [(block.variable, sample.text[block.start : block.end].strip()) for block in sample.blocks]
    koeln = "<https://w3id.org/polisgraph/id/municipality/koeln>"
    assert found == [
        ("lang", '"de"'),
        ("municipality", koeln),
        ("anything", "UNDEF"),
        ("country", "UNDEF"),
        ("theme", "theme:climate"),
        ("day", '"2020-02-29"^^xsd:date'),
        ("founded", "1990"),
        ("at_least", "UNDEF"),
        ("words", '"Rhein"'),
        ("state", "sh:Violation"),
        ("municipality", koeln),
    ]


@pytest.mark.parametrize(
    ("query", "blocks"),
    [
        ('SELECT * { VALUES ?x { "}" } }', ['"}"']),
        ("SELECT * { VALUES ?x { 'it\\'s }' } }", ["'it\\'s }'"]),
        ("SELECT * { VALUES ?x { <a}> <b> } }", ["<a"]),  # } cannot stand in an IRI
        ("SELECT * { VALUES # {\n ?x # }\n { 1 # }\n } }", ["1 # }"]),
        ("SELECT * { ?VALUES ?x ?y . values:VALUES ?x ?z }", []),
        ("SELECT * { ?s ?p ''' VALUES ?x { 1 } ''' }", []),
        ("SELECT * { ?s ex:a\\#b 1 . VALUES ?x { 2 } }", ["2"]),
        ("SELECT * { } VALUES ?x { 3 }", ["3"]),
        ("SELECT * { FILTER(?a<?b) VALUES ?x { 4 } FILTER(?b>?a) }", ["4"]),
        ("VALUES ?x {", []),
    ],
)
def test_value_blocks(query: str, blocks: list[str]) -> None:
    assert [query[block.start : block.end].strip() for block in value_blocks(query)] == blocks


def test_endpoints_are_those_that_are_called() -> None:
    text = "SELECT ?service { 'SERVICE <a>' <service> ex:a . SERVICE <b> {} service silent ex:c {} } # SERVICE <d>"
    assert called(text) == {"b", "ex:c"}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("#+ title: {de: Jede Art, en: Every kind}", "#+ title: {en: Every kind}", 1, "de is missing"),
        ("#+ title: {de: Jede Art, en: Every kind}", "#+ title: {de: '', en: One}", 1, "a sentence here"),
        ("#+ title: {de: Jede Art, en: Every kind}", "#+ titel: x", 1, "no such key: 'titel'"),
        ("#+ title: {de: Jede Art, en: Every kind}", "#+ title: {de: a, b, en: c}", 1, "no such key: 'b'"),
        ("#+ title: {de: Jede Art, en: Every kind}", "#+ title: [a", 2, "not YAML"),
        ("#+ tags: [sample]", "#+ tags: sample", 5, "list"),
        ("#+ tags: [sample]", "#+ tags: [a]\n#+ tags: [b]", 6, "stands twice"),
        ("#+ tags: [sample]\n", "", 1, "tags is missing"),
        ("#+     kind: text", "#+     kind: string", 44, "no kind of parameter"),
        ("#+     min: 1\n", "#+     min: one\n", 39, "whole number"),
        ("#+     multiple: true", "#+     multiple: yes", 26, "true or false"),
        ("#+     scheme: theme\n", "", 23, "scheme is missing"),
        ("#+     class: pg:Municipality", "#+     class: nowhere:City", 9, "prefix"),
        ("#+     namespace: country", "#+     namespace: nowhere", 19, "no prefix"),
        ("#+   words:\n", "#+   excel:\n", 44, "cannot name a parameter"),
        ("#+   words:\n", "#+   other:\n", 44, "no block VALUES ?other"),
        ("{ UNDEF } # the", "{ <https://example.org/> } # the", 77, "write UNDEF"),
        ("VALUES ?founded { 1990 }", "VALUES ?founded { }", 81, "one sample value"),
        ("VALUES ?founded { 1990 }", "VALUES ?founded { UNDEF }", 81, "one sample value"),
        ("VALUES ?founded { 1990 }", "VALUES ?founded { 1990 1991 }", 81, "one sample value"),
        ("VALUES ?founded { 1990 }", 'VALUES ?founded { "1990" }', 81, "not of the kind year"),
        ('"2020-02-29"^^xsd:date', '"2021-02-29"^^xsd:date', 80, "not of the kind date"),
        ('"2020-02-29"^^xsd:date', '"2020-02-29"', 80, "not of the kind date"),
        ("theme:climate", '"climate"', 79, "not of the kind concept"),
        ("theme:climate", "pg:climate", 79, "not of the kind concept"),
        ('VALUES ?words { "Rhein" }', 'VALUES ?words { "Rhein"@de }', 83, "not of the kind text"),
        ("VALUES ?state { sh:Violation }", "VALUES ?state { sh:Warning }", 84, "not of the kind choice"),
        ('VALUES ?lang { "de" }', 'VALUES ?lang { "fr" }', 74, "every report has"),
        ('VALUES ?lang { "de" }', "", 1, "no block VALUES ?lang"),
        ("      VALUES ?municipality { <https://w3id.org/polisgraph/id/municipality/koeln> }", "      "
         "VALUES ?municipality { <https://w3id.org/polisgraph/id/municipality/bonn> }", 92, "differ"),
        ("SELECT ?member ?member_label ?n\n", "SELECT ?member_label ?member ?n\n", 55, "in its order"),
        ("kind: number", "kind: figure", 58, "no kind of column"),
        ("of: member, ", "", 57, "of is missing"),
        ("of: member, ", "of: n, ", 57, "no column of kind iri"),
        ("value: n}", "value: m}", 60, "'m' is no column"),
        ("value: n}", "size: n}", 60, "no such key: 'size'"),
        (", value: n}", "}", 60, "value is missing"),
        ("#+   bar:", "#+   pie:", 60, "no such key: 'pie'"),
        ("#+   table: {}\n", "", 59, "add 'table: {}'"),
        ("#+   - {at_least: 1}\n", "", 62, "first case"),
        ("#+   - {at_least: 1}\n", "#+   - {at_least: 1, exactly: 1}\n", 63, "not both"),
        ("#+   - {at_least: 1}\n", "#+   - {}\n", 63, "what to expect"),
        ("{at_least: 3, anything: Q365}", "{anything: Q365}", 62, "add a case that gives at_least"),
        ("{at_least: 3, anything", "{at_least: 30, anything", 64, "from 1 to 9"),
        ("{at_least: 3, anything", "{nothing: 3, anything", 64, "no such key: 'nothing'"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(RuleError) as caught:
        read_report(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: "), message
    assert says in message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("FILTER(?member", "FILTER?(?member", r":89:\d+: no SPARQL 1.1"),
        ("SELECT ?member ?member_label ?n\nWHERE", "ASK", "SELECT query"),
        ("  {\n    SELECT", "  SERVICE <http://127.0.0.1:9/> {\n    SELECT", "stands in the folder federated"),
    ],
)
def test_only_a_select_query_without_service_is_a_report(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(RuleError, match=says):
        read_report(changed(tmp_path, old, new))


def test_a_file_needs_a_head_a_tidy_name_and_utf8(tmp_path: Path) -> None:
    for name, content, says in (
        ("plain.rq", b"SELECT ?x { }", "begin the file"),
        ("Big_Name.rq", b"", "lower case"),
        ("latin.rq", b"#+ title: K\xf6ln", "UTF-8"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(RuleError, match=says):
            read_report(path)


def test_load_reports_names_the_file_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "good.rq").write_bytes(SAMPLE.read_bytes())
    assert list(load_reports(tmp_path)) == ["good"]
    (tmp_path / "bad.rq").write_text("#+ title: x\nSELECT ?x {}", encoding="utf-8")
    with pytest.raises(RuleError, match=r"bad\.rq:1: "):
        load_reports(tmp_path)


@pytest.mark.parametrize("report", SHIPPED.values(), ids=list(SHIPPED))
def test_rdflib_reads_each_shipped_query_as_the_columns_say(report: Report) -> None:
    query = prepareQuery(report.text)
    assert [str(variable) for variable in query.algebra.PV] == [column.name for column in report.columns]
