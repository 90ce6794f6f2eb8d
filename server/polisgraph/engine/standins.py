"""Terms that a SPARQL endpoint does not keep as they are, and the terms that stand there in their place.

Blank nodes get IRIs (RDF 1.1 Concepts, section 3.5), so that a graph can be sent in parts, compared, and joined with
its copy in the union. Durations get a datatype of ours, because Virtuoso 7 turns `P3Y` into a number of months.
Sends and reads nothing.
"""

import re
from dataclasses import dataclass
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from polisgraph.namespaces import BASE, PREFIXES

GENID = BASE + ".well-known/genid/"
DURATION = BASE + "stored-as/duration"

_DURATION = NamedNode(PREFIXES["xsd"] + "duration")
_STORED = NamedNode(DURATION)
_LABEL = re.compile(r"[A-Za-z0-9]+", re.ASCII)


@dataclass(frozen=True)
class Standing:
    """What needs stand-ins at an endpoint: blank nodes always, durations where it does not keep them."""

    durations: bool

    def stored(self, triple: Triple) -> Triple:
        """Return `triple` as it is published."""
        return Triple(self._stored(triple.subject), triple.predicate, self._stored(triple.object))

    def _stored(self, term: Any) -> Any:
        if isinstance(term, BlankNode):
            return NamedNode(GENID + term.value)
        if self.durations and isinstance(term, Literal) and term.datatype == _DURATION:
            return Literal(term.value, datatype=_STORED)
        return term


def restored(triple: Triple) -> Triple:
    """Return a published triple as it was."""
    return Triple(_restored(triple.subject), triple.predicate, _restored(triple.object))


def restored_json(term: dict[str, Any]) -> dict[str, Any]:
    """Return a term of SPARQL 1.1 Query Results JSON (section 3.2.2) as it was before it was published."""
    value = term.get("value")
    if term.get("type") == "uri" and _is_genid(str(value)):
        return {"type": "bnode", "value": str(value).removeprefix(GENID)}
    if term.get("datatype") == DURATION:
        return term | {"datatype": _DURATION.value}
    return term


def may_stand_in(body: bytes) -> bool:
    """Whether a result may hold a term that stands for another; in JSON a slash may be written `\\/`."""
    plain = body.replace(b"\\/", b"/")
    return GENID.encode() in plain or DURATION.encode() in plain


def _restored(term: Any) -> Any:
    if isinstance(term, NamedNode) and _is_genid(term.value):
        return BlankNode(term.value.removeprefix(GENID))
    if isinstance(term, Literal) and term.datatype == _STORED:
        return Literal(term.value, datatype=_DURATION)
    return term


def _is_genid(iri: str) -> bool:
    return iri.startswith(GENID) and bool(_LABEL.fullmatch(iri.removeprefix(GENID)))
