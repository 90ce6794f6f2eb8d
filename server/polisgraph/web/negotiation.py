"""Decides in what form an answer goes out: a page for browsers that ask for one, data for everybody else.

The rules of Accept are `polisgraph.results`'; this is about what the current request says.
"""

from collections.abc import Sequence

from flask import request

from polisgraph import results
from polisgraph.errors import NotAcceptable
from polisgraph.results import GRAPH_FORMATS, GRAPH_TYPES, HTML, JSON, RESULT_TYPES, TURTLE

PAGE = "html"
# HTML stands third: who names it gets it even if some vague type such as text/plain is named beside it, as
# text browsers do; who names one of the first two as well gets data, and so does who names nothing.
_ALL = (JSON.media_type, TURTLE.media_type, HTML.media_type, *RESULT_TYPES[1:], *GRAPH_TYPES[1:])


ENDINGS = {form.names[0]: form.media_type for form in (*GRAPH_FORMATS, HTML)}
"""Endings of addresses at which something is described, with the media type that each asks for."""


def take_ending(tail: str) -> str:
    """Return `tail` without an ending that names a format; the request then asks for that format."""
    stem, dot, ending = tail.rpartition(".")
    if not (dot and stem and ending in ENDINGS):
        return tail
    request.view_args = {"ending": ending}
    return stem


def asked_for() -> str | None:
    """Return the format that the address itself names, by `format=` or by its ending, or None."""
    ending = (request.view_args or {}).get("ending")
    return ending or request.args.get("format") or None


def prefers_page() -> bool:
    """Whether the client wants a page: it names HTML, and nothing that it would rather have."""
    asked = asked_for()
    return asked == PAGE if asked else accepts_page()


def accepts_page() -> bool:
    """Whether the header Accept asks for a page: the address, whose format counts before it, names none."""
    return results.negotiate(request.headers.get("Accept"), _ALL) == HTML.media_type


def agreed(offers: Sequence[str], what: str) -> str:
    """Return the media type of `offers` for `what`; raise NotAcceptable if the client takes none."""
    asked, accepted = asked_for(), request.headers.get("Accept")
    chosen = results.by_name(asked, offers) if asked else results.negotiate(accepted, offers)
    if chosen is None:
        raise not_acceptable(what, offers)
    return chosen


def not_acceptable(what: str, offers: Sequence[str]) -> NotAcceptable:
    """Return the error that lists what is on offer."""
    return NotAcceptable(f"{what} comes as {', '.join(offers)}; ask for one of these", offered=list(offers))


def described_as() -> str:
    """Return the media type in which to describe something; raise NotAcceptable if the client takes none."""
    return agreed(GRAPH_TYPES, "A description")
