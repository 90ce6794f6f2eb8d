"""Puts given values into a report's query, as RDF terms in its VALUES blocks. Runs no query."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pyoxigraph import Literal

from polisgraph.errors import BadParameter
from polisgraph.folding import slug_of
from polisgraph.reports.blocks import filled
from polisgraph.reports.entities import Entities
from polisgraph.reports.model import LANGUAGES, Parameter, Report
from polisgraph.reports.values import accepted, refused, term

LISTED = 400
"""So many entities fit a list to choose from."""


def bind(report: Report, values: Mapping[str, Sequence[str]], entities: Entities) -> str:
    """Return the query of `report` with `values` in place of the samples.

    `values` holds for each parameter what the visitor gave, in the visitor's words; an empty value counts as
    not given. An optional parameter that is not given keeps what the file says: UNDEF, or the first language.
    Raises BadParameter, with `parameter` and `accepted`, for an unknown name, a missing or doubled value, and
    a value of the wrong kind.
    """
    for name in values:
        if report.parameter(name) is None:
            known = ", ".join(parameter.name for parameter in report.parameters)
            message = f"{name[:60]!r} is no parameter of {report.name}; it takes {known}"
            raise BadParameter(message, parameter=name[:60], accepted=known)
    terms = {p.name: _terms(p, values.get(p.name, ()), entities) for p in report.parameters}
    given = {name: written for name, written in terms.items() if written}
    return filled(report.text, given, report.blocks)


def unasked(report: Report) -> Iterator[tuple[str, str]]:
    """Yield each language with the query of `report` in it that asks for nothing else; none if it needs a value."""
    if all(parameter.optional or parameter.kind == "language" for parameter in report.parameters):
        for language in LANGUAGES:
            yield language, filled(report.text, {"lang": str(Literal(language))}, report.blocks)


def choices(parameter: Parameter, language: str, entities: Entities) -> list[tuple[str, str]]:
    """Return what a form may offer for `parameter`: value and label, ordered by the labels in `language`.

    Empty for kinds whose values cannot be listed (dates, numbers, texts), and for entities more than `LISTED`:
    these a visitor names.
    """
    if parameter.kind == "language":
        return [(code, code) for code in LANGUAGES]
    if not parameter.is_entity:
        return [(choice.value, choice.label[language]) for choice in parameter.choices]
    fitting = entities.first(LISTED + 1, parameter.class_iri, parameter.namespace)
    if len(fitting) > LISTED:
        return []
    times = Counter(entity.slug.casefold() for entity in fitting)
    offered = [(e.slug if times[e.slug.casefold()] == 1 else e.tail, e.labels[language]) for e in fitting]
    return sorted(offered, key=lambda offer: (slug_of(offer[1]), offer))


def _terms(parameter: Parameter, given: Sequence[str], entities: Entities) -> str:
    """Return the serialised terms for a parameter, or nothing if it is not given and need not be."""
    given = [value.strip() for value in given if value.strip()]
    if not given:
        if not parameter.optional:
            message = f"{parameter.name} is missing; give {accepted(parameter)}"
            raise BadParameter(message, parameter=parameter.name, accepted=accepted(parameter))
        return ""
    if len(given) > 1 and not parameter.multiple:
        raise refused(parameter, ", ".join(given), "is more than one value")
    return " ".join(dict.fromkeys(str(term(parameter, value, entities)) for value in given))
