"""Says whether two graphs hold the same, in whatever order and notation their triples come. Fetches nothing.

Stores keep values, not spellings: Virtuoso gives 1.50 back as 1.5, `en-GB` as `en-gb` and a true as 1. So literals are
compared by value, everything else as it is.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from pyoxigraph import Literal, Triple

from polisgraph.namespaces import PREFIXES

_XSD = PREFIXES["xsd"]
_NUMBERS = frozenset(
    _XSD + name
    for name in (
        "integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger",
        "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort",
        "unsignedByte",
    )
)  # fmt: skip
_TRUTH = {"true": "1", "false": "0"}


@dataclass(frozen=True)
class Checksum:
    """A number of triples and the sum of their hashes, which no order changes and no triple can be missing from."""

    triples: int = 0
    sum: int = 0

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> "Checksum":
        """Return the checksum of `triples`, each of which comes once."""
        count = total = 0
        for triple in triples:
            count += 1
            line = f"{triple.subject} {triple.predicate} {_value(triple.object)}"
            total += int.from_bytes(hashlib.blake2b(line.encode(), digest_size=16).digest())
        return cls(count, total % 2**128)


def _value(term: object) -> str:
    """Return an object as text that is the same for all spellings of its value."""
    if not isinstance(term, Literal):
        return str(term)
    if term.language:
        return f"{Literal(term.value)}@{term.language.lower()}"
    datatype = term.datatype.value
    if datatype == _XSD + "boolean":
        return f"number {_TRUTH.get(term.value, term.value)}"
    if datatype in _NUMBERS:
        try:
            return f"number {Decimal(term.value).normalize():f}"
        except InvalidOperation:
            return str(term)
    if datatype == _XSD + "dateTime":
        try:
            moment = datetime.fromisoformat(term.value)
        except ValueError:
            return str(term)
        return f"moment {moment.astimezone(UTC).isoformat() if moment.tzinfo else term.value}"
    return str(term)
