"""What the messages of the Reconciliation Service API must look like, as JSON Schemas in our own words.

Written after the text of version 0.2 (Final Community Group Report, 10 April 2023) and of the draft of 1.0; stricter
than either where a client relies on more, for example on addresses that are absolute.
"""

from typing import Any

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
DAY = r"^-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-][01]\d:[0-5]\d)?$"
ABSOLUTE: Schema = {"type": "string", "pattern": "^https?://[^/]"}
TEXT: Schema = {"type": "string", "minLength": 1}
LANGUAGE: Schema = {"enum": ["de", "en"]}


def closed(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """An object that has all of `required`, maybe some of `optional`, and nothing else."""
    members = required | (optional or {})
    return {"type": "object", "properties": members, "required": [*required], "additionalProperties": False}


def array(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


NAMED = closed({"id": TEXT, "name": TEXT}, {"description": TEXT})
TYPE = closed({"id": TEXT, "name": TEXT})
FEATURE = closed({"id": TEXT, "name": TEXT, "value": {"type": ["number", "boolean"]}})
CANDIDATE = closed(
    {
        "id": TEXT,
        "name": TEXT,
        "description": {"type": "string"},
        "type": array(TYPE, uniqueItems=True),
        "score": {"type": "number", "minimum": 0, "maximum": 100},
        "features": array(FEATURE, minItems=1),
        "match": {"type": "boolean"},
    }
)
CELL: Schema = {
    "oneOf": [
        closed({"id": TEXT, "name": TEXT}, {"description": TEXT}),
        closed({"str": {"type": "string"}}),
        closed({"float": {"type": "number"}}),
        closed({"int": {"type": "integer"}}),
        closed({"date": {"type": "string", "pattern": DAY}}),
        closed({}),
    ]
}
COLUMN = closed({"id": TEXT, "name": TEXT}, {"type": TYPE, "service": ABSOLUTE})
SUGGESTED_ENTITY = closed(
    {"id": TEXT, "name": TEXT}, {"description": {"type": "string"}, "notable": array(TYPE, uniqueItems=True)}
)


def _setting(id_: str, name: str, help_: str) -> Schema:
    said: dict[str, Schema] = {id_: TEXT, name: TEXT}
    optional: dict[str, Schema] = {help_: TEXT}
    choice = closed({"value": {"type": "string"}, "name": TEXT})
    return {
        "oneOf": [
            closed({"type": {"const": "number"}, **said}, {"default": {"type": "number"}, **optional}),
            closed({"type": {"const": "text"}, **said}, {"default": {"type": "string"}, **optional}),
            closed({"type": {"const": "checkbox"}, **said}, {"default": {"type": "boolean"}, **optional}),
            closed(
                {"type": {"const": "select"}, "choices": array(choice, minItems=1), **said},
                {"default": {"type": "string"}, **optional},
            ),
        ]
    }


_ABOUT: dict[str, Schema] = {
    "name": TEXT,
    "defaultTypes": array(TYPE, minItems=1, uniqueItems=True),
    "documentation": ABSOLUTE,
    "logo": ABSOLUTE,
    "serviceVersion": TEXT,
    "batchSize": {"type": "integer", "minimum": 1},
}
_SIZE: dict[str, Schema] = {"width": {"type": "integer", "minimum": 1}, "height": {"type": "integer", "minimum": 1}}


def _template(pattern: str) -> Schema:
    return {"type": "string", "pattern": rf"^https?://[^/].*{pattern}"}


_PATH: Schema = {"type": "string", "pattern": "^/"}
_SUGGEST = closed(
    {"service_url": ABSOLUTE, "service_path": _PATH},
    {"flyout_service_url": ABSOLUTE, "flyout_service_path": {"type": "string", "pattern": r"^/.*\$\{id\}"}},
)

MANIFEST_02 = closed(
    {
        "versions": array({"type": "string"}, contains={"const": "0.2"}),
        "identifierSpace": ABSOLUTE,
        "schemaSpace": ABSOLUTE,
        "view": closed({"url": _template(r"\{\{id\}\}")}),
        "preview": closed({"url": _template(r"\{\{id\}\}"), **_SIZE}),
        "suggest": closed({"entity": _SUGGEST, "property": _SUGGEST, "type": _SUGGEST}),
        "extend": closed(
            {
                "propose_properties": closed({"service_url": ABSOLUTE, "service_path": _PATH}),
                "property_settings": array(_setting("name", "label", "help_text")),
            }
        ),
        **_ABOUT,
    }
)
MANIFEST_1 = closed(
    {
        "versions": array({"type": "string"}, contains={"const": "1.0-draft"}),
        "view": closed({"url": _template(r"\{[+?]?id\}")}),
        "preview": closed(_SIZE),
        "suggest": closed({"entity": {"const": True}, "property": {"const": True}, "type": {"const": True}}),
        "extend": closed(
            {
                "proposeProperties": {"type": "boolean"},
                "propertySettings": array(_setting("id", "name", "helpText")),
            }
        ),
        "lang": LANGUAGE,
        "standardizedScore": {"const": True},
        **_ABOUT,
    }
)
RESULTS_02: Schema = {"type": "object", "additionalProperties": closed({"result": array(CANDIDATE)})}
RESULTS_1 = closed({"results": array(closed({"candidates": array(CANDIDATE)}))})
EXTENDED_02 = closed(
    {
        "meta": array(COLUMN),
        "rows": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": array(CELL)}},
    }
)
EXTENDED_1 = closed(
    {
        "meta": array(COLUMN),
        "rows": array(closed({"id": TEXT, "properties": array(closed({"id": TEXT, "values": array(CELL)}))})),
    }
)
ENTITIES = closed({"result": array(SUGGESTED_ENTITY)})
PROPERTIES = closed({"result": array(NAMED)})
TYPES = closed({"result": array(NAMED)})
FLYOUT = closed({"id": TEXT, "html": TEXT})
PROPOSED = closed({"properties": array(NAMED), "type": {"type": "string"}}, {"limit": {"type": "integer"}})

_VALUE: Schema = {
    "oneOf": [
        {"type": ["string", "number", "boolean"]},
        {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
    ]
}
_VALUES: Schema = {"oneOf": [_VALUE, array(_VALUE)]}
_LIMIT: Schema = {"type": "number", "minimum": 1}
QUERIES_02: Schema = {
    "type": "object",
    "additionalProperties": {
        **closed(
            {},
            {
                "query": {"type": "string"},
                "type": {"oneOf": [{"type": "string"}, array({"type": "string"})]},
                "type_strict": {"enum": ["should", "any", "all"]},
                "limit": _LIMIT,
                "properties": array(
                    {
                        "type": "object",
                        "properties": {"pid": {"type": "string"}, "v": _VALUES},
                        "required": ["pid", "v"],
                    }
                ),
            },
        ),
        "anyOf": [{"required": ["query"]}, {"required": ["properties"], "properties": {"properties": {"minItems": 1}}}],
    },
}
QUERIES_1: Schema = {
    "type": "object",
    "required": ["queries"],
    "properties": {
        "queries": array(
            closed(
                {
                    "conditions": array(
                        {
                            "type": "object",
                            "properties": {
                                "matchType": {"enum": ["name", "property"]},
                                "propertyId": {"type": "string"},
                                "propertyValue": _VALUES,
                                "required": {"type": "boolean"},
                                "matchQuantifier": {"enum": ["any", "all", "none"]},
                                "matchQualifier": {"type": "string"},
                            },
                            "required": ["matchType", "propertyValue"],
                            "if": {"properties": {"matchType": {"const": "property"}}},
                            "then": {"required": ["propertyId"]},
                        },
                        minItems=1,
                    )
                },
                {"type": {"type": "string"}, "limit": _LIMIT, "lang": TEXT, "dir": {"enum": ["ltr", "rtl", "auto"]}},
            )
        )
    },
}
EXTEND: Schema = {
    "type": "object",
    "required": ["ids", "properties"],
    "properties": {
        "ids": array({"type": "string"}),
        "properties": array(
            {
                "type": "object",
                "properties": {"id": {"type": "string"}, "settings": {"type": "object"}},
                "required": ["id"],
            }
        ),
    },
}
