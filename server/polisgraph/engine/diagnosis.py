"""Says where a query's syntax error is and what is wrong, in words for people. Runs no query."""

import re
from bisect import bisect_right

from pyoxigraph import Literal, Store, Variable

from polisgraph.engine.gate import Checked
from polisgraph.errors import BadQuery
from polisgraph.tokens import Token, tokens

_MESSAGE = re.compile(r"error at (\d+):\d+: expected (.*)", re.DOTALL)
# What pyoxigraph finds wrong beyond grammar stands among what it expects: "one of ">", Prefix not found".
_RULES = {
    "Already used blank node id": "a blank node label is used in two groups. Use a variable instead",
    "BIND is overriding an existing variable": "BIND sets a variable that has a value. Use a new name",
    "Duplicated variable name in SELECT": "SELECT names a variable twice",
    "Repeated variables are not allowed in VALUES": "VALUES names a variable twice",
    "SELECT * is not authorized with GROUP BY": "SELECT * does not go with GROUP BY. Name the variables",
    "The SELECT contains a": "grouped rows have grouped variables and aggregates only",
    "The SELECT overrides an existing variable": "AS sets a variable that has a value. Use a new name",
    "The VALUES clause rows should have": "VALUES has a row with a value too many or too few",
}
_PADDING = " " * 40 + "\n"


def syntax_error(checked: Checked, prefixes: dict[str, str]) -> BadQuery | None:
    """Return what is wrong with the syntax of `checked`, with line and column; None if pyoxigraph accepts it.

    pyoxigraph reports the furthest character it looked at, which lies up to a keyword's length behind the
    mistake and often at the end of the text. So each token gets a line of its own, padded with more blanks
    than the longest keyword has letters: then the line that is reported is the token that is wrong.
    """
    pieces = list(tokens(checked.text))
    lines, total = [], 1
    for piece in pieces:
        lines.append(total)
        total += piece.text.count("\n") + 1
    complaint = _parse("".join(piece.text + _PADDING for piece in pieces))
    if complaint is None:
        return None
    line, expected = complaint
    index = bisect_right(lines, line) - 1
    culprit = pieces[index] if pieces and line < total else None
    # A complaint about what stands before gets lost when the parser looks further: show it nothing further.
    before = _parse(checked.text[: culprit.start if culprit else None].rstrip())
    expected += before[1] if before else ""
    offset = culprit.start if culprit else len(checked.text.rstrip())
    return checked.error(offset, _explain(culprit, expected, prefixes))


def is_well_formed(text: str) -> bool:
    """Whether pyoxigraph accepts the syntax of `text`."""
    return _parse(text) is None


def _parse(text: str) -> tuple[int, str] | None:
    """Return the line that pyoxigraph complains about and its words; None if it parses."""
    name = "absent"
    while name in text:
        name += "_"
    try:
        # pyoxigraph cannot parse without running. It checks that a variable to be substituted is in the
        # query after parsing and before running, so that one that is not there makes it stop between the two.
        Store().query(text, substitutions={Variable(name): Literal("")})
    except SyntaxError as error:
        match = _MESSAGE.match(str(error))
        return (int(match[1]), match[2]) if match else (1, str(error))
    except RuntimeError:
        return None
    return None


def _explain(culprit: Token | None, expected: str, prefixes: dict[str, str]) -> str:
    if culprit and culprit.kind == "name" and "Prefix not found" in expected:
        prefix = culprit.text.partition(":")[0]
        known = prefixes.get(prefix, "…")
        return f"the prefix {prefix}: is not declared. Add PREFIX {prefix}: <{known}> at the top."
    if culprit and culprit.kind == "iri" and "IRI parsing failed" in expected:
        return f"{culprit.text} is not an absolute IRI. Write it out, or declare a BASE."
    for complaint, meaning in _RULES.items():
        if complaint in expected:
            return f"{meaning}."
    if culprit is None:
        return "the query ends too early. Is a closing bracket missing?"
    shown = culprit.text if len(culprit.text) <= 40 else culprit.text[:39] + "…"
    return f"{shown} cannot stand here."
