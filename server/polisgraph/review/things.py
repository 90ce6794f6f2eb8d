"""What the graph and its gazetteer say of things that are in question, for people to recognise them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from polisgraph.namespaces import PREFIXES
from polisgraph.review.asking import Ask, rows

KEYS = ("ags", "district", "lau", "nuts", "iso", "geonames", "gnd", "isni", "ror")
"""The keys that are shown."""
_AT_ONCE = 50
"""So many things are asked about in one query, which may not become too long."""


@dataclass
class Thing:
    """Something of the graph or the gazetteer. Names, kinds and the like are by language, "" where that is not known.

    `items` are the Wikidata items that it has already.
    """

    iri: str
    names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    kinds: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    countries: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    wholes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    others: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    websites: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether anything is said of it."""
        return bool(self.names)

    def name(self, language: str) -> str:
        """Its name in `language`, or else in another, or else its IRI."""
        return spoken(self.names, language) or self.iri


def spoken(texts: dict[str, list[str]], language: str) -> str:
    """Return those of `texts` that are in `language`, or else in any, with commas between."""
    found = texts.get(language) or texts.get("en") or next(iter(texts.values()), [])
    return ", ".join(dict.fromkeys(found))


def read_things(ask: Ask, iris: Iterable[str]) -> dict[str, Thing]:
    """Return what is known of each of `iris`. Raises QueryError as `ask` does."""
    found = {iri: Thing(iri) for iri in iris}
    known = sorted(found)
    for at in range(0, len(known), _AT_ONCE):
        for iri, what, value, language in rows(ask, "things", thing=known[at : at + _AT_ONCE]):
            _take(found[iri], what, value, language)
    return found


def _take(thing: Thing, what: str, value: str, language: str) -> None:
    texts = {"name": thing.names, "kind": thing.kinds, "country": thing.countries, "of": thing.wholes}
    plain: dict[str, list[str]] = {"other": thing.others, "website": thing.websites, "article": thing.websites}
    if what in texts:
        texts[what][language].append(value)
    elif what in plain:
        plain[what].append(value)
    elif what == "qid":
        thing.items.append(value.removeprefix(PREFIXES["wd"]))
    else:
        thing.keys[what] = value


def shown_keys(thing: Thing) -> Sequence[tuple[str, str]]:
    """Return scheme and value of the keys of a thing, in the order in which people see them."""
    return [(scheme, thing.keys[scheme]) for scheme in KEYS if scheme in thing.keys]
