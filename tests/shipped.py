"""Which of the shipped data files a test is about."""

from polisgraph import bundle
from polisgraph.build import Plan
from polisgraph.load import data_graphs

BY_PROGRAM = "Not edited by hand"
"""What stands at the top of files that programs write: the gazetteer, lists of members."""


def _top(text: str) -> str:
    return text.partition("\n@prefix")[0]


WRITTEN = tuple(path for path, _ in data_graphs((bundle.DATA,)) if BY_PROGRAM not in _top(path.read_text("utf-8")))
"""What people write: all but the gazetteer and the lists, which are a hundred times as large."""
PLAN = Plan(data=WRITTEN)
LISTS = tuple(path for path in sorted(bundle.DATA.glob("from-*.ttl")) if path not in WRITTEN)
"""What was imported."""
