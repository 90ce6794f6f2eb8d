"""How much each thing counts that speaks for or against a candidate. The whole table is here; decides nothing.

A name and a country that agree make 90 of 100, so that a name alone never looks certain and one contradiction takes a
candidate below those that have none.
"""

from dataclasses import dataclass
from enum import Enum
from math import asin, cos, radians, sin, sqrt

from polisgraph.linking.record import Feature, Wanted
from polisgraph.linking.target import UNIQUE, Target

NAME = 70.0
"""The name is one of its main names: most of the score, for it is mostly all there is."""
FURTHER = 66.0
"""It is a further name: a foreign one, a former one, an abbreviation. These are seldom wrong, but less checked."""
PART = 55.0
"""The names agree but for an addition such as «am Main» that only one of them has."""
LIKE = 60.0
"""The names are alike: this for full likeness, and less by its square, so that 90 % alike counts 49."""
BARE = -3.0
"""They agree only without the marks of letters: Munster, Münster. Lists lose marks, but places differ by them too."""
OTHER_ADDITION = -30.0
"""Both names have an addition, and another: Frankfurt am Main, Frankfurt (Oder)."""
COUNTRY, OTHER_COUNTRY = 20.0, -35.0
"""Lists err in the country less often than places share a name across borders."""
KIND, OTHER_KIND = 5.0, -40.0
"""City and region of one name are two; a network is no place."""
KEY, OTHER_KEY = 100.0, -60.0
"""An official key says all, except that it may be mistyped; so a contradicted one outweighs a name."""
AREA = 5.0
"""A NUTS code names an area with many places in it."""
UNCONFIRMED = 5.0
"""The record's item is one that somebody suggested for this place; that is no evidence, but a hint."""
NEAR, NEARBY, FAR = 15.0, 8.0, -45.0
"""Points of one place lie some kilometres apart from list to list."""
NEIGHBOUR = 10.0
"""It belongs to a network that the record names. That it does not says nothing: lists are never complete."""
RIVAL = -10.0
"""Others here bear the same name."""
KNOWN = 2.0
"""The graph itself speaks of it: of two that are equal this one is likelier to be in a list of members."""

NEAR_KM, NEARBY_KM, FAR_KM = 10.0, 25.0, 50.0
"""Beyond `NEARBY_KM` nothing is linked without a look, beyond `FAR_KM` it is most likely another place."""


class Extent(Enum):
    """How far two names agree."""

    WHOLE = "is"
    LESS = "agrees but for an addition that it lacks with"
    """The record has an addition that the target has not."""
    MORE = "agrees without the addition in"
    """The target has an addition that the record has not."""
    OTHER = "has another addition than"
    ALIKE = "is like"


@dataclass(frozen=True)
class Naming:
    """How the name of a record agrees with a name of a target, `text`. `likeness` is 100 for equal keys."""

    text: str
    extent: Extent
    main: bool = True
    bare: bool = False
    likeness: float = 100.0

    @property
    def points(self) -> float:
        """What the name counts for."""
        return sum(feature.points for feature in self.features())

    def features(self) -> list[Feature]:
        """Return what is said of the name."""
        if self.extent is Extent.ALIKE:
            points = round(LIKE * (self.likeness / 100) ** 2, 1)
            return [Feature("name", f"is {self.likeness:.0f} % like «{self.text}»", points)]
        if self.extent is Extent.WHOLE:
            how, points = ("is", NAME) if self.main else ("is a further name,", FURTHER)
        else:
            how, points = self.extent.value, PART
        found = [Feature("name", f"{how} «{self.text}»", points)]
        if self.extent is Extent.OTHER:
            found.append(Feature("addition", f"another than in «{self.text}»", OTHER_ADDITION))
        if self.bare:
            found.append(Feature("spelling", f"«{self.text}» but for the marks of letters", BARE))
        return found


def kilometres(wanted: Wanted, target: Target) -> float | None:
    """Return the distance between a record and a target on the surface of the earth, if both have a place."""
    if None in (wanted.latitude, wanted.longitude, target.latitude, target.longitude):
        return None
    return kilometres_between(
        wanted.latitude or 0.0, wanted.longitude or 0.0, target.latitude or 0.0, target.longitude or 0.0
    )


def kilometres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the distance between two points, given in degrees, on the surface of the earth."""
    here, there = radians(latitude), radians(other_latitude)
    width = radians(other_longitude - longitude)
    half = sin((there - here) / 2) ** 2 + cos(here) * cos(there) * sin(width / 2) ** 2
    return 2 * 6371.0 * asin(sqrt(min(1.0, half)))


def country(wanted: Wanted, target: Target) -> Feature | None:
    """Compare the countries."""
    if not wanted.given_country:
        return None
    if not wanted.country:
        return Feature("country", f"«{wanted.given_country}» is no country that is known", 0.0)
    if not target.country:
        return None
    if wanted.country == target.country:
        return Feature("country", f"is {target.country}", COUNTRY)
    return Feature("country", f"is {target.country}, not {wanted.country}", OTHER_COUNTRY)


def kind(named: str, wanted: Wanted, target: Target) -> Feature | None:
    """Compare the kinds: the one that the record states, or else the one that its name says (`named`)."""
    stated = wanted.kind or named
    if not stated:
        return None
    same = stated == target.kind or (target.kind == "authority" and stated in ("municipality", "above"))
    return Feature("kind", target.kind if same else f"{target.kind}, not {stated}", KIND if same else OTHER_KIND)


def keys(wanted: Wanted, target: Target) -> list[Feature]:
    """Compare each key that the record has with the target's; one that the target lacks says nothing."""
    found: list[Feature] = []
    for scheme, value in sorted(wanted.keys.items()):
        own = target.key(scheme, value)
        if own == value:
            points = KEY if scheme in UNIQUE else COUNTRY if scheme == "lau" else AREA
            found.append(Feature(scheme, f"is {value}", points))
        elif scheme == "qid" and value in target.rejected:
            found.append(Feature(scheme, f"{value} was rejected for it", OTHER_KEY))
        elif own:
            points = OTHER_KEY if scheme in UNIQUE else -AREA
            found.append(Feature(scheme, f"is {own}, not {value}", points))
        elif scheme == "qid" and value in target.candidates:
            found.append(Feature(scheme, f"{value} was suggested for it, unconfirmed", UNCONFIRMED))
    return found


def distance(km: float | None) -> Feature | None:
    """Judge a distance in kilometres."""
    if km is None:
        return None
    points = NEAR if km <= NEAR_KM else NEARBY if km <= NEARBY_KM else FAR if km > FAR_KM else 0.0
    return Feature("distance", f"{km:.0f} km", points)


def neighbours(networks: frozenset[str], target: Target) -> Feature | None:
    """Look whether the target belongs to one of the networks that the record names, given as IRIs."""
    shared = sorted(networks & target.networks)
    return Feature("network", ", ".join(iri.rpartition("/")[2] for iri in shared), NEIGHBOUR) if shared else None
