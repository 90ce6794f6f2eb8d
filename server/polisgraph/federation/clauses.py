"""Finds the next SERVICE of a query, and writes what goes to its endpoint and what comes back. Asks nobody.

SPARQL 1.1 Federated Query, sections 2.1 (SERVICE), 2.3 (SILENT) and 2.4 (a call with VALUES for what is bound before).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from polisgraph.errors import BadQuery
from polisgraph.federation.groups import Group, Groups
from polisgraph.namespaces import BASE
from polisgraph.tokens import Token, tokens

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = Sequence[Term | None]

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


@dataclass(frozen=True)
class Clause:
    """One SERVICE clause of `text`, from `start` to `end`. `pattern` is what stands between its braces.

    `variables` are those of the pattern, without `?`. `shared` are those of them that the rest of the group binds;
    `before` is a query for their values, without LIMIT. Both are empty if there are none.
    """

    text: str
    start: int
    end: int
    endpoint: str
    silent: bool
    pattern: str
    variables: frozenset[str]
    prologue: str
    shared: tuple[str, ...]
    before: str

    def question(self, values: Sequence[Row] = ()) -> str:
        """Return the query for the endpoint: the pattern, for these values of the shared variables if any are given."""
        given = values_block(self.shared, values) if values else ""
        return f"{self.prologue}SELECT * WHERE {{ {given} {self.pattern}\n}}"

    def answered(self, found: str) -> str:
        """Return the query with `found` in the place of the clause."""
        return f"{self.text[: self.start]} {found} {self.text[self.end :]}"


def next_clause(text: str) -> Clause | None:
    """Return the first SERVICE of a query that is well formed, or None if there is none.

    A SERVICE within a SERVICE is a matter of the endpoint that gets it. Raises BadQuery if the endpoint is a variable.
    """
    found = list(tokens(text))
    at = next((i for i, t in enumerate(found) if t.kind == "word" and t.text.upper() == "SERVICE"), None)
    if at is None:
        return None
    groups = Groups(found)
    named = at + 1 + (groups.word(at + 1) == "SILENT")
    if found[named].kind == "variable":
        raise BadQuery(f"SERVICE {found[named].text}: name the endpoint by its IRI; a variable could mean anybody.")
    brace = named + 1
    last = groups.end(brace)
    form = next(i for i, t in enumerate(found) if t.kind == "word" and t.text.upper() in _FORMS)
    prologue = text[: found[form].start]
    inside = groups.visible(brace, last)
    ranges = _bound_before(groups, groups.around(at))
    outside = {found[i].text[1:] for part in ranges for i in part if found[i].kind == "variable"}
    shared = tuple(sorted(inside & outside))
    pattern = " . ".join(_slice(text, found, part) for part in ranges)
    asked = " ".join(f"?{name}" for name in shared)
    before = f"{prologue}SELECT DISTINCT {asked}\n{_dataset(text, found)}WHERE {{ {pattern}\n}}" if shared else ""
    return Clause(
        text=text,
        start=found[at].start,
        end=_end(found[last]),
        endpoint=_iri(found, named),
        silent=named == at + 2,
        pattern=text[_end(found[brace]) : found[last].start],
        variables=frozenset(inside),
        prologue=prologue,
        shared=shared,
        before=before,
    )


def values_block(variables: Sequence[str], rows: Iterable[Row]) -> str:
    """Return `rows` as inline data (SPARQL 1.1 §10.2); blank nodes, which inline data has not, as IRIs of their own."""
    names = " ".join(f"?{name}" for name in variables)
    lines = (f"({' '.join(_written(term) for term in row)})" for row in rows)
    return f"VALUES ({names}) {{ {' '.join(lines)} }}"


def _bound_before(groups: Groups, group: Group) -> list[range]:
    """Return what binds variables beside a clause in `group`, there and as far out as its solutions are joined with."""
    parts = groups.binding(group)
    # A union's branches and what is optional are joined with the group that they stand in.
    while group.parent is not None and group.opener in ("", "OPTIONAL", "UNION"):
        if groups.word(group.first + 1) == "SELECT":
            return []  # a subquery's variables are its own unless it hands them out
        group = group.parent
        parts = groups.binding(group) + parts
    return [] if group.opener == "GRAPH" else parts


def _dataset(text: str, found: Sequence[Token]) -> str:
    """Return the FROM clauses of the query."""
    parts = []
    for index, token in enumerate(found):
        if token.text == "{":
            break
        if token.kind == "word" and token.text.upper() == "FROM":
            named = found[index + 1].text.upper() == "NAMED"
            parts.append(text[token.start : _end(found[index + 1 + named])] + "\n")
    return "".join(parts)


def _iri(found: Sequence[Token], index: int) -> str:
    token = found[index]
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, rest = token.text.partition(":")
    for keyword, name, iri in zip(found, found[1:], found[2:], strict=False):
        if keyword.text.upper() == "PREFIX" and name.text == prefix + ":":
            return iri.text[1:-1] + rest
    raise AssertionError("the engine's parser knows all prefixes")


def _slice(text: str, found: Sequence[Token], part: range) -> str:
    # A comment may end it: what follows must not become one.
    return text[found[part[0]].start : _end(found[part[-1]])] + "\n"


def _end(token: Token) -> int:
    return token.start + len(token.text)


def _written(term: Term | None) -> str:
    if term is None:
        return "UNDEF"
    if isinstance(term, ox.BlankNode):
        # RDF 1.1 Concepts, section 3.5: an IRI in the place of a blank node.
        return f"<{BASE}.well-known/genid/{term.value}>"
    if isinstance(term, ox.Triple):
        raise BadQuery("SERVICE: the endpoint's answer has a triple for a value, which inline data cannot hold.")
    return str(term)
