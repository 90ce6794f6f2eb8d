"""Explanations: from what is concluded down to what is stated, and where."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.explain import Explanation, Prover, explain, render
from polisgraph.load import load
from polisgraph.namespaces import DERIVED_GRAPH, INFERRED_GRAPH, expand
from polisgraph.reason import reason
from polisgraph.rules import read_rules
from tests.shipped import WRITTEN

RULES = bundle.ONTOLOGY / "rules"
Sample = Callable[..., ox.Store]

SAMPLE = """
    mun:bochum a pg:Municipality ; skos:prefLabel "Bochum"@de .
    net:rgre-de a pg:NationalSection ; pg:sectionOf net:cemr ; skos:prefLabel "Sektion"@de ;
        dct:source src:koeln ; pg:locator "CEMR, 2" .
    net:cemr a pg:Network ; pg:sectionOf net:uclg .
    ten:x a pg:NetworkMembership ; org:member mun:bochum ; org:organization net:rgre-de ;
        pg:start "2021-03"^^xsd:gYearMonth ;
        org:role role:signatory ; dct:source src:bochum-europa ; pg:locator "Europaarbeit, 6" .
    body:a pg:subBodyOf body:b . body:b pg:subBodyOf body:c . body:c pg:bodyOf net:cemr .
"""


@pytest.fixture
def built(sample: Sample) -> ox.Store:
    store = sample(SAMPLE)
    derive(store, RULES)
    reason(store, RULES)
    return store


def why(store: ox.Store, subject: str, predicate: str, object_: str | ox.Literal) -> Explanation:
    term = ox.NamedNode(expand(object_)) if isinstance(object_, str) else object_
    return explain(store, RULES, expand(subject), expand(predicate), term)


def proof(explanation: Explanation) -> Iterator[Explanation]:
    """The explanation and all below it."""
    yield explanation
    if explanation.step:
        for premise in explanation.step.premises:
            yield from proof(premise)


def rules_used(explanation: Explanation) -> list[str]:
    return [part.step.rule for part in proof(explanation) if part.step]


def test_an_asserted_statement_names_graph_source_and_place(built: ox.Store) -> None:
    found = why(built, "net:rgre-de", "pg:sectionOf", "net:cemr")
    assert found.held
    (assertion,) = found.assertions
    assert assertion.graph.endswith("/graph/data/sample")
    assert assertion.sources == ("src:koeln",)
    assert assertion.locators == ('"CEMR, 2"',)
    assert found.step is None
    assert render(found) == (
        'net:rgre-de pg:sectionOf net:cemr\n  asserted in data/sample, source src:koeln, at "CEMR, 2"'
    )


def test_every_file_that_states_it_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = (
            f'<{expand("net:x")}> <{expand("dct:source")}> <http://example.org/s> ; <{expand("pg:locator")}> "{name}" .'
        )
        (tmp_path / f"{name}.ttl").write_text(text, encoding="utf-8")
    store = load([tmp_path], bundle.ONTOLOGY).store
    found = why(store, "net:x", "dct:source", "<http://example.org/s>")
    assert [a.graph.rpartition("/")[2] for a in found.assertions] == ["a", "b"]
    assert [a.locators for a in found.assertions] == [('"a"',), ('"b"',)]


def test_a_chain_of_rules_is_followed_down_to_assertions(built: ox.Store) -> None:
    found = why(built, "mun:bochum", "pg:affiliatedWith", "net:uclg")
    assert rules_used(found) == ["prp-spo2", "prp-spo2", "1-member-of"]
    leaves = [part for part in proof(found) if not part.step]
    assert all(leaf.assertions for leaf in leaves)
    statements = {leaf.statement for leaf in leaves}
    assert {"net:cemr pg:sectionOf net:uclg", "net:rgre-de pg:sectionOf net:cemr"} <= statements
    assert "pg:affiliatedWith owl:propertyChainAxiom ( pg:affiliatedWith pg:sectionOf )" in statements
    assert {"ten:x org:member mun:bochum", "ten:x rdf:type pg:NetworkMembership"} <= statements


def test_what_there_is_no_statement_of_is_told_in_words(built: ox.Store) -> None:
    text = render(why(built, "mun:bochum", "pg:memberOf", "net:rgre-de"))
    assert "follows by rule 1-member-of: Who belongs to a network today" in text
    assert '    and no statement ends ten:x before "2026-11-22"^^xsd:date' in text
    assert "    and no statement dissolves net:rgre-de before" in text


def test_computed_values_are_explained(built: ox.Store) -> None:
    day = ox.Literal("2021-03-31", datatype=ox.NamedNode(expand("xsd:date")))
    found = why(built, "ten:x", "pg:latestStart", day)
    assert rules_used(found) == ["1-date-bounds"]
    assert [part.statement for part in proof(found)][1:] == ['ten:x pg:start "2021-03"^^xsd:gYearMonth']
    assert not why(built, "ten:x", "pg:latestStart", ox.Literal("2021-03-30", datatype=day.datatype)).held


def test_a_composed_label_rests_on_the_labels_of_its_parts(built: ox.Store) -> None:
    found = why(built, "ten:x", "pg:displayLabel", ox.Literal("Bochum – Sektion (signatory)", language="en"))
    assert sorted(rules_used(found)) == ["1-label-own"] * 3 + ["2-label-membership"]
    assert found.step is not None
    assert 'role:signatory pg:displayLabel "signatory"@en' in [part.statement for part in found.step.premises]
    assert len(found.step.premises) == 6


def height(explanation: Explanation) -> int:
    return 1 + max(map(height, explanation.step.premises), default=0) if explanation.step else 0


def test_proofs_have_as_few_levels_as_can_be(built: ox.Store) -> None:
    """Against the least number of levels of every conclusion, worked out forwards from what is asserted."""
    prover = Prover(built, read_rules(RULES / "derive") + read_rules(RULES / "owl2rl"))
    concluded = [ox.NamedNode(graph) for graph in (DERIVED_GRAPH, INFERRED_GRAPH)]
    quads = [quad for graph in concluded for quad in built.quads_for_pattern(None, None, None, graph)]
    wanted = [q.triple for q in quads if q.subject.value.startswith(tuple(map(expand, ("body:", "mun:", "net:"))))]
    levels = {quad.triple: 0 for quad in built if quad.graph_name not in (*concluded, ox.DefaultGraph())}
    ways = {quad.triple: [premises for _, premises, _ in prover.applications(quad.triple)] for quad in quads}
    for _ in range(8):
        for triple, alternatives in ways.items():
            proved = [
                1 + max((levels[p] for p in way), default=0) for way in alternatives if all(p in levels for p in way)
            ]
            levels[triple] = min([*proved, levels.get(triple, 99)])
    assert {height(prover.explain(triple)) - levels[triple] for triple in wanted} == {0}
    assert max(levels[triple] for triple in wanted) >= 4


def test_inverse_properties_do_not_prove_each_other(built: ox.Store) -> None:
    found = why(built, "net:rgre-de", "pg:hasMember", "mun:bochum")
    assert rules_used(found) == ["prp-inv1", "1-member-of"]
    for explanation in (found, why(built, "net:cemr", "pg:hasBody", "body:a")):
        for path in paths(explanation):
            assert len(path) == len(set(path))


def paths(explanation: Explanation, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    here = (*above, explanation.statement)
    yield here
    if explanation.step:
        for premise in explanation.step.premises:
            yield from paths(premise, here)


def test_a_statement_both_asserted_and_concluded_shows_both(sample: Sample) -> None:
    store = sample(
        "mun:a a pg:Municipality , pg:LocalAuthority . net:s pg:sectionOf net:u . net:u pg:hasSection net:s ."
    )
    reason(store, RULES)
    found = why(store, "mun:a", "rdf:type", "pg:LocalAuthority")
    assert len(found.assertions) == 1
    assert rules_used(found) == ["cax-sco"]
    assert "also follows by rule cax-sco" in render(found)
    both_ways = why(store, "net:s", "pg:sectionOf", "net:u")
    assert rules_used(both_ways) == ["prp-inv2"]


def test_a_statement_is_no_proof_of_itself(sample: Sample) -> None:
    """Its inverse was concluded from it, so the inverse is no second reason."""
    store = sample("net:s pg:sectionOf net:u .")
    reason(store, RULES)
    found = why(store, "net:s", "pg:sectionOf", "net:u")
    assert found.assertions
    assert found.step is None


def test_what_does_not_hold_comes_with_what_is_said_instead(built: ox.Store) -> None:
    found = why(built, "mun:bochum", "pg:memberOf", "net:cemr")
    assert not found.held
    assert found.nearby == ("mun:bochum pg:memberOf net:rgre-de",)
    assert render(found) == (
        "mun:bochum pg:memberOf net:cemr\n"
        "  does not hold: it is neither asserted nor follows by a rule\n"
        "  held instead: mun:bochum pg:memberOf net:rgre-de"
    )


def test_what_only_owlrl_concluded_is_said_to_be_beyond_our_rules(sample: Sample) -> None:
    store = sample("net:a owl:sameAs net:b . net:a a pg:Network .")
    reason(store, RULES, "owlrl")
    found = why(store, "net:b", "rdf:type", "pg:Network")
    assert found.held
    assert found.step is None
    assert "by a reasoner whose rules are not among ours" in render(found)


def test_a_read_only_store_on_disk_is_explained(built: ox.Store, tmp_path: Path) -> None:
    written = ox.Store(str(tmp_path / "store"))
    written.bulk_extend(built)
    written.flush()
    del written
    store = ox.Store.read_only(str(tmp_path / "store"))
    assert rules_used(why(store, "mun:bochum", "pg:affiliatedWith", "net:cemr")) == [
        "prp-spo2",
        "1-member-of",
    ]


def test_everything_concluded_from_the_shipped_data_is_explained() -> None:
    """Down to assertions, for every seventh conclusion; all main rules are among these."""
    store = load(WRITTEN, bundle.ONTOLOGY, date(2026, 11, 22)).store
    derive(store, RULES)
    reason(store, RULES)
    prover = Prover(store, read_rules(RULES / "derive") + read_rules(RULES / "owl2rl"))
    seen: set[str] = set()
    for graph in (DERIVED_GRAPH, INFERRED_GRAPH):
        quads = sorted(store.quads_for_pattern(None, None, None, ox.NamedNode(graph)), key=str)
        for quad in quads[::7]:
            found = prover.explain(quad.triple)
            assert found.step, found.statement
            assert all(part.step or part.assertions for part in proof(found)), found.statement
            seen.update(rules_used(found))
    assert {"1-date-bounds", "1-member-of", "1-label-own", "2-label-membership", "3-label-claim"} <= seen
    assert {"cax-sco", "prp-inv1", "prp-spo1", "prp-spo2", "scm-sco"} <= seen
