"""Say on which line of a file a statement stands: one pass over the file for all that is asked. Judges no syntax.

The file has been read before, so it is well-formed. It is cut into words by regular expressions, and a statement
about something else is skipped as a whole.
"""

import mmap
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from urllib.parse import urljoin

Wanted = tuple[str | None, str | None, str | None]
"""Subject, predicate and object of a statement: an IRI, the text of a literal, or None for any."""

Text = mmap.mmap | bytes
"""The bytes of a text, in a file or in memory."""

WITH_LINES = (".ttl", ".trig", ".nt", ".nq")
"""Endings of the files that have lines to speak of."""

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_NOT_IN_NAMES = rb"\s<>\"'()\[\]{};,#@^\\|~"
_DOT_IN_NAME = rb"\.(?=\.*[^." + _NOT_IN_NAMES + rb"])"
# Atomic groups rather than possessive quantifiers of groups, which Python matches wrongly before 3.11.5.
_SPACE = rb"(?>(?:\s|#[^\n]*)*)"
_IRI = rb"<[^<>\"{}|^`\x00-\x20]*+>"
_STRING = (
    rb"(?>\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    rb"|\"(?:[^\"\\\n\r]|\\.)*\"|'(?:[^'\\\n\r]|\\.)*')"
)
_WORD = re.compile(
    _SPACE + rb"(?:(?P<iri>" + _IRI + rb")|(?P<string>" + _STRING + rb")"
    rb"|(?P<open><<\(?|\{\||[\[(])|(?P<close>\)?>>|\|\}|[\])])|(?P<sign>[.;,{}~]|\^\^)"
    rb"|(?P<name>(?>(?:@[A-Za-z0-9-]+|[^." + _NOT_IN_NAMES + rb"]|\\.|" + _DOT_IN_NAME + rb")+)))",
    re.DOTALL,
)
_REST = re.compile(
    rb"(?>(?:[^<\"'#.}\\|]+|"
    + _IRI
    + rb"|"
    + _STRING
    + rb"|#[^\n]*|\\.|"
    + _DOT_IN_NAME
    + rb"|\|\}|[<|])*)(?:\.|(?=\}))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def find_lines(path: Path, wanted: Collection[Wanted]) -> dict[Wanted, int]:
    """Return the line (from 1) of the first statement in `path` for each of `wanted` that is there.

    The line is that of the statement's object. A format without lines (RDF/XML, JSON-LD) gives none.
    """
    if path.suffix not in WITH_LINES or not wanted or not path.stat().st_size:
        return {}
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return find_lines_in(text, wanted)


def find_lines_in(text: Text, wanted: Collection[Wanted]) -> dict[Wanted, int]:
    """Return what `find_lines` does, for a text in UTF-8 that is Turtle, TriG, N-Triples or N-Quads."""
    found: dict[Wanted, int] = {}
    left, forms = set(wanted), {tuple(term is not None for term in one) for one in wanted}
    subjects = None if any(one[0] is None for one in wanted) else Counter(one[0] for one in left)
    line, counted = 1, 0
    for offset, *terms in _Scanner(text, subjects).statements():
        for form in forms:
            key = tuple(term if asked else None for term, asked in zip(terms, form, strict=True))
            if key in left:
                line += text[counted:offset].count(b"\n")
                counted = offset
                found[key] = line
                left.discard(key)
                if subjects is not None:
                    subjects[key[0]] -= 1
        if not left:
            break
    return found


class _Scanner:
    """Walks over Turtle, TriG, N-Triples or N-Quads and yields the statements about `subjects` (None: about all).

    `subjects` counts what is still asked about each; a subject at zero is passed over from there on.
    """

    def __init__(self, text: Text, subjects: Counter[str | None] | None) -> None:
        self._text, self._subjects = text, subjects
        self._base, self._prefixes = "", dict[str, str]()
        self._at = 0

    def statements(self) -> Iterator[tuple[int, str, str, str | None]]:
        """Yield offset of the object, subject, predicate and object; None for an object without a text of its own."""
        while (word := self._next()) is not None:
            name = word[0].strip()
            if word["name"] and self._directive(word["name"].lower()):
                continue
            if name in (b"{", b"}") or word["sign"] == b".":
                continue
            if word["name"] and word["name"].upper() == b"GRAPH":
                self._next()
                continue
            ahead = _WORD.match(self._text, self._at)
            if ahead is not None and ahead["sign"] == b"{":
                continue  # the name of a graph
            subject = self._term(word)
            if subject is None:
                self._skip_rest(word.start("open") if word["open"] else self._at)
            elif self._done(subject):
                self._skip_rest(self._at)
            else:
                yield from self._about(subject)

    def _about(self, subject: str) -> Iterator[tuple[int, str, str, str | None]]:
        predicate: str | None = None
        object_expected = False
        while (word := self._next()) is not None:
            if word["sign"] in (b".", b"}"):
                return
            if word["sign"] == b";":
                predicate, object_expected = None, False
            elif word["sign"] == b",":
                object_expected = True
            elif word["open"]:
                if predicate is not None and object_expected:
                    yield word.start("open"), subject, predicate, None
                    object_expected = False
                self._skip_nested()
            elif predicate is None:
                predicate = _TYPE if word["name"] == b"a" else self._term(word)
                object_expected = True
            elif object_expected:
                yield word.start(word.lastgroup or 0), subject, predicate, self._term(word)
                object_expected = False
                if self._done(subject):
                    self._skip_rest(self._at)
                    return

    def _done(self, subject: str) -> bool:
        return self._subjects is not None and not self._subjects[subject]

    def _skip_rest(self, at: int) -> None:
        rest = _REST.match(self._text, at)
        self._at = rest.end() if rest else len(self._text)

    def _skip_nested(self) -> None:
        depth = 1
        while depth and (word := self._next()) is not None:
            depth += bool(word["open"]) - bool(word["close"])

    def _next(self) -> re.Match[bytes] | None:
        word = _WORD.match(self._text, self._at)
        if word is not None:
            self._at = word.end()
        return word

    def _directive(self, name: bytes) -> bool:
        kind = name.removeprefix(b"@")
        if kind not in (b"prefix", b"base", b"version") or (kind == name and b":" in name):
            return False
        first = self._next()
        if kind == b"prefix" and first is not None and (second := self._next()) is not None:
            self._prefixes[first["name"].decode().removesuffix(":")] = self._term(second) or ""
        elif kind == b"base" and first is not None:
            self._base = self._term(first) or ""
        if name.startswith(b"@"):
            self._next()
        return True

    def _term(self, word: re.Match[bytes]) -> str | None:
        if word["iri"]:
            iri = _unescape(word["iri"][1:-1].decode())
            return urljoin(self._base, iri) if self._base else iri
        if word["string"]:
            text = word["string"].decode()
            quotes = 3 if text[:3] in ('"""', "'''") else 1
            return _unescape(text[quotes:-quotes])
        if not word["name"]:
            return None
        text = word["name"].decode()
        prefix, colon, local = text.partition(":")
        if not colon:
            return text
        return None if prefix == "_" else self._prefixes.get(prefix, "") + _unescape(local)


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _ESCAPED.get(m[3], m[3]), text)
