"""Review: what there is to decide on, and what speaks against a decision. Talks to nobody.

`cases` gathers the candidates of the graph and of files, `things` what the graph says of the things in question,
`check` finds what a decision would contradict, `desk` keeps it if that is nothing.
"""

from polisgraph.review.cases import Case, cases
from polisgraph.review.check import Linked, contradiction, linked_by_hand
from polisgraph.review.desk import Desk
from polisgraph.review.things import Thing, read_things

__all__ = ["Case", "Desk", "Linked", "Thing", "cases", "contradiction", "linked_by_hand", "read_things"]
