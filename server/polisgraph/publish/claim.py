"""Lets one run at a time publish to an endpoint: the one that began last. Sends no graph.

A run writes its own mark into the record of the publication, in place of any other's, and looks whether it is still
there before it changes anything. The exchange of the graphs takes the whole record away, and the mark with it. So a run
that was interrupted is in nobody's way, and one that was overtaken stops.
"""

import secrets

from polisgraph.engine.endpoint import values
from polisgraph.errors import PublishError
from polisgraph.namespaces import BASE, EMPTY_GRAPH, PREFIXES, PUBLICATION_GRAPH
from polisgraph.publish.target import Target
from polisgraph.results import JSON

_RECORD, _MARK, _ID = f"<{PUBLICATION_GRAPH}>", f"<{BASE}claimed-by>", f"<{PREFIXES['dct']}identifier>"
_LOOK = f"SELECT ?p ?o WHERE {{ GRAPH {_RECORD} {{ {_RECORD} ?p ?o }} FILTER(?p IN ({_MARK}, {_ID})) }}"


class Claim:
    """The right of one run to publish to a target."""

    def __init__(self, target: Target) -> None:
        """Take the right from whoever has it."""
        self._target = target
        self._mark = secrets.token_hex(8)
        others = f"GRAPH {_RECORD} {{ {_RECORD} {_MARK} ?other }}"
        target.update(f"DELETE {{ {others} }} WHERE {{ {others} }} ;\nINSERT DATA {{ {self._statement} }}")
        self._seen = self._look()

    def check(self) -> None:
        """Raise PublishError if another run has taken the right, or has exchanged the graphs meanwhile."""
        now = self._look()
        if now != self._seen or self._mark not in {row["o"] for row in now}:
            raise PublishError(
                "another 'polisgraph publish' began or ended at this endpoint after this one began; this one stops, and"
                " nothing of it is in service. Publish again if its snapshot is still wanted"
            )

    def withdraw(self) -> None:
        """Give the right back: there is nothing to exchange."""
        self._target.update(f"DELETE DATA {{ {self._statement} }}")

    @property
    def _statement(self) -> str:
        return f'GRAPH {_RECORD} {{ {_RECORD} {_MARK} "{self._mark}" }}'

    def _look(self) -> list[dict[str, str]]:
        reply = self._target.endpoint.ask(_LOOK, JSON.media_type, [EMPTY_GRAPH], [PUBLICATION_GRAPH])
        return sorted(values(reply.body), key=str)
