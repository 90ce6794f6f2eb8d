"""From a query's text to its answer, whatever holds the data: gate, dataset, media type, errors. Holds none itself.

It imports only what a plain query needs, because a new worker stands between a crash and the next answer:
rdflib comes in with the first query that may contain SERVICE or FROM.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Triple

from polisgraph.engine import Answer, Query
from polisgraph.engine.dataset import Dataset, View
from polisgraph.engine.diagnosis import syntax_error
from polisgraph.engine.gate import Checked, check
from polisgraph.engine.writing import write_graph, write_results
from polisgraph.errors import BadQuery, NotAcceptable, QueryError, ResultTooLarge, WorkerFailed
from polisgraph.results import GRAPH_TYPES, RESULT_TYPES


@dataclass(frozen=True)
class Setup(ABC):
    """What a worker needs to know; goes to it by pickle. Limits are in bytes."""

    graphs: frozenset[str]
    prefixes: Mapping[str, str]
    memory_limit: int
    result_limit: int
    query_limit: int
    needs_network: ClassVar[bool] = False

    @abstractmethod
    def open(self) -> "Worker":
        """Return a worker with its data at hand."""


class Worker(ABC):
    """Something that answers queries. Has no deadline of its own: whoever runs it kills it."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def answer(self, query: Query) -> Answer:
        """Return the whole answer, or raise a QueryError."""
        try:
            return self._answer(query)
        except QueryError:
            raise
        except MemoryError:
            raise out_of_memory() from None
        except SyntaxError as error:
            raise BadQuery(f"Syntax error: {error}") from None
        except RuntimeError as error:  # a function that does not exist, for one
            raise BadQuery(f"The query cannot be run: {error}") from None
        except Exception as error:
            raise WorkerFailed(f"The query failed: {error}") from None

    @abstractmethod
    def run(self, query: Query, checked: Checked, dataset: Dataset) -> Answer:
        """Return the answer to a query that has passed the gate, over a dataset whose graphs there are."""

    def run_on(self, view: View, query: Query, checked: Checked) -> Answer:
        """Return the answer over the view of a store."""
        try:
            result = view.store.query(checked.text, default_graph=view.default, named_graphs=view.named)
        except SyntaxError:
            raise self.syntax_error(checked) or BadQuery("Syntax error.") from None
        if isinstance(result, QueryTriples):
            return self.graph(result, query, checked)
        return self.results(result, query, checked)

    def results(self, results: QuerySolutions | QueryBoolean, query: Query, checked: Checked) -> Answer:
        """Return the answer to a SELECT or ASK in the media type that `query` takes."""
        form = checked.form or ""
        media_type = acceptable(query.results_type, RESULT_TYPES, form)
        body = write_results(results, media_type, self._setup.result_limit)
        return Answer(body, media_type, form, cacheable=not checked.volatile)

    def graph(self, triples: Iterable[Triple], query: Query, checked: Checked) -> Answer:
        """Return the answer to a CONSTRUCT or DESCRIBE in the media type that `query` takes."""
        form = checked.form or ""
        media_type = acceptable(query.graph_type, GRAPH_TYPES, form)
        body = write_graph(triples, media_type, self._setup.prefixes, self._setup.result_limit)
        return Answer(body, media_type, form, cacheable=not checked.volatile)

    def syntax_error(self, checked: Checked) -> BadQuery | None:
        """Return what is wrong with the syntax; None if nothing is."""
        return syntax_error(checked, dict(self._setup.prefixes))

    def _answer(self, query: Query) -> Answer:
        checked = query.checked or check(query.text, self._setup.query_limit)
        asked = Dataset.of(query.default_graphs, query.named_graphs)
        dataset = self._examine(checked, asked)
        dataset.check(self._setup.graphs)
        return self.run(query, checked, dataset)

    def _examine(self, checked: Checked, asked: Dataset) -> Dataset:
        """Return the dataset: `asked` if it names graphs (SPARQL 1.1 Protocol §2.1.4), or the query's own."""
        if not checked.suspect:
            return asked
        from polisgraph.engine.algebra import dataset_clauses

        try:
            written = Dataset.of(*dataset_clauses(checked.text))
        except BadQuery as error:
            raise (self.syntax_error(checked) or error) from None
        return written if asked == Dataset() else asked


def acceptable(media_type: str | None, offered: tuple[str, ...], form: str) -> str:
    """Return `media_type` if it is on offer for answers of this form; raise NotAcceptable if not."""
    if media_type in offered:
        return media_type
    raise NotAcceptable(f"{form} answers come as {', '.join(offered)}.", offered=list(offered))


def out_of_memory() -> ResultTooLarge:
    """Return the error for a query that needed more memory than a worker may take."""
    return ResultTooLarge(
        "The query needs more memory than it may have. Narrow the pattern, add a LIMIT in a subselect, or"
        " avoid ORDER BY, GROUP BY and DISTINCT over very many rows."
    )
