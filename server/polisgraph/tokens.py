"""The tokens of SPARQL, as far as they decide where a string, a comment, an IRI or a name ends. Parses no grammar."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Every repetition is possessive, atomic or bounded, so that no text takes more than linear time. Groups are atomic,
# because Python before 3.11.5 matches possessive quantifiers of groups wrongly.
_SPACE = r"(?> (?: [ \t\n]+ | \#[^\n]* )+ )"
# What is found most often comes first. A word is what is no name.
_KINDS = {
    "variable": r"[?$]\w++",
    "mark": r"[{}()\[\];,=]",
    "name": r"""    (?: _ | [^\W\d_][\w.\-·]{0,255}+ )? :
                   (?> (?: [\w:\-·] | \.(?=[\w:.\-·%\\]) | %[0-9A-Fa-f]{2} | \\[_~.\-!$&'()*+,;=/?\#@%] )* ) """,
    "word": r"      [^\W\d]\w*+ ",
    "iri": r"""     <[^<>"{}|^`\\\x00-\x20]*+> """,
    "string": r"""  \"{3} (?> (?: \"{0,2} (?: [^"\\] | \\. ) )* ) \"{3}
                 | '{3}  (?> (?:  '{0,2} (?: [^'\\] | \\. ) )* ) '{3}
                 | "(?! \"\" )(?> (?: [^"\\\n] | \\. )* )" | '(?! '' )(?> (?: [^'\\\n] | \\. )* )' """,
    "open": r"""    \"{3} | '{3} | ["'] """,
    "number": r"    [+-]?(?> \d++ (?: \.\d*+ )? | \.\d++ ) (?> (?: [eE][+-]?\d++ )? ) ",
    "language": r"  @[A-Za-z]++ (?: -[A-Za-z0-9-]++ )*",
    "sign": r"      \^\^ | && | \|\| | [<>!]= | << | >> | . ",
}
_UNCLOSED = """ ["'] .*+ """
_FLAGS = re.VERBOSE | re.DOTALL
_TOKEN = re.compile("|".join([_SPACE, *(f"(?P<{kind}> {pattern} )" for kind, pattern in _KINDS.items())]), _FLAGS)
# To name what is found takes longer than to find it. Behind a string that is not closed nothing is looked for.
_PIECE = re.compile(f"{_SPACE} | ( {' | '.join((_KINDS | {'open': _UNCLOSED}).values())} )", _FLAGS)
_STRING = re.compile(_KINDS["string"], _FLAGS)


class Token(NamedTuple):
    """A piece of a query that is neither space nor comment; `kind` is a group of the token pattern."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of `text` (SPARQL 1.1 §19.8), space and comments left out; never fails."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup:
            yield Token(match.lastgroup, match[0], match.start())


def pieces(text: str) -> list[str]:
    """Return the texts of the same tokens, in a fraction of the time; nothing stands for space and comments.

    A string that is not closed is the last piece, up to the end of `text`; see `is_open`.
    """
    return _PIECE.findall(text)


def is_open(piece: str) -> bool:
    """Whether the last piece of a text is a string that is not closed."""
    return piece.startswith(("'", '"')) and not _STRING.match(piece)
