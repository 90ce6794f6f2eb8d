"""Links to Wikidata and what became of them: candidates, and decisions that people keep. Finds no candidate itself.

`record` is one link with its status and reasons, `turtle` its form in a file, `ledger` the file of decisions on disk,
`decisions` what a graph holds of them.
"""

from polisgraph.links.decisions import Decisions, read_decisions
from polisgraph.links.ledger import Ledger
from polisgraph.links.record import ItemLink, Status, decided, reviewer
from polisgraph.links.turtle import CANDIDATES, DECISIONS, from_statements, read_links, render, write_candidates

__all__ = [
    "CANDIDATES", "DECISIONS", "Decisions", "ItemLink", "Ledger", "Status",
    "decided", "from_statements", "read_decisions", "read_links", "render", "reviewer", "write_candidates",
]  # fmt: skip
