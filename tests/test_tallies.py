"""What the build counts so that reports need not: against counts made in Python over the same statements."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.namespaces import SPARQL_PREFIXES, shorten
from tests.test_betweenness import by_definition

RULES = bundle.ONTOLOGY / "rules"
NETWORKS = [f"net:n{number}" for number in range(5)]
COUNTRIES = ["country:DEU", "country:FRA", ""]

Row = tuple[str, ...]


def world() -> tuple[dict[str, str], dict[tuple[str, str], list[tuple[int, bool]]]]:
    """Countries of municipalities, and for each membership the years of joining with whether it is over."""
    drawn = random.Random(5)
    countries = {f"mun:m{number}": drawn.choice(COUNTRIES) for number in range(40)}
    pairs = [(member, network) for member in countries for network in NETWORKS if drawn.random() < 0.4]
    return countries, {
        pair: [(drawn.randint(2000, 2006), drawn.random() < 0.3) for _ in range(drawn.choice((1, 1, 2)))]
        for pair in pairs
    }


COUNTRY, TENURES = world()
TWINS = {tuple(sorted(pair)) for pair in zip(list(COUNTRY)[:24], list(COUNTRY)[6:30], strict=True)}
MEMBERS = {pair for pair, tenures in TENURES.items() if not all(over for _, over in tenures)}


def turtle() -> Iterator[str]:
    for member, country in COUNTRY.items():
        yield f"{member} a pg:Municipality" + (f" ; pg:country {country} ." if country else " .")
    for number, ((member, network), tenures) in enumerate(TENURES.items()):
        for again, (year, over) in enumerate(tenures):
            end = ' ; pg:end "2010"^^xsd:gYear' if over else ""
            yield (
                f"ten:t{number}-{again} a pg:NetworkMembership ; org:member {member} ; org:organization {network} ;"
                f' pg:start "{year}"^^xsd:gYear{end} .'
            )
    for number, (one, other) in enumerate(sorted(TWINS)):
        yield f"partnership:p{number} a pg:Partnership ; pg:partner {one} , {other} ."


@pytest.fixture
def store(sample: Callable[..., ox.Store]) -> ox.Store:
    found = sample("\n".join(turtle()))
    derive(found, RULES)
    return found


def rows(store: ox.Store, query: str) -> list[Row]:
    solutions = store.query(SPARQL_PREFIXES + query)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return sorted(
        tuple(
            shorten(term.value) if isinstance(term, ox.NamedNode) else term.value
            for term in (solution[name] for name in names)
        )
        for solution in solutions
    )


def counted(counter: Counter[Row]) -> list[Row]:
    return sorted((*key, str(number)) for key, number in counter.items())


def test_members(store: ox.Store) -> None:
    of_networks = Counter((network,) for _, network in MEMBERS)
    everyone = str(len({member for member, _ in MEMBERS}))
    expected = sorted([*counted(of_networks), (shorten("https://w3id.org/polisgraph/dataset"), everyone)])
    assert rows(store, "SELECT ?of ?n { ?of pg:memberCount ?n }") == expected


def test_members_by_country(store: ox.Store) -> None:
    of_networks = Counter((network, COUNTRY[member]) for member, network in MEMBERS)
    of_all = Counter(COUNTRY[member] for member in {member for member, _ in MEMBERS})
    tallies = "?tally pg:membersOf ?of ; pg:fromCountry ?country ; pg:count ?n"
    found = rows(store, f"SELECT ?of ?country ?n {{ {tallies} FILTER NOT EXISTS {{ ?of pg:today ?day }} }}")
    assert found == [row for row in counted(of_networks) if row[1]]
    found = rows(store, f"SELECT ?country ?n {{ ?of pg:today ?day . {tallies} }}")
    assert found == sorted((country, str(number)) for country, number in of_all.items() if country)
    nowhere = rows(store, "SELECT ?n ?of { ?of pg:membersWithoutCountry ?n FILTER NOT EXISTS { ?of pg:today ?day } }")
    assert nowhere == sorted((n, network) for network, country, n in counted(of_networks) if not country)
    assert rows(store, "SELECT ?n { ?of pg:today ?day ; pg:membersWithoutCountry ?n }") == [(str(of_all[""]),)]


def test_joinings(store: ox.Store) -> None:
    first = {pair: min(year for year, _ in tenures) for pair, tenures in TENURES.items()}
    of_networks = Counter((network, str(year)) for (_, network), year in first.items())
    tallies = "?tally pg:joiningsOf ?of ; pg:inYear ?year ; pg:count ?n"
    found = rows(store, f"SELECT ?of ?year ?n {{ {tallies} FILTER NOT EXISTS {{ ?of pg:today ?day }} }}")
    assert found == counted(of_networks)
    of_all = Counter((str(year),) for year in first.values())
    assert rows(store, f"SELECT ?year ?n {{ ?of pg:today ?day . {tallies} }}") == counted(of_all)


def test_leavings(store: ox.Store) -> None:
    gone = Counter((network, "2010") for member, network in TENURES if (member, network) not in MEMBERS)
    assert gone
    tallies = "?tally pg:leavingsOf ?of ; pg:inYear ?year ; pg:count ?n"
    assert rows(store, f"SELECT ?of ?year ?n {{ {tallies} }}") == counted(gone)


def test_who_left_is_counted_if_a_start_in_that_network_is_known(sample: Callable[..., ox.Store]) -> None:
    tenure = "a pg:NetworkMembership ; org:member mun:{} ; org:organization net:{} ; "
    said = {
        # Of «a» only an end is known in n, though a start elsewhere; of «b» the start from another statement.
        ("a", "n"): 'pg:end "2010"^^xsd:gYear', ("a", "m"): 'pg:start "2000"^^xsd:gYear',
        ("b", "n"): 'pg:end "2011"^^xsd:gYear', ("b", "n "): 'pg:start "2000"^^xsd:gYear ; pg:end "2009"^^xsd:gYear',
    }  # fmt: skip
    store = sample("\n".join(f"ten:t{i} {tenure.format(*pair)}{time} ." for i, (pair, time) in enumerate(said.items())))
    derive(store, RULES)
    tallies = "?tally pg:leavingsOf ?of ; pg:inYear ?year ; pg:count ?n"
    assert rows(store, f"SELECT ?of ?year ?n {{ {tallies} }}") == [("net:n", "2011", "1")]


def test_networks_that_twins_share(store: ox.Store) -> None:
    twinned = {member for pair in TWINS for member in pair}
    shared = {member: {network for each, network in MEMBERS if each == member} for member in twinned}
    expected = []
    for countries in {tuple(sorted((COUNTRY[one], COUNTRY[other]))) for one, other in TWINS}:
        if "" in countries:
            continue
        pairs = [
            pair
            for pair in combinations(sorted(twinned), 2)
            if tuple(sorted((COUNTRY[pair[0]], COUNTRY[pair[1]]))) == countries
        ]
        common = {pair: len(shared[pair[0]] & shared[pair[1]]) for pair in pairs}
        ours = [pair for pair in pairs if pair in TWINS]
        figures = (len(ours), sum(common[pair] for pair in ours), len(pairs) - len(ours))
        figures += (sum(common.values()) - figures[1],)
        expected.append((*countries, *map(str, figures)))
    assert len(expected) == 3
    tallies = "?t pg:twinsFrom ?one ; pg:twinsTo ?two ; pg:count ?n ; pg:sharedByTwins ?s ; pg:otherPairs ?o"
    query = f"SELECT ?one ?two ?n ?s ?o ?so {{ {tallies} ; pg:sharedByOthers ?so }}"
    assert rows(store, query) == sorted(expected)


def test_overlap(store: ox.Store) -> None:
    shared: Counter[Row] = Counter()
    for member in COUNTRY:
        shared.update(combinations([network for network in NETWORKS if (member, network) in MEMBERS], 2))
    tallies = "?tally pg:overlapOf ?network ; pg:overlapWith ?other ; pg:count ?n"
    assert rows(store, f"SELECT ?network ?other ?n {{ {tallies} }}") == counted(shared)


def test_who_connects(store: ox.Store) -> None:
    networks = Counter(member for member, _ in MEMBERS)
    connecting = sorted(pair for pair in MEMBERS if networks[pair[0]] > 1)
    assert rows(store, "SELECT ?member ?network { ?member pg:connects ?network }") == connecting


def test_the_most_connected(store: ox.Store) -> None:
    networks = Counter((member,) for member, _ in MEMBERS)
    assert rows(store, "SELECT ?member ?n { ?member pg:mostConnected ?n }") == counted(networks)


def test_betweenness(store: ox.Store) -> None:
    expected = sorted((member, str(round(share * 10**6))) for member, share in by_definition(MEMBERS).items())
    assert rows(store, "SELECT ?member ?n { ?member pg:betweenness ?n }") == expected


def test_of_many_members_the_most_connected(sample: Callable[..., ox.Store]) -> None:
    """Where there are too many, those in more networks stay, and of those in equally many the first in the alphabet."""
    pairs = [(f"mun:m{number:03}", "net:n0") for number in range(600)] + [
        ("mun:m599", "net:n1"),
        ("mun:m598", "net:n1"),
    ]
    lines = (
        f"ten:t{number} a pg:NetworkMembership ; org:member {member} ; org:organization {network} ."
        for number, (member, network) in enumerate(pairs)
    )
    found = sample("\n".join(lines))
    derive(found, RULES)
    expected = [(f"mun:m{number:03}", "1") for number in range(498)] + [("mun:m598", "2"), ("mun:m599", "2")]
    assert rows(found, "SELECT ?member ?n { ?member pg:mostConnected ?n }") == expected


def test_the_most_documented(sample: Callable[..., ox.Store]) -> None:
    found = sample(
        "net:n0 dct:source src:a , src:b . net:n1 dct:source src:a . net:n2 dct:source src:a , src:b , src:c ."
    )
    derive(found, RULES)
    assert rows(found, "SELECT ?thing ?n { ?thing pg:mostDocumented ?n }") == [("net:n0", "2"), ("net:n2", "3")]
