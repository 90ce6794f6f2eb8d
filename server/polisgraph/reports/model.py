"""What a report is, once its file is read. Plain data: reads no file and binds no value."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from polisgraph.reports.blocks import Block

LANGUAGES = ("de", "en")
"""The languages of readers; every text of a report stands in each."""

KINDS = ("entity", "concept", "date", "year", "integer", "text", "choice", "language")
"""The kinds of parameters."""

COLUMN_KINDS = ("iri", "label-of", "number", "date", "text", "link")
"""The kinds of columns."""

VIEWS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "table": ((), ()),
    "bar": (("label", "value"), ("group",)),
    "timeline": (("label", "start"), ("end", "group")),
    "map": (("label", "lat", "long"), ("value",)),
    "network": (("from", "to"), ("weight",)),
}
"""Each view with the roles that need a column, and those that may have one."""

Text = Mapping[str, str]
"""The same words by language, `de` and `en`."""


@dataclass(frozen=True)
class Choice:
    """One of the values that a visitor may give; `iri` is what it stands for, if not for itself."""

    value: str
    label: Text
    iri: str | None = None


@dataclass(frozen=True)
class Parameter:
    """What a visitor may or must give. `sample` holds the file's values, as a visitor would give them."""

    name: str
    kind: str
    label: Text
    help: Text
    optional: bool = False
    multiple: bool = False
    class_iri: str | None = None
    namespace: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[Choice, ...] = ()
    sample: tuple[str, ...] = ()

    @property
    def is_entity(self) -> bool:
        """Whether the value is something that the graph describes."""
        return self.kind in ("entity", "concept")


@dataclass(frozen=True)
class Column:
    """One variable of the SELECT. A `label-of` column names the IRI that stands in the column `of`."""

    name: str
    kind: str
    label: Text
    of: str | None = None


@dataclass(frozen=True)
class View:
    """One way to show the rows: `columns` says which column plays which role."""

    name: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One test: with `values` there must be `at_least` or `exactly` so many rows, other ones if `changes`."""

    values: Mapping[str, tuple[str, ...]]
    at_least: int | None = None
    exactly: int | None = None
    changes: bool = False


@dataclass(frozen=True)
class Report:
    """A canned query with all that its file says.

    `parameters` end with `lang`, which every report has. `endpoints` are the IRIs of those that it calls by SERVICE.
    """

    name: str
    path: Path
    text: str
    title: Text
    description: Text
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    views: tuple[View, ...]
    cases: tuple[Case, ...]
    endpoints: frozenset[str]
    blocks: tuple[Block, ...]

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    def values_of(self, case: Case) -> dict[str, tuple[str, ...]]:
        """Return the values to bind for `case`: required parameters that it leaves out keep their sample."""
        samples = {p.name: p.sample for p in self.parameters if not p.optional}
        return samples | dict(case.values)

    def example(self, parameter: Parameter) -> tuple[str, ...]:
        """Return values to show as an example: the sample, or for an optional parameter those of a test."""
        if parameter.sample:
            return parameter.sample
        return next((case.values[parameter.name] for case in self.cases if parameter.name in case.values), ())


LANGUAGE = Parameter(
    name="lang",
    kind="language",
    label={"de": "Sprache", "en": "Language"},
    help={
        "de": "Die Sprache der Bezeichnungen: de oder en (sonst de).",
        "en": "The language of the labels: de or en (otherwise de).",
    },
    optional=True,
    sample=("de",),
)
"""The parameter that every report has and no file declares."""
