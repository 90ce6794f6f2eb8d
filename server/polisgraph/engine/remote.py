"""Answers queries from a SPARQL endpoint to which a snapshot was published. Holds no data.

A query goes through the same gate and parsers as one for a local store, in the same worker processes with the same
limits, before anything is sent. An endpoint that keeps to SPARQL 1.1 is sent the query; any other one is sent only
queries that match and count triples, and for the rest is asked for the triples that a query touches, over which we
answer it here. Sent are the text without FROM and the dataset by its graphs (SPARQL 1.1 Protocol,
section 2.1.4): endpoints differ in what is their default graph, and some take FROM and parameters together. Results
come back as JSON or N-Triples and are written by the code that writes local ones.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pyoxigraph import (
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from polisgraph.engine import Answer, Query
from polisgraph.engine.answering import Setup, Worker, acceptable
from polisgraph.engine.dataset import Dataset, View, Views
from polisgraph.engine.diagnosis import is_well_formed
from polisgraph.engine.endpoint import UNREADABLE, Endpoint, Reply, cut_off, too_large
from polisgraph.engine.gate import Checked
from polisgraph.engine.pool import PooledEngine
from polisgraph.engine.publication import Publication, published_id
from polisgraph.engine.replica import Replica
from polisgraph.engine.standins import may_stand_in, restored, restored_json
from polisgraph.errors import BadQuery, Busy
from polisgraph.namespaces import EMPTY_GRAPH, PREFIXES, UNION_GRAPH
from polisgraph.results import GRAPH_TYPES, JSON, N_TRIPLES, RESULT_TYPES
from polisgraph.settings import Settings
from polisgraph.tokens import tokens

if TYPE_CHECKING:
    from polisgraph.engine.touched import Pattern

_GRAPH_FORMS = frozenset({"CONSTRUCT", "DESCRIBE"})
_WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_ASK_COLUMN = "__ASK_RETVAL"
"""Virtuoso answers ASK by a table with this column."""


class RemoteEngine(PooledEngine):
    """Workers that ask an endpoint, each one query at a time. Safe to use from many threads."""

    def __init__(self, address: str, publication: Publication, settings: Settings) -> None:
        """Start the workers; the endpoint at `address` holds `publication`."""
        setup = RemoteSetup(
            publication.graphs,
            dict(PREFIXES),
            settings.memory_limit,
            settings.result_limit,
            settings.query_limit,
            address,
            publication.id,
            publication.conforms,
        )
        super().__init__(setup, settings)


@dataclass(frozen=True)
class RemoteSetup(Setup):
    """What a worker needs to know about its endpoint."""

    needs_network: ClassVar[bool] = True
    address: str
    snapshot_id: str
    conforms: bool
    """Whether the endpoint answers every query as SPARQL 1.1 says."""

    def open(self) -> "RemoteWorker":
        return RemoteWorker(self)


class RemoteWorker(Worker):
    """Sends queries to an endpoint once they are known to be harmless."""

    def __init__(self, setup: RemoteSetup) -> None:
        super().__init__(setup)
        self._snapshot_id = setup.snapshot_id
        self._conforms = setup.conforms
        self._endpoint = Endpoint(setup.address, setup.result_limit)
        self._replica = Replica(lambda text, dataset: self._ask(text, JSON.media_type, dataset).body, setup.graphs)

    def close(self) -> None:
        """Let go of the connection."""
        self._endpoint.close()

    def run(self, query: Query, checked: Checked, dataset: Dataset) -> Answer:
        self._check_syntax(checked)
        form = checked.form or ""
        # Before the endpoint works for nothing.
        if form in _GRAPH_FORMS:
            acceptable(query.graph_type, GRAPH_TYPES, form)
        else:
            acceptable(query.results_type, RESULT_TYPES, form)
        try:
            answer = self._answer_from(query, checked, dataset)
            self._check_snapshot()
        except BaseException:
            # What was fetched while graphs were being exchanged belongs to no snapshot.
            self._replica.clear()
            raise
        return answer

    def _answer_from(self, query: Query, checked: Checked, dataset: Dataset) -> Answer:
        if dataset.default is not None and len(dataset.default) > 1:
            return self._run_over_merge(query, checked, dataset)
        if not self._conforms:
            from polisgraph.engine.touched import touched

            needed = touched(checked.text)
            if not needed.plain:
                return self.run_on(self._fetched(needed.patterns, dataset), query, checked)
        accept = N_TRIPLES if checked.form in _GRAPH_FORMS else JSON
        return self._convert(self._ask(_without_dataset(checked), accept.media_type, dataset), query, checked)

    def _fetched(self, patterns: "Iterable[Pattern]", dataset: Dataset) -> View:
        try:
            return self._replica.view(patterns, dataset)
        except UNREADABLE:
            raise cut_off() from None

    def _check_syntax(self, checked: Checked) -> None:
        """Raise BadQuery for what is not SPARQL 1.1: an endpoint may understand more, and some of it reads files."""
        error = None if is_well_formed(checked.text) else self.syntax_error(checked)
        if error is not None:
            raise error
        if _may_call_others(checked.text):
            from polisgraph.engine.algebra import functions

            for function in functions(checked.text):
                if not function.startswith(PREFIXES["xsd"]):
                    raise BadQuery(
                        f"There is no function <{function}> here. Those of SPARQL 1.1 have names of their own."
                    )

    def _ask(self, text: str, media_type: str, dataset: Dataset) -> Reply:
        default = (UNION_GRAPH,) if dataset.default is None else dataset.default
        named = self._setup.graphs if dataset.named is None else dataset.named
        reply = self._endpoint.ask(text, media_type, default or (EMPTY_GRAPH,), sorted(named) or (EMPTY_GRAPH,))
        if reply.media_type not in (media_type, "application/json", "text/plain"):
            raise cut_off()
        return reply

    def _convert(self, reply: Reply, query: Query, checked: Checked) -> Answer:
        form = checked.form or ""
        try:
            if form in _GRAPH_FORMS:
                return self.graph(_triples(reply.body), query, checked)
            return self.results(_results(reply.body, form), query, checked)
        except UNREADABLE:
            raise cut_off() from None

    def _run_over_merge(self, query: Query, checked: Checked, dataset: Dataset) -> Answer:
        """Fetch the graphs and answer here: endpoints give a triple once for each default graph that it stands in."""
        store = Store()
        held = 0
        for graph in sorted({*(dataset.default or ()), *(dataset.named or ())}):
            body = self._ask(_WHOLE, N_TRIPLES.media_type, Dataset((graph,), ())).body
            held += len(body)
            if held > self._setup.result_limit:
                raise too_large(self._setup.result_limit)
            name = NamedNode(graph)
            try:
                store.extend(Quad(t.subject, t.predicate, t.object, name) for t in _triples(body))
            except SyntaxError:
                raise cut_off() from None
        return self.run_on(Views(store).of(dataset), query, checked)

    def _check_snapshot(self) -> None:
        """Raise Busy unless the endpoint still holds the snapshot that this engine answers for."""
        if published_id(self._endpoint) != self._snapshot_id:
            raise Busy("A new snapshot is being put in service. Please try again in a moment.", retry_after=2)


def _without_dataset(checked: Checked) -> str:
    """Return the query without its dataset clauses (SPARQL 1.1, production 13); FROM stands nowhere else in one."""
    if not checked.suspect:
        return checked.text
    parts: list[str] = []
    kept = 0
    clause = False
    for token in tokens(checked.text):
        word = token.text.upper() if token.kind == "word" else ""
        if not clause and word == "FROM":
            clause = True
            parts += [checked.text[kept : token.start], " "]
        elif clause and word != "NAMED":
            clause = False
            kept = token.start + len(token.text)
    return "".join([*parts, checked.text[kept:]])


def _may_call_others(text: str) -> bool:
    """Whether a function other than a cast may be called by its IRI (SPARQL 1.1, production 128).

    A list as an object looks the same, so that this says yes too often; to parse a long query takes long.
    """
    prefixes: dict[str, set[str]] = {}
    called: list[str] = []
    pieces = list(tokens(text))
    for first, second, third in zip(pieces, pieces[1:], [*pieces[2:], None], strict=False):
        if first.text.upper() == "PREFIX" and second.kind == "name" and third and third.kind == "iri":
            prefixes.setdefault(second.text.rstrip(":"), set()).add(third.text)
        if second.text == "(" and first.kind in ("iri", "name"):
            called.append(first.text)
    casts = [f"<{PREFIXES['xsd']}>"]
    return any(
        not name.startswith(casts[0][:-1]) and sorted(prefixes.get(name.partition(":")[0], ())) != casts
        for name in called
    )


def _triples(body: bytes) -> Iterable[Triple]:
    for quad in parse(body, format=RdfFormat.N_TRIPLES):
        yield restored(Triple(quad.subject, quad.predicate, quad.object))


def _results(body: bytes, form: str) -> QuerySolutions | QueryBoolean:
    """Return a result in JSON, with the terms and the truth value that it stands for."""
    if form == "ASK":
        body = json.dumps({"head": {}, "boolean": _truth(json.loads(body))}).encode()
    elif may_stand_in(body):
        document = json.loads(body)
        rows = document["results"]["bindings"]
        restored_rows = [{name: restored_json(term) for name, term in row.items()} for row in rows]
        body = json.dumps({"head": document["head"], "results": {"bindings": restored_rows}}).encode()
    return parse_query_results(body, format=QueryResultsFormat.JSON)


def _truth(document: dict[str, object]) -> bool:
    if isinstance(document.get("boolean"), bool):
        return bool(document["boolean"])
    rows = document["results"]["bindings"]  # type: ignore[index]
    return bool(rows) and rows[0][_ASK_COLUMN]["value"] in ("1", "true")
