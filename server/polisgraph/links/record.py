"""A link of a thing to an item of Wikidata, its status and the reasons for it. Reads and writes nothing."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from polisgraph.namespaces import BASE, PREFIXES, shorten

_ITEM = re.compile(r"Q[1-9][0-9]*")
_REVIEWER = re.compile(r"[^@]{2,80}")


class Status(StrEnum):
    """What became of a link: nobody has decided yet, or somebody has, either way."""

    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"

    @property
    def iri(self) -> str:
        """The concept in `ontology/concepts.ttl`."""
        return PREFIXES["linkstatus"] + self.value


@dataclass(frozen=True)
class ItemLink:
    """That `thing`, an IRI, has, has not or may have `item`, such as Q365.

    `evidence` are the reasons, each «feature: what was found». `label`, `categories` and `country` are what Wikidata
    says of the item, as far as it was asked. `tool` is what proposed the link, `confidence` from 0 to 1 how sure it
    was, `created` the day on which it did. A decision has a `reviewer` and the day of the review, a candidate neither.
    Texts lose line ends and doubled blanks; what has several values is put in order, so that equal links are equal.
    """

    thing: str
    item: str
    status: Status = Status.CANDIDATE
    evidence: tuple[str, ...] = ()
    label: str = ""
    categories: tuple[str, ...] = ()
    country: str = ""
    tool: str = ""
    confidence: Decimal | None = None
    created: date | None = None
    reviewer: str = ""
    reviewed: date | None = None
    comment: str = ""
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for what is no item, and for a decision without reviewer and day."""
        if not _ITEM.fullmatch(self.item):
            raise ValueError(f"{self.item!r} is no item of Wikidata; write Q365")
        if (self.status is Status.CANDIDATE) == bool(self.reviewer and self.reviewed):
            raise ValueError("a decision has a reviewer and a day, a candidate neither")
        for name in ("label", "country", "tool", "reviewer", "comment"):
            object.__setattr__(self, name, _line(getattr(self, name)))
        for name in ("evidence", "categories", "sources"):
            object.__setattr__(self, name, tuple(sorted({_line(text) for text in getattr(self, name)} - {""})))

    @property
    def pair(self) -> tuple[str, str]:
        """Thing and item."""
        return self.thing, self.item

    @property
    def is_decision(self) -> bool:
        """Whether somebody has decided."""
        return self.status is not Status.CANDIDATE

    @property
    def iri(self) -> str:
        """Its IRI: a decision is the only one on its pair; a candidate names also the program that proposed it."""
        name = f"{_slug_of(self.thing)}--{self.item.lower()}"
        if not self.is_decision:
            name += f"--{_slug(self.tool.split()[-1]) if self.tool else 'candidate'}"
        return PREFIXES["link"] + name

    @property
    def order(self) -> tuple[str, int, str]:
        """What links are put in order by."""
        return self.thing, int(self.item[1:]), self.iri


def decided(
    candidates: Sequence[ItemLink], status: Status, reviewer: str, day: date, evidence: Sequence[str] = ()
) -> ItemLink:
    """Return the decision on `candidates`, all about one pair; it takes over their reasons, and `evidence` besides."""
    first = candidates[0]

    def known(name: str) -> str:
        return next((text for one in candidates if (text := str(getattr(one, name)))), "")

    return replace(
        first,
        status=status,
        evidence=tuple(text for one in candidates for text in one.evidence) + tuple(evidence),
        label=known("label"),
        categories=tuple(text for one in candidates for text in one.categories),
        country=known("country"),
        comment=known("comment"),
        sources=tuple(iri for one in candidates for iri in one.sources),
        reviewer=reviewer,
        reviewed=day,
    )


def reviewer(text: str) -> str:
    """Return `text` as the name of a reviewer; raise ValueError if it is none: empty, too long, an email address."""
    name = _line(text)
    if not _REVIEWER.fullmatch(name):
        raise ValueError(
            f"{text!r} cannot stand for a reviewer: give a role, a post or a handle of 2 to 80 characters, such as"
            " 'Europe office, City of Bochum'; no email address"
        )
    return name


def _line(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _slug_of(iri: str) -> str:
    """Name a thing by kind and slug, or by its checksum if it is none of ours."""
    if iri.startswith(BASE + "id/"):
        kind, _, name = iri.removeprefix(BASE + "id/").partition("/")
    else:
        kind, _, name = shorten(iri).partition(":") if not shorten(iri).startswith("<") else ("", "", "")
    if not (kind and name and _slug(name) == name.lower()):
        return f"other--{hashlib.sha256(iri.encode()).hexdigest()[:16]}"
    return f"{_slug(kind)}--{name.lower()}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "candidate"
