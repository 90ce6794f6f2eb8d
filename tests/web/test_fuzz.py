"""What programs may send by /openapi.json, tried at random with a fixed seed: an answer or a problem, never a 5xx."""

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from polisgraph import bundle

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_whatever_is_sent_the_answer_is_one_that_the_interface_promises(app: Flask) -> None:
    operations = [found.ok() for found in schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations()]
    # And /sparql by GET and POST, two look-ups, and the two versions of reconciliation.
    assert len(operations) == len(list(bundle.QUERIES.glob("*.rq"))) + 4 + 13
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        def holds(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

        holds()
