"""Which of the shipped data files a test is about."""

from polisgraph import bundle
from polisgraph.build import Plan
from polisgraph.load import data_graphs
from polisgraph.namespaces import GAZETTEER_GRAPH

WRITTEN = tuple(path for path, graph in data_graphs((bundle.DATA,)) if graph != GAZETTEER_GRAPH)
"""What people write: all but the gazetteer, which is twenty times as large and stays out of the default graph."""
PLAN = Plan(data=WRITTEN)
