"""Fetches what Wikidata says of items, and puts the rows together. Compares nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from polisgraph.errors import WikidataError
from polisgraph.namespaces import PREFIXES
from polisgraph.wikidata.asking import Asking
from polisgraph.wikidata.client import Row

_WDT = "http://www.wikidata.org/prop/direct/"
_SAME, _LABEL = PREFIXES["owl"] + "sameAs", PREFIXES["rdfs"] + "label"
_NUMBER = re.compile(r"Q[1-9][0-9]*")
# A point on another body than the Earth has the item of that body before it.
_POINT = re.compile(r"point\(\s*([-+0-9.eE]+)\s+([-+0-9.eE]+)\s*\)", re.IGNORECASE)
HUMAN, ORGANIZATION, COUNTRY = "Q5", "Q43229", "Q6256"
AREA, SETTLEMENT, DISAMBIGUATION = "Q56061", "Q486972", "Q4167410"
"""Classes of Wikidata: administrative territorial entity, human settlement, Wikimedia disambiguation page."""
_LANGUAGES = ("en", "mul", "de")


@dataclass
class Item:
    """An item. `redirect` is the item that it was merged into, or nothing."""

    number: str
    exists: bool = False
    redirect: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    countries: set[str] = field(default_factory=set)
    keys: dict[str, set[str]] = field(default_factory=dict)
    """Municipality keys (`ags`) and district keys (`district`) of Germany."""
    points: list[tuple[float, float]] = field(default_factory=list)
    """Latitude and longitude."""
    roots: set[str] = field(default_factory=set)
    """Which of the classes above it is an instance of, by way of any subclass."""
    classes: dict[str, str] = field(default_factory=dict)
    """What it is an instance of: names by item."""

    @property
    def label(self) -> str:
        """What it is called, English first; nothing if it has no label that we ask for."""
        return next((self.labels[language] for language in _LANGUAGES if language in self.labels), "")

    @property
    def kind(self) -> str:
        """What it is, in the words of Wikidata."""
        return ", ".join(sorted(name or number for number, name in self.classes.items()))


def fetch_items(asking: Asking, numbers: Iterable[str]) -> dict[str, Item]:
    """Return what the endpoint says of the items `numbers`, each with what it is an instance of.

    Raises WikidataError if it gives no whole answer or holds no Wikidata.
    """
    wanted = sorted(set(numbers), key=lambda number: (len(number), number))
    if not wanted:
        return {}
    check_is_wikidata(asking)
    terms = {iri(number): number for number in wanted}
    told = asking.about("item", terms, there=True)
    items = {number: _item(number, told[term]) for term, number in terms.items()}
    for term, rows in asking.about("classes", terms).items():
        items[terms[term]].classes |= {number_of(row["class"]): row.get("name", "") for row in rows}
    # Many items share few classes, and to go up from a class is the most work for the endpoint.
    classes = {iri(number) for item in items.values() for number in item.classes if number}
    roots = {
        number_of(term[1:-1]): {number_of(row["root"]) for row in rows}
        for term, rows in asking.about("kinds", classes).items()
    }
    for item in items.values():
        item.roots |= {root for number in item.classes for root in roots.get(number, ())}
    return items


def check_is_wikidata(asking: Asking) -> None:
    """Raise WikidataError if the endpoint does not know what every copy of Wikidata has.

    Of an empty store nothing may be concluded: neither that items are deleted nor that statements are missing.
    """
    if not asking.about("item", [iri(HUMAN)], there=True)[iri(HUMAN)]:
        raise WikidataError(
            f"{asking.client.address} does not know {HUMAN} (human), which every copy of Wikidata has: it may be empty"
            " or something else. Give the address of Wikidata's query service as --endpoint."
        )


def iri(number: str) -> str:
    """Return an item as SPARQL writes it."""
    return f"<{PREFIXES['wd']}{number}>"


def number_of(text: str) -> str:
    """Return the number of an item from its IRI; nothing if it is none."""
    found = text.removeprefix(PREFIXES["wd"])
    return found if found != text and _NUMBER.fullmatch(found) else ""


def _item(number: str, rows: list[Row]) -> Item:
    item = Item(number, exists=bool(rows))
    for row in rows:
        name, value = row["property"].removeprefix(_WDT), row["value"]
        if name == _SAME:
            item.redirect = number_of(value)
        elif name == _LABEL:
            item.labels[row.get("language", "")] = value
        elif name == "P17":
            item.countries.add(number_of(value))
        elif name in ("P439", "P440"):
            item.keys.setdefault("ags" if name == "P439" else "district", set()).add(value)
        elif name == "P625" and (found := _POINT.fullmatch(value.strip())):
            item.points.append((float(found[2]), float(found[1])))
    return item
