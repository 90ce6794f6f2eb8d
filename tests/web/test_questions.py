"""The questions that the pages ask, kept as files: each is explained, read by the engine, bounded, and in use."""

import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

import polisgraph.web
from polisgraph.engine.gate import check
from polisgraph.web import relations, site

FOLDER = Path(polisgraph.web.__file__).parent
QUESTIONS = sorted((FOLDER / "queries").glob("*.rq"))
IDS = [path.stem for path in QUESTIONS]


@pytest.mark.parametrize("path", QUESTIONS, ids=IDS)
def test_it_says_what_it_asks(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# ") and first.endswith(".")


@pytest.mark.parametrize("path", QUESTIONS, ids=IDS)
def test_it_answers_as_it_stands(path: Path, whole_store: ox.Store) -> None:
    """The samples in the VALUES blocks are real: every question has an answer without being touched."""
    answer = whole_store.query(path.read_text(encoding="utf-8"))
    assert isinstance(answer, ox.QuerySolutions | ox.QueryTriples) and list(answer)


@pytest.mark.parametrize("path", [path for path in QUESTIONS if path.stem != "service"], ids=lambda path: path.stem)
def test_it_is_read_once(path: Path) -> None:
    """A text with the letters of SERVICE or FROM is read by a second, slow parser, even if only a comment has them."""
    assert not check(path.read_text(encoding="utf-8"), 65536).suspect


def test_each_is_in_use() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))
    assert [name for name in IDS if f'"{name}"' not in sources] == []


def test_bounds_are_those_that_the_page_speaks_of() -> None:
    assert f"LIMIT {relations.TENURES_ASKED}\n" in site.question("tenures", {})
    assert f"LIMIT {relations.MENTIONS_ASKED}\n" in site.question("mentions", {})


def test_mentions_leave_room_for_what_tenures_do_not_show(store: ox.Store) -> None:
    """Tenures that counted against the bound and were not shown would hide that the page is a part only."""
    entity = "https://w3id.org/polisgraph/id/network/eurocities"
    found = store.query(site.question("mentions", {"entity": entity}))
    assert isinstance(found, ox.QuerySolutions)
    relations_found = {str(row["relation"]).rpartition("#")[2] for row in found}
    assert relations_found and not {"member>", "organization>"} & relations_found


def test_values_become_terms() -> None:
    text = site.question("statements", {"entity": "http://example.org/x", "lang": "en"})
    assert "VALUES ?entity { <http://example.org/x> }" in text and 'VALUES ?lang { "en" }' in text
    assert "municipality/bochum" not in text


@pytest.mark.parametrize(
    "value", ['x" }', "http://a/> <b", "http://a/ b", "a\\u0022", "http://a/\x00", "http://a/\ud800"]
)
def test_nothing_else_gets_into_a_question(value: str) -> None:
    with pytest.raises(ValueError, match="neither an IRI nor a plain word"):
        site.question("statements", {"entity": value})


def test_a_value_without_a_place_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"statements\.rq has no VALUES block for nonsense"):
        site.question("statements", {"nonsense": "de"})


def test_the_site_starts_light() -> None:
    """What only a build needs, or the first report, is not loaded when the server starts."""
    program = "import sys, polisgraph.web; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"pyshacl", "owlrl", "rdflib.plugins.sparql", "babel", "polisgraph.validate", "polisgraph.build"}
    assert "flask" in loaded and not heavy & set(loaded)
