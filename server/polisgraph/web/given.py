"""What a reader gave for the parameters of a report: as fields of its form, in words, and as addresses write it.

Binds nothing: that is for `polisgraph.reports`, which also says what does not fit.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from polisgraph.reports import Parameter, Report, choices
from polisgraph.reports.entities import Entity
from polisgraph.web.language import language
from polisgraph.web.readable import day
from polisgraph.web.site import site

SELECTED = 60
"""Up to so many choices stand in a list to select from; more are searched by typing."""


@dataclass(frozen=True)
class Given:
    """One value: as an address has it, whatever way it was written, and in words."""

    value: str
    label: str
    typed: str = ""
    """How a field shows it: a thing by its name where that finds it again, else as its value."""


@dataclass(frozen=True)
class Field:
    """A parameter as the form shows it: what was given, what may be, and whether that is searched by typing."""

    parameter: Parameter
    given: tuple[Given, ...]
    choices: Sequence[tuple[str, str]]
    wrong: bool

    @property
    def is_searched(self) -> bool:
        """Whether there are too many choices to look through."""
        return len(self.choices) > SELECTED and not self.parameter.multiple

    @property
    def is_named(self) -> bool:
        """Whether it is an entity out of too many to list: what is typed is looked for."""
        return self.parameter.is_entity and not self.choices

    @property
    def suggestions(self) -> list[tuple[str, str]]:
        """What may be typed, and what to say beside it."""
        return suggested(self.choices)


def suggested(choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what may be typed for `choices`, values with labels, and what to say beside it.

    That is the label; where several have it, the value, and the label beside it.
    """
    times = Counter(label for _, label in choices)
    return [(label, "") if times[label] == 1 else (value, label) for value, label in choices]


def fields(report: Report, given: Mapping[str, Sequence[Given]], wrong: str = "") -> list[Field]:
    """Return the fields of the form of `report`, in its order; `wrong` is the parameter whose value does not fit."""
    return [
        Field(p, tuple(given.get(p.name, ())), choices(p, language(), site().entities), p.name == wrong)
        for p in report.parameters
        if p.name != "lang"
    ]


def read(report: Report, values: Mapping[str, Sequence[str]]) -> dict[str, list[Given]]:
    """Return what `values` holds for the parameters of `report`, and nothing else: a visitor may send anything.

    Empty values are left out, and wrong ones stay as they are.
    """
    found = {p.name: [_given(p, value) for value in values.get(p.name, ()) if value.strip()] for p in report.parameters}
    return {name: kept for name, kept in found.items() if kept}


def address(given: Mapping[str, Sequence[Given]]) -> dict[str, list[str]]:
    """Return the parameters of an address that asks for the same."""
    return {name: [one.value for one in each] for name, each in given.items()}


def _given(parameter: Parameter, value: str) -> Given:
    value = value.strip()
    if parameter.is_entity:
        meant = site().entities.named(value, parameter.class_iri, parameter.namespace)
        return _entity(parameter, meant[0]) if len(meant) == 1 else Given(value, value)
    if parameter.kind == "date":
        return Given(value, day(value))
    labels = {choice.value: choice.label[language()] for choice in parameter.choices}
    return Given(value, labels.get(value, value))


def _entity(parameter: Parameter, meant: Entity) -> Given:
    """Return the shortest way to write an entity: its slug where that names nothing else, as choice lists have it."""
    label, value = meant.labels[language()], meant.tail
    if parameter.class_iri is not None and _means(parameter, meant.slug, meant):
        value = meant.slug
    return Given(value, label, label if _means(parameter, label, meant) else value)


def _means(parameter: Parameter, text: str, meant: Entity) -> bool:
    """Whether whoever writes `text` means `meant` and nothing else."""
    found = site().entities.named(text, parameter.class_iri, parameter.namespace)
    return [entity.iri for entity in found] == [meant.iri]
