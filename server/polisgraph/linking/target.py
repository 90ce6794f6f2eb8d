"""What a record can be linked to: an entity of the graph or an entry of the gazetteer. Asks and matches nothing."""

from dataclasses import dataclass, field

from polisgraph.namespaces import PG, PREFIXES
from polisgraph.reports.keys import SCHEMES as REGISTERS
from polisgraph.reports.keys import WIKIDATA

KINDS = {
    PG + "County": "above",
    PG + "Region": "above",
    PG + "Municipality": "municipality",
    PG + "GazetteerEntry": "municipality",
    PG + "LocalAuthority": "authority",
    PG + "Body": "body",
    PG + "Network": "network",
}
"""What a class makes of a target, the first that it has. The kinds: `municipality`, `above` for counties, regions and
the like, `authority` if nobody knows which of the two, `network`, `body`, and else `organization`."""

SCHEMES = {
    "qid" if scheme is WIKIDATA else scheme.name: scheme for scheme in REGISTERS.values() if scheme.name != "iso3166"
}
"""The keys that a record may bring along, and their registers. Of countries there are names and codes instead."""
IRI = "iri"
"""Stands for a scheme where the key is the IRI of the target or of its entry."""
UNIQUE = frozenset(SCHEMES) - {"lau", "nuts"} | {IRI}
"""Keys that only one thing in the world has. LAU codes count within a country, NUTS codes name whole areas."""


@dataclass(slots=True)
class Target:
    """Something to link to.

    `labels` are the main names by language, "" where it is not known; `others` the further names. `country` is the ISO
    3166-1 alpha-2 code. `keys` are the values by scheme; `candidates` Wikidata items that nobody has confirmed,
    `rejected` those that somebody has found to be another thing's.
    """

    iri: str
    labels: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    country: str = ""
    state: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    candidates: list[str] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)
    latitude: float | None = None
    longitude: float | None = None
    networks: set[str] = field(default_factory=set)
    entry: str = ""
    """The IRI of its entry in the gazetteer, if it has one."""

    @property
    def in_graph(self) -> bool:
        """Whether the graph itself speaks of it, not only the gazetteer."""
        return self.iri != self.entry

    @property
    def kind(self) -> str:
        """What it is: see `KINDS`."""
        return next((kind for iri, kind in KINDS.items() if iri in self.classes), "organization")

    @property
    def qid(self) -> str:
        """The confirmed Wikidata item, or nothing."""
        return self.keys.get("qid", "")

    def key(self, scheme: str, wanted: str) -> str:
        """Return its key of a scheme; of its IRIs the one that is `wanted`, if it is among them."""
        if scheme == IRI:
            return wanted if wanted in (self.iri, self.entry) else self.iri
        return self.keys.get(scheme, "")

    def label(self, language: str) -> str:
        """Return the name in `language`, or else in another."""
        return self.labels.get(language) or self.labels.get("en") or next(iter(self.labels.values()), "")


def qid_of(iri: str) -> str:
    """Return the number of a Wikidata item."""
    return iri.removeprefix(PREFIXES["wd"])
