"""Answers what clients ask, in neutral words: candidates, suggestions, things by identifier. Made once a snapshot."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

from polisgraph.countries import name_of
from polisgraph.linking import Candidate, Index, Matcher, Record
from polisgraph.linking.score import LIKE
from polisgraph.linking.target import IRI, Target
from polisgraph.reconciliation.asked import Asked, Condition
from polisgraph.reconciliation.compounds import Compounds
from polisgraph.reconciliation.identifiers import iri_of
from polisgraph.reconciliation.matching import way_of
from polisgraph.reconciliation.suggestions import Suggestions
from polisgraph.reconciliation.types import Strict, Types

_DEEP = 200
"""Candidates that are looked at where a filter may keep some out."""
_LEAST = 0.7**2 * LIKE
"""The points of names that are just enough alike."""
_SPELLINGS = 4
"""Combinations of several names and values that are tried for one query."""


class Service:
    """All that reconciliation needs of one snapshot. Threads may share it."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.matcher = Matcher(index)
        self.types = Types(index)
        self.suggestions = Suggestions(index)
        self.compounds = Compounds(index)

    def target(self, identifier: str) -> Target | None:
        """Return what an identifier, an IRI or a prefixed name stands for."""
        found = self.index.keyed(IRI, iri_of(identifier))
        return self.index.targets[found[0]] if found else None

    def candidates(self, asked: Asked, language: str) -> list[Candidate]:
        """Return the candidates for a query, the best first, names in `language`; the id of each is its IRI."""
        kind = self.types.kind(asked.types) if asked.strict == "should" else ""
        strict: Strict | None = None if kind or not asked.types else "all" if asked.strict == "all" else "any"
        filters = [condition for condition in asked.conditions if condition.filters]
        limit = _DEEP if strict or filters else asked.limit
        found: dict[str, Candidate] = {}
        matched: set[str] = set()
        for record in self._records(asked):
            for candidate in self.matcher.match(replace(record, kind=kind), limit, language).candidates:
                known = found.get(candidate.id)
                matched |= {candidate.id} if candidate.match else set()
                if known is None or candidate.score > known.score:
                    found[candidate.id] = candidate
        kept = [
            replace(candidate, match=matched == {candidate.id}, description=self.description(target, language))
            for candidate in found.values()
            for target in (self._of(candidate.id),)
            if (strict is None or self.types.fits(target, asked.types, strict))
            and all(_passes(condition, target, candidate) for condition in filters)
        ]
        return sorted(kept, key=lambda candidate: (-candidate.score, not candidate.match))[: asked.limit]

    def description(self, target: Target, language: str) -> str:
        """Return what tells a target from others of its name: what it is, where, and its keys."""
        kinds = self.matcher.types(target, language)
        parts = [kinds[0][1]] if kinds else []
        if target.country:
            parts.append(name_of(target.country, language))
        parts += [target.qid] if target.qid else []
        parts += [f"{scheme.upper()} {target.keys[scheme]}" for scheme in ("ags", "gnd") if scheme in target.keys]
        if target.keys.keys() <= {"geonames"}:
            parts += [f"GeoNames {target.keys['geonames']}"] if "geonames" in target.keys else []
        return ", ".join(parts)

    def name(self, target: Target, language: str) -> str:
        """Return the name of a target; what has none is called by the end of its IRI."""
        return target.label(language) or next(iter(target.others), "") or target.iri.rpartition("/")[2]

    def _of(self, iri: str) -> Target:
        return self.index.targets[self.index.keyed(IRI, iri)[0]]

    def _records(self, asked: Asked) -> Iterator[Record]:
        """Yield the records to match: one for each spelling of the name and each of several values of a property."""
        scored = [c for c in asked.conditions if c.values and c.quantifier != "none"]
        names = [self._named(name) for name in asked.names] or [Record()]
        choices = product(*(_alternatives(condition) for condition in scored))
        for record, values in islice(product(names, choices), _SPELLINGS):
            for condition, chosen in zip(scored, values, strict=True):
                way = way_of(condition.way)
                record = way.fill(record, chosen) if way else record
            yield record

    def _named(self, name: str) -> Record:
        """Return the record of a name, which may be the identifier of an entity."""
        target = self.target(name) if name and ("/" in name or ":" in name) else None
        return Record(keys={IRI: target.iri}) if target else Record(name)


def _alternatives(condition: Condition) -> list[tuple[str, ...]]:
    # A record has room for several networks, and for one value of anything else.
    together = condition.way == "pg:memberOf"
    return [condition.values] if together else [(value,) for value in condition.values]


def _passes(condition: Condition, target: Target, candidate: Candidate) -> bool:
    """Whether a candidate stands a condition that keeps out."""
    if condition.way == "name":
        # What is found by its key is compared by name too, and need not be like it.
        named = any(feature.name == "name" and feature.points >= _LEAST for feature in candidate.features)
        return not named if condition.quantifier == "none" else named
    way = way_of(condition.way)
    holding = [bool(way and way.holds(target, value)) for value in condition.values]
    if condition.quantifier == "none":
        return not any(holding)
    return not condition.required or (all(holding) if condition.quantifier == "all" else any(holding))
