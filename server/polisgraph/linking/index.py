"""Everything that records can be linked to, found by name, by key and by likeness. Scores nothing.

Read once from the engine by a few questions, the largest in parts if it must be; an entry of the gazetteer that stands
for an entity of the graph, by its municipality key, GeoNames number or Wikidata item, is merged into it.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import chain
from pathlib import Path
from sys import intern
from typing import NamedTuple

from polisgraph.countries import code_of
from polisgraph.engine import Query
from polisgraph.errors import ResultTooLarge, TimeLimit
from polisgraph.linking.names import Name, key_of, read
from polisgraph.linking.target import IRI, SCHEMES, Target, qid_of
from polisgraph.links import Decisions, read_decisions
from polisgraph.namespaces import PG, PREFIXES
from polisgraph.reports.blocks import filled, value_blocks

Ask = Callable[[Query], bytes]
"""Takes a query and returns the body of the answer; raises QueryError."""

_QUESTIONS = Path(__file__).with_name("questions")
_PLACE = PREFIXES["place"]
_SKOS, _FOAF, _WGS84 = PREFIXES["skos"], PREFIXES["foaf"], PREFIXES["wgs84"]
_ORGANIZATION = PREFIXES["org"] + "Organization"
_KEYS = {scheme.property: name for name, scheme in SCHEMES.items()}
_MERGED_BY = ("ags", "geonames", "qid")
_ANYWHERE, _NOWHERE = "*", ""
"""In the place of a country: all names, and those of what has none."""
_LIKE = 60
"""So many names that share most runs of three letters are compared letter by letter."""


class Hit(NamedTuple):
    """A name of a target that has a key.

    `main` is False for further names; `part` if only its head has the key, without the `addition`; `bare` if it has the
    key without the marks of its letters.
    """

    target: int
    text: str
    main: bool
    part: bool = False
    addition: tuple[str, ...] = ()
    bare: bool = False


@dataclass
class Index:
    """Targets, and the ways that lead to them. Threads may share it once it is read."""

    targets: list[Target] = field(default_factory=list)
    by_key: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Hit]] = field(default_factory=lambda: defaultdict(list))
    class_labels: dict[tuple[str, str], str] = field(default_factory=dict)
    class_depths: dict[str, int] = field(default_factory=dict)
    state_words: dict[str, frozenset[str]] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)
    _grams: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def named(self, key: str) -> Sequence[Hit]:
        """Return the names that have `key`."""
        return self.by_name.get(key, ())

    def keyed(self, scheme: str, value: str) -> Sequence[int]:
        """Return the targets with this key."""
        return self.by_key.get((scheme, value), ())

    def like(self, key: str, country: str) -> list[str]:
        """Return the keys of names that share most runs of three letters with `key`, in a country or ("") anywhere."""
        self.prepare()
        shared: Counter[str] = Counter()
        for place in (country, _NOWHERE) if country else (_ANYWHERE,):
            grams = self._grams.get(place, {})
            for gram in _grams(key):
                shared.update(grams.get(gram, ()))
        least = max(2, len(key) // 4)
        # A name that is much longer shares as much but is another.
        close = [(number / (len(name) + len(key)), name) for name, number in shared.items() if number >= least]
        return [name for _, name in nlargest(_LIKE, close)]

    def prepare(self) -> None:
        """Sort all names by their runs of three letters, for `like`; nothing if that is done. Takes a while."""
        if self._grams:
            return
        found: dict[str, dict[str, list[str]]] = {_ANYWHERE: defaultdict(list)}
        for key, hits in self.by_name.items():
            countries = {self.targets[hit.target].country for hit in hits}
            # What has no country is looked for in each, so it stands in none.
            places = {_NOWHERE} if _NOWHERE in countries else countries
            for gram in _grams(key):
                for place in (_ANYWHERE, *places):
                    found.setdefault(place, defaultdict(list))[gram].append(key)
        self._grams = found

    def add(self, target: Target) -> None:
        """Take a target in."""
        number = len(self.targets)
        self.targets.append(target)
        for scheme, value in (*target.keys.items(), *((IRI, iri) for iri in {target.iri, target.entry} - {""})):
            self.by_key[scheme, value].append(number)
        taken: set[str] = set()
        for text in dict.fromkeys(target.labels.values()):
            self._add_label(number, text, taken)
        for text in target.others:
            key = key_of(text)
            if key and key not in taken:
                taken.add(key)
                self.by_name[key].append(Hit(number, text, False))

    def _add_label(self, number: int, text: str, taken: set[str]) -> None:
        name: Name = read(text)
        for key in name.keys:
            if key and key not in taken:
                taken.add(key)
                part = key in name.head and key not in name.plain
                self.by_name[key].append(Hit(number, text, True, part, name.addition, key in name.bare))


def _grams(key: str) -> set[str]:
    padded = f" {key} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def read_index(ask: Ask) -> Index:
    """Ask for everything that records can be linked to; raise QueryError as `ask` does."""
    index = Index()
    for thing, label, language, depth in _rows(ask, "labels"):
        index.class_labels[thing, language] = label
        index.class_depths[thing] = int(depth)
        index.state_words[thing] = index.state_words.get(thing, frozenset()) | frozenset(read(label).whole)
    index.decisions = read_decisions(lambda text: ask(Query(text, results_type="text/csv")))
    entities = _entities(ask)
    entries = _entries(ask)
    for target in (*entities.values(), *entries.values()):
        _obey(target, index.decisions)
    known = {(scheme, e.keys[scheme]): e for e in entities.values() for scheme in _MERGED_BY if scheme in e.keys}
    for entry in entries.values():
        entity = next((known[k] for s in _MERGED_BY if s in entry.keys and (k := (s, entry.keys[s])) in known), None)
        if entity is not None and entity.kind in ("municipality", "authority"):
            _merge(entity, entry)
        else:
            entities[entry.iri] = entry
    for target in entities.values():
        _obey(target, index.decisions)
        index.add(target)
    return index


def _obey(target: Target, decisions: Decisions) -> None:
    """Have the item that is confirmed for a target, and none that is rejected for it."""
    target.rejected |= decisions.rejected.get(target.iri, set())
    if len(items := decisions.confirmed.get(target.iri, set())) == 1:
        target.keys["qid"] = next(iter(items))
    if target.qid in target.rejected:
        del target.keys["qid"]
    target.candidates = [item for item in target.candidates if item not in target.rejected and item != target.qid]


def _merge(entity: Target, entry: Target) -> None:
    """Have the entity take over what only its entry says."""
    entity.entry = entry.iri
    entity.others += [*entry.labels.values(), *entry.others]
    entity.keys = entry.keys | entity.keys
    entity.country = entity.country or entry.country
    entity.state = entity.state or entry.state
    entity.candidates += entry.candidates
    entity.rejected |= entry.rejected - {entity.qid}
    if entity.latitude is None:
        entity.latitude, entity.longitude = entry.latitude, entry.longitude


def _entities(ask: Ask) -> dict[str, Target]:
    found: dict[str, Target] = {}
    for iri, prop, value, language in _said_of_entities(ask):
        target = found.get(iri) or found.setdefault(iri, Target(iri, classes={_ORGANIZATION}))
        _take(target, prop, value, language)
    for member, network in _rows(ask, "members"):
        if member in found:
            found[member].networks.add(intern(network))
    return {iri: target for iri, target in sorted(found.items()) if target.labels or target.others}


def _said_of_entities(ask: Ask) -> Iterator[list[str]]:
    """Yield the rows about entities: at once, or where that is too much for one answer a property at a time."""
    question = _question("entities")
    try:
        rows = _answered(ask, question)
    except (ResultTooLarge, TimeLimit):
        [block] = (block for block in value_blocks(question) if block.variable == "property")
        parts = question[block.start : block.end].split()
        rows = chain.from_iterable(_answered(ask, filled(question, {block.variable: part})) for part in parts)
    yield from rows


def _take(target: Target, prop: str, value: str, language: str) -> None:
    if prop == PG + "displayLabel":
        target.labels[language] = value
    elif prop in _KEYS:
        target.keys[_KEYS[prop]] = qid_of(value)
    elif prop == PG + "country":
        target.country = code_of(value)
    elif prop == PG + "state":
        target.state = intern(value)
    elif prop == _WGS84 + "lat":
        target.latitude = float(value)
    elif prop == _WGS84 + "long":
        target.longitude = float(value)
    elif prop.startswith((_SKOS, PG, _FOAF)):
        target.others.append(value)
    else:
        target.classes.add(intern(value))


def _entries(ask: Ask) -> dict[str, Target]:
    single: dict[str, dict[str, str]] = defaultdict(dict)
    several: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry, what, value in _rows(ask, "places"):
        if what in ("other", "candidate"):
            several[entry, what].append(value)
        else:
            single[entry][what] = value
    # Countries have names in the gazetteer too.
    return {
        entry: _entry(entry, said, several.get((entry, "other"), []), several.get((entry, "candidate"), []))
        for entry, said in sorted(single.items())
        if entry.startswith(_PLACE)
    }


def _entry(iri: str, said: dict[str, str], others: list[str], candidates: list[str]) -> Target:
    keys = {scheme: qid_of(said[scheme]) for scheme in SCHEMES if scheme in said}
    return Target(
        iri,
        labels={"": said["name"]},
        others=others,
        classes={PG + "GazetteerEntry"},
        country=code_of(said["country"]),
        state=PREFIXES["nuts"] + said["nuts"][:3] if "nuts" in said else "",
        keys=keys,
        candidates=[qid_of(item) for item in candidates],
        latitude=float(said["lat"]),
        longitude=float(said["long"]),
        entry=iri,
    )


def _rows(ask: Ask, name: str) -> Iterator[list[str]]:
    """Yield the rows of an answer, in the order of the columns of the question."""
    return _answered(ask, _question(name))


def _question(name: str) -> str:
    return (_QUESTIONS / f"{name}.rq").read_text(encoding="utf-8")


def _answered(ask: Ask, question: str) -> Iterator[list[str]]:
    body = ask(Query(question, results_type="text/csv"))
    # Decoded line by line: a text takes several times the memory of its bytes.
    rows = csv.reader(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""))
    next(rows, None)
    return rows
