"""Answers with RDF that a question in a file constructs, in the form that the client likes. No routes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from flask import Response

from polisgraph.engine import Query
from polisgraph.web import headers, negotiation
from polisgraph.web.site import question, site

Values: TypeAlias = Mapping[str, str | Sequence[str]]


def construct(name: str, **values: str) -> Response:
    """Return what `queries/<name>.rq` constructs with `values`, or 304 if the client has it already.

    Raises NotAcceptable for a media type that is not on offer, and QueryError as the engine does.
    """
    return construct_with(name, lambda: values, sorted(values.items()))


def construct_with(name: str, values: Callable[[], Values], *determined_by: object) -> Response:
    """Do as `construct` with values that are asked for only if needed, and follow from `determined_by`."""
    media_type = negotiation.described_as()
    tag = headers.tag("document", name, *determined_by, media_type)
    if known := headers.unchanged(tag):
        return known
    answer = site().engine.query(Query(question(name, values()), graph_type=media_type))
    return headers.tagged(headers.data(answer), tag)
