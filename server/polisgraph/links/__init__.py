"""Links to Wikidata and what became of them: candidates, and decisions that people keep. Finds no candidate itself.

`record` is one link with its status and reasons, `turtle` its form in a file, `ledger` the file of decisions on disk.
"""

from polisgraph.links.ledger import Ledger
from polisgraph.links.record import ItemLink, Status, decided, reviewer
from polisgraph.links.turtle import CANDIDATES, DECISIONS, read_links, render, write_candidates

__all__ = [
    "CANDIDATES", "DECISIONS", "ItemLink", "Ledger", "Status",
    "decided", "read_links", "render", "reviewer", "write_candidates",
]  # fmt: skip
