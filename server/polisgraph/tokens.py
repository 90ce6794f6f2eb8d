"""The tokens of SPARQL, as far as they decide where a string, a comment, an IRI or a name ends. Parses no grammar."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# Every repetition is possessive, atomic or bounded, so that no text takes more than linear time. Groups are atomic,
# because Python before 3.11.5 matches possessive quantifiers of groups wrongly.
_TOKEN = re.compile(
    r"""
      (?P<space>   [ \t\n]++ | \#[^\n]*+ )
    | (?P<string>  \"{3} (?> (?: \"{0,2} (?: [^"\\] | \\. ) )* ) \"{3}
                 | '{3}  (?> (?:  '{0,2} (?: [^'\\] | \\. ) )* ) '{3}
                 | "(?! \"\" )(?> (?: [^"\\\n] | \\. )* )" | '(?! '' )(?> (?: [^'\\\n] | \\. )* )' )
    | (?P<open>    \"{3} | '{3} | ["'] )
    | (?P<iri>     <[^<>"{}|^`\\\x00-\x20]*+> )
    | (?P<variable>[?$]\w++ )
    | (?P<language>@[A-Za-z]++ (?: -[A-Za-z0-9-]++ )* )
    | (?P<name>    (?: _ | [^\W\d_][\w.\-·]{0,255}+ )? :
                   (?> (?: [\w:\-·] | \.(?=[\w:.\-·%\\]) | %[0-9A-Fa-f]{2} | \\[_~.\-!$&'()*+,;=/?\#@%] )* ) )
    | (?P<number>  [+-]?(?> \d++ (?: \.\d*+ )? | \.\d++ ) (?> (?: [eE][+-]?\d++ )? ) )
    | (?P<word>    [^\W\d]\w*+ )
    | (?P<mark>    \^\^ | && | \|\| | [<>!]= | << | >> | . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a query that is neither space nor comment; `kind` is a group of the token pattern."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of `text` (SPARQL 1.1 §19.8), space and comments left out; never fails."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "space":
            yield Token(match.lastgroup or "mark", match[0], match.start())
