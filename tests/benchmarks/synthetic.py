"""A made-up world of municipalities and networks: who is in what, since when, drawn from a seed. Writes nothing.

Nothing here is named after a real place, organisation or person; the codes of countries are those that ISO 3166
leaves to its users.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import gcd
from random import Random

from tests.benchmarks.profiles import (
    COUNTRIES,
    DATED,
    DEGREES,
    JOINED_LARGEST,
    JOINED_OTHERS,
    LARGEST_SHARE,
    MEMBERSHIPS_PER_MEMBER,
    ON_HOLD,
    Profile,
    bounds,
    sizes,
)

THIS_YEAR = 2025
"""The last year in which something happens."""

THEMES = (
    "climate", "mobility", "culture", "energy", "social-affairs", "democracy", "peace", "health", "education",
    "housing", "migration", "economy", "environment", "innovation", "diversity", "european-policy",
)  # fmt: skip
_SYLLABLES = (
    "bel",
    "dor",
    "fen",
    "gal",
    "hem",
    "kar",
    "lin",
    "mor",
    "nev",
    "ost",
    "pra",
    "rud",
    "sel",
    "tor",
    "vik",
    "zan",
)
_DELEGATES = 40
"""How many members of a network are remembered, to sit on its bodies."""


@dataclass(frozen=True)
class Network:
    """A network: its place in the order of size, what it is, and when it was founded and dissolved."""

    index: int
    kind: str
    founded: int
    dissolved: int | None
    umbrella: int | None
    country: int | None
    themes: tuple[str, ...]


@dataclass(frozen=True)
class Membership:
    """A municipality's time in a network. The start is text in the precision known, empty if no source gives it."""

    network: Network
    role: str
    start: str
    end: str
    on_hold: bool


@dataclass(frozen=True)
class Member:
    """A municipality, and its memberships of today and of the past."""

    index: int
    country: int
    memberships: tuple[Membership, ...]


@dataclass
class World:
    """All that a profile and a seed make. Iterate over `members` once, then `delegates` is known."""

    profile: Profile
    seed: int
    networks: tuple[Network, ...] = ()
    delegates: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self.networks = tuple(self._network(index) for index in range(self.profile.networks))
        self._sizes = sizes(self.profile.networks, self.profile.memberships)
        self._countries = bounds([float(count) for count in COUNTRIES])
        self._choices = [bounds(self._weights(country)) for country in range(len(COUNTRIES))]
        self._degrees = list(DEGREES), bounds([float(places) for places in DEGREES.values()])
        self._seen: dict[int, int] = {}

    def members(self) -> Iterator[Member]:
        """Yield the municipalities in order, holding only the delegates of each network in memory."""
        count, joined = self.profile.municipalities, self.profile.members
        step = next(s for s in range(int(count * 0.618) | 1, 2 * count + 2, 2) if gcd(s, count) == 1)
        for index in range(count):
            country = bisect_left(self._countries, (index + 0.5) / count)
            rank = index * step % count
            # By rank, not by chance, so that each number of memberships is as frequent as in reality.
            degree = self._degree((rank + 0.5) / joined) if rank < joined else 0
            yield Member(index, country, tuple(self._memberships(index, country, degree)))

    def chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def _degree(self, share: float) -> int:
        degrees, totals = self._degrees
        return degrees[min(bisect_left(totals, share), len(degrees) - 1)]

    def _network(self, index: int) -> Network:
        kind, umbrella, country, dissolved = "Network", None, None, None
        if index == 0:
            return Network(0, kind, min(JOINED_LARGEST), None, None, None, ("climate", "energy"))
        if index % 10 == 3:
            number = index // 10
            kind, umbrella, country = "NationalSection", 1 + number // 60, number % 60 % len(COUNTRIES)
        elif index % 50 == 7:
            kind, umbrella = "RegionalCoalition", 2
        elif index % 50 == 9:
            kind, country = "LocalAuthorityAssociation", self.below(len(COUNTRIES))
        founded = 1960 + self.below(50)
        if index % 60 == 11:
            dissolved = max(founded + 5, 2012) + self.below(8)
        themes = sorted({THEMES[self.below(len(THEMES))] for _ in range(1 + self.below(4))})
        return Network(index, kind, founded, dissolved, umbrella, country, tuple(themes))

    def _weights(self, country: int) -> list[float]:
        # A section takes members of its country only, so that there it must weigh more to become as large as planned.
        share = COUNTRIES[country] / sum(COUNTRIES)
        weights = [0.0]
        for network, size in zip(self.networks[1:], self._sizes[1:], strict=True):
            inside = network.country in (None, country)
            weights.append((size if network.country is None else size / share) if inside else 0.0)
        return weights

    def _memberships(self, index: int, country: int, degree: int) -> Iterator[Membership]:
        chosen: set[int] = set()
        if degree and self.chance(LARGEST_SHARE * MEMBERSHIPS_PER_MEMBER):
            chosen.add(0)
        while len(chosen) < degree:
            network = self._choose(country)
            if network.dissolved is None:
                chosen.add(network.index)
        for number in sorted(chosen):
            self._remember(number, index)
            yield self._joined(self.networks[number])
        if degree and self.chance(0.1):
            former = self._choose(country)
            if former.index not in chosen:
                yield self._left(former)

    def _choose(self, country: int) -> Network:
        return self.networks[bisect_left(self._choices[country], self._random.random())]

    def _joined(self, network: Network) -> Membership:
        role = "signatory" if network.index == 0 else "member"
        if self.chance(0.04):
            role = ("observer", "associate", "cooperation-partner")[self.below(3)]
        start = self._moment(self._year(network)) if self.chance(DATED) else ""
        return Membership(network, role, start, "", network.index == 0 and self.chance(ON_HOLD))

    def _left(self, network: Network) -> Membership:
        until = network.dissolved or THIS_YEAR
        first = network.founded + self.below(max(1, until - network.founded - 1))
        last = first + 1 + self.below(until - first)
        return Membership(network, "member", str(first), str(min(last, until)), False)

    def _year(self, network: Network) -> int:
        joined = JOINED_LARGEST if network.index == 0 else JOINED_OTHERS
        totals = self._years[network.index == 0]
        year = list(joined)[bisect_left(totals, self._random.random())]
        return year if year >= network.founded else network.founded + self.below(THIS_YEAR - network.founded)

    _years = (
        bounds([float(count) for count in JOINED_OTHERS.values()]),
        bounds([float(count) for count in JOINED_LARGEST.values()]),
    )

    def _moment(self, year: int) -> str:
        precision = self._random.random()
        if precision < 0.85:
            return str(year)
        month = f"{year}-{1 + self.below(12):02}"
        return month if precision < 0.95 else f"{month}-{1 + self.below(28):02}"

    def _remember(self, network: int, index: int) -> None:
        # Reservoir sampling: each member is as likely as any other to be remembered.
        seen = self._seen[network] = self._seen.get(network, 0) + 1
        known = self.delegates.setdefault(network, [])
        if len(known) < _DELEGATES:
            known.append(index)
        elif (place := self.below(seen)) < _DELEGATES:
            known[place] = index


def name(index: int) -> str:
    """Return a made-up name that no two numbers share and nobody takes for a real one."""
    parts = [_SYLLABLES[index // 16**place % 16] for place in range(2 + index % 2)]
    return f"{''.join(parts).capitalize()} (synthetic {index:06})"


def country_code(index: int) -> str:
    """Return a code from XAA to XZZ, which ISO 3166-1 leaves to its users."""
    return f"X{chr(65 + index // 26)}{chr(65 + index % 26)}"
