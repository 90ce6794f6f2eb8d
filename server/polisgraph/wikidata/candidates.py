"""Reads a file of candidates that is to be written anew: those of other programs stay in it. Finds none."""

from pathlib import Path

from polisgraph.errors import SourceError
from polisgraph.links import ItemLink, read_links
from polisgraph.wikidata.resolving import TOOL


def of_others(path: Path) -> list[ItemLink]:
    """Return what the file of candidates at `path` holds of other programs; nothing if there is no such file.

    Raises SourceError if it is no file of candidates: what else it holds would be lost.
    """
    if path.suffix != ".ttl":
        raise SourceError("candidates are written as Turtle; give a file that ends in .ttl", path)
    if not path.exists():
        return []
    links = read_links(path, strict=True)
    if any(link.is_decision for link in links):
        raise SourceError("holds decisions, which would be lost; give another file", path)
    return [link for link in links if link.tool != TOOL]
