"""Reads and writes the messages of version 0.2 (Final Community Group Report, 10 April 2023). Answers no query."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from polisgraph.errors import TooLong
from polisgraph.linking import Candidate
from polisgraph.reconciliation.asked import Asked, Condition
from polisgraph.reconciliation.extension import Cells, Requested
from polisgraph.reconciliation.identifiers import SCHEMA, SPACE, id_of, term_iri, term_of
from polisgraph.reconciliation.manifests import HEIGHT, WIDTH, described, settings
from polisgraph.reconciliation.matching import way_of
from polisgraph.reconciliation.messages import BATCH, a_limit, a_list, a_text, an_object, one_of, parsed, refuse, values


def read_queries(text: str) -> dict[str, Asked]:
    """Return the queries of a batch by their names (section 4.1).

    Raises BadParameter for a batch that is not as the specification wants it, TooLong for one of more than `BATCH`.
    Members that it does not know are passed over, and so are properties that nothing is matched by.
    """
    batch = an_object(parsed(text, "queries"), "queries")
    if len(batch) > BATCH:
        raise TooLong(f"the batch has {len(batch)} queries; send up to {BATCH} at once", limit=BATCH)
    return {name: _query(query, f"queries.{name[:40]}") for name, query in batch.items()}


def _query(query: Any, where: str) -> Asked:
    given = an_object(query, where)
    if "query" not in given and not given.get("properties"):
        refuse(where, "has neither query nor properties", "an object with one of them")
    name = a_text(given.get("query", ""), f"{where}.query")
    listed = given.get("type", [])
    types = [listed] if isinstance(listed, str) else a_list(listed, f"{where}.type")
    strict = one_of(given.get("type_strict", "should"), f"{where}.type_strict", "should", "any", "all")
    return Asked(
        names=(name,) if name.strip() else (),
        types=tuple(term_iri(_type(each, f"{where}.type")) for each in types),
        strict=cast(Literal["should", "any", "all"], strict),
        conditions=tuple(_conditions(given.get("properties", []), f"{where}.properties")),
        limit=a_limit(given, f"{where}.limit"),
    )


def _type(given: Any, where: str) -> str:
    # The text of the specification has types as objects, its schema as identifiers.
    return a_text(given.get("id") if isinstance(given, dict) else given, where)


def _conditions(given: Any, where: str) -> Iterable[Condition]:
    for number, each in enumerate(a_list(given, where)):
        place = f"{where}[{number}]"
        mapping = an_object(each, place)
        way = way_of(a_text(mapping.get("pid"), f"{place}.pid"))
        if "v" not in mapping:
            refuse(f"{place}.v", "is missing", "a value or an array of values")
        found = values(mapping["v"], f"{place}.v")
        if way and found:
            yield Condition(way.name, found)


def results(found: Mapping[str, Iterable[Candidate]]) -> dict[str, Any]:
    """Return the results of a batch (section 4.2)."""
    return {name: {"result": [candidate(each) for each in candidates]} for name, candidates in found.items()}


def candidate(found: Candidate) -> dict[str, Any]:
    """Return a candidate; its features are the parts of its score, with what was found as their names."""
    return {
        "id": id_of(found.id),
        "name": found.name,
        "description": found.description,
        "type": [{"id": term_of(iri), "name": name} for iri, name in found.types],
        "score": found.score,
        "features": [
            {"id": feature.name, "name": f"{feature.name}: {feature.value}", "value": feature.points}
            for feature in found.features
        ],
        "match": found.match,
    }


def extended(requested: Requested, cells: Cells) -> dict[str, Any]:
    """Return the answer to a data extension query (section 7.4)."""
    return {"meta": cells.meta, "rows": {id_: dict(cells.values[id_]) for id_ in requested.ids}}


def manifest(root: str, language: str, name: str, types: Iterable[Mapping[str, str]], version: str) -> dict[str, Any]:
    """Return the manifest of a service below the address `root` (section 3.1), which ends with a slash.

    The services beside queries are asked in `language`, the language of who added this one.
    """

    def suggest(kind: str) -> dict[str, str]:
        return {
            "service_url": root.rstrip("/"),
            "service_path": f"/reconcile/suggest/{kind}?lang={language}",
            "flyout_service_url": root.rstrip("/"),
            "flyout_service_path": f"/reconcile/flyout/{kind}?lang={language}&id=${{id}}",
        }

    return {
        "versions": ["0.2"],
        **described(root, language, name, list(types), version),
        "identifierSpace": SPACE,
        "schemaSpace": SCHEMA,
        "view": {"url": f"{root}reconcile/view?id={{{{id}}}}"},
        "preview": {
            "url": f"{root}reconcile/preview?lang={language}&id={{{{id}}}}",
            "width": WIDTH,
            "height": HEIGHT,
        },
        "suggest": {kind: suggest(kind) for kind in ("entity", "property", "type")},
        "extend": {
            "propose_properties": {
                "service_url": root.rstrip("/"),
                "service_path": f"/reconcile/properties?lang={language}",
            },
            "property_settings": settings(language, "name", "label", "help_text"),
        },
        "batchSize": BATCH,
    }
