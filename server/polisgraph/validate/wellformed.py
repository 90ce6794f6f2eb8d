"""Check that shapes are shapes: SHACL's own shapes for shapes, as pySHACL brings them, asked like any others."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pyoxigraph as ox

from polisgraph.errors import RuleError
from polisgraph.namespaces import shorten
from polisgraph.validate import native
from polisgraph.validate.messages import Messages
from polisgraph.validate.questions import Result
from polisgraph.validate.shapes import Shapes, read_shapes
from polisgraph.validate.terms import term, text

_SHOWN = 5


def check(shapes: Shapes) -> None:
    """Raise RuleError that names what in `shapes` is not as SHACL has it (SHACL, appendices A and C)."""
    rules = _shapes_for_shapes()
    wrong = sorted({_in_words(shapes, rules, result) for result in native.results(rules, shapes.store)})
    if wrong:
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise RuleError(f"{shapes.file}: a shape is not what SHACL asks for: {'; '.join(wrong[:_SHOWN])}{more}")


@lru_cache(maxsize=1)
def _shapes_for_shapes() -> Shapes:
    package = find_spec("pyshacl")  # importing it takes half a second
    assert package is not None
    assert package.origin is not None
    return read_shapes(Path(package.origin).parent / "assets" / "shacl-shacl.ttl")


def _in_words(shapes: Shapes, rules: Shapes, result: Result) -> str:
    path = rules.path(result.part)
    about = (
        shorten(str(shapes.owner(term(result.focus)))) if isinstance(result.focus, ox.BlankNode) else text(result.focus)
    )
    value = f" {text(result.value)}" if result.value is not None else ""
    return f"{about} {path.shown if path else ''}{value}: {Messages(rules).message(result)['en']}"
