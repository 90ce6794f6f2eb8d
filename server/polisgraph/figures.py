"""What rules call to find figures that no query can compute. Where they stand is for the rule to say."""

from collections.abc import Callable
from functools import cache

import pyoxigraph as ox

from polisgraph.betweenness import betweenness
from polisgraph.namespaces import BASE, PG

FUNCTIONS = BASE + "function/"
_MEMBER_OF = ox.NamedNode(PG + "memberOf")

Functions = dict[ox.NamedNode, Callable[..., ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None]]


def functions(store: ox.Store) -> Functions:
    """Return the functions that rules over `store` may call, by the IRI by which they do.

    What they give belongs to the default graph as it is when one of them is called first.
    """

    @cache
    def found() -> dict[str, float]:
        quads = store.quads_for_pattern(None, _MEMBER_OF, None, ox.DefaultGraph())
        return betweenness((str(quad.subject), str(quad.object)) for quad in quads)

    def per_million(member: object) -> ox.Literal | None:
        """A share as a whole number, which all engines and programs write alike."""
        share = found().get(str(member))
        return None if share is None else ox.Literal(round(share * 1_000_000))

    return {ox.NamedNode(FUNCTIONS + "betweenness"): per_million}
