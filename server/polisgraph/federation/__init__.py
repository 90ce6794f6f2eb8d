"""SERVICE: parts of a query that other endpoints answer, if the operator allows these (SPARQL 1.1 Federated Query).

A query is taken apart here and put together again: what each SERVICE gives is fetched by a client of our own and goes
back into the query as VALUES. So no engine and no worker ever calls anybody.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polisgraph.engine import Engine
    from polisgraph.settings import Settings

__all__ = ["federated"]


def federated(engine: "Engine", settings: "Settings") -> "Engine":
    """Return an engine that sees to SERVICE and leaves the rest to `engine`; that itself if nobody may be called."""
    if not settings.service_endpoints:
        return engine
    from polisgraph.federation.client import Client
    from polisgraph.federation.engine import BYTES, FederatingEngine

    client = Client(BYTES, private=settings.service_networks == "any")
    return FederatingEngine(engine, settings.service_endpoints, client, settings.time_limit, settings.query_limit)
