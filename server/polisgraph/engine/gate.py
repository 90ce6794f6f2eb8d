"""Looks at a query's text before any parser does: length, characters, depth, form. Parses no grammar.

Deep nesting overflows the stack of the engine's parser and kills its process (pyoxigraph 0.5: some 900 nested
calls or EXISTS, 2,000 groups, 2,500 OPTIONALs or BINDs in a row), so it is counted here first.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from polisgraph.errors import BadQuery, Forbidden, TooLong
from polisgraph.tokens import is_open, pieces, tokens

MAX_DEPTH = 100
"""Brackets that may be open at once: about a ninth of what crashes the engine."""
MAX_OPERATORS = 2_000
"""Operators, groups and assignments in one query: each one may be a level of the parsed tree."""

FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Backslashes come in pairs: in `\\u0041` the first escapes the second, and nothing is a code point.
_CODE_POINT = re.compile(r"\\\\|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b", re.IGNORECASE | re.ASCII)
_IN_VOLATILE = ("now", "rand", "uuid", "bnode")

_OPENING = frozenset({"(", "[", "{", "<<"})
_CLOSING = frozenset({")", "]", "}", ">>"})
_PROLOGUE = frozenset({"PREFIX", "BASE", "VERSION"})
_OPERATORS = frozenset({"||", "&&", "+", "-", "*", "/", "|", "!", "^", "{", "AS"})


@dataclass(frozen=True)
class Source:
    """A client's text, and what it says.

    `text` is `original` with code point escapes resolved (SPARQL 1.1 §19.2); both have `\\n` as line ends.
    `shifts` are the escapes: where in `text`, and by how much they are longer than their character.
    """

    text: str
    original: str
    shifts: tuple[tuple[int, int], ...]

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column in the client's text, from 1, of an offset in `text`."""
        offset += sum(length for start, length in self.shifts if start < offset)
        before = self.original[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def error(self, offset: int, what: str) -> BadQuery:
        """Return the error for something wrong at an offset in `text`."""
        line, column = self.place(offset)
        return BadQuery(f"Syntax error in line {line}, column {column}: {what}", line=line, column=column)


@dataclass(frozen=True)
class Checked(Source):
    """A text that may be handed to a parser.

    `plain` is `text` with comments and runs of space as one blank between two words and none at the ends, which means
    the same (SPARQL 1.1 §19.4, §19.5).
    `form` is the query's first keyword, or None if there is none that starts a query.
    `service` says that SERVICE is in it, `suspect` that it or a dataset clause may be, `volatile` that two runs may
    differ.
    """

    plain: str
    form: str | None
    service: bool
    suspect: bool
    volatile: bool


def check_length(text: str, limit: int) -> None:
    """Raise TooLong if `text` has more than `limit` bytes in UTF-8."""
    if len(text) > limit or len(text.encode(errors="surrogatepass")) > limit:
        raise TooLong(f"The query is too long: at most {limit:,} bytes are taken.", limit=limit)


def check(text: str, limit: int, service: bool = False) -> Checked:
    """Return `text` ready for the parsers.

    Raise TooLong over `limit` bytes, BadQuery for characters that no query has or too deep nesting, Forbidden
    for an update (SPARQL 1.1 Update §3) and for SERVICE, unless `service` says that somebody sees to it. What is left
    may still be wrong or forbidden.
    """
    check_length(text, limit)
    # One kind of line end for all: parsers disagree on whether a lone carriage return ends a comment, and
    # what one of them takes for a comment another would run.
    original = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    resolved, shifts = _resolve(original)
    source = Source(resolved, original, shifts)
    odd = _CONTROL.search(resolved)
    if odd:
        raise source.error(odd.start(), f"U+{ord(odd[0]):04X} is a control character, which no query has.")
    found = pieces(resolved)
    if found and is_open(found[-1]):
        raise _not_closed(source)
    _check_depth(resolved, found)
    counted = Counter(found)
    _check_operators(sum(number for piece, number in counted.items() if piece.upper() in _OPERATORS))
    words = set(map(str.upper, counted))
    form = _form(found)
    if form in UPDATES:
        raise Forbidden(f"{form} is an update; this service is read-only and answers queries only.")
    if "SERVICE" in words and not service:
        raise service_refused()
    # SERVICE is looked for in the bare text as well: what we take for a string or a name, a parser might not.
    folded = resolved.casefold()
    suspect = "FROM" in words or "service" in folded
    # Most texts hold none of these, which is quickly seen.
    volatile = any(word in folded for word in _IN_VOLATILE) and bool(_VOLATILE.search(resolved))
    plain = "".join([piece or " " for piece in found]).strip(" ")
    return Checked(resolved, original, shifts, plain, form, "SERVICE" in words, suspect, volatile)


def service_refused() -> Forbidden:
    """Return the error for a query that would have us call another endpoint."""
    return Forbidden("SERVICE is not allowed: this service does not call other endpoints. Query them directly.")


def _resolve(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return `text` without code point escapes, and by how much each of them shortened it where."""
    if not text.isascii() and _SURROGATE.search(text):
        raise BadQuery("The query is not valid Unicode: it contains half of a surrogate pair.")
    if "\\" not in text:
        return text, ()
    shifts: list[tuple[int, int]] = []
    total = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal total
        digits = match[1] or match[2]
        if not digits:
            return match[0]
        number = int(digits, 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise BadQuery(f"{match[0]} is not a Unicode character.")
        shifts.append((match.start() - total, len(match[0]) - 1))
        total += len(match[0]) - 1
        return chr(number)

    return _CODE_POINT.sub(replace, text), tuple(shifts)


def _form(found: Iterable[str]) -> str | None:
    """Return the first word of `found` that is none of the prologue's, if a query or an update may begin with it."""
    words = (piece.upper() for piece in found if piece.isidentifier())
    first = next((word for word in words if word not in _PROLOGUE), None)
    return first if first in FORMS | UPDATES else None


def _not_closed(source: Source) -> BadQuery:
    """Return the error for a string without an end."""
    quotes = next(token for token in tokens(source.text) if token.kind == "open")
    return source.error(quotes.start, f"the string that begins here with {quotes.text} is not closed.")


def _check_operators(number: int) -> None:
    if number > MAX_OPERATORS:
        raise BadQuery(
            f"The query is too involved: {number:,} operators, groups and assignments; at most"
            f" {MAX_OPERATORS:,} are taken. Use VALUES or IN for long lists."
        )


def _check_depth(text: str, found: Iterable[str]) -> None:
    """Raise BadQuery if the pieces `found` in `text` are nested too deeply."""
    if sum(map(text.count, "([{<")) <= MAX_DEPTH:  # so it cannot be
        return
    depth = 0
    for piece in found:
        inside = 0
        if piece in _OPENING:
            depth += 1
        elif piece in _CLOSING:
            depth = max(0, depth - 1)
        elif piece.startswith("<"):
            # `?a<(?b)&&(?c)>?d` may be read as an IRI here and as a comparison by a parser.
            inside = sum(map(piece.count, "(["))
        if depth + inside > MAX_DEPTH:
            raise BadQuery(f"The query is nested too deeply: at most {MAX_DEPTH} brackets may be open at once.")
