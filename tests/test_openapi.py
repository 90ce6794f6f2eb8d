"""The description of the interface is valid: an operation a report, and each says what binding takes."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from polisgraph.bundle import QUERIES
from polisgraph.reports import Report, load_reports, read_report
from polisgraph.reports.keys import SCHEMES
from polisgraph.web.openapi import openapi_document

SERVER = "https://example.org/"
SAMPLE = read_report(Path(__file__).parent / "samples" / "every-kind.rq")
REPORTS = load_reports(QUERIES) | {SAMPLE.name: SAMPLE}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document(REPORTS, SERVER)


def parameters(document: dict[str, Any], report: Report) -> dict[str, dict[str, Any]]:
    operation = document["paths"][f"/reports/{report.name}"]["get"]
    return {parameter["name"]: parameter for parameter in operation["parameters"]}


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": SERVER}]


def test_there_is_an_operation_for_each_report_the_endpoint_and_the_look_ups(document: dict[str, Any]) -> None:
    expected = {"/sparql", "/wikidata/{key}", "/by/{scheme}/{key}"} | {f"/reports/{name}" for name in REPORTS}
    assert {path for path in document["paths"] if not path.startswith("/reconcile")} == expected
    assert set(document["paths"]["/sparql"]) == {"get", "post"}


def test_operations_say_what_the_reports_say(document: dict[str, Any]) -> None:
    for report in REPORTS.values():
        operation = document["paths"][f"/reports/{report.name}"]["get"]
        assert operation["summary"] == report.title["en"]
        for text in report.description.values():
            assert text in operation["description"]
        required = {name for name, parameter in parameters(document, report).items() if parameter.get("required")}
        assert required == {parameter.name for parameter in report.parameters if not parameter.optional}


def test_parameters_say_what_binding_takes(document: dict[str, Any]) -> None:
    described = parameters(document, SAMPLE)
    own = [parameter.name for parameter in SAMPLE.parameters]
    assert list(described) == [*own, "format", "excel"]
    assert {name: described[name]["schema"] for name in own} == {
        "municipality": {"type": "string", "minLength": 1},
        "anything": {"type": "string", "minLength": 1},
        "country": {"type": "string", "minLength": 1},
        "theme": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
        "day": {"type": "string", "format": "date"},
        "founded": {"type": "string", "pattern": "^[0-9]{4}$"},
        "at_least": {"type": "integer", "minimum": 1, "maximum": 9},
        "words": {"type": "string", "minLength": 1, "maxLength": 200},
        "state": {"type": "string", "enum": ["open", "broken"]},
        "lang": {"type": "string", "enum": ["de", "en"], "default": "de"},
    }
    examples = {name: parameter.get("example") for name, parameter in described.items()}
    assert examples["municipality"] == "koeln"
    assert examples["theme"] == ["climate"]
    assert examples["at_least"] == 3
    assert "YYYY-MM-DD" in described["day"]["description"]


def test_formats_are_named_as_the_answers_are(document: dict[str, Any]) -> None:
    formats = parameters(document, SAMPLE)["format"]["schema"]["enum"]
    assert set(formats) == {"json", "xml", "csv", "tsv", "html"}
    asked = {parameter["name"]: parameter for parameter in document["paths"]["/sparql"]["get"]["parameters"]}
    assert set(asked["format"]["schema"]["enum"]) == {*formats, "ttl", "nt", "rdf", "jsonld"}


def test_every_operation_names_its_errors_as_problem_documents(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            asks = path.startswith(("/sparql", "/reports/"))
            expected = {"200", "400", "406", "503", "504", "507"} if asks else {"300", "303", "404", "503", "504"}
            if path.startswith("/reconcile"):
                expected = {"303" if path.endswith("/view") else "200", "400", "413", "429", "503", "504"}
            assert expected <= set(responses)
            assert ("403" in responses) == (path == "/sparql")
            for status, response in responses.items():
                problem = "application/problem+json" in response.get("content", {})
                assert problem == (status not in ("200", "303"))


def test_look_ups_name_all_schemes(document: dict[str, Any]) -> None:
    scheme, key = document["paths"]["/by/{scheme}/{key}"]["get"]["parameters"]
    assert scheme["schema"]["enum"] == list(SCHEMES) and SCHEMES[scheme["example"]].key(key["example"])


def test_every_route_of_reconciliation_is_described_and_there_is_each(document: dict[str, Any], app: Flask) -> None:
    routes = {
        (re.sub(r"<[^>]*:(\w+)>", r"{\1}", rule.rule).rstrip("/"), method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if rule.rule.startswith("/reconcile") and method in ("GET", "POST")
    }
    paths = {path: operations for path, operations in document["paths"].items() if path.startswith("/reconcile")}
    assert {(path, method.upper()) for path, operations in paths.items() for method in operations} == routes


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operations in document["paths"].values() for operation in operations.values()]
    assert len(ids) == len(set(ids))
