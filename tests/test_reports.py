"""Every report does what its file says, on the shipped data, in two engines.

The reports are found by listing the folder, and all that is expected of them stands in their files and in `golden/`.
"""

import csv
import io
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Variable

from polisgraph import bundle
from polisgraph.reports import Case, EntityLookup, Report, bind, load_reports
from polisgraph.reports.model import LANGUAGES

REPORTS = load_reports(bundle.QUERIES)
GOLDEN = Path(__file__).parent / "golden"
NUMBERS = ("integer", "decimal", "double", "float")

Cell = tuple[str, ...] | None
"""A term that two engines may write differently: its kind, its text (a number by its value), its language."""


CASES = [
    pytest.param(report, case, id=f"{report.name}-{number}")
    for report in REPORTS.values()
    for number, case in enumerate(report.cases)
]

every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
every_case = pytest.mark.parametrize(("report", "case"), CASES)


@pytest.fixture(scope="module")
def entities(store: ox.Store) -> EntityLookup:
    return EntityLookup(lambda query: store.query(query).serialize(format=ox.QueryResultsFormat.JSON))


@pytest.fixture(scope="module")
def dataset(store: ox.Store) -> rdflib.Dataset:
    """The graphs of `store` in rdflib, with the same default graph."""
    dataset = rdflib.Dataset(default_union=False)
    for name in (ox.DefaultGraph(), *store.named_graphs()):
        default = isinstance(name, ox.DefaultGraph)
        graph = dataset.default_graph if default else dataset.graph(rdflib.URIRef(name.value))
        graph.parse(data=store.dump(from_graph=name, format=ox.RdfFormat.N_TRIPLES), format="nt")
    return dataset


@pytest.fixture
def patience() -> Iterator[None]:
    """A minute at most: in rdflib a cross product runs for hours where pyoxigraph turns it into a join."""

    def give_up(*_: object) -> None:
        raise TimeoutError("a minute was not enough: look for patterns that no variable joins")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def as_given(report: Report, **values: str) -> Case:
    """The file as it stands, with `values` beside its samples."""
    return Case({name: (value,) for name, value in values.items()})


def rows(store: ox.Store, query: str) -> list[list[ox.NamedNode | ox.Literal | None]]:
    solutions = store.query(query)
    return [[solution[variable] for variable in solutions.variables] for solution in solutions]


def cell(value: str, datatype: str, language: str | None) -> Cell:
    kind = datatype.rpartition("#")[2]
    return ("number", f"{float(value):.9g}") if kind in NUMBERS else (kind, value, language or "")


def cell_of_pyoxigraph(term: ox.NamedNode | ox.Literal | None) -> Cell:
    if isinstance(term, ox.Literal):
        return cell(term.value, term.datatype.value, term.language)
    return term and ("iri", term.value)


def cell_of_rdflib(term: rdflib.URIRef | rdflib.Literal | None) -> Cell:
    if isinstance(term, rdflib.Literal):
        plain = rdflib.RDF.langString if term.language else rdflib.XSD.string
        return cell(str(term), term.datatype or plain, term.language)
    return term and ("iri", str(term))


@every_report
def test_gives_the_golden_rows(
    report: Report, store: ox.Store, entities: EntityLookup, request: pytest.FixtureRequest
) -> None:
    solutions = store.query(bind(report, report.values_of(as_given(report)), entities))
    answer = solutions.serialize(format=ox.QueryResultsFormat.CSV).decode().replace("\r\n", "\n")
    golden = GOLDEN / f"{report.name}.csv"
    if request.config.getoption("--rewrite-golden"):
        golden.write_text(answer, encoding="utf-8")
    assert list(csv.reader(io.StringIO(answer))) == list(csv.reader(io.StringIO(golden.read_text(encoding="utf-8"))))


def test_no_golden_rows_without_a_report() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(REPORTS)


@every_report
@pytest.mark.parametrize("language", LANGUAGES)
def test_has_rows_and_labels_in_each_language(
    report: Report, language: str, store: ox.Store, entities: EntityLookup
) -> None:
    answer = rows(store, bind(report, report.values_of(as_given(report, lang=language)), entities))
    assert answer
    place = {column.name: number for number, column in enumerate(report.columns)}
    labels = {column.of: place[column.name] for column in report.columns if column.of}
    for row in answer:
        for iri, label in labels.items():
            name = row[label]
            assert row[place[iri]] is None or (name is not None and name.value.strip()), row


@every_report
def test_names_every_iri(report: Report) -> None:
    named = {column.of for column in report.columns}
    assert [column.name for column in report.columns if column.kind == "iri" and column.name not in named] == []


@every_case
def test_case_of_the_file(report: Report, case: Case, store: ox.Store, entities: EntityLookup) -> None:
    answer = rows(store, bind(report, report.values_of(case), entities))
    if case.at_least is not None:
        assert len(answer) >= case.at_least
    if case.exactly is not None:
        assert len(answer) == case.exactly
    if case.changes:
        assert answer != rows(store, bind(report, report.values_of(as_given(report)), entities))


@pytest.mark.filterwarnings("ignore:Dataset.* is deprecated")  # rdflib's engine still asks for them itself
@pytest.mark.usefixtures("patience")
@every_case
def test_same_rows_in_both_engines(
    report: Report, case: Case, store: ox.Store, dataset: rdflib.Dataset, entities: EntityLookup
) -> None:
    query = bind(report, report.values_of(case), entities)
    ours = Counter(tuple(map(cell_of_pyoxigraph, row)) for row in rows(store, query))
    theirs = Counter(tuple(map(cell_of_rdflib, row)) for row in dataset.query(query))
    assert ours == theirs


@every_case
def test_order_leaves_nothing_open(report: Report, case: Case, store: ox.Store, entities: EntityLookup) -> None:
    """No two rows are equal in all that ORDER BY names, so no engine is free to swap them."""
    query = bind(report, report.values_of(case), entities)
    order = next(part for part in walk(prepareQuery(query).algebra) if part.name == "OrderBy")
    keys = [condition.expr for condition in order.expr]
    names = [column.name for column in report.columns]
    shown = [names.index(str(key)) for key in keys if isinstance(key, Variable) and str(key) in names]
    if any(column.kind == "iri" for column in report.columns):
        assert report.columns[shown[-1]].kind == "iri"
    seen = Counter(tuple(row[place] for place in shown) for row in rows(store, query))
    assert [key for key, times in seen.items() if times > 1] == []


def walk(part: object) -> Iterator[rdflib.plugins.sparql.parserutils.CompValue]:
    """The parts of a query's algebra from the outside in."""
    while isinstance(part, rdflib.plugins.sparql.parserutils.CompValue):
        yield part
        part = part.get("p")
