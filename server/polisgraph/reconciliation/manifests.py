"""What the manifests of both versions say alike, and the settings of data extension. Writes no whole manifest."""

from collections.abc import Mapping, Sequence
from typing import Any

WIDTH, HEIGHT = 400, 320
"""Pixels that a preview needs."""

LIMIT, FORM = "limit", "form"
"""The settings of a property in data extension."""
FORMS = ("entity", "text", "id")
"""In what form values go out that stand for things: as entities where they can be, by their names, by identifier."""

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "limit": "Höchstzahl der Werte",
        "limit help": "0: alle Werte.",
        "form": "Form der Werte",
        "form help": "Gilt für Werte, die für Dinge stehen, und für Wikidata-Objekte.",
        "usual": "wie es passt",
        "entity": "abgeglichene Entitäten",
        "text": "Namen",
        "id": "Kennungen",
    },
    "en": {
        "limit": "Maximum number of values",
        "limit help": "0: all values.",
        "form": "Form of values",
        "form help": "Holds for values that stand for things, and for Wikidata items.",
        "usual": "as it fits",
        "entity": "reconciled entities",
        "text": "names",
        "id": "identifiers",
    },
}


def described(root: str, language: str, name: str, types: Sequence[Mapping[str, str]], version: str) -> dict[str, Any]:
    """Return what a manifest says of the service itself."""
    return {
        "name": name,
        "defaultTypes": list(types),
        "documentation": f"{root}about?lang={language}#reconcile",
        "logo": f"{root}static/icon.svg",
        "serviceVersion": version,
    }


def settings(language: str, id_: str, name: str, help_: str) -> list[dict[str, Any]]:
    """Return the settings of properties, their members called as the version calls them."""
    texts = _TEXTS[language]
    choices = [{"value": form, "name": texts[form or "usual"]} for form in ("", *FORMS)]
    return [
        {"type": "number", id_: LIMIT, name: texts["limit"], help_: texts["limit help"], "default": 0},
        {
            "type": "select",
            id_: FORM,
            name: texts["form"],
            help_: texts["form help"],
            "default": "",
            "choices": choices,
        },
    ]
