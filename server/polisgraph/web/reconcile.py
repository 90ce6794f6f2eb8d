"""The Reconciliation Service API at /reconcile (0.2) and /reconcile/v1 (draft of 1.0): manifests, queries, data.

What the messages say is in `polisgraph.reconciliation`; suggestions and previews have modules of their own. There is no
JSONP: it would let whoever answers run code in the client's page, and CORS, which is open here, does all that it does.
"""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from polisgraph import __version__
from polisgraph.engine import Query
from polisgraph.errors import BadParameter, WrongContentType
from polisgraph.linking import Candidate
from polisgraph.reconciliation import version02, version1
from polisgraph.reconciliation.asked import Asked
from polisgraph.reconciliation.extension import Cells, Requested, extend, read_request
from polisgraph.reconciliation.identifiers import term_of
from polisgraph.web import headers
from polisgraph.web.desk import desk
from polisgraph.web.language import gettext, language
from polisgraph.web.protocol import FORM
from polisgraph.web.site import site

blueprint = Blueprint("reconcile", __name__)

JSON = "application/json"


@blueprint.route("/reconcile", methods=["GET", "POST"], strict_slashes=False)
def version_02() -> Response:
    """Answer a batch of queries or a data extension query, or without either give the manifest."""
    given = _form() if request.method == "POST" else request.args
    _no_jsonp()
    if "queries" in given:
        batch = version02.read_queries(given["queries"])
        return answer(version02.results({name: _candidates(asked) for name, asked in batch.items()}))
    if "extend" in given:
        requested = read_request(given["extend"])
        return answer(version02.extended(requested, _cells(requested)))
    if request.method == "POST":
        accepted = "a form with queries or extend"
        raise BadParameter(f"the form has neither queries nor extend; send {accepted}", accepted=accepted)
    return answer(version02.manifest(request.url_root, language(), _name(), _types(), __version__))


@blueprint.route("/reconcile/v1", strict_slashes=False)
def version_1() -> Response:
    """Give the manifest of the draft of version 1.0."""
    _no_jsonp()
    return answer(version1.manifest(request.url_root, language(), _name(), _types(), __version__))


@blueprint.route("/reconcile/v1/match", methods=["POST"])
def match() -> Response:
    """Answer a batch of queries of version 1.0."""
    batch = version1.read_queries(_json())
    return answer(version1.results([_candidates(asked) for asked in batch]))


@blueprint.route("/reconcile/v1/extend", methods=["POST"])
def extended() -> Response:
    """Answer a data extension query of version 1.0."""
    requested = read_request(_json())
    return answer(version1.extended(requested, _cells(requested)))


def answer(document: Mapping[str, Any]) -> Response:
    """Return a message as it goes out, in the reader's language."""
    response = Response(json.dumps(document, ensure_ascii=False), mimetype=JSON)
    response.headers["Content-Language"] = language()
    return response


def kept(document: Mapping[str, Any], name: str) -> Response:
    """Return a message that holds as long as the snapshot does, with the tag `name`."""
    return headers.tagged(answer(document), name)


def ask(query: Query) -> bytes:
    """Ask the engine; raise QueryError as it does."""
    return site().engine.query(query).body


def _candidates(asked: Asked) -> list[Candidate]:
    # A turn for each query: a batch is long enough for others to wait for.
    with desk().turn() as service:
        return service.candidates(asked, language())


def _cells(requested: Requested) -> Cells:
    # The engine has turns of its own.
    return extend(desk().service(), ask, requested, language())


def _types() -> list[dict[str, str]]:
    with desk().turn() as service:
        types = service.types
        return [{"id": term_of(iri), "name": types.name(iri, language())} for iri in types.default]


def _name() -> str:
    return gettext("Polisgraph: cities and their networks")


def _form() -> Mapping[str, str]:
    if request.mimetype not in (FORM, "multipart/form-data"):
        sent = request.mimetype[:80] or "no content type"
        raise WrongContentType(f"the request has {sent}; send {FORM}", accepted=[FORM])
    return request.form


def _json() -> bytes:
    if request.mimetype != JSON:
        sent = request.mimetype[:80] or "no content type"
        raise WrongContentType(f"the request has {sent}; send {JSON}", accepted=[JSON])
    return request.get_data(cache=False)


def _no_jsonp() -> None:
    if "callback" in request.args:
        accepted = "the request without callback, by CORS"
        message = "callback: this service has no JSONP, which 0.2 leaves open and 1.0 has no more; send " + accepted
        raise BadParameter(message, parameter="callback", accepted=accepted)
