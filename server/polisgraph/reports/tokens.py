"""Finds the parameters of a query: its single-variable VALUES blocks. Reads text, knows no report.

The tokens are those of SPARQL 1.1, section 19.8, as far as they decide where a string, a comment, an IRI or a
name ends, so that `VALUES` inside one of them is never taken for the keyword.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<blank>   \s+ | \#[^\n\r]* )
    | (?P<iri>     <[^\x00-\x20<>"{}|^`\\]*> )
    | (?P<string>  \"{3} (?: \"{0,2} (?: [^"\\] | \\. ) )* \"{3}
                 | '{3}  (?: '{0,2}  (?: [^'\\] | \\. ) )* '{3}
                 | "(?: [^"\\\n\r] | \\. )*"
                 | '(?: [^'\\\n\r] | \\. )*' )
    | (?P<variable> [?$]\w+ )
    | (?P<name>    (?: [^\W\d_] [\w.-]* )? : (?: [\w:%.-] | \\. )* )
    | (?P<word>    [^\W\d_] \w* )
    | (?P<other>   . )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One token that counts: no blank, no comment. `kind` is the group of the pattern, `start` an offset."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True)
class Block:
    """The content of one `VALUES ?variable { … }`, from offset `start` to `end`, braces not included."""

    variable: str
    start: int
    end: int


def tokens(query: str) -> Iterator[Token]:
    """Yield the tokens of `query` without blanks and comments; what fits nowhere comes as `other`."""
    for match in _TOKEN.finditer(query):
        if match.lastgroup and match.lastgroup != "blank":
            yield Token(match.lastgroup, match.group(), match.start())


def value_blocks(query: str) -> tuple[Block, ...]:
    """Return the VALUES blocks of `query` that bind one variable (SPARQL 1.1 grammar, InlineDataOneVar)."""
    found: list[Block] = []
    all_tokens = list(tokens(query))
    for keyword, variable, brace in zip(all_tokens, all_tokens[1:], all_tokens[2:], strict=False):
        if keyword.kind != "word" or keyword.text.upper() != "VALUES":
            continue
        if variable.kind == "variable" and brace.text == "{":
            start = brace.start + 1
            end = next((t.start for t in all_tokens if t.start >= start and t.text == "}"), None)
            if end is not None:
                found.append(Block(variable.text[1:], start, end))
    return tuple(found)


def words(query: str) -> frozenset[str]:
    """Return the bare words of `query` in upper case: its keywords and function names."""
    return frozenset(token.text.upper() for token in tokens(query) if token.kind == "word")
