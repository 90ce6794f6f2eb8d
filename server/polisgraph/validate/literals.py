"""Judge single literals as pySHACL does, with rdflib's values: types, order, patterns. Knows no shapes and no graph.

SPARQL passes on here what it cannot decide in the same way: the engine and rdflib differ in what is ill-typed, in
the order of dates, and in the regular expressions.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF, RDFS, XSD

from polisgraph.validate.terms import Term, term

Test = Callable[..., bool]

_NO_ORDER = (TypeError, InvalidOperation)
"""What comparing raises: two ill-typed literals, times of which one has a zone, or other types; a decimal `NaN`."""

_VALUES: dict[rdflib.URIRef, type | tuple[type, ...]] = {
    XSD.string: (str, bytes),
    RDF.langString: (str, bytes),
    XSD.integer: int,
    XSD.float: float,
    XSD.decimal: Decimal,
    XSD.boolean: bool,
    XSD.date: date,
    XSD.time: time,
    XSD.dateTime: datetime,
}

WELL_FORMED = {
    XSD.integer: "^[+-]?[0-9]+$",
    XSD.decimal: "^[+-]?[0-9]+([.][0-9]+)?$",
    XSD.boolean: "^(true|false)$",
    XSD.date: "^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
    XSD.gYearMonth: "^[1-9][0-9]{3}-(0[1-9]|1[0-2])$",
    XSD.gYear: "^[1-9][0-9]{3}$",
}
"""For the common datatypes, texts that are surely well-typed; only the others need `has_datatype`."""

_PLAIN_PATTERN = re.compile(
    r"(?:[^\\\[\](){}|.^$*+?]"  # a character
    r"|\\[\\.\[\](){}|^$*+?/-]"  # a sign
    r"|\[(?:[^\\\[\]^&~-]|[0-9A-Za-z]-[0-9A-Za-z])(?:[^\\\[\]^&~-]|[0-9A-Za-z]-[0-9A-Za-z])*-?\]"  # a list
    r"|[(){}|^$*+?])*"
)


def same_everywhere(pattern: str) -> bool:
    """Whether what SPARQL's REGEX matches with `pattern` is surely matched by Python too."""
    return bool(_PLAIN_PATTERN.fullmatch(pattern)) and "(?" not in pattern


def has_datatype(datatype: rdflib.URIRef) -> Test:
    """Whether a term is a literal of `datatype` and not ill-typed (SHACL, section 4.1.2)."""

    def test(value: Term) -> bool:
        if not isinstance(value, ox.Literal):
            return False
        literal = term(value)
        assert isinstance(literal, rdflib.Literal)
        if datatype in (RDFS.Literal, RDFS.Datatype):
            return datatype == RDFS.Literal or literal.datatype is not None
        plain = literal.datatype is None and not literal.language and datatype == XSD.string
        if not (literal.datatype == datatype or plain or (datatype == RDF.langString and literal.language)):
            return False
        if literal.datatype == datatype and literal.ill_typed:
            return False
        return datatype not in _VALUES or isinstance(literal.value, _VALUES[datatype])

    return test


def ordered(limit: rdflib.Literal, passes: Callable[[int], bool]) -> Test:
    """Whether a literal stands to `limit` in an order (-1 less, 0 equal, 1 more) that `passes` (SHACL, section 4.3)."""

    def test(value: Term) -> bool:
        if not isinstance(value, ox.Literal):
            return False
        literal = term(value)
        assert isinstance(literal, rdflib.Literal)
        if isinstance(literal.value, str) != isinstance(limit.value, str):
            return False
        try:
            return passes(_compare(literal, limit))
        except _NO_ORDER:
            return False

    return test


def _compare(one: rdflib.Literal, other: rdflib.Literal) -> int:
    if one.eq(other):
        return 0
    if isinstance(one.value, (datetime, time)):
        # rdflib orders times with and without a zone by force; SHACL wants them to be incomparable.
        if one.value == other.value:
            return 0
        return 1 if one.value > other.value else -1
    return 1 if one > other else -1


def less(or_equal: bool) -> Test:
    """Whether the first of two terms is less than the second (SHACL, sections 4.5.3 and 4.5.4)."""

    def test(one: Term, other: Term) -> bool:
        if not isinstance(one, (ox.NamedNode, ox.Literal)) or not isinstance(other, (ox.NamedNode, ox.Literal)):
            return False
        left, right = _plain(one), _plain(other)
        if isinstance(left, rdflib.Literal) != isinstance(right, rdflib.Literal):
            return False
        try:
            # Not `<=`: rdflib's takes an order that it does not know for a true one.
            return bool(left < right) or (or_equal and _equal(left, right))
        except _NO_ORDER:
            return False

    return test


def _equal(left: str | rdflib.Literal, right: str | rdflib.Literal) -> bool:
    return bool(left.eq(right)) if isinstance(left, rdflib.Literal) else left == right


def _plain(value: ox.NamedNode | ox.Literal) -> str | rdflib.Literal:
    """The text of an IRI or of a literal that is a text; other literals as they are."""
    if isinstance(value, ox.NamedNode):
        return value.value
    literal = term(value)
    assert isinstance(literal, rdflib.Literal)
    return str(literal.value) if isinstance(literal.value, str) else literal


def matches(pattern: str, flags: str) -> Test:
    """Whether the text of a literal or IRI matches `pattern` (SHACL, section 4.4.3). Raises re.error for no pattern."""
    compiled = re.compile(pattern, (re.I if "i" in flags.lower() else 0) | (re.M if "m" in flags.lower() else 0))

    def test(value: Term) -> bool:
        return isinstance(value, (ox.NamedNode, ox.Literal)) and compiled.search(value.value) is not None

    return test
