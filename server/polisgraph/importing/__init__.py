"""Importing: makes one evidence file of a member list, each row accounted for. Serves nothing and judges no link.

`mapping` says what the columns of a list mean (CSVW), `codes` what texts in them stand for, `seats` which body and
tenure; `reading` checks every cell, `rulings` reads what people decided, `deciding` finds what each row is.
`statements` says it in triples, `bodies` and `sources` what of bodies and of what rows cite; `pairs` and `partnerships`
decide and say it for a list of partnerships. `turtle` writes and reads the file, `update` compares two editions,
`account` counts.
"""

from polisgraph.importing.account import summary, write_account
from polisgraph.importing.deciding import Decided, Outcome, decide, established
from polisgraph.importing.mapping import Mapping, find_mapping, read_mapping
from polisgraph.importing.pairs import Pair, Tie, decide_pairs, read_pairs
from polisgraph.importing.partnerships import partnership_account, partnership_statements, partnership_summary
from polisgraph.importing.proposals import proposals
from polisgraph.importing.reading import Row, read_rows
from polisgraph.importing.rulings import Ruling, beside, read_rulings
from polisgraph.importing.statements import head, statements
from polisgraph.importing.turtle import read_statements, render
from polisgraph.importing.update import Difference, carry_over, compare

__all__ = [
    "Decided", "Difference", "Mapping", "Outcome", "Pair", "Row", "Ruling", "Tie", "beside", "carry_over", "compare",
    "decide", "decide_pairs", "established", "find_mapping", "head", "partnership_account", "partnership_statements",
    "partnership_summary", "proposals", "read_mapping", "read_pairs", "read_rows", "read_rulings", "read_statements",
    "render", "statements", "summary", "write_account",
]  # fmt: skip
