"""Check one file of Turtle that a stranger sent as `polisgraph check` would, beside what the data says of the same.

The text stays in memory. A process of its own reads it, `desk` gives it that process.
"""

from polisgraph.checking.verdict import Noted, Request, Verdict

__all__ = ["Noted", "Request", "Verdict"]
