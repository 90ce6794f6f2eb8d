"""Where ontology, data and queries lie: packed beside the package, or in the checkout. Reads no content."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_PACKED = _PACKAGE / "_bundle"
ROOT = _PACKED if _PACKED.is_dir() else _PACKAGE.parent.parent
"""The folder that holds ontology/, data/ and queries/."""

ONTOLOGY = ROOT / "ontology"
DATA = ROOT / "data"
QUERIES = ROOT / "queries"
