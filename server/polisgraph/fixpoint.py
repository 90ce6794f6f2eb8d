"""Run rules over a store until they conclude nothing new, each only as often as it can find something.

Knows how rules feed each other, not what they mean.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import cast

import pyoxigraph as ox

from polisgraph.figures import Functions, functions
from polisgraph.load import AT_ONCE, add
from polisgraph.rules import Pattern, Rule

_AHEAD = 2 * AT_ONCE
"""So many rules are asked before the first of them is waited for: while a slow one runs, others go on beside it. What
they answer is held in memory until it is its turn."""


@dataclass
class _News:
    """What a rule has not seen yet: everything at first, then predicates of which rules concluded new triples."""

    everything: bool = True
    concluded: dict[ox.NamedNode, list[Rule]] = field(default_factory=dict)


def run_to_fixpoint(
    store: ox.Store, rules: Sequence[Rule], graph: str, tell: Callable[[str], None] = lambda name: None
) -> int:
    """Run the CONSTRUCT rules again and again until none says anything new; return the number of new triples.

    What is concluded stands in `graph` and in the default graph, which the rules read. A rule runs again only where new
    triples can take part in what it concludes. `tell` hears the name of each rule as it runs.
    """
    first = _size(store, graph)
    called = functions(store)
    news = {rule: _News() for rule in rules if rule.template}
    running: deque[tuple[Rule, Future[bytes]]] = deque()

    def settle() -> None:
        rule, answer = running.popleft()
        for predicate in _conclude(store, answer.result(), graph):
            for unseen in news.values():
                if not unseen.everything:
                    unseen.concluded.setdefault(predicate, []).append(rule)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        while waiting := [rule for rule, unseen in news.items() if unseen.everything or unseen.concluded]:
            for rule in waiting:
                unseen, news[rule] = news[rule], _News(everything=False)
                for query in [rule.query()] if unseen.everything else _queries(store, rule, unseen.concluded):
                    tell(rule.name)
                    running.append((rule, _asked(pool, store, query, called)))
                    if len(running) > _AHEAD:
                        settle()
            while running:
                settle()
    return _size(store, graph) - first


def _asked(pool: ThreadPoolExecutor, store: ox.Store, query: str, called: Functions) -> Future[bytes]:
    """Have one of `pool` answer `query`, which constructs, as N-Triples; return when it has begun.

    It may call the functions `called`. The answer is about `store` as it was then: so the same rules over the same
    store conclude in the same order.
    """
    begun = Event()

    def answer() -> bytes:
        try:
            triples = cast(ox.QueryTriples, store.query(query, custom_functions=called))
        finally:
            begun.set()
        # As text, not as objects: the engine writes it without Python's lock, while conclusions are added.
        return cast(bytes, triples.serialize(format=ox.RdfFormat.N_TRIPLES))

    future = pool.submit(answer)
    begun.wait()
    return future


def _queries(store: ox.Store, rule: Rule, concluded: dict[ox.NamedNode, list[Rule]]) -> list[str]:
    """Return the queries for what `rule` concludes from new triples, given who concluded them."""
    predicates = {predicate for _, predicate, _ in rule.rests_on}
    for predicate, origins in concluded.items():
        if predicate in predicates and any(_feeds(store, origin, predicate, rule) for origin in set(origins)):
            return [rule.query()]
    queries = []
    for variable in sorted((term for term in predicates if isinstance(term, ox.Variable)), key=str):
        new = concluded.keys() & rule.choices.get(variable, concluded.keys())
        if new:
            queries.append(rule.query(f"VALUES {variable} {{ {' '.join(sorted(map(str, new)))} }}"))
    return queries


def _feeds(store: ox.Store, origin: Rule, predicate: ox.NamedNode, rule: Rule) -> bool:
    """Tell whether a triple of `predicate` that `origin` concludes can take part in what `rule` concludes.

    It cannot if nothing is at once what `origin` says this of and what `rule` asks it of: labels made for memberships
    are no names of members. Where that is not plain from the patterns, it can.
    """
    return any(
        _meet(store, _certain(origin), given, [*patterns, *_certain(rule)], asked)
        for given in origin.concludes
        for patterns, _ in rule.groups
        for asked in patterns
        if asked[1] == predicate and (given[1] == predicate or isinstance(given[1], ox.Variable))
    )


def _meet(
    store: ox.Store, stating: Sequence[Pattern], given: Pattern, reading: Sequence[Pattern], asked: Pattern
) -> bool:
    """Tell whether a triple can be `given` where `stating` holds and at once `asked` where `reading` holds."""
    one = dict[object, str]()
    other = dict[object, str]()
    for left, right, name in zip(given, asked, ("?subject", "?predicate", "?object"), strict=True):
        if not isinstance(left, ox.Variable) and not isinstance(right, ox.Variable) and left != right:
            return False
        # A literal can be no subject, as which a variable may stand elsewhere.
        if not isinstance(left, ox.Literal) and not isinstance(right, ox.Literal):
            both = next((str(term) for term in (left, right) if not isinstance(term, ox.Variable)), name)
            one |= {left: both} if isinstance(left, ox.Variable) else {}
            other |= {right: both} if isinstance(right, ox.Variable) else {}
    stating = [pattern for pattern in stating if one.keys() & set(pattern)]
    reading = [pattern for pattern in reading if other.keys() & set(pattern) and pattern != asked]
    if not stating or not reading:
        return True
    conditions = _text(stating, one, "given") + _text(reading, other, "asked")
    return bool(store.query(f"ASK {{ {conditions} }}"))


def _certain(rule: Rule) -> list[Pattern]:
    return [pattern for patterns, certain in rule.groups if certain for pattern in patterns]


def _text(patterns: Sequence[Pattern], names: Mapping[object, str], prefix: str) -> str:
    """Write `patterns` as SPARQL, terms by their `names`; the names of other variables get `prefix`."""

    def name(term: object) -> str:
        return names.get(term) or (f"?{prefix}_{term.value}" if isinstance(term, ox.Variable) else str(term))

    return "".join(" ".join(map(name, pattern)) + " . " for pattern in dict.fromkeys(patterns))


def _conclude(store: ox.Store, triples: bytes, graph: str) -> set[ox.NamedNode]:
    """Add what is new of `triples`, N-Triples; return the predicates."""
    predicates: set[ox.NamedNode] = set()

    def new() -> Iterator[ox.Triple]:
        for quad in ox.parse(triples, format=ox.RdfFormat.N_TRIPLES):
            # Asked here: NOT EXISTS in the query takes up to ten times as long as the rest of it.
            if quad not in store:
                predicates.add(quad.predicate)
                yield quad.triple

    add(store, graph, new())
    return predicates


def _size(store: ox.Store, graph: str) -> int:
    # Counted by the engine: iterating in Python takes seconds at a million triples.
    found = store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    count = next(cast(ox.QuerySolutions, found))["n"]
    return int(cast(ox.Literal, count).value)
