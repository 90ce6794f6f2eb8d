"""Reading files: graphs, formats, and errors that say where."""

import hashlib
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.errors import SourceError
from polisgraph.load import load
from polisgraph.namespaces import APART, DATA_GRAPHS, DATASET, DESCRIPTION_GRAPH, GAZETTEER_GRAPH, PG, SHAPES_GRAPH

TRIPLE = b"<http://example.org/s> <http://example.org/p> <http://example.org/o>"
TERMS = [ox.NamedNode(f"http://example.org/{name}") for name in "spo"]


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def size(store: ox.Store) -> int:
    """How many triples the graph of the file `a` has."""
    return sum(1 for _ in store.quads_for_pattern(None, None, None, ox.NamedNode(DATA_GRAPHS + "a")))


FORMATS = {
    "a.ttl": TRIPLE + b" .",
    "a.nt": TRIPLE + b" .\n",
    "a.nq": TRIPLE + b" .\n",
    "a.trig": b"{ " + TRIPLE + b" }",
    "a.rdf": b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">
        <rdf:Description rdf:about="http://example.org/s"><e:p rdf:resource="http://example.org/o"/></rdf:Description>
        </rdf:RDF>""",
    "a.jsonld": b"""{"@context": {"p": {"@id": "http://example.org/p", "@type": "@id"}},
        "@id": "http://example.org/s", "p": "http://example.org/o"}""",
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_into_the_graph_of_its_file_and_into_the_default_graph(tmp_path: Path, name: str) -> None:
    loaded = load([put(tmp_path, name, FORMATS[name])], bundle.ONTOLOGY)
    assert ox.Quad(*TERMS, ox.NamedNode(DATA_GRAPHS + "a")) in loaded.store
    assert ox.Quad(*TERMS) in loaded.store
    assert size(loaded.store) == 1


def test_quads_keep_their_graph(tmp_path: Path) -> None:
    load_ = load([put(tmp_path, "a.nq", TRIPLE + b" <http://example.org/g> .\n")], bundle.ONTOLOGY)
    assert ox.Quad(*TERMS, ox.NamedNode("http://example.org/g")) in load_.store
    assert ox.Quad(*TERMS, ox.NamedNode(DATA_GRAPHS + "a")) not in load_.store


def test_a_folder_gives_each_file_a_graph_named_after_its_path(tmp_path: Path) -> None:
    put(tmp_path, "a.ttl", TRIPLE + b" .")
    put(tmp_path, "deep/er/b c.nt", TRIPLE + b" .\n")
    put(tmp_path, "notes.txt", b"not RDF")
    loaded = load([tmp_path], bundle.ONTOLOGY)
    assert [file.graph for file in loaded.data_files()] == [DATA_GRAPHS + "a", DATA_GRAPHS + "deep/er/b%20c"]


def test_shapes_stay_out_of_the_default_graph(tmp_path: Path) -> None:
    loaded = load([put(tmp_path, "a.ttl", TRIPLE + b" .")], bundle.ONTOLOGY)
    shape = next(loaded.store.quads_for_pattern(None, None, None, ox.NamedNode(SHAPES_GRAPH)))
    assert ox.Quad(*shape.triple) not in loaded.store


@pytest.mark.parametrize("name", ["gazetteer.ttl", "any.nq"])
def test_the_gazetteer_stays_out_of_the_default_graph_however_it_comes(tmp_path: Path, name: str) -> None:
    graph = f" <{GAZETTEER_GRAPH}>".encode() if name == "any.nq" else b""
    loaded = load([put(tmp_path, name, TRIPLE + graph + b" .\n")], bundle.ONTOLOGY)
    assert GAZETTEER_GRAPH in APART
    assert ox.Quad(*TERMS, ox.NamedNode(GAZETTEER_GRAPH)) in loaded.store
    assert ox.Quad(*TERMS) not in loaded.store


@pytest.mark.parametrize(
    ("name", "content", "place", "message"),
    [
        ("a.ttl", TRIPLE + b" .\n<http://example.org/s> <http://example.org/p> .\n", ":2:47", "syntax error"),
        ("a.ttl", TRIPLE + b" ; \xff .", ":1:", "UTF-8"),
        ("a.ttl", b"<s> <p> <o> .", ":1:", "syntax error"),
        ("a.nt", TRIPLE + b" .\n" + TRIPLE + b"\n" + TRIPLE, ":3:1", "syntax error"),
        ("a.rdf", b"<rdf:RDF>", "a.rdf", "syntax error"),
        (
            "a.jsonld",
            b'{"@context": "https://example.org/context", "@id": "http://example.org/s"}',
            "a.jsonld",
            "not fetched",
        ),
        ("a.pdf", b"", "a.pdf", "endings that are read: .ttl"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, name: str, content: bytes, place: str, message: str
) -> None:
    path = put(tmp_path, name, content)
    with pytest.raises(SourceError, match=message) as caught:
        load([path], bundle.ONTOLOGY)
    assert str(caught.value).startswith(f"{path}") and place in str(caught.value)


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        load([tmp_path / "missing.ttl"], bundle.ONTOLOGY)
    with pytest.raises(SourceError, match="no RDF file in this folder"):
        load([tmp_path], bundle.ONTOLOGY)


def test_two_files_for_one_graph_are_an_error(tmp_path: Path) -> None:
    put(tmp_path, "a.ttl", TRIPLE + b" .")
    put(tmp_path, "a.nt", TRIPLE + b" .\n")
    with pytest.raises(SourceError, match="same graph"):
        load([tmp_path], bundle.ONTOLOGY)


def test_today_is_the_day_given_or_that_of_the_dataset(tmp_path: Path) -> None:
    modified = (
        f'<{DATASET}> <http://purl.org/dc/terms/modified> "2020-02-03"^^<http://www.w3.org/2001/XMLSchema#date> .'
    )
    path = put(tmp_path, "a.ttl", modified.encode())
    assert load([path], bundle.ONTOLOGY).today == date(2020, 2, 3)
    loaded = load([path], bundle.ONTOLOGY, date(2019, 1, 1))
    quads = loaded.store.quads_for_pattern(None, ox.NamedNode(PG + "today"), None, ox.NamedNode(DESCRIPTION_GRAPH))
    assert [quad.object.value for quad in quads] == ["2019-01-01"]


@pytest.mark.parametrize("said", ["2020-02-03T10:00:00Z", "2020-02-03+01:00"])
def test_a_moment_tells_its_day_and_other_words_none(tmp_path: Path, said: str) -> None:
    modified = f'<{DATASET}> <http://purl.org/dc/terms/modified> "{said}" , "yesterday" .'
    assert load([put(tmp_path, "a.ttl", modified.encode())], bundle.ONTOLOGY).today == date(2020, 2, 3)


def test_a_file_of_any_length_stands_in_its_graph_and_the_default_graph_and_keeps_its_checksum(tmp_path: Path) -> None:
    path = tmp_path / "long.nt"
    path.write_text("".join(f'<http://example.org/{n}> <http://example.org/p> "{n}" .\n' for n in range(12_000)))
    loaded = load([path], bundle.ONTOLOGY)
    graph = ox.NamedNode(loaded.data_files()[0].graph)
    assert sum(1 for _ in loaded.store.quads_for_pattern(None, None, None, graph)) == 12_000
    last = ox.Quad(ox.NamedNode("http://example.org/11999"), ox.NamedNode("http://example.org/p"), ox.Literal("11999"))
    assert last in loaded.store
    assert loaded.data_files()[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_mistake_far_down_in_a_file_is_found_in_its_line(tmp_path: Path) -> None:
    path = tmp_path / "long.nt"
    path.write_text("<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n" * 12_000 + "oops\n")
    with pytest.raises(SourceError, match=r"long\.nt:12001:1"):
        load([path], bundle.ONTOLOGY)
