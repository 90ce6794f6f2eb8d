"""Completes what somebody types: finds targets by the beginning of a name or of a word in it, or by a key.

All beginnings stand in one sorted list, so that a beginning is a stretch of it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from heapq import nsmallest

from polisgraph.folding import without_marks
from polisgraph.linking import SCHEMES, Index
from polisgraph.linking.names import squeezed
from polisgraph.linking.record import key_in
from polisgraph.linking.target import IRI, Target
from polisgraph.reconciliation.identifiers import iri_of

_WORDS = 6
"""So many words of a name can be its beginning."""
_LONGEST = 100
"""Letters of what is typed that count."""
_MANY = 4000
"""If more than so many names begin alike, those in which only a later word does are left out."""


class Suggestions:
    """The beginnings of all names of an index. Threads may share it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        entries = sorted({entry for number, target in enumerate(index.targets) for entry in _entries(number, target)})
        self._keys = [key for key, _, _ in entries]
        self._numbers = [number * 8 + rank for _, rank, number in entries]
        own = [number for number, target in enumerate(index.targets) if target.in_graph]
        self._own = sorted(own, key=lambda number: (index.targets[number].label("en").casefold(), number))

    def find(self, prefix: str, skip: int, limit: int) -> list[Target]:
        """Return targets whose key is `prefix`, or whose names begin with it, the likeliest first.

        After the keys come whole names, then what the graph itself speaks of, then short names. Without a prefix these
        are the entities of the graph by their names.
        """
        text = " ".join(prefix.split())[:_LONGEST]
        if not text:
            return [self._index.targets[number] for number in self._own[skip : skip + limit]]
        exact = list(dict.fromkeys(self._keyed(text)))
        ranked = self._ranked(text)
        for number in exact:
            ranked.pop(number, None)
        wanted = max(0, skip + limit - len(exact))
        best = nsmallest(wanted, ((rank, self._index.targets[number].iri, number) for number, rank in ranked.items()))
        numbers = [*exact, *(number for _, _, number in best)]
        return [self._index.targets[number] for number in numbers[skip : skip + limit]]

    def _keyed(self, text: str) -> Iterator[int]:
        found = key_in(text)
        if found:
            yield from self._index.keyed(*found)
        yield from self._index.keyed(IRI, iri_of(text))
        for name, scheme in SCHEMES.items():
            key = scheme.key(text)
            # A NUTS code names an area with many places in it.
            if key and name != "nuts":
                yield from self._index.keyed(name, key.value)

    def _ranked(self, text: str) -> dict[int, tuple[bool, int, int, int]]:
        """Return how good each target is whose name begins with `text`."""
        found: dict[int, tuple[bool, int, int, int]] = {}
        for key in _spellings(text):
            begin, end = bisect_left(self._keys, key), bisect_left(self._keys, key + "{")
            few = end - begin <= _MANY
            for at in range(begin, end):
                number, rank = divmod(self._numbers[at], 8)
                if few or rank < 4:
                    length = len(self._keys[at])
                    target = self._index.targets[number]
                    rated = (length != len(key) or rank >= 4, rank // 4, -target.in_graph, length + 3 * (rank % 4))
                    if number not in found or rated < found[number]:
                        found[number] = rated
        return found


def _entries(number: int, target: Target) -> Iterator[tuple[str, int, int]]:
    """Yield the beginnings of the names of a target; ranks from 4 on are those of later words, odd ones of others."""
    for names, other in ((target.labels.values(), 0), (target.others, 1)):
        for name in dict.fromkeys(names):
            words = name.split()
            for at in range(min(len(words), _WORDS)):
                for key in _spellings(" ".join(words[at:])):
                    yield key, other + (4 if at else 0), number


def _spellings(text: str) -> Iterable[str]:
    """Return the letters and digits of `text`, with umlauts as two letters and as one: muenster, munster."""
    plain = squeezed(text)
    bare = squeezed(without_marks(text.casefold().replace("ß", "ss")))
    return {plain, bare} - {""}
