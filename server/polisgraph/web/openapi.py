"""Describes the interface for programs: one operation a report, the SPARQL endpoint, the look-ups. No routes.

The document follows OpenAPI 3.1.0, its schemas JSON Schema 2020-12.
"""

from collections.abc import Mapping
from typing import Any

from apispec import APISpec

from polisgraph import __version__, errors
from polisgraph.reports.keys import SCHEMES, WIKIDATA
from polisgraph.reports.model import LANGUAGES, Parameter, Report
from polisgraph.reports.values import TEXT_LIMIT, accepted, bounds
from polisgraph.results import GRAPH_FORMATS, GRAPH_TYPES, HTML, RESULT_FORMATS, RESULT_TYPES, Format
from polisgraph.web import openapi_linking
from polisgraph.web.errors import PROBLEM

_ERRORS = (
    errors.BadQuery,
    errors.NotAcceptable,
    errors.TooLong,
    errors.TooMany,
    errors.Busy,
    errors.TimeLimit,
    errors.ResultTooLarge,
)
_LOOKUP_ERRORS = (errors.SeveralChoices, errors.NotFound, errors.TooMany, errors.Busy, errors.TimeLimit)

_SCHEMAS: dict[str, dict[str, Any]] = {
    "SparqlResults": {
        "description": "SPARQL 1.1 Query Results JSON Format",
        "type": "object",
        "required": ["head"],
        "properties": {
            "head": {
                "type": "object",
                "properties": {"vars": {"type": "array", "items": {"type": "string"}}},
            },
            "boolean": {"type": "boolean"},
            "results": {
                "type": "object",
                "required": ["bindings"],
                "properties": {
                    "bindings": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": {"$ref": "#/components/schemas/Term"},
                        },
                    }
                },
            },
        },
    },
    "Term": {
        "description": "An RDF term",
        "type": "object",
        "required": ["type", "value"],
        "properties": {
            "type": {"enum": ["uri", "literal", "bnode"]},
            "value": {"type": "string"},
            "datatype": {"type": "string"},
            "xml:lang": {"type": "string"},
        },
    },
    "Problem": {
        "description": "What went wrong and what to do (RFC 9457)",
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "parameter": {"type": "string", "description": "the parameter at fault"},
            "accepted": {"type": "string", "description": "what the parameter takes"},
            "schemes": {"type": "array", "items": {"type": "string"}, "description": "the schemes that there are"},
            "choices": {
                "type": "array",
                "description": "the things that a key of several things may mean",
                "items": {
                    "type": "object",
                    "required": ["iri", "label"],
                    "properties": {"iri": {"type": "string"}, "label": {"type": "string"}},
                },
            },
        },
    },
}


_TERMS: dict[str, Any] = {
    "Link": {
        "description": "Where the terms of what the answer rests on stand (rel=license, RFC 8288)",
        "schema": {"type": "string"},
    },
}
_EXCEL: dict[str, Any] = {
    "name": "excel",
    "in": "query",
    "description": "1 makes the CSV one that Excel opens rightly, with the separators of `lang`",
    "schema": {"enum": ["1"]},
}
_TIMEOUT: dict[str, Any] = {
    "name": "timeout",
    "in": "query",
    "description": "Seconds after which to give up, if that is sooner than the service does",
    "schema": {"type": "number", "exclusiveMinimum": 0},
}


def openapi_document(reports: Mapping[str, Report], server_url: str) -> dict[str, Any]:
    """Return the OpenAPI document for a server at `server_url`, with one operation for each of `reports`."""
    spec = APISpec(
        title="Polisgraph",
        version=__version__,
        openapi_version="3.1.0",
        info={
            "description": "Which municipality sits in which city network, since when, and who says so.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        servers=[{"url": server_url}],
        tags=[
            {"name": "sparql", "description": "The SPARQL endpoint"},
            {"name": "reports", "description": "Canned queries with parameters"},
            {"name": "look-ups", "description": "From a key of another register to the entity that has it"},
        ],
    )
    for name, schema in _SCHEMAS.items():
        spec.components.schema(name, schema)
    spec.path("/sparql", operations={"get": _ask_by_get(), "post": _ask_by_post()})
    spec.path("/wikidata/{key}", operations={"get": _look_up("wikidata", _key_parameter(WIKIDATA.example))})
    scheme = {"name": "scheme", "in": "path", "required": True, "schema": {"type": "string", "enum": list(SCHEMES)}}
    scheme |= {"description": "The register that has the key", "example": "gnd"}
    by = _look_up("by-key", scheme, _key_parameter(SCHEMES["gnd"].example))
    spec.path("/by/{scheme}/{key}", operations={"get": by})
    openapi_linking.describe(spec, _problems)
    for report in reports.values():
        spec.path(f"/reports/{report.name}", operations={"get": _operation(report)})
    return spec.to_dict()


def _operation(report: Report) -> dict[str, Any]:
    return {
        "operationId": report.name,
        "summary": report.title["en"],
        "description": f"{report.description['en']}\n\n{report.description['de']}",
        "tags": ["reports"],
        "parameters": [
            *(_parameter(report, parameter) for parameter in report.parameters),
            _format_parameter((*RESULT_FORMATS, HTML)),
            _EXCEL,
        ],
        "responses": {
            "200": {
                "description": "The rows",
                "headers": _TERMS,
                "content": _contents((*RESULT_TYPES, HTML.media_type)),
            },
            **_problems(_ERRORS),
        },
    }


def _look_up(name: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    endings = ", ".join(f".{form.names[0]}" for form in (*GRAPH_FORMATS, HTML))
    return {
        "operationId": name,
        "summary": "Find the entity that has " + ("a Wikidata item" if name == "wikidata" else "a key of a register"),
        "description": f"Leads on to the entity, described as Accept says or in the form of an ending ({endings}).",
        "tags": ["look-ups"],
        "parameters": list(parameters),
        "responses": {
            "303": {
                "description": "Where the entity is described",
                "headers": {"Location": {"schema": {"type": "string"}, "description": "a path of this server"}},
            },
            **_problems(_LOOKUP_ERRORS),
        },
    }


def _key_parameter(example: str) -> dict[str, Any]:
    return {
        "name": "key",
        "in": "path",
        "required": True,
        "description": "The key as its register writes it, in any case",
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }


def _parameter(report: Report, parameter: Parameter) -> dict[str, Any]:
    one = _schema(parameter)
    example: Any = [_typed(parameter, value) for value in report.example(parameter)]
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": not parameter.optional,
        "description": f"{parameter.help['en']} Takes {accepted(parameter)}.",
        "schema": {"type": "array", "items": one, "minItems": 1} if parameter.multiple else one,
    }
    if parameter.multiple:
        described |= {"style": "form", "explode": True}
    if example:
        described["example"] = example if parameter.multiple else example[0]
    return described


def _schema(parameter: Parameter) -> dict[str, Any]:
    match parameter.kind:
        case "date":
            return {"type": "string", "format": "date"}
        case "year":
            return {"type": "string", "pattern": "^[0-9]{4}$"}
        case "integer":
            low, high = bounds(parameter)
            return {"type": "integer", "minimum": low, "maximum": high}
        case "choice":
            return {"type": "string", "enum": [choice.value for choice in parameter.choices]}
        case "language":
            return {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}
        case "text":
            return {"type": "string", "minLength": 1, "maxLength": TEXT_LIMIT}
        case _:
            return {"type": "string", "minLength": 1}


def _typed(parameter: Parameter, value: str) -> str | int:
    return int(value) if parameter.kind == "integer" else value


def _ask_by_get() -> dict[str, Any]:
    text = {"type": "string"}
    query = {
        "name": "query",
        "in": "query",
        "description": "The query; without one a service description",
        "schema": text,
    }
    return {
        "operationId": "sparql-get",
        "summary": "Ask a SPARQL 1.1 query (or read the service description)",
        "tags": ["sparql"],
        "parameters": [
            query,
            *(_graph_parameter(name) for name in ("default-graph-uri", "named-graph-uri")),
            _format_parameter((*RESULT_FORMATS, *GRAPH_FORMATS, HTML)),
            _TIMEOUT,
        ],
        "responses": _endpoint_responses(),
    }


def _ask_by_post() -> dict[str, Any]:
    iris = {"type": "array", "items": {"type": "string", "format": "uri"}}
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": {"type": "string"}, "default-graph-uri": iris, "named-graph-uri": iris},
    }
    return {
        "operationId": "sparql-post",
        "summary": "Ask a SPARQL 1.1 query that is too long for an address",
        "tags": ["sparql"],
        "requestBody": {
            "required": True,
            "content": {
                "application/sparql-query": {"schema": {"type": "string"}},
                "application/x-www-form-urlencoded": {"schema": form},
            },
        },
        "responses": _endpoint_responses() | _problems((errors.WrongContentType,)),
    }


def _graph_parameter(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": "A graph of this endpoint (SPARQL 1.1 Protocol, section 2.1.4)",
        "schema": {"type": "array", "items": {"type": "string", "format": "uri"}},
        "style": "form",
        "explode": True,
    }


def _format_parameter(formats: tuple[Format, ...]) -> dict[str, Any]:
    return {
        "name": "format",
        "in": "query",
        "description": "The format by its short name, instead of by an Accept header",
        "schema": {"type": "string", "enum": list(dict.fromkeys(form.names[0] for form in formats))},
    }


def _endpoint_responses() -> dict[str, Any]:
    answer = {
        "description": "The answer",
        "headers": _TERMS,
        "content": _contents((*RESULT_TYPES, *GRAPH_TYPES, HTML.media_type)),
    }
    return {"200": answer, **_problems((*_ERRORS, errors.Forbidden))}


def _contents(media_types: tuple[str, ...]) -> dict[str, Any]:
    results = {"$ref": "#/components/schemas/SparqlResults"}
    return {name: {"schema": results if name.endswith("results+json") else {"type": "string"}} for name in media_types}


def _problems(kinds: tuple[type[errors.QueryError], ...]) -> dict[str, Any]:
    # Who takes web pages gets the same words as a page.
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}, **_contents((HTML.media_type,))}
    return {str(error.status): {"description": error.title, "content": content} for error in kinds}
