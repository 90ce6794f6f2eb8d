"""Describes the Reconciliation Service API for programs, as a part of /openapi.json. No routes."""

from collections.abc import Callable, Iterable
from typing import Any

from apispec import APISpec

from polisgraph import errors
from polisgraph.reconciliation.messages import BATCH

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_ERRORS = (errors.BadParameter, errors.TooLong, errors.TooMany, errors.Busy, errors.TimeLimit)
_BODY_ERRORS = (*_ERRORS, errors.WrongContentType)
_ID_ERRORS = (*_ERRORS, errors.NotFound)

Operation = dict[str, Any]

_TAG = {"name": "reconciliation", "description": "The Reconciliation Service API, versions 0.2 and 1.0 (draft)"}
_PREFIX = {"name": "prefix", "description": "The beginning of a name or of a word in it, or a key such as Q365"}
_CURSOR = {"name": "cursor", "description": "Suggestions to skip", "schema": {"type": "integer", "minimum": 0}}
_ID = {
    "name": "id",
    "description": "An identifier such as municipality/koeln, or an IRI",
    "example": "municipality/koeln",
}
_LANG = {"name": "lang", "description": "The language of names", "schema": {"enum": ["de", "en"]}}
_TYPE = {"name": "type", "description": "A type such as pg:Network", "example": "pg:Network"}
_LIMIT = {"name": "limit", "description": "Properties in the answer", "schema": {"type": "integer", "minimum": 1}}
_QUERIES = {"name": "queries", "description": f"A JSON object of up to {BATCH} reconciliation queries by names"}
_EXTEND = {"name": "extend", "description": "A JSON object with the ids and properties of a data extension query"}
_KINDS = {"name": "kind", "in": "path", "required": True, "schema": {"enum": ["entity", "property", "type"]}}


Responses = Callable[[tuple[type[errors.QueryError], ...]], dict[str, Any]]
"""Gives the responses that tell of kinds of errors, by status."""


def describe(spec: APISpec, problems: Responses) -> None:
    """Add the operations to `spec`."""
    spec.tag(_TAG)
    for path, operations in _paths(problems).items():
        spec.path(path, operations=operations)


def _paths(problems: Responses) -> dict[str, dict[str, Operation]]:
    def get(name: str, summary: str, *given: Operation, kinds: Any = _ERRORS) -> dict[str, Operation]:
        return {"get": _operation(name, summary, _object(), problems(kinds), given)}

    def post(name: str, summary: str, media_type: str, schema: Operation) -> dict[str, Operation]:
        body = {"required": True, "content": {media_type: {"schema": schema}}}
        return {"post": _operation(name, summary, _object(), problems(_BODY_ERRORS), (_LANG,)) | {"requestBody": body}}

    asked = "Give the manifest, or answer a batch of queries or a data extension query"
    suggest, propose = "Suggest entities, properties or types", "Propose properties of the entities of a type"
    form = {"type": "object", "properties": {each["name"]: {"type": "string"} for each in (_QUERIES, _EXTEND)}}
    queries = _required("queries", {"type": "array", "maxItems": BATCH, "items": {"type": "object"}})
    wanted = _required("ids", {"type": "array", "items": {"type": "string"}})
    wanted["properties"]["properties"] = {"type": "array", "items": {"type": "object"}}
    wanted["required"].append("properties")
    return {
        "/reconcile": get("reconcile", asked, _QUERIES, _EXTEND, _LANG)
        | post("reconcile-post", "Answer a batch of queries or a data extension query", _FORM, form),
        "/reconcile/suggest/{kind}": get("suggest", suggest, _KINDS, _PREFIX, _CURSOR, _LANG),
        "/reconcile/flyout/{kind}": get(
            "flyout", "Describe a suggestion in HTML", _KINDS, _ID, _LANG, kinds=_ID_ERRORS
        ),
        "/reconcile/properties": get("propose", propose, _TYPE, _LIMIT, _LANG),
        "/reconcile/preview": {"get": _preview("preview", problems)},
        "/reconcile/view": {"get": _view(problems)},
        "/reconcile/v1": get("reconcile-v1", "Give the manifest", _LANG),
        "/reconcile/v1/match": post("match", "Answer a batch of queries", _JSON, queries),
        "/reconcile/v1/suggest/{kind}": get("suggest-v1", suggest, _KINDS, _PREFIX, _CURSOR, _LANG),
        "/reconcile/v1/preview": {"get": _preview("preview-v1", problems)},
        "/reconcile/v1/extend": post("extend", "Answer a data extension query", _JSON, wanted),
        "/reconcile/v1/extend/propose": get("propose-v1", propose, _TYPE, _LIMIT, _LANG),
    }


def _operation(
    name: str, summary: str, content: Operation, failures: Operation, given: Iterable[Operation]
) -> Operation:
    return {
        "operationId": name,
        "summary": summary,
        "tags": [_TAG["name"]],
        "parameters": [{"in": "query", "schema": {"type": "string"}, **each} for each in given],
        "responses": {"200": {"description": "The answer", "content": content}, **failures},
    }


def _preview(name: str, problems: Responses) -> Operation:
    page = {"text/html": {"schema": {"type": "string"}}}
    return _operation(
        name, "Show an entity in a few lines of HTML, to be framed", page, problems(_ID_ERRORS), (_ID, _LANG)
    )


def _view(problems: Responses) -> Operation:
    described = _operation("view", "Lead to the page of an entity", {}, problems(_ID_ERRORS), (_ID,))
    location = {"Location": {"schema": {"type": "string"}, "description": "a path of this server"}}
    del described["responses"]["200"]
    described["responses"]["303"] = {"description": "Where the entity is described", "headers": location}
    return described


def _object() -> Operation:
    return {_JSON: {"schema": {"type": "object"}}}


def _required(name: str, schema: Operation) -> Operation:
    return {"type": "object", "required": [name], "properties": {name: schema}}
