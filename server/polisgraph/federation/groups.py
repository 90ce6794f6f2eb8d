"""The groups of a query: where each begins and ends, what it belongs to, and which of its parts bind variables.

Reads tokens only; the query has been parsed before, so it is known to be well formed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from polisgraph.tokens import Token

_OPENERS = frozenset({"OPTIONAL", "UNION", "MINUS", "EXISTS", "WHERE", "CONSTRUCT"})
_CLOSING = {"{": "}", "(": ")"}


@dataclass(frozen=True)
class Group:
    """A group graph pattern (SPARQL 1.1 §18.2.2). `first` and `last` are the indexes of its braces.

    `opener` is the word that it belongs to: WHERE, OPTIONAL, UNION, MINUS, EXISTS, GRAPH, SERVICE, VALUES, CONSTRUCT,
    or nothing for a group that only groups.
    """

    first: int
    last: int
    opener: str
    parent: "Group | None"


class Groups:
    """The groups of a query, which is given as its tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._ends = _ends(tokens)
        self.all = list(self._read())

    def word(self, index: int) -> str:
        """Return the keyword that the token at `index` is, in capitals; nothing if it is none or there is none."""
        if not 0 <= index < len(self.tokens):
            return ""
        token = self.tokens[index]
        return token.text.upper() if token.kind == "word" else ""

    def end(self, index: int) -> int:
        """Return the index of the bracket that closes the one at `index`."""
        return self._ends[index]

    def around(self, index: int) -> Group:
        """Return the innermost group that the token at `index` stands in."""
        return max((g for g in self.all if g.first < index <= g.last), key=lambda g: g.first)

    def binding(self, group: Group) -> list[range]:
        """Return the parts of `group` that bind variables whatever else there is, as ranges of tokens.

        Left out is what narrows only (FILTER, MINUS), what need not match (OPTIONAL), what is computed (BIND), and
        whatever has a SERVICE in it. Without these there are at least the solutions that there are with them.
        """
        parts: list[range] = []
        index = begin = group.first + 1
        if self.word(index) == "SELECT":
            return parts
        while index < group.last:
            after, kept = self._element(index)
            if kept:
                index = after
                continue
            parts.append(range(begin, index))
            index = begin = after
        parts.append(range(begin, group.last))
        return [part for part in map(self._without_dots, parts) if part]

    def visible(self, first: int, last: int) -> set[str]:
        """Return the variables between two tokens that are in scope outside (SPARQL 1.1 §18.2.1), without `?`.

        What a FILTER or MINUS names is not, and of a BIND only what it sets.
        """
        found: set[str] = set()
        index = first
        while index < last:
            word = self.word(index)
            if word in ("FILTER", "MINUS"):
                index, _ = self._element(index)
                continue
            if word == "BIND":
                index = self.end(index + 1) - 1  # its variable, behind AS
            if self.tokens[index].kind == "variable":
                found.add(self.tokens[index].text[1:])
            index += 1
        return found

    def _element(self, index: int) -> tuple[int, bool]:
        """Return where the element or the token that begins at `index` ends, and whether it binds variables."""
        word = self.word(index)
        if word == "FILTER":
            return self._after_constraint(index + 1), False
        if word in ("BIND", "OPTIONAL", "MINUS"):
            return self.end(index + 1) + 1, False
        if word in ("SERVICE", "GRAPH", "VALUES"):
            brace = next(at for at in range(index, len(self.tokens)) if self.tokens[at].text == "{")
            return self.end(brace) + 1, word != "SERVICE" and not self._calls(index, self.end(brace))
        if self.tokens[index].text == "{":
            last = self.end(index)
            while self.word(last + 1) == "UNION":
                last = self.end(last + 2)
            return last + 1, not self._calls(index, last)
        return index + 1, True

    def _after_constraint(self, index: int) -> int:
        """Return where a FILTER's constraint ends: brackets, a function with its arguments, or (NOT) EXISTS a group."""
        while self.tokens[index].text not in _CLOSING:
            index += 1
        return self.end(index) + 1

    def _calls(self, first: int, last: int) -> bool:
        return any(self.word(index) == "SERVICE" for index in range(first, last))

    def _without_dots(self, part: range) -> range:
        while part and self.tokens[part[0]].text == ".":
            part = part[1:]
        while part and self.tokens[part[-1]].text == ".":
            part = part[:-1]
        return part

    def _read(self) -> Iterator[Group]:
        open_groups: list[Group] = []
        for index, token in enumerate(self.tokens):
            while open_groups and open_groups[-1].last < index:
                open_groups.pop()
            if token.text == "{" and token.kind == "mark":
                parent = open_groups[-1] if open_groups else None
                group = Group(index, self.end(index), self._opener(index, parent), parent)
                open_groups.append(group)
                yield group

    def _opener(self, index: int, parent: Group | None) -> str:
        before = self.word(index - 1)
        if before in _OPENERS:
            return before
        named = index - 2 - (self.word(index - 2) == "SILENT")
        if self.word(named) in ("GRAPH", "SERVICE", "VALUES") and self.tokens[index - 1].text != "{":
            return self.word(named)
        if self.tokens[index - 1].text == ")" and self._is_values(index - 1):
            return "VALUES"
        # Without the word WHERE: ASK {, SELECT * {, and the same in a subquery.
        return "WHERE" if parent is None or self.word(parent.first + 1) == "SELECT" else ""

    def _is_values(self, index: int) -> bool:
        """Whether the bracket that closes at `index` holds the variables of VALUES."""
        while index and self.tokens[index].text != "(":
            index -= 1
        return self.word(index - 1) == "VALUES"


def _ends(tokens: Sequence[Token]) -> dict[int, int]:
    ends: dict[int, int] = {}
    waiting: dict[str, list[int]] = {"{": [], "(": []}
    for index, token in enumerate(tokens):
        if token.kind != "mark":
            continue
        for opening, closing in _CLOSING.items():
            if token.text == opening:
                waiting[opening].append(index)
            elif token.text == closing and waiting[opening]:
                ends[waiting[opening].pop()] = index
    return ends
