"""Finds what a record can be linked to, scores it feature by feature, and says which link needs no look.

Candidates come by key, by name, and only where no name agrees by likeness. What counts how much stands in `score`; when
a link is made without a look stands here, in `_certain`, as a list of conditions and not as a threshold of the score.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from polisgraph.linking import score
from polisgraph.linking.index import Hit, Index
from polisgraph.linking.names import Name, compatible, key_of, read
from polisgraph.linking.record import Candidate, Feature, Outcome, Record, Wanted, understood
from polisgraph.linking.score import Extent, Naming
from polisgraph.linking.target import UNIQUE, Target
from polisgraph.namespaces import BASE

_ALIKE = 70.0
"""Names less alike than this, of 100, are no candidates."""
_NEARLY = 85.0
"""A name that is so much alike is linked if the position is right, too, and no other fits."""
_MARGIN = 10.0
"""Of alike names, those that are so much less alike than the likest are not meant."""
_PLACES = ("municipality", "authority", "above")


@dataclass
class _Found:
    """A target that came up, and what was found out about it."""

    target: Target
    naming: Naming | None
    features: list[Feature]
    km: float | None
    marked: bool
    """Whether the name of the record has umlauts."""

    @property
    def points(self) -> float:
        return sum(feature.points for feature in self.features)

    def says(self, name: str) -> float:
        """What the features of this name count together; 0 if there are none."""
        return sum(feature.points for feature in self.features if feature.name == name)

    def against(self) -> Feature | None:
        """Return the first thing that speaks against it, other than that more could be meant."""
        return next((f for f in self.features if f.points < 0 and f.name not in ("rivals", "spelling")), None)


class Matcher:
    """Links records to what an index holds. Threads may share it."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def match(self, record: Record, limit: int = 5, language: str = "en") -> Outcome:
        """Return up to `limit` candidates for `record`, the best first, with names and classes in `language`."""
        wanted = understood(record)
        name = read(wanted.name)
        networks = frozenset(self._networks(record.networks))
        found = self._found(wanted, name, networks)
        certain, reason = self._certain(wanted, found)
        best = found[:limit]
        return Outcome(tuple(self._candidate(one, one is certain, language) for one in best), reason)

    def _found(self, wanted: Wanted, name: Name, networks: frozenset[str]) -> list[_Found]:
        """Return all candidates with their features, in their order."""
        namings = self._by_name(wanted, name)
        for scheme, value in wanted.keys.items():
            for number in self.index.keyed(scheme, value) if scheme in UNIQUE else ():
                namings.setdefault(number, self._likest(name, number) if wanted.name else None)
        found = [self._scored(number, naming, wanted, name, networks) for number, naming in namings.items()]
        for one in found:
            rivals = [other for other in found if other is not one and _is_rival(other, one)]
            if rivals and one.naming and not any(one.says(scheme) >= score.KEY for scheme in UNIQUE):
                one.features.append(Feature("rivals", f"{len(rivals)} more of that name", score.RIVAL))
        return sorted(found, key=lambda one: (-one.points, one.target.label(""), one.target.iri))

    def _by_name(self, wanted: Wanted, name: Name) -> dict[int, Naming | None]:
        """Return the targets whose names agree, or if none does in the country those whose names are alike."""
        found: dict[int, Naming | None] = {}
        for key in name.keys:
            for hit in self.index.named(key):
                naming = self._agreement(name, key, hit)
                known = found.get(hit.target)
                if known is None or naming.points > known.points:
                    found[hit.target] = naming
        here = [number for number in found if wanted.country in (self.index.targets[number].country, "")]
        if not here and name.plain and name.plain[0]:
            for number, naming in self._alike(name, wanted.country).items():
                found.setdefault(number, naming)
        return found

    def _agreement(self, name: Name, key: str, hit: Hit) -> Naming:
        """Say how two names agree that have `key` in common."""
        whole = key in name.whole or key in name.plain
        if whole:
            extent = Extent.MORE if hit.part else Extent.WHOLE
        elif hit.part:
            extent = Extent.WHOLE if compatible(name.addition, hit.addition) else Extent.OTHER
        else:
            extent = Extent.WHOLE if self._is_state(name.addition, hit.target) else Extent.LESS
        return Naming(hit.text, extent, hit.main, hit.bare or key in name.bare)

    def _is_state(self, addition: tuple[str, ...], number: int) -> bool:
        """Whether the addition of a name is the state that the target lies in."""
        state = self.index.targets[number].state
        return "".join(addition) in self.index.state_words.get(state, ())

    def _alike(self, name: Name, country: str) -> dict[int, Naming]:
        found: dict[int, Naming] = {}
        for wanted in dict.fromkeys((*name.plain, *name.whole)):
            for key in self.index.like(wanted, country):
                likeness = fuzz.ratio(wanted, key, score_cutoff=_ALIKE)
                for hit in self.index.named(key) if likeness else ():
                    target = self.index.targets[hit.target]
                    naming = Naming(hit.text, Extent.ALIKE, hit.main, likeness=min(likeness, 99.0))
                    known = found.get(hit.target)
                    here = not country or target.country in (country, "")
                    if here and (known is None or naming.points > known.points):
                        found[hit.target] = naming
        return found

    def _likest(self, name: Name, number: int) -> Naming:
        """Compare the name with all names of a target that was found by a key."""
        target = self.index.targets[number]
        texts = [*target.labels.values(), *target.others]
        best = max(texts, key=lambda text: _likeness(name, text))
        likeness = _likeness(name, best)
        extent = Extent.WHOLE if likeness == 100 else Extent.ALIKE
        return Naming(best, extent, best in target.labels.values(), likeness=likeness)

    def _scored(
        self, number: int, naming: Naming | None, wanted: Wanted, name: Name, networks: frozenset[str]
    ) -> _Found:
        target = self.index.targets[number]
        km = score.kilometres(wanted, target)
        features = naming.features() if naming else []
        # A name that as it stands is the target's says nothing about its kind: Amt Neuhaus is a municipality.
        named = "" if naming and name.kind and set(name.whole) & set(read(naming.text).whole) else name.kind
        others = (
            score.country(wanted, target),
            score.kind(named, wanted, target),
            *score.keys(wanted, target),
            score.distance(km),
            score.neighbours(networks, target),
            Feature("known", "the graph speaks of it", score.KNOWN) if target.in_graph else None,
        )
        features += [feature for feature in others if feature is not None]
        return _Found(target, naming, features, km, bool(name.bare))

    def _networks(self, names: Iterable[str]) -> Iterable[str]:
        """Return the IRIs of the networks that a record names by IRI, slug or name."""
        for name in names:
            if name.startswith(BASE):
                yield name
            for key in (*read(name).whole, key_of(name)):
                for hit in self.index.named(key):
                    if self.index.targets[hit.target].kind == "network":
                        yield self.index.targets[hit.target].iri

    def _certain(self, wanted: Wanted, found: Sequence[_Found]) -> tuple[_Found | None, str]:
        """Return the candidate for which a wrong link is practically excluded, and in any case the reason."""
        if not found:
            return None, "nothing here has this name or key" if wanted.name or wanted.keys else "nothing to go by"
        best = found[0]
        if keyed := [one for one in found if any(one.says(scheme) >= score.KEY for scheme in UNIQUE)]:
            return self._certain_by_key(keyed)
        naming = best.naming
        if naming is None:
            return None, "no key of the record is known here"
        if against := best.against():
            return None, f"{against.name}: {against.value}"
        rivals = [one for one in found[1:] if _is_rival(one, best)]
        near = best.km is not None and best.km <= score.NEAR_KM
        supported = near or best.says("network") > 0
        if near:  # what bears the name elsewhere is not meant
            rivals = [one for one in rivals if one.km is None or one.km <= score.NEARBY_KM]
        if rivals and naming.extent is not Extent.ALIKE:
            others = ", ".join(one.target.label("") for one in rivals[:3])
            return None, f"{len(rivals)} more could be meant: {others}"
        if best.km is not None and best.km > score.NEARBY_KM:
            return None, f"the name agrees, but {best.km:.0f} km away"
        if naming.extent is Extent.ALIKE:
            if near and not rivals and naming.likeness >= _NEARLY:
                return best, f"the name is {naming.likeness:.0f} % alike, {best.km:.0f} km away, and nothing else fits"
            return None, f"no name agrees; «{naming.text}» is {naming.likeness:.0f} % alike"
        if best.target.kind not in _PLACES:
            # The province of Udine is an organisation, and not what is meant by «Udine».
            if naming.extent is Extent.WHOLE and read(naming.text).kind in ("", read(wanted.name).kind):
                return best, "the only one of this name"
            return None, "only a part of the name agrees"
        if wanted.country and best.says("country") > 0 and (naming.extent is Extent.WHOLE or supported):
            return best, "name and country agree, and no other place there has this name"
        if supported:
            return best, "the name agrees, and " + ("the position does" if near else "it belongs to the network")
        if not wanted.country:
            return None, "a name alone is not enough; give a country, a key, coordinates or a network"
        return None, "only a part of the name agrees"

    def _certain_by_key(self, keyed: Sequence[_Found]) -> tuple[_Found | None, str]:
        best = keyed[0]
        if len(keyed) > 1:
            others = ", ".join(one.target.label("") for one in keyed[1:3])
            return None, f"its keys lead to different things: {best.target.label('')}, {others}"
        if against := best.against():
            return None, f"the key agrees, but {against.name}: {against.value}"
        if best.naming is not None and best.naming.likeness < _ALIKE:
            return None, f"the key agrees, but the name does not: «{best.naming.text}»"
        return best, "a key that only it has agrees, and nothing speaks against it"

    def _candidate(self, one: _Found, match: bool, language: str) -> Candidate:
        target = one.target
        return Candidate(
            id=target.iri,
            qid=target.qid,
            name=target.label(language),
            description=self.description(target),
            types=self.types(target, language),
            score=round(max(0.0, min(100.0, one.points)), 1),
            match=match,
            features=tuple(one.features),
        )

    def types(self, target: Target, language: str) -> tuple[tuple[str, str], ...]:
        """Return IRIs and names of the classes of a target, the narrowest first."""
        depths, labels = self.index.class_depths, self.index.class_labels
        ranked = sorted(target.classes, key=lambda iri: (-depths.get(iri, 0), iri))
        return tuple((iri, labels.get((iri, language), iri.rpartition("/")[2])) for iri in ranked)

    def description(self, target: Target) -> str:
        """Return what tells a target from others of its name: country and keys."""
        keys = [f"{scheme} {target.keys[scheme]}" for scheme in ("ags", "geonames") if scheme in target.keys]
        return ", ".join([*([target.country] if target.country else []), *keys])


def _is_rival(one: _Found, best: _Found) -> bool:
    """Whether `one` could be meant as well as `best`: its name agrees as far or nearly, and nothing excludes it."""
    if one.naming is None or best.naming is None or one.naming.extent is Extent.OTHER:
        return False
    if any(feature.points <= score.OTHER_COUNTRY for feature in one.features):
        return False
    if best.naming.extent is Extent.ALIKE:
        return one.naming.likeness > best.naming.likeness - _MARGIN
    if best.naming.extent is Extent.WHOLE:
        # Whoever writes an addition, or marks, means the one that has them. Whoever writes none may just be brief.
        brief = one.naming.extent in (Extent.WHOLE, Extent.MORE)
        return brief and (best.naming.bare or not one.naming.bare or not best.marked)
    return one.naming.extent is not Extent.ALIKE


def _likeness(name: Name, text: str) -> float:
    other = read(text)
    if set(name.keys) & set(other.keys):
        return 100.0
    return max(min(99.0, fuzz.ratio(a, b)) for a in name.plain for b in other.plain) if name.plain else 0.0
