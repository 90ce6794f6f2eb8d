"""Betweenness is what it is by definition: against all shortest paths, written down one by one, of small networks."""

import random
from collections import Counter
from fractions import Fraction
from itertools import combinations

import pyoxigraph as ox
import pytest

from polisgraph import figures
from polisgraph.betweenness import betweenness
from polisgraph.namespaces import PG

Pairs = set[tuple[str, str]]


def shortest(pairs: Pairs, one: str, other: str) -> list[list[str]]:
    """All shortest paths between two nodes, found step by step."""
    paths, seen = [[one]], {one}
    while paths and paths[0][-1] != other:
        longer = [[*path, node] for path in paths for node in neighbours(pairs, path[-1]) if node not in seen]
        seen |= {path[-1] for path in longer}
        paths = longer
        if any(path[-1] == other for path in paths):
            return [path for path in paths if path[-1] == other]
    return paths


def neighbours(pairs: Pairs, node: str) -> set[str]:
    return {other for pair in pairs if node in pair for other in pair if other != node}


def by_definition(pairs: Pairs) -> dict[str, Fraction]:
    ends = sorted({network for _, network in pairs})
    over: Counter[str] = Counter()
    for one, other in combinations(ends, 2):
        paths = shortest(pairs, one, other)
        for path in paths:
            for between in path[1:-1]:
                over[between] += Fraction(1, len(paths))
    networks = Counter(member for member, _ in pairs)
    possible = len(ends) * (len(ends) - 1) // 2
    return {member: Fraction(over[member]) / possible for member, number in networks.items() if number > 1}


def drawn(seed: int) -> Pairs:
    """Some in one network only, some in several, several in the same, and parts that nothing connects."""
    chance = random.Random(seed)
    kinds = [chance.sample(range(6), chance.choice((1, 1, 2, 2, 3))) for _ in range(7)]
    return {(f"m{number}", f"n{network}") for number in range(16) for network in chance.choice(kinds)}


@pytest.mark.parametrize("seed", range(12))
def test_it_is_what_it_is_by_definition(seed: int) -> None:
    pairs = drawn(seed)
    expected = by_definition(pairs)
    found = betweenness(chance_order(pairs, seed))
    assert found.keys() == expected.keys()
    assert all(abs(found[member] - expected[member]) < 1e-12 for member in expected)


def chance_order(pairs: Pairs, seed: int) -> list[tuple[str, str]]:
    return random.Random(seed).sample(sorted(pairs), len(pairs))


def test_the_examples_have_what_makes_it_hard() -> None:
    each = [by_definition(drawn(seed)) for seed in range(12)]
    assert sum(len(found) - len(set(found.values())) for found in each) > 10, "members of the same networks"
    assert sum(0 < share < 1 for found in each for share in found.values()) > 50
    ways = [
        len(paths[0]) if (paths := shortest(drawn(seed), *pair)) else 0
        for seed in range(12)
        for pair in combinations(sorted({network for _, network in drawn(seed)}), 2)
    ]
    assert {0, 3, 5, 7} <= set(ways), "parts that nothing connects, and ways over other networks"


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_what_is_said_does_not_matter(seed: int) -> None:
    pairs = drawn(seed)
    assert betweenness(chance_order(pairs, 1)) == betweenness(chance_order(pairs, 2))


def test_rules_have_it_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store, computed = ox.Store(), list[list[tuple[str, str]]]()
    one, other, network = (ox.NamedNode(f"https://example.org/{name}") for name in "abn")
    store.add(ox.Quad(one, ox.NamedNode(PG + "memberOf"), network))
    monkeypatch.setattr(figures, "betweenness", lambda pairs: computed.append(list(pairs)) or {str(one): 0.25})
    (call,) = figures.functions(store).values()
    assert (call(one), call(other), call(one)) == (ox.Literal(250_000), None, ox.Literal(250_000))
    assert computed == [[(str(one), str(network))]]


def test_who_alone_joins_two_networks_connects_them_and_what_lies_behind() -> None:
    pairs = [("a", "n"), ("b", "n"), ("bridge", "n"), ("bridge", "m"), ("c", "m"), ("c", "o"), ("d", "m"), ("d", "o")]
    # n with m and o; m with o in half, n with o in half.
    assert betweenness(pairs) == {"bridge": 2 / 3, "c": 1 / 3, "d": 1 / 3}
    assert betweenness([]) == {} == betweenness([("a", "n")])
