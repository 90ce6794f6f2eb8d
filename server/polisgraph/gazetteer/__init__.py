"""The gazetteer: municipalities and cities of the world to link records against. Makes its file; links nothing.

`rows` reads and checks the table, `names` the other names of places, `turtle` writes both as `data/gazetteer.ttl`.
"""

from polisgraph.gazetteer.names import read_names
from polisgraph.gazetteer.rows import Row, read_rows
from polisgraph.gazetteer.turtle import write

__all__ = ["Row", "read_names", "read_rows", "write"]
