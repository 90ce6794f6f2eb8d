"""Validating only what a change touches finds what validating everything finds, whatever was changed."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from polisgraph import bundle
from polisgraph.cli import main
from polisgraph.findings import Finding
from polisgraph.load import Loaded, load
from polisgraph.namespaces import PREFIXES
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


@pytest.mark.parametrize(
    "seed", [1, 2, 6, None], ids=["5 statements", "10 statements", "30 statements", "a page withdrawn"]
)
def test_what_is_found_is_what_all_would_show(
    before: tuple[frozenset[ox.Triple], tuple[Finding, ...]], seed: int | None
) -> None:
    had, known = before
    loaded = load(WRITTEN, bundle.ONTOLOGY)
    if seed is None:
        withdrawn(loaded)
    else:
        mutated(loaded.store, seed, 5 * seed)
    changed = sorted(had ^ statements(loaded.store), key=str)
    named = [each for each in changed if not isinstance(each.object, ox.BlankNode)]
    for each in set(changed) - set(named):
        loaded.store.remove(ox.Quad(*each))
    nodes = touched(read_shapes(SHAPES), loaded.store, named)
    everything = validate(loaded, SHAPES).findings
    again = validate(loaded, SHAPES, changed=named).findings
    elsewhere = [each for each in known if each.focus_node not in nodes and each.component != SPARQL]
    assert len(nodes) < 1_000 and known != everything
    assert sorted([*again, *elsewhere], key=lambda each: each.rank) == list(everything)


def test_a_label_touches_what_leads_to_its_bearer() -> None:
    store = load(WRITTEN, bundle.ONTOLOGY).store
    bochum, label = ox.NamedNode(PREFIXES["mun"] + "bochum"), ox.NamedNode(PREFIXES["skos"] + "prefLabel")
    nodes = touched(read_shapes(SHAPES), store, [ox.Triple(bochum, label, ox.Literal("Bochum", language="fr"))])
    assert ox.NamedNode(PREFIXES["ten"] + "bochum--eurocities") in nodes


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
    assert some == told()[0]


def test_many_changes_are_looked_at_in_full(before: tuple[frozenset[ox.Triple], tuple[Finding, ...]]) -> None:
    loaded = load(WRITTEN, bundle.ONTOLOGY)
    assert validate(loaded, SHAPES, changed=sorted(before[0], key=str)).findings == before[1]
