"""What the tests of reconciliation share: a client of the API that holds every message against its schema."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from tests.reconciliation import schemas
from tests.reconciliation.schemas import Schema


def hold(message: Any, schema: Schema) -> Any:
    """Return `message`; fail if it is not as `schema` wants it."""
    Draft202012Validator(schema).validate(message)
    return message


def accepts(schema: Schema, message: Any) -> bool:
    return bool(Draft202012Validator(schema).is_valid(message))


@dataclass
class Client:
    """A client that speaks both versions in English; what it sends and gets is valid, or the test fails."""

    http: FlaskClient

    def get(self, path: str, schema: Schema, **given: Any) -> Any:
        response = self.http.get(path, query_string={"lang": "en", **given})
        assert (response.status_code, response.mimetype) == (200, "application/json"), response.text
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        return hold(response.json, schema)

    def ask(self, queries: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
        """Send a batch of version 0.2; return the candidates by the names of the queries."""
        hold(queries, schemas.QUERIES_02)
        response = self.http.post("/reconcile?lang=en", data={"queries": json.dumps(queries)})
        assert (response.status_code, response.mimetype) == (200, "application/json"), response.text
        found = hold(response.json, schemas.RESULTS_02)
        assert list(found) == list(queries)
        return {name: one["result"] for name, one in found.items()}

    def one(self, **query: Any) -> list[dict[str, Any]]:
        """Send one query of version 0.2; return its candidates."""
        return self.ask({"q": query})["q"]

    def match(self, *conditions: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        """Send one query of version 1.0; return its candidates."""
        sent = hold({"queries": [{"conditions": list(conditions), **query}]}, schemas.QUERIES_1)
        response = self.http.post("/reconcile/v1/match?lang=en", json=sent)
        assert (response.status_code, response.mimetype) == (200, "application/json"), response.text
        (found,) = hold(response.json, schemas.RESULTS_1)["results"]
        return list(found["candidates"])

    def extend(self, ids: list[str], *properties: str | dict[str, Any], language: str = "en") -> Any:
        """Send the same data extension query by both versions; return the answer of 0.2, which says what 1.0 says."""
        wanted = [{"id": each} if isinstance(each, str) else each for each in properties]
        sent = hold({"ids": ids, "properties": wanted}, schemas.EXTEND)
        response = self.http.post(f"/reconcile?lang={language}", data={"extend": json.dumps(sent)})
        assert response.status_code == 200, response.text
        found = hold(response.json, schemas.EXTENDED_02)
        response = self.http.post(f"/reconcile/v1/extend?lang={language}", json=sent)
        newer = hold(response.json, schemas.EXTENDED_1)
        assert newer["meta"] == found["meta"]
        rows = {row["id"]: {each["id"]: each["values"] for each in row["properties"]} for row in newer["rows"]}
        assert rows == found["rows"]
        return found


@pytest.fixture
def client(whole_client: FlaskClient) -> FlaskClient:
    return whole_client


@pytest.fixture
def api(client: FlaskClient) -> Client:
    return Client(client)
