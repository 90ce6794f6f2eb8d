"""What a person wants linked, and what comes of it: the words in which the matcher takes and gives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from polisgraph.countries import code_named
from polisgraph.linking.names import key_of
from polisgraph.linking.target import SCHEMES
from polisgraph.namespaces import PREFIXES
from polisgraph.reports.keys import read

_KINDS = {
    "municipality": "municipality city town village gemeinde stadt kommune ort localauthority settlement",
    "above": "above county region landkreis kreis province district provinz bezirk department",
    "network": "network netzwerk association verband staedtenetzwerk section sektion",
    "body": "body gremium committee ausschuss forum workinggroup arbeitsgruppe secretariat geschaeftsstelle",
    "organization": "organization organisation company institution",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_AGS = re.compile(r"(?:0[1-9]|1[0-6])[0-9]{6}")
"""A German municipality key as it stands; other numbers may be anything."""
_RECORD_NAMES = {scheme: name for name, scheme in SCHEMES.items()}

_LONGEST = 300
"""So much of a name is read; no name is longer."""


@dataclass(frozen=True)
class Record:
    """What is known of something that is to be linked; all of it may be left out.

    `country` is a code or a name in one of many languages, `kind` a word such as "city", "Gemeinde" or "network" or the
    IRI of a class. `keys` are values by scheme (`target.SCHEMES`). `networks` are names, slugs or IRIs of networks that
    it is said to belong to.
    """

    name: str = ""
    country: str = ""
    kind: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    latitude: float | None = None
    longitude: float | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feature:
    """One thing that speaks for or against a candidate. `value` says what was found, `points` what it counts for."""

    name: str
    value: str
    points: float


@dataclass(frozen=True)
class Candidate:
    """Something that a record may be linked to.

    `id` is its IRI, `qid` its confirmed Wikidata item or nothing. `types` are IRIs and names of classes, the narrowest
    first. `score` is from 0 to 100 and the sum of the points of `features`, within these bounds. `match` is True only
    where a wrong link is practically excluded; at most one candidate of a record has it.
    """

    id: str
    qid: str
    name: str
    description: str
    types: tuple[tuple[str, str], ...]
    score: float
    match: bool
    features: tuple[Feature, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a record: candidates, the best first, or none; and a sentence that says why."""

    candidates: tuple[Candidate, ...]
    reason: str

    @property
    def match(self) -> Candidate | None:
        """The candidate that the record can be linked to without a look, if there is one."""
        return next((candidate for candidate in self.candidates if candidate.match), None)


@dataclass(frozen=True)
class Wanted:
    """A record as the matcher understands it: keys in their plain form, the country as a code, the kind as ours."""

    name: str
    country: str
    given_country: str
    kind: str
    keys: Mapping[str, str]
    latitude: float | None
    longitude: float | None


def understood(record: Record) -> Wanted:
    """Read codes, words and keys of a record; a name that is a key, such as Q365 or 05315000, is taken for one."""
    name = " ".join(record.name.split())[:_LONGEST]
    keys = {scheme: plain for scheme, value in record.keys.items() if (plain := _plain(scheme, value))}
    if found := key_in(name):
        keys.setdefault(*found)
        name = ""
    return Wanted(
        name,
        code_named(record.country),
        record.country.strip(),
        _KIND_OF.get(key_of(record.kind.removeprefix(PREFIXES["pg"])), ""),
        keys,
        record.latitude,
        record.longitude,
    )


def key_in(text: str) -> tuple[str, str] | None:
    """Return scheme and value if `text` is not a name but a key: a Wikidata item, a municipality key, an address."""
    if _AGS.fullmatch(text):
        return "ags", text
    found = read(text)
    name = _RECORD_NAMES.get(found.scheme) if found else None
    return (name, found.value) if found and name else None


def _plain(scheme: str, value: str) -> str:
    """Return a key as the graph has it: without an address before it, with the zeros that a spreadsheet took."""
    text = value.strip()
    found = key_in(text)
    if found and found[0] == scheme:
        return found[1]
    if scheme == "qid":
        return ""
    if scheme in ("ags", "district") and text.isdecimal():
        return text.zfill(8 if scheme == "ags" else 5)
    key = SCHEMES[scheme].key(text) if scheme in SCHEMES else None
    return key.value if key else text
