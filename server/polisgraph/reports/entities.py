"""Knows the entities of the graph by all the names a visitor may give them. Asks once, then only looks up."""

import difflib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from polisgraph.namespaces import PREFIXES

_QUERY = Path(__file__).with_name("entities.rq")
_WIKIDATA_ID = re.compile(r"[Qq][1-9][0-9]*")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Entity:
    """Something that the graph describes. `labels` by language, `classes` with all superclasses."""

    iri: str
    classes: frozenset[str]
    labels: Mapping[str, str]
    wikidata: str | None = None

    @cached_property
    def slug(self) -> str:
        """The last part of the IRI, as `koeln`."""
        return re.split(r"[/#]", self.iri)[-1]

    @cached_property
    def tail(self) -> str:
        """The last two parts of the IRI, as `municipality/koeln`."""
        return "/".join(re.split(r"[/#]", self.iri)[-2:])

    def fits(self, class_iri: str | None, namespace: str | None) -> bool:
        """Whether the entity has the class, and an IRI in the namespace; None asks for nothing."""
        return (class_iri is None or class_iri in self.classes) and self.iri.startswith(namespace or "")


class Entities(Protocol):
    """Where parameters look up what a visitor names."""

    def named(self, given: str) -> Sequence[Entity]:
        """Return all entities that `given` may mean: an IRI, a slug, `kind/slug`, or a Wikidata id."""

    def matching(self, class_iri: str | None, namespace: str | None) -> Sequence[Entity]:
        """Return the entities of a class and a namespace (None: any), in the order of their IRIs."""

    def nearest(self, given: str, class_iri: str | None, namespace: str | None) -> list[str]:
        """Return up to three names, each of which `named` knows, that look like `given`, the likest first."""


class EntityIndex:
    """Entities in memory, by name. Never changes once made, so threads may share it."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._all = tuple(sorted(entities, key=lambda entity: entity.iri))
        self._by_name: dict[str, list[Entity]] = defaultdict(list)
        self._by_initial: dict[str, list[tuple[str, Entity]]] = defaultdict(list)
        for entity in self._all:
            names = {entity.iri, entity.slug.casefold(), entity.tail.casefold()}
            for name in names | ({entity.wikidata} if entity.wikidata else set()):
                self._by_name[name].append(entity)
            self._by_initial[entity.slug[:1].casefold()].append((entity.slug.casefold(), entity))

    def named(self, given: str) -> Sequence[Entity]:
        """See `Entities.named`."""
        if _WIKIDATA_ID.fullmatch(given):
            given = PREFIXES["wd"] + given.upper()
        return self._by_name.get(given) or self._by_name.get(given.casefold()) or ()

    def matching(self, class_iri: str | None, namespace: str | None) -> Sequence[Entity]:
        """See `Entities.matching`."""
        return [entity for entity in self._all if entity.fits(class_iri, namespace)]

    def nearest(self, given: str, class_iri: str | None, namespace: str | None) -> list[str]:
        """See `Entities.nearest`. Compares the first 60 letters with slugs of the same first letter only."""
        wanted = slug_of(given.rpartition("/")[2])[:60]
        fitting = {s: e.slug for s, e in self._by_initial.get(wanted[:1], ()) if e.fits(class_iri, namespace)}
        return [fitting[slug] for slug in difflib.get_close_matches(wanted, fitting, n=3, cutoff=0.6)]


def entity_index(ask: Callable[[str], bytes]) -> EntityIndex:
    """Build the index with one query. `ask` takes its text and returns SPARQL 1.1 Query Results JSON."""
    rows = json.loads(ask(_QUERY.read_text(encoding="utf-8")))["results"]["bindings"]
    return EntityIndex(
        Entity(
            iri=row["entity"]["value"],
            classes=frozenset(row["classes"]["value"].split()),
            labels={language: row[language]["value"] for language in ("de", "en")},
            wikidata=row["wikidata"]["value"] if "wikidata" in row else None,
        )
        for row in rows
    )


def slug_of(text: str) -> str:
    """Return `text` as a slug would write it: lower case ASCII letters, digits, and hyphens for all else."""
    folded = unicodedata.normalize("NFC", text).casefold().translate(_GERMAN)
    ascii_text = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")
