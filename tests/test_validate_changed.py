"""Validating only what a change touches finds what validating everything finds, whatever was changed."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from polisgraph import bundle
from polisgraph.cli import main
from polisgraph.findings import Finding
from polisgraph.load import Loaded, load
from polisgraph.namespaces import PREFIXES, expand, shorten
from polisgraph.validate import validate
from polisgraph.validate.shapes import read_shapes
from polisgraph.validate.touched import touched
from tests.shipped import WRITTEN
from tests.test_validators import mutated

SHAPES = bundle.ONTOLOGY / "shapes.ttl"
SPARQL = PREFIXES["sh"] + "SPARQLConstraintComponent"


@pytest.fixture(scope="module")
def before() -> tuple[frozenset[ox.Triple], tuple[Finding, ...]]:
    loaded = load(WRITTEN, bundle.ONTOLOGY)
    return statements(loaded.store), validate(loaded, SHAPES).findings


def statements(store: ox.Store) -> frozenset[ox.Triple]:
    return frozenset(quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()))


def withdrawn(loaded: Loaded) -> None:
    """Take away a whole page, on which others rest."""
    graph = ox.NamedNode("https://w3id.org/polisgraph/graph/data/from-heidelberg")
    for quad in list(loaded.store.quads_for_pattern(None, None, None, graph)):
        loaded.store.remove(ox.Quad(*quad.triple))


BACKWARDS = tuple(
    ox.NamedNode(expand(name))
    for name in (
        "pg:wikidata", "pg:linkOf", "pg:linkStatus", "pg:ags", "pg:geonames", "pg:gnd", "pg:hostedBody", "pg:hasPoint",
        "pg:subBodyOf", "pg:bodyOf", "foaf:isPrimaryTopicOf", "dct:source", "rdf:type",
    )
)  # fmt: skip
"""What shapes go back along, and what they read thereafter."""


@pytest.mark.parametrize(
    ("seed", "along"),
    [(1, ()), (2, ()), (6, ()), (3, BACKWARDS), (4, BACKWARDS), (None, ())],
    ids=[
        "5 statements",
        "10 statements",
        "30 statements",
        "15 read backwards",
        "20 read backwards",
        "a page withdrawn",
    ],
)
def test_what_is_found_is_what_all_would_show(
    before: tuple[frozenset[ox.Triple], tuple[Finding, ...]], seed: int | None, along: tuple[ox.NamedNode, ...]
) -> None:
    had, known = before
    loaded = load(WRITTEN, bundle.ONTOLOGY)
    if seed is None:
        withdrawn(loaded)
    else:
        mutated(loaded.store, seed, 5 * seed, along)
    for each in statements(loaded.store) - had:
        if isinstance(each.object, ox.BlankNode) and isinstance(each.subject, ox.NamedNode):
            loaded.store.remove(ox.Quad(*each))
    # The ontology's blank nodes are others each time it is read. Of one that has changed everything is validated.
    changed = [each for each in had ^ statements(loaded.store) if not {type(term) for term in each} & {ox.BlankNode}]
    named = sorted(changed, key=str)
    nodes = touched(read_shapes(SHAPES), loaded.store, named)
    assert nodes and all(isinstance(node, ox.NamedNode | ox.Literal) for node in nodes), "or all is validated anyway"
    everything = validate(loaded, SHAPES).findings
    again = validate(loaded, SHAPES, changed=named).findings
    elsewhere = [each for each in known if each.focus_node not in nodes and each.component != SPARQL]
    assert len(nodes) < 1_000 and known != everything
    assert sorted([*again, *elsewhere], key=lambda each: each.rank) == list(everything)


@pytest.mark.parametrize(
    ("subject", "said", "value", "found"),
    [
        ("mun:bochum", "skos:prefLabel", "Bochum", {"mun:bochum"}),
        ("ten:bochum--eurocities", "pg:start", "2020", {"ten:bochum--eurocities"}),
        # A source is asked whether anything cites it; what else cites it has nothing to do with that.
        ("ten:bochum--eurocities", "dct:source", "src:bochum-europa", {"ten:bochum--eurocities", "src:bochum-europa"}),
        # Who else has the number is asked back over the number.
        ("mun:bochum", "pg:geonames", "2886242", {"mun:bochum", "mun:koeln"}),
    ],
)
def test_a_change_touches_what_reads_it_and_nothing_else(subject: str, said: str, value: str, found: set[str]) -> None:
    store = load(WRITTEN, bundle.ONTOLOGY).store
    thing = ox.NamedNode(expand(value)) if ":" in value else ox.Literal(value)
    nodes = touched(
        read_shapes(SHAPES), store, [ox.Triple(ox.NamedNode(expand(subject)), ox.NamedNode(expand(said)), thing)]
    )
    assert {shorten(node.value) for node in nodes if isinstance(node, ox.NamedNode)} == found


@pytest.mark.parametrize(
    ("subject", "said"),
    [("mun:bochum", "rdf:type"), ("role:member", "skos:inScheme"), ("pg:Municipality", "rdfs:subClassOf")],
)
def test_what_is_asked_of_a_value_touches_what_leads_to_it(subject: str, said: str) -> None:
    """Of members their class, of roles the scheme by a shape within a shape, and of classes those above them."""
    store = load(WRITTEN, bundle.ONTOLOGY).store
    thing = ox.Triple(*(ox.NamedNode(expand(name)) for name in (subject, said, "pg:County")))
    assert ox.NamedNode(expand("ten:bochum--eurocities")) in touched(read_shapes(SHAPES), store, [thing])


def test_the_command_tells_what_a_changed_file_breaks(home: Path, tmp_path: Path) -> None:
    file = next(path for path in WRITTEN if path.name == "from-koeln.ttl")
    changed = tmp_path / file.name
    text = file.read_text(encoding="utf-8")
    assert text.count("commitment:covenant-of-mayors-co2-2030 a pg:Commitment ;") == 1
    kept = text.replace(
        "commitment:covenant-of-mayors-co2-2030 a pg:Commitment ;", "commitment:co2-2030 a pg:Commitment ;"
    )
    changed.write_text(kept.replace("pg:changePercent -40.0 ;", "pg:changePercent -400.0 ;"), encoding="utf-8")
    words = [word for path in WRITTEN for word in ("--data", str(changed if path == file else path))]

    def told(*more: str) -> tuple[list[str], str]:
        done = CliRunner().invoke(main, ["check", "--home", str(home), *words, *more])
        assert done.exit_code == 1, done.output
        return [line for line in done.stdout.splitlines() if "Violation" in line], done.stderr

    some, count = told("--changed")
    assert "statements came or went since the last build" in count and "-400" in some[0]
    everything, _ = told()
    assert len(some) == 2 and some[0] == everything[0]
    assert some[1].split(",")[0] == everything[1].split(",")[0] == "1 × Violation"
    # What has not changed was told when it was built.
    assert some[1] != everything[1]


def test_many_changes_are_looked_at_in_full(before: tuple[frozenset[ox.Triple], tuple[Finding, ...]]) -> None:
    loaded = load(WRITTEN, bundle.ONTOLOGY)
    assert validate(loaded, SHAPES, changed=sorted(before[0], key=str)).findings == before[1]
