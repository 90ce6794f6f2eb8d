"""pySHACL, the reference: validate all data with it, slowly, and give its results in our form."""

import re
from collections.abc import Iterator

import pyoxigraph as ox
import rdflib
from rdflib.namespace import SH

from polisgraph.errors import RuleError
from polisgraph.validate.questions import Result
from polisgraph.validate.shapes import Shapes
from polisgraph.validate.sparql import COMPONENT
from polisgraph.validate.terms import back, quiet, to_rdflib

_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


def results(shapes: Shapes, store: ox.Store) -> Iterator[Result]:
    """Yield what pySHACL finds in the default graph of `store`. Raises RuleError if it cannot use the shapes."""
    report = _run(shapes, to_rdflib(store.quads_for_pattern(None, None, None, ox.DefaultGraph())))
    for node in report.objects(None, SH.result):
        part, focus = next(report.objects(node, SH.sourceShape)), next(report.objects(node, SH.focusNode))
        component = str(next(report.objects(node, SH.sourceConstraintComponent)))
        path, value = report.value(node, SH.resultPath), report.value(node, SH.value)
        own_path = path is None or component not in (COMPONENT, str(SH.ClosedConstraintComponent))
        source = report.value(node, SH.sourceConstraint)
        yield Result(
            part,
            component,
            back(focus),
            back(value) if value is not None else None,
            None if own_path or not isinstance(path, rdflib.URIRef) else back(path),
            source,
            _bound(shapes, [part, source], [str(text) for text in report.objects(node, SH.resultMessage)]),
        )


def _bound(shapes: Shapes, parts: list[rdflib.term.Node | None], said: list[str]) -> tuple[tuple[str, str], ...]:
    """Read back from the messages what was filled into their templates; with them their language is lost."""
    for template in (text for part in parts if part is not None for text in shapes.objects(part, SH.message)):
        if names := _PLACEHOLDER.findall(str(template)):
            form = _PLACEHOLDER.sub(r"\0\1\0", str(template)).split("\0")
            for index, name in enumerate(form):
                seen = name in form[1:index:2]
                form[index] = (f"(?P={name})" if seen else f"(?P<{name}>.*?)") if index % 2 else re.escape(name)
            for text in said:
                if found := re.fullmatch("".join(form), text, re.DOTALL):
                    return tuple((name, found[name]) for name in sorted(set(names)))
    return ()


def _run(shapes: Shapes, data: rdflib.Graph) -> rdflib.Graph:
    import pyshacl  # half a second that no command needs else
    from pyshacl.errors import ValidationFailure

    with quiet():
        try:
            _, report, text = pyshacl.validate(data, shacl_graph=shapes.graph, inference="none")
        except Exception as error:
            # A broken shape surfaces as whatever pySHACL, rdflib or pyparsing raise when they stumble over it.
            raise RuleError(f"{shapes.file}: a shape is not what SHACL asks for: {error}") from error
    if isinstance(report, ValidationFailure):
        raise RuleError(f"{shapes.file}: a shape cannot be evaluated: {text}")
    checked: rdflib.Graph = report
    return checked
