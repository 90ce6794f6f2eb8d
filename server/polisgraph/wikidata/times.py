"""Times as precise as a source says them, and as Wikidata writes them. Knows no statement."""

import re
from dataclasses import dataclass
from datetime import date

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
YEAR, MONTH, DAY = 9, 10, 11
"""Precisions in Wikidata's data model (wikibase:timePrecision)."""


@dataclass(frozen=True)
class Time:
    """A year, a month or a day of the calendar; `text` is `2021`, `2021-03` or `2021-03-14`."""

    text: str

    @classmethod
    def read(cls, text: str) -> "Time | None":
        """Return the time that `text` is, None if it is none of the calendar."""
        found = _FORM.fullmatch(text)
        if not found or found[1] == "0000":
            return None
        try:
            date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        except ValueError:
            return None
        return cls(text)

    @classmethod
    def of_wikidata(cls, value: str, precision: str) -> "Time | None":
        """Return the time of a time value of Wikidata's; None if it is coarser than a year or before the year 1."""
        length = {str(YEAR): 4, str(MONTH): 7, str(DAY): 10}.get(precision.rpartition("/")[2])
        digits = value.removeprefix("+")
        return cls.read(digits[:length]) if length and digits[4:5] == "-" else None

    @property
    def precision(self) -> int:
        return {4: YEAR, 7: MONTH, 10: DAY}[len(self.text)]

    @property
    def quickstatement(self) -> str:
        """The time in version 1 of QuickStatements, with 00 for what is not known: `+2021-03-00T00:00:00Z/10`."""
        return f"+{self.text + '-00' * (DAY - self.precision)}T00:00:00Z/{self.precision}"

    def agrees(self, other: "Time") -> bool:
        """Whether both may be the same moment: they are the same, or one says less precisely what the other says."""
        return self.text.startswith(other.text) or other.text.startswith(self.text)

    def before(self, other: "Time") -> bool:
        """Whether this one is surely over before `other` begins."""
        length = min(len(self.text), len(other.text))
        return self.text[:length] < other.text[:length]


def agree(one: Time | None, other: Time | None) -> bool:
    """Whether two times may be the same; one that is not given agrees with all."""
    return one is None or other is None or one.agrees(other)
