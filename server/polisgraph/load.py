"""Read RDF files into one store, each in its own named graph.

Loads files only, never an address; JSON-LD with a remote context is refused. Judges nothing: that is `validate`.
"""

import hashlib
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import RawIOBase
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

import pyoxigraph as ox

from polisgraph.errors import SourceError
from polisgraph.namespaces import (
    APART,
    DATA_GRAPHS,
    DATASET,
    DESCRIPTION_GRAPH,
    ONTOLOGY_GRAPHS,
    PG,
)

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""Format by the ending of a file's name."""

_MODIFIED = ox.NamedNode("http://purl.org/dc/terms/modified")
_TODAY = ox.NamedNode(PG + "today")
_DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")
_POSITION = re.compile(r"^Parser error (?:at|between) line .*?: ")
AT_ONCE = 2
"""So many questions are put to the store side by side: it lets go of Python's lock while it works, and every question
more takes memory for its tables."""
_FEW = 10_000
"""So many triples are added in one transaction; what is more goes past the log of the store, straight into files."""


@dataclass(frozen=True)
class SourceFile:
    """A file that was read: where it lies, the IRI of its named graph, and its checksum."""

    path: Path
    graph: str
    sha256: str

    @property
    def is_ontology(self) -> bool:
        return self.graph.startswith(ONTOLOGY_GRAPHS)


@dataclass(frozen=True)
class Loaded:
    """A store with every file in its named graph and the union of all but those `APART` in the default graph."""

    store: ox.Store
    files: tuple[SourceFile, ...]
    today: date
    by_clock: bool
    """Whether `today` is the current day, because neither the caller nor the data named one."""

    def data_files(self) -> tuple[SourceFile, ...]:
        return tuple(file for file in self.files if not file.is_ontology)

    def ontology_files(self) -> tuple[SourceFile, ...]:
        return tuple(file for file in self.files if file.is_ontology)


def load(
    data: Sequence[Path],
    ontology: Path,
    today: date | None = None,
    store: ox.Store | None = None,
    tell: Callable[[str], None] = lambda name: None,
) -> Loaded:
    """Read `data` (files, or folders searched for files of `FORMATS`) and the Turtle files of `ontology` into `store`.

    Without `store` they are held in memory. `today` is the day that rules and shapes take as today; by default the
    newest `dct:modified` of the dataset, or else the current day. `tell` hears the name of each file as it is read.
    Raises SourceError with file, line and column for what cannot be read or parsed.
    """
    store = ox.Store() if store is None else store
    files: list[SourceFile] = []
    theories = [(path, ONTOLOGY_GRAPHS + path.stem) for path in sorted(ontology.glob("*.ttl"))]

    def quads() -> Iterator[ox.Quad]:
        for path, graph in [*data_graphs(data), *theories]:
            tell(path.name)
            files.append((yield from _read(path, graph)))

    # All files at once: each transaction of its own would be written twice.
    extend(store, quads())
    named = today or _modified(store)
    day = named or date.today()
    known = ox.Literal(day.isoformat(), datatype=_DATE)
    add(store, DESCRIPTION_GRAPH, [ox.Triple(ox.NamedNode(DATASET), _TODAY, known)])
    return Loaded(store, tuple(files), day, by_clock=named is None)


def add(store: ox.Store, graph: str, triples: Iterable[ox.Triple]) -> None:
    """Put `triples` into the named graph `graph` and, unless it is one of those `APART`, into the default graph.

    They are not all held in memory.
    """
    name = ox.NamedNode(graph)
    if graph in APART:
        extend(store, (ox.Quad(s, p, o, name) for s, p, o in triples))
    else:
        extend(store, (quad for s, p, o in triples for quad in (ox.Quad(s, p, o, name), ox.Quad(s, p, o))))


def extend(store: ox.Store, quads: Iterable[ox.Quad]) -> None:
    """Put `quads`, few or many, into `store`, which they may come from."""
    rest = iter(quads)
    few = list(islice(rest, _FEW))
    if len(few) < _FEW:
        store.extend(few)
    else:
        store.bulk_extend(chain(few, rest))


def data_graphs(data: Sequence[Path]) -> list[tuple[Path, str]]:
    """Pair each data file with the IRI of its graph, `graph/data/<path below the given folder, without ending>`."""
    found: list[tuple[Path, Path]] = []
    for given in data:
        if given.is_dir():
            inside = [p for p in sorted(given.rglob("*")) if p.is_file() and p.suffix in FORMATS]
            if not inside:
                raise SourceError(f"no RDF file in this folder; endings that are read: {_endings()}", given)
            found += [(path, path.relative_to(given)) for path in inside]
        elif not given.exists():
            raise SourceError("no such file or folder", given)
        elif given.suffix not in FORMATS:
            raise SourceError(f"unknown ending; endings that are read: {_endings()}", given)
        else:
            found.append((given, Path(given.name)))
    pairs: list[tuple[Path, str]] = []
    taken: dict[str, Path] = {}
    for path, name in found:
        graph = DATA_GRAPHS + quote(str(name.with_suffix("")))
        if graph in taken:
            raise SourceError(f"would have the same graph as {taken[graph]}; rename one of the two", path)
        taken[graph] = path
        pairs.append((path, graph))
    return pairs


def _endings() -> str:
    return " ".join(FORMATS)


class _Checked(RawIOBase):
    """A file that is read once, from start to end, and its checksum taken meanwhile."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._hash.update(content)
        return content

    def sha256(self) -> str:
        """Return the checksum of the whole file, also of what its reader left unread."""
        while self.read(1 << 20):
            pass
        return self._hash.hexdigest()


def _read(path: Path, graph: str) -> Generator[ox.Quad, None, SourceFile]:
    """Yield the quads of a file; return what was read."""
    try:
        with path.open("rb") as file:
            checked = _Checked(file)
            parsed = ox.parse(cast(BinaryIO, checked), format=FORMATS[path.suffix], rename_blank_nodes=True)
            yield from _quads(parsed, graph)
            return SourceFile(path, graph, checked.sha256())
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path) from None
    except SyntaxError as error:
        raise SourceError(f"syntax error: {syntax_error(error)}", path, error.lineno, error.offset) from None


def syntax_error(error: SyntaxError) -> str:
    """Return what the parser says is wrong, without the place, which the error has beside it."""
    message = _POSITION.sub("", error.msg or "")
    if "LoadDocumentCallback" in message:
        return "the JSON-LD context lies elsewhere and is not fetched; put the context into the file"
    return message


def _quads(parsed: Iterable[ox.Quad], graph: str) -> Iterator[ox.Quad]:
    home, default = ox.NamedNode(graph), ox.DefaultGraph()
    for quad in parsed:
        s, p, o, own = quad
        name = home if own == default else own
        yield ox.Quad(s, p, o, name)
        if name.value not in APART:
            yield quad if own == default else ox.Quad(s, p, o)


def _modified(store: ox.Store) -> date | None:
    quads = store.quads_for_pattern(ox.NamedNode(DATASET), _MODIFIED, None, None)
    # A moment (xsd:dateTime) begins with its day; other words tell none.
    days = (_day(quad.object.value) for quad in quads if isinstance(quad.object, ox.Literal))
    return max((day for day in days if day), default=None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
