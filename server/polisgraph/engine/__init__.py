"""The query engine's interface: a query goes in, bytes in a media type or a typed error come out.

Runs nothing itself: `local` answers from a snapshot, `remote` from an endpoint, both by a `pool` of worker processes.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from polisgraph.engine.gate import Checked


@dataclass(frozen=True)
class Query:
    """What a client asks (SPARQL 1.1 Protocol §2.1).

    `default_graphs` and `named_graphs` are the protocol's parameters; if there are any, FROM does not count.
    `results_type` is the media type for SELECT and ASK, `graph_type` the one for CONSTRUCT and DESCRIBE;
    None means that the client takes none on offer, which is an error only if the query has that form.
    `time_limit` asks for fewer seconds than the engine allows; more are not granted.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    results_type: str | None = "application/sparql-results+json"
    graph_type: str | None = "text/turtle"
    time_limit: float | None = None
    checked: "Checked | None" = field(default=None, compare=False, repr=False)
    """What the gate found in `text`, if it has been there already: it takes longer than many an answer."""


@dataclass(frozen=True)
class Answer:
    """A whole answer. `form` is SELECT, ASK, CONSTRUCT or DESCRIBE.

    `cacheable` is False if the same query may have another answer a moment later.
    """

    body: bytes
    media_type: str
    form: str
    cacheable: bool


class Engine(Protocol):
    """Anything that answers queries."""

    def query(self, query: Query) -> Answer:
        """Return the whole answer; raise a QueryError if there is none."""

    def close(self) -> None:
        """Let go of processes and files."""


__all__ = ["Answer", "Engine", "Query"]
