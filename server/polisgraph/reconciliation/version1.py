"""Reads and writes the messages of version 1.0, which is a draft («1.0-draft», as of 2026). Answers no query."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from polisgraph.linking import Candidate
from polisgraph.reconciliation import version02
from polisgraph.reconciliation.asked import Asked, Condition, Quantifier
from polisgraph.reconciliation.extension import Cells, Requested
from polisgraph.reconciliation.identifiers import term_iri
from polisgraph.reconciliation.manifests import HEIGHT, WIDTH, described, settings
from polisgraph.reconciliation.matching import way_of
from polisgraph.reconciliation.messages import BATCH, a_limit, a_list, a_text, an_object, one_of, parsed, refuse, values

_MEMBERS = frozenset({"type", "limit", "lang", "dir", "conditions"})


def read_queries(body: bytes) -> list[Asked]:
    """Return the queries of a batch (section «Reconciliation Queries»).

    Raises BadParameter for a batch that is not as the draft wants it, TooLong for one of more than `BATCH`.
    """
    batch = an_object(parsed(body, "the body"), "the body")
    if "queries" not in batch:
        refuse("the body", "has no queries", 'an object such as {"queries": […]}')
    queries = a_list(batch["queries"], "queries", BATCH)
    return [_query(query, f"queries[{number}]") for number, query in enumerate(queries)]


def _query(query: Any, where: str) -> Asked:
    given = an_object(query, where)
    if unknown := sorted(given.keys() - _MEMBERS):
        refuse(where, f"has {unknown[0][:40]!r}", "an object of " + ", ".join(sorted(_MEMBERS)))
    listed = a_list(given.get("conditions"), f"{where}.conditions")
    if not listed:
        refuse(f"{where}.conditions", "are none", "at least one")
    kind = a_text(given["type"], f"{where}.type") if "type" in given else ""
    read = [_condition(each, f"{where}.conditions[{number}]") for number, each in enumerate(listed)]
    names = [condition for condition in read if condition.way == "name" and condition.quantifier != "none"]
    return Asked(
        names=tuple(value for condition in names for value in condition.values),
        types=(term_iri(kind),) if kind else (),
        conditions=tuple(c for c in read if c.values and (c.way != "name" or c.filters)),
        limit=a_limit(given, f"{where}.limit"),
    )


def _condition(given: Any, where: str) -> Condition:
    mapping = an_object(given, where)
    kind = one_of(mapping.get("matchType"), f"{where}.matchType", "name", "property")
    if "propertyValue" not in mapping:
        refuse(f"{where}.propertyValue", "is missing", "a value or an array of values")
    if "matchQualifier" in mapping:
        refuse(f"{where}.matchQualifier", "is not offered by any property", "a condition without it")
    required = mapping.get("required", False)
    if not isinstance(required, bool):
        refuse(f"{where}.required", "is no boolean", "true or false")
    quantifier = one_of(mapping.get("matchQuantifier", "any"), f"{where}.matchQuantifier", "any", "all", "none")
    found = values(mapping["propertyValue"], f"{where}.propertyValue")
    name = "name" if kind == "name" else _way(mapping, where, required or quantifier == "none")
    return Condition(name, found if name else (), required, cast(Quantifier, quantifier))


def _way(mapping: Mapping[str, Any], where: str, needed: bool) -> str:
    """Return the way to match by a property; what is no way keeps nothing out and moves no score, unless `needed`."""
    identifier = a_text(mapping.get("propertyId"), f"{where}.propertyId")
    way = way_of(identifier)
    if way is None and needed:
        refuse(f"{where}.propertyId", f"{identifier[:60]!r} is nothing to match by", "one that /suggest/property marks")
    return way.name if way else ""


def results(found: Iterable[Iterable[Candidate]]) -> dict[str, Any]:
    """Return the results of a batch, in the order of its queries."""
    return {"results": [{"candidates": [version02.candidate(each) for each in one]} for one in found]}


def extended(requested: Requested, cells: Cells) -> dict[str, Any]:
    """Return the answer to a data extension query (section «Data Extension Responses»)."""
    rows = [
        {"id": id_, "properties": [{"id": name, "values": found} for name, found in cells.values[id_]]}
        for id_ in requested.ids
    ]
    return {"meta": cells.meta, "rows": rows}


def manifest(root: str, language: str, name: str, types: Iterable[Mapping[str, str]], version: str) -> dict[str, Any]:
    """Return the manifest of a service whose routes lie below `root` + "reconcile/v1" (section «Service Manifest»)."""
    return {
        "versions": ["1.0-draft"],
        **described(root, language, name, list(types), version),
        "lang": language,
        "view": {"url": f"{root}reconcile/view{{?id}}"},
        "preview": {"width": WIDTH, "height": HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {"proposeProperties": True, "propertySettings": settings(language, "id", "name", "helpText")},
        "batchSize": BATCH,
        "standardizedScore": True,
    }
