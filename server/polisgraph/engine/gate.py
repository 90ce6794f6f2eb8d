"""Looks at a query's text before any parser does: length, characters, depth, form. Parses no grammar.

Deep nesting overflows the stack of the engine's parser and kills its process (pyoxigraph 0.5: some 900 nested
calls or EXISTS, 2,000 groups, 2,500 OPTIONALs or BINDs in a row), so it is counted here first.
"""

import re
from dataclasses import dataclass

from polisgraph.errors import BadQuery, Forbidden, TooLong
from polisgraph.tokens import tokens

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

_OPENING = frozenset({"(", "[", "{", "<<"})
_CLOSING = frozenset({")", "]", "}", ">>"})
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
    form, words, plain = _survey(source)
    if form in UPDATES:
        raise Forbidden(f"{form} is an update; this service is read-only and answers queries only.")
    if "SERVICE" in words and not service:
        raise service_refused()
    # SERVICE is looked for in the bare text as well: what we take for a string or a name, a parser might not.
    suspect = "FROM" in words or "service" in resolved.casefold()
    return Checked(
        resolved, original, shifts, plain, form, "SERVICE" in words, suspect, bool(_VOLATILE.search(resolved))
    )


def service_refused() -> Forbidden:
    """Return the error for a query that would have us call another endpoint."""
    return Forbidden("SERVICE is not allowed: this service does not call other endpoints. Query them directly.")


def _resolve(text: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return `text` without code point escapes, and by how much each of them shortened it where."""
    if _SURROGATE.search(text):
        raise BadQuery("The query is not valid Unicode: it contains half of a surrogate pair.")
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


def _survey(source: Source) -> tuple[str | None, set[str], str]:
    """Return the query form, which of SERVICE and FROM are in it, and the text without comments and superfluous space.

    Raise BadQuery if it is too deep, long or open.
    """
    depth = operators = end = 0
    parts: list[str] = []
    form: str | None = None
    words: set[str] = set()
    for kind, piece, start in tokens(source.text):
        if start > end and parts:
            parts.append(" ")
        parts.append(piece)
        end = start + len(piece)
        word = piece.upper() if kind == "word" else ""
        if kind == "open":
            raise source.error(start, f"the string that begins here with {piece} is not closed.")
        if kind == "iri":
            # `?a<(?b)&&(?c)>?d` may be read as an IRI here and as a comparison by a parser.
            _check_depth(depth + sum(map(piece.count, "([")))
        elif piece in _OPENING:
            depth += 1
            _check_depth(depth)
        elif piece in _CLOSING:
            depth = max(0, depth - 1)
        if piece in _OPERATORS or word in _OPERATORS:
            operators += 1
        if form is None and word not in ("PREFIX", "BASE", "VERSION", ""):
            form = word
        if word in ("SERVICE", "FROM"):
            words.add(word)
    if operators > MAX_OPERATORS:
        raise BadQuery(
            f"The query is too involved: {operators:,} operators, groups and assignments; at most"
            f" {MAX_OPERATORS:,} are taken. Use VALUES or IN for long lists."
        )
    return (form if form in FORMS | UPDATES else None), words, "".join(parts)


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadQuery(f"The query is nested too deeply: at most {MAX_DEPTH} brackets may be open at once.")
