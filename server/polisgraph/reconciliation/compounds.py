"""Finds organisations by compound words, whose parts stand apart in their names: Kulturforum, the Forum Kultur."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from polisgraph.folding import slug_of, without_marks
from polisgraph.linking import Index
from polisgraph.linking.target import Target

_SHORTEST = 4
"""Letters of a part; shorter words stand in many others by chance."""
_MOST = 5
"""Words that are typed; whoever types more knows the name."""
_JOINTS = ("s", "es", "n", "en", "er", "e")
"""What German puts between the parts of a compound."""
_PLACES = ("municipality", "above", "authority")
"""Kinds of targets whose names are no compounds: Burg in Magdeburg is no word of its own."""


class Compounds:
    """The words in the names of the organisations of an index. Threads may share it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._names: list[tuple[int, tuple[str, ...]]] = []
        self._by_word: dict[str, set[int]] = defaultdict(set)
        for number, target in enumerate(index.targets):
            if target.in_graph and target.kind not in _PLACES:
                for words in {words for name in (*target.labels.values(), *target.others) for words in _spelt(name)}:
                    for word in words:
                        self._by_word[word].add(len(self._names))
                    self._names.append((number, words))
        self._words = sorted(self._by_word)

    def find(self, text: str) -> list[Target]:
        """Return what has all words of `text` in one name, one of them or more as two words; short names come first."""
        found: dict[int, int] = {}
        for words in _spelt(text):
            for at, word in enumerate(words if len(words) <= _MOST else ()):
                others = (*words[:at], *words[at + 1 :])
                for number, length in self._having(word, others):
                    found[number] = min(length, found.get(number, length))
        ranked = sorted(found, key=lambda number: (found[number], self._index.targets[number].iri))
        return [self._index.targets[number] for number in ranked]

    def _having(self, word: str, others: tuple[str, ...]) -> Iterator[tuple[int, int]]:
        """Yield the targets with `word` in two parts and `others` in a name, each with the number of its words."""
        for cut in range(_SHORTEST, len(word) - _SHORTEST + 1):
            if (head := word[cut:]) in self._by_word:
                stems = _stems(word[:cut])
                for name in self._beginning(stems) & self._by_word[head]:
                    number, words = self._names[name]
                    rest = [each for each in words if each != head]
                    if _begins(stems, rest) and all(_begins((other,), words) for other in others):
                        yield number, len(words)

    def _beginning(self, stems: tuple[str, ...]) -> set[int]:
        """Return the names in which a word begins with one of `stems`."""
        found: set[int] = set()
        for stem in stems:
            for word in self._words[bisect_left(self._words, stem) : bisect_left(self._words, stem + "{")]:
                found |= self._by_word[word]
        return found


def _begins(beginnings: tuple[str, ...], words: list[str] | tuple[str, ...]) -> bool:
    return any(word.startswith(beginnings) for word in words)


def _stems(part: str) -> tuple[str, ...]:
    cut = (part.removesuffix(joint) for joint in _JOINTS if part.endswith(joint))
    return (part, *(stem for stem in cut if len(stem) >= _SHORTEST))


def _spelt(name: str) -> set[tuple[str, ...]]:
    """Return the words of a name, with umlauts as two letters and as one: staedte, stadte."""
    spelt = {slug_of(name), slug_of(without_marks(name.casefold().replace("ß", "ss")))}
    return {tuple(slug.split("-")) for slug in spelt if slug}
