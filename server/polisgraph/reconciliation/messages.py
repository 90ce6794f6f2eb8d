"""Reads JSON that strangers send: says which member is not as it must be, and what may stand there. Answers nothing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from polisgraph.errors import BadParameter, TooLong

BATCH = 50
"""Queries in one batch."""
LONGEST = 1_000
"""Letters that a text in a message may have."""
VALUES = 50
"""Values, conditions or properties in one query."""
CANDIDATES = 50
"""Candidates of one query, however many it asks for."""
USUAL = 5
"""Candidates of a query that does not say how many it wants."""


def parsed(text: str | bytes, where: str) -> Any:
    """Return what the JSON `text` says; raise BadParameter if it is none (RFC 8259)."""
    try:
        return json.loads(text, parse_constant=lambda name: refuse(where, f"has {name}", "JSON without it"))
    except UnicodeDecodeError as error:
        refuse(where, f"is not UTF-8 (byte {error.start})", "JSON in UTF-8")
    except json.JSONDecodeError as error:
        refuse(where, f"is no JSON: {error.msg} in line {error.lineno}, column {error.colno}", "a JSON object")
    except (ValueError, RecursionError):
        refuse(where, "has numbers or levels that nobody needs", "a JSON object of a few levels")


def refuse(where: str, wrong: str, accepted: str) -> NoReturn:
    """Raise BadParameter: the member `where` is `wrong`; what is `accepted` stands beside it."""
    raise BadParameter(f"{where} {wrong}; send {accepted}", parameter=where[:80], accepted=accepted)


def an_object(value: Any, where: str) -> Mapping[str, Any]:
    """Return `value` if it is an object; raise BadParameter if not."""
    if not isinstance(value, dict):
        refuse(where, f"is {_kind(value)}", "an object")
    return value


def a_list(value: Any, where: str, most: int = VALUES) -> Sequence[Any]:
    """Return `value` if it is an array; raise BadParameter if not, TooLong if it has more than `most` members."""
    if not isinstance(value, list):
        refuse(where, f"is {_kind(value)}", "an array")
    if len(value) > most:
        raise TooLong(f"{where} has {len(value)} members; send up to {most} at once", limit=most)
    return value


def a_text(value: Any, where: str) -> str:
    """Return `value` if it is a string; raise BadParameter if not, or if it is longer than any name."""
    if not isinstance(value, str):
        refuse(where, f"is {_kind(value)}", "a string")
    if len(value) > LONGEST:
        refuse(where, f"has {len(value)} letters", f"up to {LONGEST}")
    return value


def one_of(value: Any, where: str, *accepted: str) -> str:
    """Return `value` if it is one of `accepted`; raise BadParameter if not."""
    if value not in accepted or not isinstance(value, str):
        refuse(where, f"is {json.dumps(value, ensure_ascii=False)[:60]}", " or ".join(accepted))
    return value


def a_limit(given: Mapping[str, Any], where: str) -> int:
    """Return how many candidates a query wants: a positive integer, and never more than `CANDIDATES`."""
    value = given.get("limit", USUAL)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1 or value < 1:
        refuse(where, f"is {json.dumps(value)[:40]}", "a whole number of 1 or more")
    return min(int(value), CANDIDATES)


def values(given: Any, where: str) -> tuple[str, ...]:
    """Return the values of a property as texts, empty ones left out; raise BadParameter for what is no value.

    A value is a string, a number, a boolean or an entity, an object with an `id`; or there is an array of them.
    """
    several = a_list(given, where) if isinstance(given, list) else [given]
    return tuple(text for value in several if (text := _value(value, where).strip()))


def _value(value: Any, where: str) -> str:
    if isinstance(value, dict):
        return a_text(value.get("id"), f"{where}.id")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if value == value // 1 and abs(value) < 1e15 else repr(value)
    if isinstance(value, str):
        return a_text(value, where)
    refuse(where, f"is {_kind(value)}", "a string, a number, a boolean, or an object with an id")


def _kind(value: Any) -> str:
    kinds = {type(None): "missing", bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    return kinds.get(type(value), "an array" if isinstance(value, list) else "an object")
