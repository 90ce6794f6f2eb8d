"""Reports give the same rows, in the same order, from a SPARQL endpoint as from the local store.

Virtuoso 7 departs from SPARQL 1.1 in what most reports use (`CONTRIBUTING.md` lists it), so that ours answers them.
"""

import json

import pytest

from polisgraph import bundle
from polisgraph.engine import Engine, Query
from polisgraph.engine.remote import RemoteEngine
from polisgraph.reports import Case, EntityLookup, Report, bind, load_reports

REPORTS = load_reports(bundle.QUERIES)
NUMBERS = ("integer", "decimal", "double", "float")

Rows = list[dict[str, tuple[str, ...]]]


def rows(engine: Engine, text: str) -> Rows:
    """The rows of an answer; numbers by their value, because stores keep values and not spellings."""
    document = json.loads(engine.query(Query(text)).body)
    return [{name: _cell(term) for name, term in row.items()} for row in document["results"]["bindings"]]


def _cell(term: dict[str, str]) -> tuple[str, ...]:
    kind = term.get("datatype", "").rpartition("#")[2]
    if kind in NUMBERS:
        return ("number", f"{float(term['value']):.9g}")
    return (term["type"], term["value"], kind, term.get("xml:lang", ""))


@pytest.fixture(scope="module")
def entities(engine: Engine) -> EntityLookup:
    return EntityLookup(lambda text: engine.query(Query(text)).body)


def case_of(engine: str, report: Report, number: int) -> object:
    marks = [pytest.mark.virtuoso] if engine == "virtuoso" else []
    return pytest.param(engine, report, report.cases[number], id=f"{engine}-{report.name}-{number}", marks=marks)


@pytest.mark.parametrize(
    ("remote", "report", "case"),
    [
        case_of(engine, report, number)
        for engine in ("oxigraph", "virtuoso")
        for report in REPORTS.values()
        # What is asked of Virtuoso are the patterns that a report touches, the same in all its cases, second by second.
        for number in range(1 if engine == "virtuoso" else len(report.cases))
    ],
    indirect=["remote"],
)
def test_same_rows_as_from_the_local_store(
    report: Report, case: Case, entities: EntityLookup, engine: Engine, remote: RemoteEngine
) -> None:
    text = bind(report, report.values_of(case), entities)
    assert rows(remote, text) == rows(engine, text)
