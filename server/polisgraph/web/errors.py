"""The one place that turns exceptions into answers: problem documents (RFC 9457), or pages for browsers."""

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from polisgraph import errors
from polisgraph.errors import QueryError
from polisgraph.namespaces import BASE
from polisgraph.web import complaints
from polisgraph.web.language import N_, gettext
from polisgraph.web.layers import Refuse
from polisgraph.web.negotiation import prefers_page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: the last part of its IRI, its name, and what to do about it."""

    slug: str
    title: str
    advice: str


KINDS: Mapping[type[QueryError], Kind] = {
    errors.SeveralChoices: Kind(
        "several-choices",
        N_("Several choices"),
        N_("More than one thing has this key. Below stands which ones; choose one."),
    ),
    errors.BadQuery: Kind(
        "bad-query",
        N_("Bad query"),
        N_("The query cannot be run as it stands. Mend the place that is named below, then send it again."),
    ),
    errors.BadParameter: Kind(
        "bad-parameter",
        N_("Bad parameter"),
        N_("One of the values does not fit. Below stands which one, and what may be given there."),
    ),
    errors.Forbidden: Kind(
        "forbidden",
        N_("Not allowed"),
        N_("This service answers questions about its own graphs. It changes nothing and asks no other."),
    ),
    errors.NotFound: Kind(
        "not-found",
        N_("Not found"),
        N_("There is nothing under this address. The start page leads to everything that there is."),
    ),
    errors.NotAcceptable: Kind(
        "not-acceptable",
        N_("Media type not on offer"),
        N_("The answer is not to be had in the format that was asked for. Those on offer are listed below."),
    ),
    errors.TooLong: Kind(
        "too-long",
        N_("Request too long"),
        N_("The request is longer than this service accepts. Shorten the query."),
    ),
    errors.WrongContentType: Kind(
        "wrong-content-type",
        N_("Content type not understood"),
        N_("Send the query as a form or as application/sparql-query, in UTF-8."),
    ),
    errors.TooMany: Kind(
        "too-many",
        N_("Too many requests at once"),
        N_("From this address more requests are at work than one client may have. Send them one after the other."),
    ),
    errors.WorkerFailed: Kind(
        "worker-failed",
        N_("Query crashed its worker"),
        N_("The query brought down the process that worked on it, and nothing else. Write it more simply."),
    ),
    errors.StoreDamaged: Kind(
        "store-damaged",
        N_("Data cannot be read"),
        N_("The files of this service are damaged. No query can mend that; its operator has to."),
    ),
    errors.EndpointFailed: Kind(
        "endpoint-failed",
        N_("Endpoint failed"),
        N_("The database behind this service gave no whole answer. Try again, or ask for less."),
    ),
    errors.Busy: Kind(
        "busy",
        N_("All workers are busy"),
        N_("Too many queries are running at this moment. Try again in a few seconds."),
    ),
    errors.TimeLimit: Kind(
        "time-limit",
        N_("Over the time limit"),
        N_("The query was stopped because it ran too long. Ask for less: name an entity, or add a LIMIT."),
    ),
    errors.ResultTooLarge: Kind(
        "result-too-large",
        N_("Result too large"),
        N_("The result is larger than this service sends. Ask for less, or take the whole as a download."),
    ),
}
_METHOD = Kind(
    "method-not-allowed",
    N_("Method not allowed"),
    N_("This address does not take requests of this kind. The methods that it takes are listed below."),
)
_INTERNAL = Kind(
    "internal",
    N_("Internal error"),
    N_("Something went wrong in the service itself. The number below finds the case in its log."),
)
_REQUEST = Kind("bad-request", N_("Bad request"), N_("The request is not well-formed."))
ALL_KINDS = (*KINDS.values(), _METHOD, _INTERNAL, _REQUEST)

_BY_STATUS = {
    404: KINDS[errors.NotFound],
    405: _METHOD,
    406: KINDS[errors.NotAcceptable],
    413: KINDS[errors.TooLong],
    415: KINDS[errors.WrongContentType],
}

DETAIL_NAMES = {
    "line": N_("Line"),
    "column": N_("Column"),
    "parameter": N_("Parameter"),
    "accepted": N_("May be given"),
    "nearest": N_("Similar names"),
    "retry_after": N_("Try again after (seconds)"),
    "offered": N_("On offer"),
    "allowed": N_("Methods"),
    "address": N_("Address"),
    "log": N_("Number in the log"),
    "limit": N_("Limit"),
    "scheme": N_("Scheme"),
    "schemes": N_("Schemes"),
    "value": N_("Looked for"),
    "like": N_("Written like"),
}
"""What the details that errors carry are called on a page; others stay under their own names."""

_CHOICES = "choices"
"""The detail that is a list of things, each with its IRI and label; on a page they are links."""


@dataclass(frozen=True)
class Problem:
    """What went wrong with a request, as RFC 9457 describes it."""

    kind: Kind
    status: int
    detail: str
    details: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_technical(self) -> bool:
        """Whether a page should show the detail: not if its own words and the other details say all."""
        told = {"parameter", "accepted"} <= self.told.keys()
        return not told and self.status not in (300, 404, 405, 429, 500, 503)

    @property
    def told(self) -> dict[str, object]:
        """The details that say something."""
        return {name: value for name, value in self.details.items() if value not in (None, [], ())}

    def document(self) -> dict[str, object]:
        """Return the members of the problem document; details are extension members (section 3.2)."""
        about = {"type": f"{BASE}problem/{self.kind.slug}", "title": self.kind.title, "status": self.status}
        return about | {"detail": self.detail} | self.told


def install(app: Flask) -> None:
    """Have every exception in `app` answered here."""
    app.register_error_handler(Exception, _handle)


def problem(error: Exception) -> Problem:
    """Say what `error` means for who sent the request. What is not foreseen is logged, and not told."""
    if isinstance(error, errors.StoreDamaged):
        advice = "run 'polisgraph snapshot verify', which names the file"
        current_app.logger.error("%s %s: %s; %s", request.method, request.path, error, advice)
    if isinstance(error, QueryError):
        return _of_query(error)
    if isinstance(error, HTTPException) and error.code is not None:
        return _of_http(error, error.code)
    number = secrets.token_hex(4)
    current_app.logger.error("%s %s failed, number %s", request.method, request.path, number, exc_info=error)
    detail = "The service failed on this request; the number leads to the case in its log."
    return Problem(_INTERNAL, 500, detail, {"log": number})


def answer(found: Problem) -> Response:
    """Return the page or the document that tells of a problem."""
    if prefers_page():
        told = {name: value for name, value in found.told.items() if name != _CHOICES}
        rows = [(gettext(DETAIL_NAMES.get(name, name)), *_words(name, value)) for name, value in told.items()]
        complaint, tongue = complaints.told(found.detail)
        page = render_template("problem.html", problem=found, complaint=complaint, tongue=tongue, rows=rows)
        response = Response(page, mimetype="text/html")
    else:
        response = Response(json.dumps(found.document(), ensure_ascii=False, default=str), mimetype=PROBLEM)
    response.status_code = found.status
    response.headers.update(found.headers)
    return response


def refusal(app: Flask) -> Refuse:
    """Return what answers a request that does not get to `app`, in the form that `app` would give the error."""

    def refuse(environ: "WSGIEnvironment", start_response: "StartResponse", error: Exception) -> Iterable[bytes]:
        with app.request_context(environ):
            return app.process_response(answer(problem(error)))(environ, start_response)

    return refuse


def _handle(error: Exception) -> Response:
    return answer(problem(error))


def _words(name: str, value: object) -> tuple[str, str]:
    """Return a detail for people, and "en" if it is not in the reader's words: as names and numbers of the service."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    words = gettext(text) if name == "accepted" else text  # the others are names and numbers
    return words, "en" if words == text else ""


def _of_query(error: QueryError) -> Problem:
    kind = next((KINDS[base] for base in type(error).__mro__ if base in KINDS), _INTERNAL)
    wait = error.details.get("retry_after", 1 if error.status in (429, 503) else None)
    headers = {"Retry-After": str(wait)} if wait is not None else {}
    details = {"address": request.path} | error.details if error.status == 404 else error.details
    return Problem(kind, error.status, str(error), details, headers)


def _of_http(error: HTTPException, status: int) -> Problem:
    kind = _BY_STATUS.get(status, _REQUEST)
    if status == 405:
        allowed = sorted(getattr(error, "valid_methods", None) or ["GET", "HEAD", "OPTIONS"])
        detail = f"{request.method} is not one of the methods of this address: {', '.join(allowed)}."
        return Problem(kind, status, detail, {"allowed": allowed}, {"Allow": ", ".join(allowed)})
    if status == 404:
        return Problem(kind, status, f"There is nothing at {request.path}.", {"address": request.path})
    return Problem(kind, status, error.description or error.name)
