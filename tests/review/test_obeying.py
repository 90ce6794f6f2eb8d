"""Whoever links or builds keeps to the decisions: what is confirmed is a link, what is rejected comes back nowhere."""

from datetime import date

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.build import Plan, Progress, assemble
from polisgraph.linking import Index, Matcher, Record, read_index
from polisgraph.links import ItemLink, Ledger, Status, decided, read_decisions
from polisgraph.namespaces import DERIVED_GRAPH, PG, expand
from tests.review.conftest import EUROCITIES, PLACES, PROPOSED, copied

RATZEBURG, RITZERAU, HANNOVER, MEISSEN = map(expand, PLACES)
DECIDED = [
    (RATZEBURG, "Q669121", Status.CONFIRMED),
    (RITZERAU, "Q632575", Status.REJECTED),
    (HANNOVER, "Q1715", Status.REJECTED),
    (EUROCITIES, "Q9100300", Status.CONFIRMED),
    (EUROCITIES, "Q9100301", Status.REJECTED),
    (MEISSEN, "Q8738", Status.REJECTED),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    data = copied(tmp_path_factory.mktemp("obeying"))
    ledger = Ledger(data / "decisions.ttl")
    for thing, item, status in DECIDED:
        ledger.put(decided([ItemLink(thing, item, evidence=("x: y",))], status, "Europe office", date(2026, 11, 22)))
    return assemble(Plan(data=(data,), ontology=bundle.ONTOLOGY), Progress())[0].store


@pytest.fixture(scope="module")
def index(store: ox.Store) -> Index:
    def ask(query: object) -> bytes:
        found = store.query(query.text)  # type: ignore[attr-defined]  # a query of the engine
        assert isinstance(found, ox.QuerySolutions)
        return found.serialize(format=ox.QueryResultsFormat.CSV) or b""

    return read_index(ask)


def test_a_build_makes_a_link_of_what_is_confirmed(store: ox.Store) -> None:
    def linked(thing: str) -> set[str]:
        found = store.quads_for_pattern(ox.NamedNode(thing), ox.NamedNode(PG + "wikidata"), None, ox.DefaultGraph())
        return {quad.object.value for quad in found}

    assert linked(EUROCITIES) == {expand("wd:Q9100300")}
    # An entry of the gazetteer is not described in the default graph; linking alone obeys what is decided on it.
    assert linked(RATZEBURG) == set()
    derived = {q.object.value for q in store.quads_for_pattern(None, ox.NamedNode(PG + "wikidataCandidate"), None,
                                                               ox.NamedNode(DERIVED_GRAPH))}  # fmt: skip
    assert derived == {expand("wd:Q9899")}


def test_links_are_made_to_what_is_confirmed_and_never_to_what_is_rejected(index: Index) -> None:
    matcher = Matcher(index)
    found = {
        item: matcher.match(Record(keys={"qid": item})).match
        for item in ("Q669121", "Q632575", "Q1715", "Q9100300", "Q9100301", "Q8738")
    }
    assert {item: match.id for item, match in found.items() if match} == {
        "Q669121": RATZEBURG,
        # The entity has that item by hand; only for its entry it was rejected.
        "Q1715": expand("mun:hannover"),
        "Q9100300": EUROCITIES,
    }
    named = matcher.match(Record("Ritzerau", "DE", keys={"qid": "Q632575"}))
    assert named.match is None and "Q632575 was rejected for it" in named.reason
    suggested = matcher.match(Record("Ratzeburg", "DE"))
    assert suggested.match is not None and suggested.match.qid == "Q669121"


def test_the_decisions_of_a_graph_are_read(store: ox.Store) -> None:
    def ask(text: str) -> bytes:
        found = store.query(text)
        assert isinstance(found, ox.QuerySolutions)
        return found.serialize(format=ox.QueryResultsFormat.CSV) or b""

    known = read_decisions(ask)
    assert all(known.cover(thing, item) for thing, item, _ in DECIDED)
    assert not known.cover(EUROCITIES, "Q1") and not known.cover("urn:x", "Q9100300")
    known.add([PROPOSED[0]])
    assert known.confirmed[EUROCITIES] == {"Q9100300"}
    known.add([decided([PROPOSED[0]], Status.REJECTED, "Europe office", date(2026, 11, 22))])
    assert known.confirmed[EUROCITIES] == set() and "Q9100300" in known.rejected[EUROCITIES]
