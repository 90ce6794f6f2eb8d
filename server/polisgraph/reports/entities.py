"""What an entity is to a report's parameters, and what is asked of whoever knows the entities. Asks nothing itself."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


@dataclass(frozen=True)
class Entity:
    """Something that the graph describes. `labels` by language, `classes` with all superclasses where asked for."""

    iri: str
    labels: Mapping[str, str]
    classes: frozenset[str] = frozenset()

    @cached_property
    def slug(self) -> str:
        """The last part of the IRI, as `koeln`."""
        return parts_of(self.iri)[-1]

    @cached_property
    def tail(self) -> str:
        """The last two parts of the IRI, as `municipality/koeln`."""
        return "/".join(parts_of(self.iri)[-2:])

    def fits(self, class_iri: str | None, namespace: str | None) -> bool:
        """Whether the entity has the class, and an IRI in the namespace; None asks for nothing."""
        return (class_iri is None or class_iri in self.classes) and self.iri.startswith(namespace or "")


class Entities(Protocol):
    """Where parameters look up what a visitor names. A class or namespace of None asks for nothing."""

    def named(self, given: str, class_iri: str | None, namespace: str | None) -> Sequence[Entity]:
        """Return the entities that `given` may mean, in the order of their IRIs.

        `given` is an IRI, a slug, `kind/slug`, or a key with its register as `keys.read` reads it (`Q365`,
        `gnd:4031483-2`); or if it is none of these a name or an official key.
        """

    def first(self, number: int, class_iri: str | None, namespace: str | None) -> Sequence[Entity]:
        """Return up to `number` entities; if there are no more than these, all."""

    def nearest(self, given: str, class_iri: str | None, namespace: str | None) -> list[str]:
        """Return up to three slugs (without a class `kind/slug`) of what is called like `given`, the likest first."""


def parts_of(iri: str) -> list[str]:
    """Return the parts of `iri` between slashes and hashes."""
    return re.split(r"[/#]", iri)
