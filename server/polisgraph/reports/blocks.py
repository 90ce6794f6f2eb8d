"""Finds and fills the parameters of a query: its single-variable VALUES blocks. Reads text, knows no report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from polisgraph.tokens import tokens


@dataclass(frozen=True)
class Block:
    """The content of one `VALUES ?variable { … }`, from offset `start` to `end`, braces not included."""

    variable: str
    start: int
    end: int


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


def filled(query: str, contents: Mapping[str, str], blocks: Iterable[Block] | None = None) -> str:
    """Return `query` with serialised terms in all `blocks` (or those that it has) of the variables of `contents`."""
    parts: list[str] = []
    written = 0
    for block in value_blocks(query) if blocks is None else blocks:
        if block.variable in contents:
            parts += [query[written : block.start], " ", contents[block.variable], " "]
            written = block.end
    return "".join([*parts, query[written:]])


def called(query: str) -> frozenset[str]:
    """Return what stands as endpoint in the SERVICE clauses of `query`: IRIs, and anything else as it is written."""
    found = [token for token in tokens(query) if token.text.upper() != "SILENT"]
    pairs = pairwise(found)
    named = (name for word, name in pairs if word.kind == "word" and word.text.upper() == "SERVICE")
    return frozenset(name.text[1:-1] if name.kind == "iri" else name.text for name in named)
