"""What a query asks, whichever version of the API it came in: neutral between messages and matcher. Reads none."""

from dataclasses import dataclass
from typing import Literal

Quantifier = Literal["any", "all", "none"]


@dataclass(frozen=True)
class Condition:
    """Values that a property should have; `way` is the name of a way to match, see `matching.Way`.

    Only `required` conditions, and those with the quantifier `none`, keep candidates out; the others move their scores.
    """

    way: str
    values: tuple[str, ...]
    required: bool = False
    quantifier: Quantifier = "any"

    @property
    def filters(self) -> bool:
        """Whether it keeps candidates out."""
        return self.required or self.quantifier != "any"


@dataclass(frozen=True)
class Asked:
    """A query. `names` are spellings of one name; `types` the IRIs of classes, of which `strict` makes a filter."""

    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    strict: Literal["should", "any", "all"] = "should"
    conditions: tuple[Condition, ...] = ()
    limit: int = 5
