"""Asks an endpoint what SPARQL 1.1 leaves no choice about, and says whether it answers so. Changes nothing there.

Each question is one that a server in use answers otherwise, and that reports and people's queries depend on.
"""

import json

from polisgraph.engine.endpoint import Endpoint
from polisgraph.errors import BadQuery, EndpointFailed
from polisgraph.namespaces import EMPTY_GRAPH, PREFIXES
from polisgraph.results import JSON

_BOOLEAN = PREFIXES["xsd"] + "boolean"

_QUESTIONS = {
    # SPARQL 1.1 §17.4.1.7, §17.3 and the XPath functions named there
    f"ASK {{ FILTER(DATATYPE(1 = 1) = <{_BOOLEAN}>) }}": True,
    "ASK { FILTER(1 / 2 = 0.5) }": True,
    'ASK { FILTER(STRLEN("\u1f18\u03bb") = 2) }': True,
    # §18.5.1.7; the order of the parts is open, the parts are not
    'SELECT (STRLEN(GROUP_CONCAT(?x)) AS ?n) { VALUES ?x { "b" "a" } }': "3",
    # §18.2.2: a group sees what it joins with
    "SELECT (COUNT(?b) AS ?n) { VALUES ?a { 1 } OPTIONAL { VALUES ?b { 2 } FILTER(?a = 1) } }": "1",
    "SELECT (COUNT(*) AS ?n) { BIND(1 AS ?a) OPTIONAL { VALUES ?b { 2 } FILTER(?a = 2) } FILTER(!BOUND(?b)) }": "1",
}


def conforms(endpoint: Endpoint) -> bool:
    """Return whether `endpoint` answers all questions rightly. Raises QueryError if it cannot be asked at all."""
    return all(_answer(endpoint, text) == expected for text, expected in _QUESTIONS.items())


def _answer(endpoint: Endpoint, text: str) -> object:
    """Return the truth value or the only value of an answer; None for an error or what is no result at all."""
    try:
        reply = endpoint.ask(text, JSON.media_type, [EMPTY_GRAPH], [EMPTY_GRAPH])
    except (BadQuery, EndpointFailed):
        return None
    try:
        document = json.loads(reply.body)
        if "boolean" in document:
            return document["boolean"]
        [row] = document["results"]["bindings"]
        [term] = row.values()
        return term["value"]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
