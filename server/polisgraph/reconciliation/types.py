"""The classes that entities are offered under, and which of them an entity has. Reads the index, asks nobody."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal, TypeAlias

from polisgraph.linking.index import Index
from polisgraph.linking.target import KINDS, Target
from polisgraph.namespaces import PG, PREFIXES

Strict: TypeAlias = Literal["any", "all"]
ENTRY = PG + "GazetteerEntry"
_PLACES = ("municipality", "authority", "above")
_AUTHORITY = PG + "LocalAuthority"
_FIRST = (PG + "Municipality", _AUTHORITY, PG + "Network", PG + "Body", PREFIXES["org"] + "Organization")
"""Good choices to begin with."""


class Types:
    """The classes of what an index holds. Threads may share it."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._kinds: dict[str, set[str]] = defaultdict(set)
        self.numbers: Counter[str] = Counter()
        for target in index.targets:
            for iri in target.classes:
                self._kinds[iri].add(target.kind)
                self.numbers[iri] += 1

    @property
    def default(self) -> list[str]:
        """The classes to choose from first."""
        return [iri for iri in _FIRST if iri in self.numbers]

    def __contains__(self, iri: str) -> bool:
        return iri in self.numbers or iri in KINDS

    def name(self, iri: str, language: str) -> str:
        """Return what the class is called."""
        labels = self._index.class_labels
        return labels.get((iri, language)) or labels.get((iri, "en")) or iri.rpartition("/")[2].rpartition("#")[2]

    def kind(self, types: Sequence[str]) -> str:
        """Return the one kind that all of `types` are of, for the matcher to score; nothing if there is none."""
        kinds = {kind for iri in types for kind in (self._kinds.get(iri) or {KINDS.get(iri, "")})}
        return kinds.pop() if len(kinds) == 1 else ""

    def fits(self, target: Target, types: Sequence[str], strict: Strict) -> bool:
        """Whether `target` has any or all of the classes `types`. Entries of the gazetteer are municipalities."""
        having = (self._has(target, iri) for iri in types)
        return all(having) if strict == "all" else any(having)

    def _has(self, target: Target, iri: str) -> bool:
        if iri in target.classes or KINDS.get(iri) == target.kind:
            return True
        return iri == _AUTHORITY and target.kind in _PLACES
