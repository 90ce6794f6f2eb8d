"""How large and of what shape a synthetic graph is. Draws nothing and writes nothing.

The figures are counts over published lists of members, so that the shape is that of the real world:

- ETMUN: Gourdon, pgourdongeo/Chap3_LocationalAnalysis at commit 78eaac08: 59 networks, 13,334 places (2019).
- JRC: Global Covenant of Mayors, MyCovenant reporting platform, 5th release: 11,973 signatories (2024, CC BY 4.0).
"""

from dataclasses import dataclass
from itertools import accumulate
from math import exp
from statistics import NormalDist


@dataclass(frozen=True)
class Profile:
    """How many municipalities, networks and memberships of today a synthetic graph has; history comes on top."""

    name: str
    municipalities: int
    networks: int
    memberships: int

    def __post_init__(self) -> None:
        if self.networks < 40:
            raise ValueError(f"{self.networks} networks are too few: the best connected municipality needs 40")
        if not 1 <= self.members <= self.municipalities:
            most = int(self.municipalities * MEMBERSHIPS_PER_MEMBER)
            raise ValueError(
                f"{self.memberships} memberships do not fit {self.municipalities} municipalities: from 2 to {most} do"
            )

    @property
    def members(self) -> int:
        """How many municipalities are in a network at all."""
        return int(self.memberships / MEMBERSHIPS_PER_MEMBER)


DEGREES = {
    1: 11801, 2: 971, 3: 240, 4: 98, 5: 65, 6: 47, 7: 20, 8: 13, 9: 12, 10: 16, 11: 12, 12: 6, 13: 5, 14: 8, 15: 7,
    16: 3, 17: 4, 18: 2, 21: 1, 22: 1, 26: 1, 28: 1,
}  # fmt: skip
"""ETMUN: how many places have so many memberships. 88 % have one."""

MEMBERSHIPS_PER_MEMBER = sum(degree * places for degree, places in DEGREES.items()) / sum(DEGREES.values())

LARGEST_SHARE = 0.58
"""ETMUN: one network, the Covenant of Mayors, has 10,057 of 17,333 rows."""

MEDIAN_SIZE = 64
"""ETMUN: half of the networks have fewer members."""

DATED = 0.73
"""ETMUN: the share of rows with the year of joining."""

ON_HOLD = 0.19
"""JRC: 2,253 of the signatories are suspended."""

COUNTRIES = (
    5179, 2957, 587, 347, 321, 278, 233, 191, 191, 187, 144, 107, 90, 86, 72, 69, 64, 62, 61, 48, 43, 40, 39, 38, 36,
    *(20 for _ in range(35)),
)  # fmt: skip
"""JRC: signatories by country, the largest first; the smaller ones of the 60 as one round figure."""

JOINED_LARGEST = {
    2008: 230, 2009: 1099, 2010: 1154, 2011: 1289, 2012: 1306, 2013: 1523, 2014: 988, 2015: 599, 2016: 767, 2017: 432,
    2018: 378, 2019: 615, 2020: 421, 2021: 440, 2022: 481, 2023: 251,
}  # fmt: skip
"""JRC: signatories of the Covenant of Mayors by the year of joining."""

JOINED_OTHERS = {
    1991: 1, 1992: 11, 1993: 127, 1994: 56, 1995: 86, 1996: 54, 1997: 100, 1998: 59, 1999: 64, 2000: 94, 2001: 83,
    2002: 112, 2003: 76, 2004: 56, 2005: 70, 2006: 48, 2007: 106, 2008: 78, 2009: 94, 2010: 116, 2011: 45, 2012: 33,
    2013: 29, 2014: 25, 2015: 24, 2016: 26, 2017: 27, 2018: 26,
}  # fmt: skip
"""ETMUN: members of the Climate Alliance by the year of joining."""


def sizes(networks: int, memberships: int) -> list[float]:
    """Return how many of the `memberships` each network has on average, the largest first.

    One has `LARGEST_SHARE`; the others follow a log-normal distribution with the median of ETMUN, stretched so
    that they have the rest.
    """
    rest = memberships * (1 - LARGEST_SHARE)
    others = [NormalDist().inv_cdf(1 - (rank + 0.5) / (networks - 1)) for rank in range(networks - 1)]
    low, high = 0.0, 4.0
    for _ in range(50):
        spread = (low + high) / 2
        low, high = (low, spread) if sum(MEDIAN_SIZE * exp(spread * z) for z in others) > rest else (spread, high)
    return [memberships * LARGEST_SHARE, *(MEDIAN_SIZE * exp(low * z) for z in others)]


def bounds(weights: list[float]) -> list[float]:
    """Return the running totals of `weights` as shares of their sum, to be looked up by bisection."""
    total = sum(weights)
    return [share / total for share in accumulate(weights)]


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("realistic", municipalities=100_000, networks=300, memberships=125_000),
        Profile("stress", municipalities=800_000, networks=2_400, memberships=1_000_000),
    )
}
