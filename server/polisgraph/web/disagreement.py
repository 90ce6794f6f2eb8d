"""On which facts that can be true only once the sources of an entity disagree. Judges no figures and no times."""

from collections.abc import Mapping, Set
from itertools import combinations

from polisgraph.namespaces import PG
from polisgraph.web.rows import Term
from polisgraph.web.site import site

ONCE = tuple(
    PG + name
    for name in ("founded", "foundedIn", "foundedAt", "dissolved", "registeredOn", "termLength", "seat", "sectionOf")
)
"""Properties of which an organisation has one value: those of the report `contradictions`."""

Said = Mapping[Term, Set[str]]
"""The values of a property, each with the sources that give it."""


def disagreements(facts: Mapping[str, Said]) -> frozenset[str]:
    """Return the properties among `facts` on which sources disagree, as the report `contradictions` judges it.

    Raises QueryError as the engine does, which is asked only where sources name two places.
    """
    apart = {name: list(_at_odds(facts[name])) for name in ONCE if len(facts.get(name, ())) > 1}
    places = sorted({term.value for pairs in apart.values() for pair in pairs for term in pair if term.kind == "iri"})
    rows = site().ask("lies-in", place=places, around=places) if places else ()
    within = {frozenset((row["place"].value, row["around"].value)) for row in rows}
    return frozenset(
        name for name, pairs in apart.items() if any({one.value, other.value} not in within for one, other in pairs)
    )


def _at_odds(said: Said) -> list[tuple[Term, Term]]:
    """Return the pairs of values that two sources give of which neither is the other, only less precise."""
    return [
        (one, other)
        for one, other in combinations(said, 2)
        if len(said[one] | said[other]) > 1
        and said[one]
        and said[other]
        and (one.kind == "iri" or not _agree(one, other))
    ]


def _agree(one: Term, other: Term) -> bool:
    shorter, longer = sorted((one.value, other.value), key=len)
    return longer.startswith(shorter)
