"""The closure under OWL 2 RL: each rule, owlrl as the oracle, and contradictions that are named."""

import random
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from owlrl import DeductiveClosure, OWLRL_Semantics
from rdflib import OWL, RDF, RDFS, SKOS

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.errors import InconsistencyError
from polisgraph.fixpoint import run_to_fixpoint
from polisgraph.load import load
from polisgraph.namespaces import INFERRED_GRAPH, PREFIXES, shorten
from polisgraph.reason import check_consistency, close, is_noise, reason
from polisgraph.rules import read_rules
from tests.shipped import WRITTEN

RULES = bundle.ONTOLOGY / "rules"
OWL2RL = {rule.name: rule for rule in read_rules(RULES / "owl2rl")}
TODAY = date(2026, 11, 22)
Sample = Callable[..., ox.Store]

CONSTRUCTS = {
    RDFS.subClassOf: {"cax-sco", "scm-sco"},
    RDFS.subPropertyOf: {"prp-spo1", "scm-spo"},
    OWL.inverseOf: {"prp-inv1", "prp-inv2"},
    OWL.TransitiveProperty: {"prp-trp"},
    OWL.propertyChainAxiom: {"prp-spo2"},
    OWL.disjointWith: {"cax-dw"},
    OWL.AllDisjointClasses: {"cax-adc"},
}
"""The constructs of OWL 2 that we reason with, and the rules of OWL 2 Profiles §4.3 that they need."""

MEANS_NOTHING_MORE = {
    OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.members,
    OWL.versionIRI, OWL.versionInfo, OWL.priorVersion, OWL.deprecated, OWL.annotatedSource, OWL.annotatedTarget,
    RDFS.Class, RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy,
}  # fmt: skip
"""Declarations and annotations: no rule of the recommendation concludes anything from them that is not
noise."""


def ontology() -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in bundle.ONTOLOGY.glob("*.ttl"):
        if path.stem != "shapes":
            graph.parse(path)
    return graph


def test_every_owl_construct_of_the_ontology_has_its_rules_and_every_rule_its_construct() -> None:
    said = {term for s, p, o in ontology() for term in (p, o) if isinstance(term, rdflib.URIRef)}
    used = {term for term in said if term in OWL or term in RDFS} - described_in_external()
    assert used - MEANS_NOTHING_MORE == set(CONSTRUCTS)
    assert set().union(*CONSTRUCTS.values()) == set(OWL2RL)


def described_in_external() -> set[rdflib.term.Node]:
    """Terms of RDFS and OWL that occur only because external.ttl describes them, as in `owl:Class a
    rdfs:Class`."""
    return set(ontology().subjects(RDF.type, RDFS.Class)) - set(CONSTRUCTS) - MEANS_NOTHING_MORE


def test_chains_have_two_links() -> None:
    """More would need rules of their own: prp-spo2.rq is for two."""
    graph = ontology()
    chains = [list(graph.items(chain)) for chain in graph.objects(None, OWL.propertyChainAxiom)]
    assert chains
    assert {len(chain) for chain in chains} == {2}


@pytest.mark.parametrize("name", OWL2RL)
def test_a_rule_names_itself_in_the_recommendation_and_uses_no_path(name: str) -> None:
    rule = OWL2RL[name]
    assert re.match(rf"OWL 2 Profiles §4\.3, Table \d, rule {name}[:,]", rule.comment)
    paths = re.findall(r"[*+/|^]", re.sub(r"#.*|<[^>]*>", "", rule.body))
    assert not paths or (name == "cax-adc" and not rule.template)


RULE_CASES = {
    "cax-sco": ("mun:a a pg:Municipality .", "mun:a a pg:LocalAuthority ."),
    "prp-spo1": ('net:a pg:abbreviation "A"@de .', 'net:a skos:altLabel "A"@de .'),
    "prp-inv1": ("net:a pg:sectionOf net:b .", "net:b pg:hasSection net:a ."),
    "prp-inv2": ("net:b pg:hasSection net:a .", "net:a pg:sectionOf net:b ."),
    "prp-trp": (
        "net:a org:transitiveSubOrganizationOf net:b . net:b org:transitiveSubOrganizationOf net:c .",
        "net:a org:transitiveSubOrganizationOf net:c ."),
    "prp-spo2": ("body:a pg:subBodyOf body:b . body:b pg:bodyOf net:c .", "body:a pg:bodyOf net:c ."),
    "scm-sco": (
        "pg:A rdfs:subClassOf pg:B . pg:B rdfs:subClassOf pg:C .",
        "pg:A rdfs:subClassOf pg:C ."),
    "scm-spo": (
        "pg:a rdfs:subPropertyOf pg:b . pg:b rdfs:subPropertyOf pg:c .",
        "pg:a rdfs:subPropertyOf pg:c ."),
}  # fmt: skip


def triples(turtle: str) -> set[ox.Triple]:
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    return {quad.triple for quad in ox.parse(prefixes + turtle, format=ox.RdfFormat.TURTLE)}


def inferred(store: ox.Store) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED_GRAPH))}


def test_every_rule_that_concludes_something_has_a_case() -> None:
    assert set(RULE_CASES) == {name for name, rule in OWL2RL.items() if rule.template}


@pytest.mark.parametrize("name", RULE_CASES)
def test_a_rule_alone_concludes_what_the_recommendation_says(sample: Sample, name: str) -> None:
    given, concluded = RULE_CASES[name]
    store = sample(given)
    assert not triples(concluded) & {quad.triple for quad in store}
    run_to_fixpoint(store, [OWL2RL[name]], INFERRED_GRAPH)
    assert triples(concluded) <= inferred(store)
    assert inferred(store) <= {q.triple for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}


def test_conclusions_lead_to_further_ones(sample: Sample) -> None:
    store = sample("""
        body:a pg:subBodyOf body:b . body:b pg:subBodyOf body:c . body:c pg:bodyOf net:section .
        net:section pg:sectionOf net:umbrella . net:umbrella pg:sectionOf net:world .
        mun:m pg:memberOf net:section .
    """)
    new = reason(store, RULES)
    assert new == len(inferred(store))
    assert triples("""
        net:section pg:hasBody body:a .
        body:a org:transitiveSubOrganizationOf net:world .
        mun:m pg:affiliatedWith net:umbrella , net:world .
        net:section pg:hasMember mun:m .
    """) <= inferred(store)
    membership_of_the_umbrella = triples("mun:m pg:memberOf net:umbrella . net:umbrella pg:hasMember mun:m .")
    assert not membership_of_the_umbrella & inferred(store)
    assert reason(store, RULES) == 0


def test_what_is_asserted_is_not_inferred_again(sample: Sample) -> None:
    store = sample("mun:a a pg:Municipality , pg:LocalAuthority .")
    reason(store, RULES)
    assert not triples("mun:a a pg:LocalAuthority .") & inferred(store)


# The oracle


def generated(seed: int) -> str:
    """Random networks, sections, nested bodies and memberships, some of them ended or of observers."""
    pick = random.Random(seed)
    lines = []
    for n in range(6):
        above = f"; pg:sectionOf net:n{pick.randrange(n)}" if n and pick.random() < 0.6 else ""
        kind = "pg:NationalSection" if above else "pg:Network"
        lines.append(f'net:n{n} a {kind} ; skos:prefLabel "Netz {n}"@de ; pg:abbreviation "N{n}"@de-DE {above} .')
    for b in range(10):
        if b and pick.random() < 0.7:
            above = f"pg:subBodyOf body:b{pick.randrange(b)}"
        else:
            above = f"pg:bodyOf net:n{pick.randrange(6)}"
        lines.append(f"body:b{b} a pg:{pick.choice(['Forum', 'WorkingGroup', 'Secretariat'])} ; {above} .")
    for t in range(40):
        role = pick.choice(["member", "observer", "signatory"])
        end = f'; pg:end "{pick.randrange(1990, 2040)}"^^xsd:gYear' if pick.random() < 0.4 else ""
        lines.append(
            f"ten:t{t} a pg:NetworkMembership ; org:member mun:m{pick.randrange(12)} ;"
            f" org:organization net:n{pick.randrange(6)} ; org:role role:{role} {end} ."
        )
    lines += [f"mun:m{m} a pg:Municipality ; pg:formerName 'M {m}'@de ; pg:value '0{m}'^^xsd:int ." for m in range(12)]
    return "\n".join(lines)


def useful(store: ox.Store) -> set[ox.Triple]:
    """What was inferred, without noise; the rules may not have concluded any in the first place."""
    graph = rdflib.Graph().parse(
        data=store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(INFERRED_GRAPH))
    )
    assert not [triple for triple in graph if is_noise(triple)]
    return inferred(store)


@pytest.mark.parametrize("seed", range(3))
def test_rules_and_owlrl_conclude_the_same_from_generated_data(sample: Sample, seed: int) -> None:
    by_rules, by_owlrl = sample(generated(seed)), sample(generated(seed))
    for store, reasoner in ((by_rules, "rules"), (by_owlrl, "owlrl")):
        derive(store, RULES)
        assert reason(store, RULES, reasoner) == len(inferred(store))
    assert useful(by_rules) == useful(by_owlrl)
    predicates = {shorten(triple.predicate.value) for triple in inferred(by_rules)}
    assert {"rdf:type", "pg:hasMember", "pg:affiliatedWith", "pg:bodyOf", "skos:altLabel"} <= predicates


def test_rules_and_owlrl_conclude_the_same_from_the_shipped_data() -> None:
    by_rules, by_owlrl = (load(WRITTEN, bundle.ONTOLOGY, TODAY).store for _ in range(2))
    for store, reasoner in ((by_rules, "rules"), (by_owlrl, "owlrl")):
        derive(store, RULES)
        reason(store, RULES, reasoner)
        check_consistency(store, RULES)
    assert len(useful(by_rules)) > 500
    assert useful(by_rules) == useful(by_owlrl)


def test_the_filter_hides_nothing_but_noise() -> None:
    """Plain owlrl concludes what the quiet one does, and beyond that only what `is_noise` describes."""
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    data = "".join(given for given, _ in RULE_CASES.values()) + "net:a pg:value 1 , '01'^^xsd:int ."
    plain = rdflib.Graph().parse(data=prefixes + data)
    for path in ("polisgraph.ttl", "external.ttl"):
        axioms = rdflib.Graph().parse(bundle.ONTOLOGY / path)
        plain += (triple for triple in axioms if triple[1] not in (RDFS.isDefinedBy, RDFS.label, SKOS.definition))
    quiet = rdflib.Graph()
    quiet += plain
    given = set(plain)
    assert close(quiet) == ()
    DeductiveClosure(OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(plain)
    concluded = set(plain) - given
    assert {triple for triple in concluded if not is_noise(triple)} == set(quiet) - given
    assert len(concluded) > len(quiet) - len(given) > 0


# Contradictions

CLASHES = {
    "cax-adc": "net:x a pg:Network . net:x a pg:Forum .",
    "cax-dw": "person:x a foaf:Person . person:x a org:Organization .",
}


def reason_and_check(store: ox.Store, reasoner: str) -> None:
    reason(store, RULES, reasoner)
    check_consistency(store, RULES)


@pytest.mark.parametrize("rule", CLASHES)
@pytest.mark.parametrize("reasoner", ["rules", "owlrl"])
def test_a_contradiction_is_refused_by_name(sample: Sample, rule: str, reasoner: str) -> None:
    store = sample(CLASHES[rule])
    with pytest.raises(InconsistencyError) as caught:
        reason_and_check(store, reasoner)
    message = str(caught.value)
    assert f"rule {rule}" in message
    assert "correct or remove one of the asserted statements" in message
    for triple in triples(CLASHES[rule]):
        assert f"{shorten(triple.subject.value)} rdf:type {shorten(triple.object.value)}" in message
    assert "asserted in data/sample" in message
    assert "asserted in ontology/" in message


def test_every_rule_that_finds_contradictions_has_a_case() -> None:
    assert set(CLASHES) == {name for name, rule in OWL2RL.items() if not rule.template}


def test_a_contradiction_by_inheritance_is_traced_to_what_is_stated(sample: Sample) -> None:
    store = sample("net:x a pg:NationalSection , pg:NetworkMembership .")
    reason(store, RULES)
    with pytest.raises(InconsistencyError) as caught:
        check_consistency(store, RULES)
    message = str(caught.value)
    for line in (
        "net:x rdf:type pg:NationalSection",
        "net:x rdf:type pg:NetworkMembership",
        "follows by rule cax-sco",
    ):
        assert line in message


def test_many_contradictions_are_counted(sample: Sample) -> None:
    store = sample("\n".join(f"net:x{i:02} a pg:Network , pg:Forum ." for i in range(23)))
    reason(store, RULES)
    with pytest.raises(InconsistencyError, match="… and 3 more") as caught:
        check_consistency(store, RULES)
    assert "net:x19:" in str(caught.value)
    assert "net:x20:" not in str(caught.value)


def test_an_ontology_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    for path in bundle.ONTOLOGY.glob("*.ttl"):
        text = path.read_text(encoding="utf-8")
        if path.stem == "polisgraph":
            text += "\npg:Example a pg:Network , pg:Body .\n"
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    data = tmp_path / "data.nt"
    data.write_text("", encoding="utf-8")
    store = load([data], tmp_path, TODAY).store
    with pytest.raises(InconsistencyError, match=r"The ontology contradicts itself.*\n- .*pg:Example"):
        reason(store, RULES)


def test_owlrl_reports_what_our_rules_do_not_know(sample: Sample) -> None:
    store = sample("net:a owl:sameAs net:b ; owl:differentFrom net:b .")
    with pytest.raises(InconsistencyError, match="The data contradicts the ontology"):
        reason(store, RULES, "owlrl")


def test_owlrl_passes_over_triple_terms(sample: Sample) -> None:
    store = sample("mun:a a pg:Municipality ; rdfs:seeAlso <<( net:a a pg:Network )>> .")
    reason(store, RULES, "owlrl")
    assert triples("mun:a a pg:LocalAuthority .") <= inferred(store)
    assert not triples("net:a a pg:Network .") & inferred(store)
