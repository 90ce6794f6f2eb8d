"""Reads the report files of a folder and refuses those that do not say all they must. Asks no data."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from pyoxigraph import QuerySolutions, Store

from polisgraph.errors import BadParameter, RuleError
from polisgraph.reports.blocks import called, value_blocks
from polisgraph.reports.declaration import read_parameters
from polisgraph.reports.metadata import Value, read_head
from polisgraph.reports.model import COLUMN_KINDS, VIEWS, Case, Column, Parameter, Report, View
from polisgraph.reports.values import literal

_KEYS = ("title", "description", "tags", "parameters", "columns", "show", "test")
_PLACE = re.compile(r"at ([0-9]+):([0-9]+)")  # in the engine's message on a syntax error
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


FEDERATED = "federated"
"""The folder, in that of the reports, of those that call other endpoints."""


def load_reports(folder: Path, endpoints: Collection[str] = ()) -> dict[str, Report]:
    """Read every `.rq` file of `folder`; return the reports by name, in the order of their names.

    Among them are those that call other endpoints, if they call `endpoints` only.

    Raises RuleError, with file, line and what to do, for a file that is no report.
    """
    paths = [*folder.glob("*.rq"), *((folder / FEDERATED).glob("*.rq") if endpoints else ())]
    found = (read_report(path) for path in sorted(paths, key=lambda path: path.stem))
    return {report.name: report for report in found if report.endpoints <= set(endpoints)}


def read_report(path: Path) -> Report:
    """Read one report; raise RuleError as `load_reports` does."""
    if not _NAME.fullmatch(path.stem):
        raise RuleError(f"{path}: name the file in lower case with hyphens, as members-of-network.rq")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError(f"{path}: cannot be read as UTF-8 text ({error})") from None
    head = read_head(path, text)
    head.mapping(_KEYS)
    variables = _variables(path, text)
    blocks = value_blocks(text)
    parameters = read_parameters(head, text, blocks)
    columns = _columns(head.need("columns"), variables)
    declared = {parameter.name for parameter in parameters}
    return Report(
        name=path.stem,
        path=path,
        text=text,
        title=head.need("title").text(),
        description=head.need("description").text(),
        tags=tuple(tag.word() for tag in head.need("tags").items()),
        parameters=parameters,
        columns=columns,
        views=_views(head.need("show"), columns),
        cases=_cases(head.need("test"), parameters),
        endpoints=called(text),
        blocks=tuple(block for block in blocks if block.variable in declared),
    )


def _variables(path: Path, text: str) -> list[str]:
    """Return the variables of the SELECT, in order; raise RuleError if the query is none."""
    calls = called(text)
    if calls and path.parent.name != FEDERATED:
        raise RuleError(
            f"{path}: a report that calls others by SERVICE stands in the folder {FEDERATED}; move it there"
        )
    for endpoint in calls:
        if not endpoint.startswith(("http://", "https://")):
            raise RuleError(f"{path}: SERVICE {endpoint}: write the endpoint as an IRI of http or https")
    try:
        solutions = Store().query(text)
    except SyntaxError as error:
        place = _PLACE.search(str(error))
        line, column = place.groups() if place else ("1", "1")
        raise RuleError(f"{path}:{line}:{column}: no SPARQL 1.1 from here on; mend the query") from None
    if not isinstance(solutions, QuerySolutions):
        raise RuleError(f"{path}: a report is a SELECT query")
    return [variable.value for variable in solutions.variables]


def _columns(declared: Value, variables: list[str]) -> tuple[Column, ...]:
    columns: list[Column] = []
    for name, said in declared.mapping().items():
        said.mapping(("kind", "of", "de", "en"))
        kind = said.need("kind").word()
        if kind not in COLUMN_KINDS:
            raise said.error(f"{kind!r} is no kind of column; the kinds are {', '.join(COLUMN_KINDS)}")
        label = {language: said.need(language).word() for language in ("de", "en")}
        columns.append(Column(name, kind, label, said.need("of").word() if kind == "label-of" else None))
    names = [column.name for column in columns]
    if names != variables:
        raise declared.error(
            f"the columns must be the variables of the SELECT in its order: "
            f"declared {', '.join(names)}; selected {', '.join(variables)}"
        )
    iris = {column.name for column in columns if column.kind == "iri"}
    for column in columns:
        if column.of is not None and column.of not in iris:
            raise declared.mapping()[column.name].error(f"of: {column.of!r} is no column of kind iri")
    return tuple(columns)


def _views(declared: Value, columns: tuple[Column, ...]) -> tuple[View, ...]:
    names = {column.name for column in columns}
    views: list[View] = []
    for name, said in declared.mapping(VIEWS).items():
        needed, possible = VIEWS[name]
        roles = {role: column.word() for role, column in said.mapping((*needed, *possible)).items()}
        for role in needed:
            said.need(role)
        for role, column in roles.items():
            if column not in names:
                raise said.error(f"{role}: {column!r} is no column")
        views.append(View(name, roles))
    if "table" not in declared.mapping():
        raise declared.error("add 'table: {}', which every report has")
    return tuple(views)


def _cases(declared: Value, parameters: tuple[Parameter, ...]) -> tuple[Case, ...]:
    by_name = {parameter.name: parameter for parameter in parameters}
    cases = tuple(_case(said, by_name) for said in declared.items())
    if not cases or cases[0].values:
        raise declared.error("the first case gives no values: it tests the file as it stands")
    for parameter in parameters:
        tested = any(case.changes and parameter.name in case.values for case in cases)
        if parameter.optional and not tested and parameter.name != "lang":
            raise declared.error(f"add a case that gives {parameter.name} and says 'changes: true'")
    return cases


def _case(said: Value, parameters: Mapping[str, Parameter]) -> Case:
    said.mapping(("values", "at_least", "exactly", "changes"))
    values: dict[str, tuple[str, ...]] = {}
    if "values" in said.mapping():
        for name, given in said.need("values").mapping(parameters).items():
            words_given = given.items() if isinstance(given.content, list) else [given]
            values[name] = tuple(value.word() for value in words_given)
            for value in values[name]:
                _check_value(given, parameters[name], value)
    case = Case(values, said.number("at_least"), said.number("exactly"), said.flag("changes"))
    if case.at_least is not None and case.exactly is not None:
        raise said.error("give at_least or exactly, not both")
    if case.at_least is None and case.exactly is None and not case.changes:
        raise said.error("say what to expect: at_least, exactly, or changes: true")
    return case


def _check_value(given: Value, parameter: Parameter, value: str) -> None:
    if not parameter.is_entity:
        try:
            literal(parameter, value)
        except BadParameter as error:
            raise given.error(str(error)) from None
