"""Reads a request as the SPARQL 1.1 Protocol describes it (section 2.1). Runs nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from polisgraph.errors import BadParameter, BadQuery, Forbidden, TooLong, WrongContentType
from polisgraph.web.language import N_

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_FIELDS = 200


@dataclass(frozen=True)
class Asked:
    """What a client asks. `query` is None if it sent none."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str | None
    time_limit: float | None
    report: str | None


def read() -> Asked:
    """Read the current request.

    Raises BadQuery, BadParameter, Forbidden, TooLong or WrongContentType for what the protocol does not allow
    or this service does not take: sections 2.1.1 to 2.1.4; there is no update operation (section 2.2).
    """
    given = _pairs(request.query_string, "the address")
    body = _body()
    kind = request.mimetype
    if request.method == "POST" and kind == FORM:
        given += _pairs(body, "the form")
    elif request.method == "POST":
        given.append(("query", _text(body, "the query")))
    queries = _all(given, "query")
    if _all(given, "update"):
        raise Forbidden("this service is read-only: it takes no 'update'; send a query as 'query'")
    if len(queries) > 1:
        raise BadQuery(f"there are {len(queries)} 'query' parameters; send one (SPARQL 1.1 Protocol, 2.1)")
    if request.method == "POST" and not queries:
        raise BadQuery(f"there is no query; send it as the form's 'query', or as the body of {QUERY}")
    return Asked(
        queries[0] if queries else None,
        tuple(_all(given, "default-graph-uri")),
        tuple(_all(given, "named-graph-uri")),
        _last(given, "format"),
        _seconds(_last(given, "timeout")),
        _last(given, "report"),
    )


def _body() -> bytes:
    """Return the body of a POST, once its content type is known to be one of the protocol's."""
    if request.method != "POST":
        return b""
    if request.mimetype == UPDATE:
        raise Forbidden("this service is read-only: it takes no application/sparql-update")
    if request.mimetype not in (FORM, QUERY):
        sent = request.mimetype[:80] or "no content type"
        raise WrongContentType(f"the request has {sent}; send {FORM} or {QUERY}", accepted=[FORM, QUERY])
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise WrongContentType(f"the request is in {charset[:40]}; send UTF-8 (SPARQL 1.1 Protocol, 2.1.3)")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise WrongContentType("the request is compressed; send it as it is")
    try:
        return request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        raise TooLong("the request is longer than this service accepts; shorten the query") from None


def _pairs(encoded: bytes, place: str) -> list[tuple[str, str]]:
    text = _text(encoded, place)
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except UnicodeDecodeError:
        raise BadQuery(f"{place} is not UTF-8 once its percent signs are resolved; send UTF-8") from None
    except ValueError:
        raise BadQuery(f"{place} has more than {_FIELDS} parameters; send fewer") from None


def _text(encoded: bytes, place: str) -> str:
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadQuery(f"{place} is not UTF-8 (byte {error.start}); send UTF-8") from None


def _all(given: Sequence[tuple[str, str]], name: str) -> list[str]:
    return [value for key, value in given if key == name]


def _last(given: Sequence[tuple[str, str]], name: str) -> str | None:
    values = [value for value in _all(given, name) if value]
    return values[-1] if values else None


def _seconds(text: str | None) -> float | None:
    """Return the time limit that a client asks for; the engine grants no more than its own."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        accepted = N_("seconds, more than 0")
        message = f"timeout: {text[:40]!r} is no time; give {accepted}"
        raise BadParameter(message, parameter="timeout", accepted=accepted)
    return seconds
