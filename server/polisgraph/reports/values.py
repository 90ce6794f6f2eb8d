"""Turns a value that a visitor gives into an RDF term, or says what to give. Writes no query."""

import re
import unicodedata
from datetime import date

from pyoxigraph import Literal, NamedNode

from polisgraph.errors import BadParameter
from polisgraph.namespaces import PREFIXES, shorten
from polisgraph.reports.entities import Entities, Entity
from polisgraph.reports.model import LANGUAGES, Parameter

Term = NamedNode | Literal

TEXT_LIMIT = 200
INTEGER_LIMIT = 2**31 - 1  # xsd:int: safe for every engine

_FORMS = 10
"""So many of the things that a value may mean are named."""

_XSD = PREFIXES["xsd"]
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"[0-9]{4}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_IRI = re.compile(r"""[^\x00-\x20<>"{}|^`\\]+""")  # what may stand between < and >, SPARQL 1.1 [139]


def term(parameter: Parameter, value: str, entities: Entities) -> Term:
    """Return the RDF term that `value` stands for.

    Raises BadParameter if it stands for none, with `parameter`, `accepted`, and for an entity `nearest`.
    """
    if parameter.is_entity:
        return NamedNode(_entity(parameter, value, entities).iri)
    return literal(parameter, value)


def literal(parameter: Parameter, value: str) -> Term:
    """Return the term of a `value` that is no entity; raise BadParameter if it is not of its kind."""
    match parameter.kind:
        case "date":
            return Literal(_date(parameter, value), datatype=NamedNode(_XSD + "date"))
        case "year":
            if not _YEAR.fullmatch(value) or value == "0000":
                raise refused(parameter, value)
            return Literal(str(int(value)), datatype=NamedNode(_XSD + "integer"))
        case "integer":
            return Literal(str(_integer(parameter, value)), datatype=NamedNode(_XSD + "integer"))
        case "choice":
            choice = next((choice for choice in parameter.choices if choice.value == value), None)
            if choice is None:
                raise refused(parameter, value)
            return NamedNode(choice.iri) if choice.iri else Literal(value)
        case "language":
            if value not in LANGUAGES:
                raise refused(parameter, value)
            return Literal(value)
        case _:
            return Literal(_text(parameter, value))


def accepted(parameter: Parameter) -> str:
    """Say in words what may be given for `parameter`."""
    match parameter.kind:
        case "entity":
            what = f" of class {shorten(parameter.class_iri)}" if parameter.class_iri else ""
            keys = "its Wikidata id (Q365, wd:Q365), an official key (05315000, gnd:4031483-2)"
            names = f"its IRI, the end of that (koeln, municipality/koeln), {keys}, or its name"
            return f"an entity{what}: {names}"
        case "concept":
            return f"a concept: its IRI or its slug in {parameter.namespace}"
        case "date":
            return "a day of the calendar as YYYY-MM-DD"
        case "year":
            return "a year as YYYY"
        case "integer":
            low, high = bounds(parameter)
            return f"a whole number from {low} to {high}"
        case "choice":
            return "one of " + ", ".join(choice.value for choice in parameter.choices)
        case "language":
            return "one of " + ", ".join(LANGUAGES)
        case _:
            return f"a text of 1 to {TEXT_LIMIT} characters without control characters and backslashes"


def bounds(parameter: Parameter) -> tuple[int, int]:
    """Return the smallest and the largest value of an integer parameter."""
    low = -INTEGER_LIMIT if parameter.minimum is None else parameter.minimum
    return low, INTEGER_LIMIT if parameter.maximum is None else parameter.maximum


def refused(parameter: Parameter, value: str, why: str = "", **details: object) -> BadParameter:
    """Return the error for a `value` that the parameter does not take."""
    shown = value if len(value) <= 60 else value[:60] + "…"
    reason = why or "is not of the right kind"
    message = f"{parameter.name}: {shown!r} {reason}; give {accepted(parameter)}"
    return BadParameter(message, parameter=parameter.name, accepted=accepted(parameter), **details)


def _date(parameter: Parameter, value: str) -> str:
    if not _DATE.fullmatch(value):
        raise refused(parameter, value)
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise refused(parameter, value, "is no day of the calendar") from None


def _integer(parameter: Parameter, value: str) -> int:
    low, high = bounds(parameter)
    if not _INTEGER.fullmatch(value) or not low <= int(value) <= high:
        raise refused(parameter, value)
    return int(value)


def _text(parameter: Parameter, value: str) -> str:
    text = unicodedata.normalize("NFC", value)  # as all literals of the graph are
    # Engines may resolve \uXXXX in the whole query before they look at strings (SPARQL 1.1, 19.2), and then
    # find one behind an escaped backslash too: "\\u000A" breaks the line, and the query. So none gets in.
    unsafe = any(c == "\\" or unicodedata.category(c) in ("Cc", "Cs") for c in text)
    if unsafe or not 1 <= len(text) <= TEXT_LIMIT:
        raise refused(parameter, value)
    return text


def _entity(parameter: Parameter, value: str, entities: Entities) -> Entity:
    meant = entities.named(value, parameter.class_iri, parameter.namespace)
    if len(meant) == 1 and _IRI.fullmatch(meant[0].iri):
        return meant[0]
    if meant:
        forms = [entity.tail for entity in meant[:_FORMS]]
        others = f" and {len(meant) - _FORMS} more" if len(meant) > _FORMS else ""
        raise refused(parameter, value, f"may mean any of {', '.join(forms)}{others}", nearest=forms)
    nearest = entities.nearest(value, parameter.class_iri, parameter.namespace)
    hint = f"; the nearest are {', '.join(nearest)}" if nearest else ""
    raise refused(parameter, value, f"is not known here{hint}", nearest=nearest)
