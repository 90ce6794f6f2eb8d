"""What the parts of the site share: settings, snapshot, engine, and questions kept in files. No routes."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import current_app

from polisgraph import bundle
from polisgraph.namespaces import GAZETTEER_GRAPH
from polisgraph.reports.blocks import Block, filled, value_blocks
from polisgraph.web.rows import Table, read_json

if TYPE_CHECKING:
    from polisgraph.engine import Engine
    from polisgraph.reports import EntityLookup, Report
    from polisgraph.settings import Settings
    from polisgraph.snapshot import Snapshot

_FOLDER = Path(__file__).parent
_QUERIES = _FOLDER / "queries"
_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\x7f-\x9f\ud800-\udfff]*""")
_SHAPING = (".py", ".html", ".po", ".css", ".svg", ".rq", ".js", ".json", ".txt")


@dataclass(frozen=True)
class Site:
    """One server's view of the world: everything here stays as it is until the server ends."""

    settings: "Settings"
    snapshot: "Snapshot"
    engine: "Engine"
    queries: Path = bundle.QUERIES

    @cached_property
    def reports(self) -> "dict[str, Report]":
        """The reports by name."""
        from polisgraph.reports import load_reports

        return load_reports(self.queries, self.settings.service_endpoints)

    @cached_property
    def entities(self) -> "EntityLookup":
        """Where entities are looked up by the names that a visitor may give them."""
        from polisgraph.engine import Query
        from polisgraph.reports import EntityLookup

        return EntityLookup(lambda text: self.engine.query(Query(text)).body)

    @cached_property
    def edition(self) -> str:
        """Names the data and the pages that show it: changes when either does."""
        digest = hashlib.sha256(self.snapshot.id.encode())
        for path in sorted(path for path in _FOLDER.rglob("*") if path.suffix in _SHAPING):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]

    def ask(self, name: str, **values: str | Sequence[str]) -> Table:
        """Run `queries/<name>.rq` with `values` in its VALUES blocks; return the rows. See `question`.

        Raises QueryError as the engine does.
        """
        from polisgraph.engine import Query

        return read_json(self.engine.query(Query(question(name, values))).body)

    def describes(self, iri: str) -> bool:
        """Whether the graph or the gazetteer says anything about `iri`."""
        from polisgraph.engine import Query

        if not is_iri(iri):
            return False
        said = f"<{iri}> ?p ?o"
        answer = self.engine.query(Query(f"ASK {{ {{ {said} }} UNION {{ GRAPH <{GAZETTEER_GRAPH}> {{ {said} }} }} }}"))
        return bool(read_json(answer.body).truth)

    def describes_shape(self, iri: str) -> bool:
        """Whether `iri` is one of the rules that the data is checked against."""
        return any(row["shape"].value == iri for row in self.ask("shapes", lang="de"))


def site() -> Site:
    """Return the site that the current application serves."""
    return cast(Site, current_app.extensions["polisgraph"])


def is_iri(text: str) -> bool:
    """Whether `text` has a scheme and may stand between < and > in a query (SPARQL 1.1, production 139)."""
    return bool(_IRI.fullmatch(text))


def question(name: str, values: Mapping[str, str | Sequence[str]]) -> str:
    """Return the text of `queries/<name>.rq` with each of `values` in all VALUES blocks of that variable.

    There may be one value or several. One that is an IRI stands as one, any other, a plain word, as a string. Raises
    KeyError if a variable has no block.
    """
    text, blocks = _question(name)
    missing = values.keys() - {block.variable for block in blocks}
    if missing:
        raise KeyError(f"{name}.rq has no VALUES block for {', '.join(missing)}")
    return filled(text, {variable: _terms(value) for variable, value in values.items()}, blocks)


@lru_cache(maxsize=64)
def _question(name: str) -> tuple[str, tuple[Block, ...]]:
    text = (_QUERIES / f"{name}.rq").read_text(encoding="utf-8")
    return text, value_blocks(text)


def _terms(values: str | Sequence[str]) -> str:
    return " ".join(_term(value) for value in ([values] if isinstance(values, str) else values))


def _term(value: str) -> str:
    if is_iri(value):
        return f"<{value}>"
    if not value.isalnum():
        raise ValueError(f"{value!r} is neither an IRI nor a plain word")
    return f'"{value}"'
