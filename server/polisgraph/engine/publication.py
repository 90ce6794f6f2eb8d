"""The record of a published snapshot at a SPARQL endpoint: its words, and how to read it. Writes nothing.

    GRAPH <…/graph/publication> { <…/graph/publication> dct:identifier "<snapshot id>" ; rdf:value "<manifest>" }

There is no record while graphs are being exchanged. So an answer belongs to a snapshot if the record named it after the
answer was there: it was the same before, and nothing was exchanged in between.
"""

import json
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from polisgraph.engine.endpoint import Endpoint, values
from polisgraph.errors import SnapshotError
from polisgraph.namespaces import EMPTY_GRAPH, PREFIXES, PUBLICATION_GRAPH
from polisgraph.results import JSON

CONFORMS = "endpoint_conforms"
"""What publishing adds to a manifest: whether the endpoint answers as SPARQL 1.1 says."""

_RECORD = NamedNode(PUBLICATION_GRAPH)
_ID = NamedNode(PREFIXES["dct"] + "identifier")
_MANIFEST = NamedNode(PREFIXES["rdf"] + "value")
_QUERY = f"SELECT ?id ?manifest WHERE {{ GRAPH {_RECORD} {{ {_RECORD} {_ID} ?id ; {_MANIFEST} ?manifest }} }}"
_IDENTITY = f"SELECT ?id WHERE {{ GRAPH {_RECORD} {{ {_RECORD} {_ID} ?id }} }}"


@dataclass(frozen=True)
class Publication:
    """A snapshot that an endpoint holds: what its manifest says, with what publishing added."""

    manifest: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.manifest["id"])

    @property
    def graphs(self) -> frozenset[str]:
        """The IRIs of the named graphs."""
        return frozenset(self.manifest["graphs"])

    @property
    def conforms(self) -> bool:
        """Whether the endpoint was seen to answer as SPARQL 1.1 says; not if nobody looked."""
        return self.manifest.get(CONFORMS) is True

    def triples(self) -> list[Triple]:
        """Return the record."""
        manifest = json.dumps(self.manifest, ensure_ascii=True)
        return [Triple(_RECORD, _ID, Literal(self.id)), Triple(_RECORD, _MANIFEST, Literal(manifest))]


def published(endpoint: Endpoint) -> Publication | None:
    """Return what `endpoint` holds; None if nothing was published, or graphs are being exchanged.

    Raises QueryError if the endpoint does not answer, SnapshotError if the record is none of ours.
    """
    rows = _rows(endpoint, _QUERY)
    if len(rows) != 1:
        return None
    try:
        manifest = json.loads(rows[0]["manifest"])
        if str(manifest["id"]) == rows[0]["id"] and isinstance(manifest["graphs"], dict):
            return Publication(manifest)
    except (KeyError, TypeError, ValueError):
        pass
    raise SnapshotError(
        f"the record in <{PUBLICATION_GRAPH}> at the SPARQL endpoint cannot be read; run 'polisgraph publish' again"
    )


def published_id(endpoint: Endpoint) -> str | None:
    """Return the id of the snapshot that `endpoint` holds, as `published` does."""
    rows = _rows(endpoint, _IDENTITY)
    return rows[0].get("id") if len(rows) == 1 else None


def _rows(endpoint: Endpoint, text: str) -> list[dict[str, str]]:
    return values(endpoint.ask(text, JSON.media_type, [EMPTY_GRAPH], [PUBLICATION_GRAPH]).body)
