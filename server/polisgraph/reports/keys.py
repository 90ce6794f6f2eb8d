"""The registers whose keys entities have: what they are called here, what a key looks like, how people write it.

One table for all doors: addresses to look a key up, values of reports, terms on the command line, pages of entities.
Looks nothing up.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from polisgraph.namespaces import PREFIXES

_PG = PREFIXES["pg"]
_GERMAN_KEYS = "http://dcat-ap.de/def/politicalGeocoding/"


@dataclass(frozen=True)
class Scheme:
    """A register of keys, as `ags`. What it is called for people is the label of `property` in the graph."""

    name: str
    property: str
    """The IRI of the property whose values are the keys."""
    form: str
    """What a key looks like, as a regular expression."""
    example: str
    written: Callable[[str], str] = str
    """Puts a key into the case in which the graph has it."""
    register: str = ""
    """What makes the address of a key in its register when it stands before it; empty if there is none."""
    addresses: str = ""
    """A regular expression of all addresses that mean a key, which is its group."""
    short: str = ""
    """Another name that people write before a key."""
    values: str = ""
    """The namespace of the values, if they are IRIs."""
    namespace: str = ""
    """A namespace in which the things themselves have the keys as names."""

    def key(self, text: str) -> "Key | None":
        """Return the key that `text` is, in the case of the register; None if it does not look like one."""
        written = self.written(text.strip())
        return Key(self, written) if re.fullmatch(self.form, written) else None


@dataclass(frozen=True)
class Key:
    """A key of a register."""

    scheme: Scheme
    value: str

    def __str__(self) -> str:
        return f"{self.scheme.name}:{self.value}"

    @property
    def address(self) -> str:
        """Where its register tells about what has the key; empty if it has no such place."""
        return self.scheme.register and self.scheme.register + self.value


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme(
            "wikidata",
            _PG + "wikidata",
            "Q[1-9][0-9]{0,14}",
            "Q365",
            str.upper,
            register=PREFIXES["wd"],
            addresses=r"https?://(?:www\.|m\.)?wikidata\.org/(?:entity|wiki(?:/Special:EntityData)?)/(Q[0-9]+)",
            short="wd",
            values=PREFIXES["wd"],
        ),
        Scheme(
            "ags",
            _PG + "ags",
            "[0-9]{8}",
            "05315000",
            register=_GERMAN_KEYS + "municipalityKey/",
            addresses=rf"{_GERMAN_KEYS.replace('http', 'https?', 1)}municipalityKey/([0-9]+)",
        ),
        Scheme(
            "district",
            _PG + "districtKey",
            "[0-9]{5}",
            "05358",
            register=_GERMAN_KEYS + "districtKey/",
            addresses=rf"{_GERMAN_KEYS.replace('http', 'https?', 1)}districtKey/([0-9]+)",
        ),
        Scheme("lau", _PG + "lau", "[0-9A-Z_]{3,13}", "05315000", str.upper),
        Scheme(
            "nuts",
            _PG + "nuts3",
            "[A-Z]{2}[0-9A-Z]{0,3}",
            "DEA23",
            str.upper,
            register=PREFIXES["nuts"],
            addresses=r"https?://data\.europa\.eu/nuts/code/([0-9A-Z]+)",
            namespace=PREFIXES["nuts"],
        ),
        Scheme("iso3166", _PG + "isoCode", "[A-Z]{3}|[A-Z]{2}-[0-9A-Z]{1,3}", "DEU", str.upper),
        Scheme(
            "geonames",
            _PG + "geonames",
            "[1-9][0-9]{0,11}",
            "2886242",
            register="https://www.geonames.org/",
            addresses=r"https?://(?:www\.|sws\.)?geonames\.org/([0-9]+)(?:/[^/]*)?",
        ),
        Scheme(
            "gnd",
            _PG + "gnd",
            "[0-9]{3,9}-?[0-9X]",
            "4031483-2",
            str.upper,
            register="https://d-nb.info/gnd/",
            addresses=r"https?://d-nb\.info/gnd/([0-9X-]+)",
        ),
        Scheme(
            "isni",
            _PG + "isni",
            "[0-9]{15}[0-9X]",
            "000000004675698X",
            lambda text: text.upper().replace(" ", ""),
            register="https://isni.org/isni/",
            addresses=r"https?://(?:www\.)?isni\.org/(?:isni/)?([0-9]{15}[0-9X])",
        ),
        Scheme(
            "ror",
            _PG + "ror",
            "0[0-9a-z]{8}",
            "04h4z8k05",
            str.lower,
            register="https://ror.org/",
            addresses=r"https?://ror\.org/([0-9a-z]+)",
        ),
    )
}
"""By the name that stands in addresses."""

WIKIDATA = SCHEMES["wikidata"]

_NAMES = {name: scheme for scheme in SCHEMES.values() for name in (scheme.name, scheme.short) if name}


def read(text: str) -> Key | None:
    """Return the key that `text` names together with its register; None if it names none.

    That is a Wikidata item by its number (`Q365`), a key after the name of its scheme (`wd:Q365`, `gnd:4031483-2`),
    or the address of a key in its register (`https://www.wikidata.org/wiki/Q365`). Case does not matter.
    """
    text = text.strip()
    name, colon, value = text.partition(":")
    named = _NAMES.get(name.lower()) if colon else None
    if named and not value.startswith("//"):
        return named.key(value)
    for scheme in SCHEMES.values():
        found = scheme.addresses and re.fullmatch(scheme.addresses, text.rstrip("/"), re.IGNORECASE)
        if found:
            return scheme.key(found[1])
    return WIKIDATA.key(text)
