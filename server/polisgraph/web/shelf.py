"""What the search of the site finds beside the matcher: reports, people, sources, concepts. Ranks by letters alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from polisgraph.folding import folded, slug_of

_LIKE = 78
"""Percent of likeness from which on a misspelt word counts as meant."""
_SHORTEST = 4
"""Letters from which on a word can be misspelt."""


@dataclass(frozen=True)
class Find:
    """Something that was found: its name, where its page is, and what it is, in the reader's language."""

    name: str
    address: str
    what: str


@dataclass(frozen=True)
class Book:
    """A find with the words that it is found by, folded; those of its name count more than those of its `text`."""

    find: Find
    name: str
    text: str

    @classmethod
    def of(cls, find: Find, text: str = "") -> "Book":
        """Return the book for a find that is also found by the words of `text`."""
        return cls(find, slug_of(find.name), slug_of(folded(text)))


def found(books: Iterable[Book], query: str, limit: int) -> list[Find]:
    """Return the finds that have all words of `query` in some spelling, the likeliest first."""
    words = [word for word in slug_of(query).split("-") if word]
    if not words:
        return []
    rated = sorted(_rated(books, words), key=lambda pair: (-pair[0], pair[1].name, pair[1].address))
    return [find for _, find in rated[:limit]]


def _rated(books: Iterable[Book], words: list[str]) -> Iterator[tuple[float, Find]]:
    for book in books:
        points = [max(_points(word, book.name), _points(word, book.text) / 2) for word in words]
        if all(points):
            yield sum(points) / len(points), book.find


def _points(word: str, text: str) -> float:
    """Return 100 for a word that stands in `text`, less for the beginning of one and one that is alike, 0 for none."""
    parts = text.split("-")
    if word in text:
        if word in parts:
            return 100
        if any(part.startswith(word) for part in parts):
            return 90
    if len(word) < _SHORTEST:
        return 0
    likest = process.extractOne(word, parts, scorer=fuzz.ratio, score_cutoff=_LIKE)
    return likest[1] * 0.8 if likest else 0
