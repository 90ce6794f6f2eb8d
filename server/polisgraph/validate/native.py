"""Ask the store all questions of a shapes graph, some at a time, and gather the results."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from operator import call

import pyoxigraph as ox

from polisgraph.load import AT_ONCE
from polisgraph.validate import sparql
from polisgraph.validate.questions import Question, Questions, Result
from polisgraph.validate.shapes import Node, Shapes
from polisgraph.validate.terms import Term


def results(shapes: Shapes, store: ox.Store, only: frozenset[Term] | None = None) -> Iterator[Result]:
    """Yield what breaks `shapes` in the default graph of `store`, with `only` as far as these nodes are concerned.

    SPARQL constraints look at everything all the same. Raises RuleError for a shape that cannot be asked for, also if
    it looks at nothing in the data.
    """
    shapes.check()
    questions = Questions(shapes, store, only)
    everywhere = Questions(shapes, store)
    asked = [question for shape in shapes.with_targets for question in questions.of_shape(shape)]

    def ask(question: Question) -> list[Result]:
        try:
            return list(questions.ask(question))
        except SyntaxError as error:
            raise shapes.error(question.part, f"the engine refuses its query: {error.msg}") from None

    def ask_sparql(shape: Node) -> list[Result]:
        return list(sparql.results(shapes, everywhere, store, shape))

    asking = (partial(ask, question) for question in asked)
    asking_sparql = (partial(ask_sparql, shape) for shape in shapes.with_targets)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for found in pool.map(call, chain(asking, asking_sparql)):
            yield from found
