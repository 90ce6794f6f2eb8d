"""Looks up entities in the graph by what a visitor calls them: a small question for each, so that size does not matter.

Only to say what looks like a name that nobody bears, all names are read, once, when it happens first.
"""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from polisgraph.errors import QueryError
from polisgraph.folding import slug_of
from polisgraph.namespaces import BASE, PREFIXES
from polisgraph.reports.blocks import filled
from polisgraph.reports.entities import Entity, parts_of
from polisgraph.reports.keys import SCHEMES, WIKIDATA, Key, read

Ask = Callable[[str], bytes]
"""Takes the text of a query and returns SPARQL 1.1 Query Results JSON; raises QueryError."""

_QUESTIONS = Path(__file__).with_name("questions")
_NAMESPACES = (*(iri for iri in PREFIXES.values() if iri.startswith(BASE + "id/")), PREFIXES["country"])
_KEYS: list["Term"] = [ox.NamedNode(scheme.property) for scheme in SCHEMES.values() if scheme != WIKIDATA]
_LIMIT = re.compile(r"LIMIT [0-9]+")
_NOTHING = ox.NamedNode("urn:x-none")
_WAYS = ("given", "register", "number", "name", "key", "kind")
"""What `questions/named.rq` is given; see there."""
_LONGEST = 200
_LIKE, _LIKEST = 65, 3
"""What counts as alike, of 100; and so many are named."""
_ALIKE = 75
"""What counts as alike while somebody is still typing."""

Term = ox.NamedNode | ox.Literal
Terms = Mapping[str, Sequence[Term]]
Row = dict[str, str]


class EntityLookup:
    """See `Entities`. Threads may share it."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._names: dict[str | None, dict[str, list[str]]] = {}

    def named(self, given: str, class_iri: str | None, namespace: str | None) -> Sequence[Entity]:
        """See `Entities.named`."""
        rows = self._rows("named", _meanings(given))
        found = [(row["way"], _entity(row)) for row in rows]
        for way in ("iri", "name"):
            fitting = {e.iri: e for by, e in found if by == way and e.fits(class_iri, namespace)}
            if fitting:
                return [fitting[iri] for iri in sorted(fitting)]
        return []

    def bearing(self, key: Key) -> Sequence[Entity]:
        """Return the entities that have `key`, in the order of their IRIs. Raises QueryError as the engine does."""
        found = {row["entity"]: _entity(row) for row in self._rows("named", _meant(key))}
        return [found[iri] for iri in sorted(found)]

    def first(self, number: int, class_iri: str | None, namespace: str | None) -> Sequence[Entity]:
        """See `Entities.first`."""
        terms: Terms = {"namespace": [ox.Literal(namespace or "")], **_class(class_iri)}
        rows = self._rows("of-class" if class_iri else "of-any-class", terms, limit=number)
        return sorted((_entity(row) for row in rows), key=lambda entity: entity.iri)

    def nearest(self, given: str, class_iri: str | None, namespace: str | None) -> list[str]:
        """See `Entities.nearest`. Nothing looks like a name if there are too many to be read."""
        wanted = slug_of(given.rpartition("/")[2])[:60]
        try:
            names = self._all_names(class_iri)
        except QueryError:
            return []
        begin = sorted(n for n in names if n.startswith(wanted)) if len(wanted) > 2 else []
        alike = process.extract(wanted, names.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE, limit=10 * _LIKEST)
        likest = [*(name for name, _, _ in alike[:1]), *begin, *(name for name, _, _ in alike[1:])]
        parts = 1 if class_iri else 2
        tails = ("/".join(parts_of(iri)[-parts:]) for iri in _bearers(names, likest, namespace))
        return list(dict.fromkeys(tails))[:_LIKEST]

    def beginning(self, typed: str, number: int, class_iri: str | None, namespace: str | None) -> list[str]:
        """Return the IRIs of up to `number` entities for which `typed` may be the beginning of a name.

        Those called so come first, then names that go on, then names with a later word that does, then names alike.
        The list is empty if there are too many names to be read. A class or namespace of None stands for any.
        """
        wanted = slug_of(typed[:_LONGEST])
        try:
            # Also while nothing is typed: a field that somebody comes to has them read before the first letter.
            names = self._all_names(class_iri)
        except QueryError:
            return []
        if not wanted:
            return []
        begin = sorted((name for name in names if name.startswith(wanted)), key=lambda name: (len(name), name))
        later = sorted((name for name in names if f"-{wanted}" in name), key=lambda name: (len(name), name))
        found = _bearers(names, (*begin, *later), namespace)
        if len(found) < number:
            alike = process.extract(wanted, names.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=number)
            found = _bearers(names, (*begin, *later, *(name for name, _, _ in alike)), namespace)
        return found[:number]

    def shortest(self, iri: str, label: str, class_iri: str | None, namespace: str | None) -> str:
        """Return what a visitor may write for the entity `iri`: its `label` if nothing else is called like it.

        Otherwise it is the last part of the IRI, or if two things have that the last two. Raises QueryError as the
        engine does.
        """
        names = self._all_names(class_iri)
        parts = parts_of(iri)
        for text in (label, parts[-1] if class_iri else ""):
            if text and set(names.get(slug_of(text), ())) == {iri}:
                return text
        return "/".join(parts[-2:])

    def _all_names(self, class_iri: str | None) -> dict[str, list[str]]:
        """Return what the entities of a class are called, folded as slugs, with their IRIs."""
        with self._lock:
            if class_iri not in self._names:
                names: dict[str, list[str]] = {}
                for row in self._rows("names-of-class" if class_iri else "names-of-any-class", _class(class_iri)):
                    iri = row["entity"]
                    for name in {slug_of(parts_of(iri)[-1]), slug_of(row.get("name", ""))} - {""}:
                        bearers = names.setdefault(name, [])
                        if iri not in bearers[-1:]:
                            bearers.append(iri)
                self._names[class_iri] = names
            return self._names[class_iri]

    def _rows(self, question: str, terms: Terms, limit: int | None = None) -> list[Row]:
        results = ox.parse_query_results(self._ask(_text(question, terms, limit)), format=ox.QueryResultsFormat.JSON)
        assert isinstance(results, ox.QuerySolutions)
        names = [variable.value for variable in results.variables]
        return [{name: term.value for name in names if (term := solution[name]) is not None} for solution in results]


def _bearers(names: Mapping[str, Sequence[str]], called: Iterable[str], namespace: str | None) -> list[str]:
    """Return those that bear the names `called`, in their order, each once."""
    iris = (iri for name in called for iri in sorted(names[name]) if iri.startswith(namespace or ""))
    return list(dict.fromkeys(iris))


def _entity(row: Row) -> Entity:
    return Entity(row["entity"], {"de": row["de"], "en": row["en"]}, frozenset(row.get("classes", "").split()))


def _meanings(given: str) -> dict[str, list[Term]]:
    """Return the IRIs, keys of registers, names and bare keys that a visitor may mean by `given`."""
    if len(given) > _LONGEST or any(c == "\\" or unicodedata.category(c) in ("Cc", "Cs") for c in given):
        return _nothing()
    key = read(given)
    meant = _meant(key) if key else _nothing()
    text = unicodedata.normalize("NFC", " ".join(given.split()))
    return meant | {
        "given": [*meant["given"], *_iris([given]), *_iris(_completed(given))],
        "name": [ox.Literal(text.lower())],
        "key": [ox.Literal(one) for one in dict.fromkeys((text, text.upper(), text.lower()))],
        "kind": _KEYS,
    }


def _meant(key: Key) -> dict[str, list[Term]]:
    """Return what `key` may be in the graph: the value of its property, or the name of a thing in its namespace."""
    scheme = key.scheme
    return _nothing() | {
        "given": _iris([scheme.namespace + key.value] if scheme.namespace else []),
        "register": _iris([scheme.property]),
        "number": _iris([scheme.values + key.value]) if scheme.values else [ox.Literal(key.value)],
    }


def _nothing() -> dict[str, list[Term]]:
    return {way: [] for way in _WAYS}


def _completed(end: str) -> Iterator[str]:
    """Yield the IRIs of our namespaces that `end`, a slug or `kind/slug`, may be the end of, in any case."""
    kind, _, slug = end.rpartition("/")
    for namespace in _NAMESPACES:
        if not kind or parts_of(namespace)[-2] == kind.lower():
            yield from (namespace + name for name in dict.fromkeys((slug, slug.lower(), slug.upper())))


def _iris(texts: Iterable[str]) -> list[Term]:
    """Return those of `texts` that are IRIs."""
    found: list[Term] = []
    for text in texts:
        try:
            found.append(ox.NamedNode(text))
        except ValueError:
            continue
    return found


def _class(class_iri: str | None) -> Terms:
    return {"class": [ox.NamedNode(class_iri)]} if class_iri else {}


@lru_cache(maxsize=8)
def _question(name: str) -> str:
    return (_QUESTIONS / f"{name}.rq").read_text(encoding="utf-8")


def _text(question: str, terms: Terms, limit: int | None) -> str:
    """Return the query of a question with `terms` in its VALUES blocks."""
    contents = {name: " ".join(map(str, found or [_NOTHING])) for name, found in terms.items()}
    text = filled(_question(question), contents)
    return text if limit is None else _LIMIT.sub(f"LIMIT {limit}", text)
