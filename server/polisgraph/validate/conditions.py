"""Say in SPARQL when a node conforms to a shape (SHACL, section 3.4.3): one expression for all that the shape asks.

The expression names one variable, is true or false and never an error, so that it can be negated.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, count

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF, RDFS, SH, XSD

from polisgraph.validate import literals
from polisgraph.validate.paths import Path
from polisgraph.validate.shapes import LISTS_OF_SHAPES, Node, Shapes
from polisgraph.validate.terms import Term

Function = Callable[..., Term | None]

VALUE_PARAMETERS = frozenset({
    SH["class"], SH.datatype, SH.nodeKind, SH.minExclusive, SH.minInclusive, SH.maxExclusive, SH.maxInclusive,
    SH.minLength, SH.maxLength, SH.pattern, SH.languageIn, SH["in"], SH.node, SH["not"], *LISTS_OF_SHAPES,
})  # fmt: skip
"""What is asked of each value node by itself; the rest is asked of the focus node with all its values."""

PAIR_PARAMETERS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
"""What is asked of a value node together with another property of the focus node."""

_KINDS: dict[Node, str] = {
    SH.IRI: "isIRI({0})",
    SH.Literal: "isLiteral({0})",
    SH.BlankNode: "isBLANK({0})",
    SH.BlankNodeOrIRI: "(isBLANK({0}) || isIRI({0}))",
    SH.BlankNodeOrLiteral: "(isBLANK({0}) || isLiteral({0}))",
    SH.IRIOrLiteral: "(isIRI({0}) || isLiteral({0}))",
}
_ORDERS: dict[Node, tuple[str, Callable[[int], bool]]] = {
    SH.minExclusive: (">", lambda order: order > 0),
    SH.minInclusive: (">=", lambda order: order >= 0),
    SH.maxExclusive: ("<", lambda order: order < 0),
    SH.maxInclusive: ("<=", lambda order: order <= 0),
}
_EXACT = (XSD.integer, XSD.decimal)
_PAIRWISE = 3
"""Up to so many values are told apart pair by pair; for more, the nodes that have them are found beforehand."""


class Conditions:
    """Writes expressions, and keeps the functions of Python that these call."""

    def __init__(
        self, shapes: Shapes, subclasses: Callable[[str], list[str]], nodes: Callable[[str], Iterable[Term]]
    ) -> None:
        """`subclasses` names a class of the data and all below it; `nodes` asks a query for values of ?node."""
        self.shapes = shapes
        self.functions: dict[ox.NamedNode, Function] = {}
        self._subclasses, self._nodes = subclasses, nodes
        self._numbers = count(1)
        self._open: list[Node] = []

    def conforms(self, shape: Node, node: str) -> str:
        """The expression: does the value of the variable `node` conform to `shape`? Raises RuleError."""
        if shape in self._open:
            raise self.shapes.error(shape, "shapes that use themselves are not supported; SHACL leaves them undefined")
        if (shape, None, None) not in self.shapes.graph:
            raise self.shapes.error(shape, "another shape uses it, but it is described nowhere")
        if self.shapes.switched(shape, SH.deactivated):
            return "true"
        self._open.append(shape)
        asked = list(self._asked(shape, node))
        self._open.pop()
        return f"({' && '.join(asked)})" if asked else "true"

    def _asked(self, shape: Node, node: str) -> Iterator[str]:
        path = self.shapes.path(shape)
        of_values = [p for p in self.shapes.components(shape) if p in VALUE_PARAMETERS or p == SH.property]
        if path is None:
            yield from (one for parameter in of_values for one in self.of_value(shape, parameter, node))
        elif of_values:
            value = self.new()
            good = " && ".join(one for parameter in of_values for one in self.of_value(shape, parameter, value))
            yield f"NOT EXISTS {{ {node} {path.sparql} {value} FILTER(!({good})) }}"
        for parameter in self.shapes.components(shape):
            if parameter not in of_values:
                yield from self.of_focus(shape, parameter, node, path)

    def of_value(self, shape: Node, parameter: rdflib.URIRef, value: str) -> Iterator[str]:
        """What `parameter` asks of the variable `value`, an expression for each of its values."""
        for asked in self.shapes.objects(shape, parameter):
            if parameter in (SH.node, SH.property):
                if (self.shapes.path(asked) is None) != (parameter == SH.node):
                    raise self.shapes.error(shape, "sh:node takes a node shape, sh:property a property shape")
                yield self.conforms(asked, value)
            elif parameter == SH["not"]:
                yield f"(!{self.conforms(asked, value)})"
            elif parameter in LISTS_OF_SHAPES:
                yield self._combined(shape, parameter, asked, value)
            else:
                yield f"COALESCE({self._value_test(shape, parameter, asked, value)}, false)"

    def _combined(self, shape: Node, parameter: rdflib.URIRef, head: Node, value: str) -> str:
        members = [self.conforms(member, value) for member in self.shapes.items(head)]
        if not members:
            raise self.shapes.error(shape, f"sh:{parameter.fragment} takes a list of shapes")
        if parameter == SH.xone:
            return f"(({' + '.join(f'IF({one}, 1, 0)' for one in members)}) = 1)"
        return f"({(' && ' if parameter == SH['and'] else ' || ').join(members)})"

    def _value_test(self, shape: Node, parameter: rdflib.URIRef, asked: Node, value: str) -> str:
        if parameter == SH["class"]:
            return f"EXISTS {{ {self.instance(value, str(asked))} }}"
        if parameter == SH.nodeKind and asked in _KINDS:
            return _KINDS[asked].format(value)
        if parameter == SH.datatype and isinstance(asked, rdflib.URIRef):
            return self._datatype(asked, value)
        if parameter in _ORDERS and isinstance(asked, rdflib.Literal):
            sign, passes = _ORDERS[parameter]
            judged = self._call(literals.ordered(asked, passes), value)
            exact = f"DATATYPE({value}) IN (<{XSD.integer}>, <{XSD.decimal}>) && {value} {sign} {asked.n3()} || "
            return f"({exact if asked.datatype in _EXACT else ''}{judged})"
        if parameter in (SH.minLength, SH.maxLength):
            number, sign = self.shapes.number(shape, parameter), ">=" if parameter == SH.minLength else "<="
            anything = "true || " if parameter == SH.minLength and not number else ""
            return f"({anything}!isBLANK({value}) && STRLEN(STR({value})) {sign} {number})"
        if parameter == SH.pattern and isinstance(asked, rdflib.Literal):
            return self._pattern(shape, str(asked), value)
        if parameter == SH.languageIn:
            allowed = [str(tag).lower() for tag in self.shapes.items(asked)]
            tags = ", ".join(rdflib.Literal(tag).n3() for tag in allowed) or '"-"'
            fits = (
                "true"
                if "*" in allowed
                else f'(LANG({value}) IN ({tags}) || STRBEFORE(LANG({value}), "-") IN ({tags}))'
            )
            return f'(LANG({value}) != "" && {fits})'
        if parameter == SH["in"]:
            known = [f"sameTerm({value}, {self.constant(shape, one)})" for one in self.shapes.items(asked)]
            return f"({' || '.join(known) or 'false'})"
        raise self.shapes.error(shape, f"sh:{parameter.fragment} cannot have the value {asked}")

    def _datatype(self, datatype: rdflib.URIRef, value: str) -> str:
        if datatype == RDF.langString:
            return f'(LANG({value}) != "")'
        same = f"DATATYPE({value}) = {datatype.n3()}"
        if datatype == XSD.string:
            return f"({same})"
        judged = self._call(literals.has_datatype(datatype), value)
        if datatype in (RDFS.Literal, RDFS.Datatype):
            return judged
        known = literals.WELL_FORMED.get(datatype)
        quick = f'REGEX(STR({value}), "{known}") || ' if known else ""
        return f"({same} && ({quick}{judged}))"

    def _pattern(self, shape: Node, pattern: str, value: str) -> str:
        flags = str(next(iter(self.shapes.objects(shape, SH.flags)), ""))
        try:
            judged = self._call(literals.matches(pattern, flags), value)
        except re.error as error:
            raise self.shapes.error(shape, f"sh:pattern {pattern} is no regular expression: {error}") from None
        plain = not flags and literals.same_everywhere(pattern)
        quick = f"REGEX(STR({value}), {rdflib.Literal(pattern).n3()}) || " if plain else ""
        return f"(!isBLANK({value}) && ({quick}{judged}))"

    def of_focus(self, shape: Node, parameter: rdflib.URIRef, node: str, path: Path | None) -> Iterator[str]:
        """What `parameter` asks of the variable `node` with the values that it has over `path` (None: itself)."""
        if parameter == SH.closed:
            if self.shapes.switched(shape, SH.closed):
                prop, value, inner = self.new(), self.new(), self.new() if path else node
                step = f"{node} {path.sparql} {inner} . " if path else ""
                yield f"NOT EXISTS {{ {step}{inner} {prop} {value} FILTER({self.not_allowed(shape, prop, value)}) }}"
        elif parameter == SH.hasValue:
            for asked in self.shapes.objects(shape, parameter):
                term = self.constant(shape, asked)
                yield f"EXISTS {{ {node} {path.sparql} {term} }}" if path else f"sameTerm({node}, {term})"
        elif parameter == SH.equals and path is None:
            for asked in self.shapes.objects(shape, parameter):
                prop, value = self.constant(shape, asked), self.new()
                yield f"EXISTS {{ {node} {prop} {node} }}"
                yield f"NOT EXISTS {{ {node} {prop} {value} FILTER(!sameTerm({value}, {node})) }}"
        elif parameter in PAIR_PARAMETERS:
            for pattern in self.pairs(shape, parameter, node, self.new(), path):
                yield f"NOT EXISTS {{ {pattern} }}"
        elif path is None or parameter == SH.sparql:
            where = "below the top of a shape" if path else "in a node shape"
            raise self.shapes.error(shape, f"sh:{parameter.fragment} is not supported {where}")
        elif parameter == SH.uniqueLang:
            if self.shapes.switched(shape, parameter):
                one, other = self.new(), self.new()
                same = f"sameTerm(LCASE(LANG({one})), LCASE(LANG({other})))"
                yield (
                    f"NOT EXISTS {{ {node} {path.sparql} {one} . {node} {path.sparql} {other} "
                    f'FILTER(!sameTerm({one}, {other}) && LANG({one}) != "" && {same}) }}'
                )
        else:
            least, most = self.bounds(shape, parameter)
            if least:
                yield self._at_least(least, node, path, self.counted(shape, parameter))
            if most is not None:
                yield f"(!{self._at_least(most + 1, node, path, self.counted(shape, parameter))})"

    def bounds(self, shape: Node, parameter: rdflib.URIRef) -> tuple[int, int | None]:
        """The least and the greatest number of values that `parameter` allows."""
        number = self.shapes.number(shape, parameter)
        assert number is not None
        return (number, None) if parameter in (SH.minCount, SH.qualifiedMinCount) else (0, number)

    def counted(self, shape: Node, parameter: rdflib.URIRef) -> Callable[[str], str]:
        """The condition on values that count for `parameter` (SHACL, section 4.7.3)."""
        if parameter in (SH.minCount, SH.maxCount):
            return lambda value: "true"
        graph = self.shapes.graph
        qualified = self.shapes.one(shape, SH.qualifiedValueShape)
        if qualified is None:
            raise self.shapes.error(shape, f"sh:{parameter.fragment} needs sh:qualifiedValueShape")
        siblings: set[Node] = set()
        if self.shapes.switched(shape, SH.qualifiedValueShapesDisjoint):
            for parent in graph.subjects(SH.property, shape):
                for part in graph.objects(parent, SH.property):
                    siblings |= set(graph.objects(part, SH.qualifiedValueShape))
        others = sorted(siblings - {qualified}, key=repr)
        return lambda value: " && ".join(
            [self.conforms(qualified, value), *(f"!{self.conforms(other, value)}" for other in others)]
        )

    def _at_least(self, number: int, node: str, path: Path, counted: Callable[[str], str]) -> str:
        if number > _PAIRWISE:
            filled = f"?node {path.sparql} ?value FILTER({counted('?value')})"
            have = frozenset(
                self._nodes(f"SELECT ?node {{ {filled} }} GROUP BY ?node HAVING(COUNT(DISTINCT ?value) >= {number})")
            )
            return f"COALESCE({self._call(lambda one: one in have, node)}, false)"
        values = [self.new() for _ in range(number)]
        steps = " . ".join(f"{node} {path.sparql} {value}" for value in values)
        told = [f"!sameTerm({one}, {other})" for one, other in combinations(values, 2)]
        return f"EXISTS {{ {steps} FILTER({' && '.join([*told, *(counted(value) for value in values)])}) }}"

    def instance(self, node: str, of: str) -> str:
        """The pattern: `node` is an instance of the class `of` or of one below it (SHACL, section 1.1)."""
        kind, classes = self.new(), ", ".join(f"<{one}>" for one in self._subclasses(of))
        return f"{node} a {kind} FILTER({kind} IN ({classes}))"

    def not_allowed(self, shape: Node, prop: str, value: str) -> str:
        """The condition that a closed shape knows nothing of the variable `prop` (SHACL, section 4.8.1)."""
        allowed = {
            path for part in self.shapes.objects(shape, SH.property) for path in self.shapes.objects(part, SH.path)
        }
        for head in self.shapes.objects(shape, SH.ignoredProperties):
            allowed |= set(self.shapes.items(head))
        named = ", ".join(sorted(one.n3() for one in allowed if isinstance(one, rdflib.URIRef)))
        always = f"({prop} = <{RDF.type}> && sameTerm({value}, <{RDFS.Resource}>))"
        return f"{prop} NOT IN ({named}) && !{always}"

    def pairs(self, shape: Node, parameter: rdflib.URIRef, node: str, value: str, path: Path | None) -> Iterator[str]:
        """The patterns for each `value` that breaks what `parameter` asks of two properties (SHACL, section 4.5)."""
        for asked in self.shapes.objects(shape, parameter):
            other = f"{node} {self.constant(shape, asked)}"
            if path is None:
                if parameter not in (SH.equals, SH.disjoint):
                    raise self.shapes.error(shape, f"sh:{parameter.fragment} is for property shapes: give it sh:path")
                same = f"sameTerm({value}, {node})"
                yield f"{other} {value} FILTER({'!' if parameter == SH.equals else ''}{same})"
                if parameter == SH.equals:
                    yield f"BIND({node} AS {value}) FILTER NOT EXISTS {{ {other} {node} }}"
                continue
            own = f"{node} {path.sparql} {value}"
            if parameter == SH.equals:
                yield f"{own} FILTER NOT EXISTS {{ {other} {value} }}"
                yield f"{other} {value} FILTER NOT EXISTS {{ {own} }}"
            elif parameter == SH.disjoint:
                yield f"{own} . {other} {value}"
            else:
                limit = self.new()
                less = self._call(literals.less(parameter == SH.lessThanOrEquals), value, limit)
                yield f"{own} . {other} {limit} FILTER(!{less})"

    def constant(self, shape: Node, term: Node) -> str:
        """The IRI or literal in SPARQL. Raises RuleError for a blank node: the data has none of the same name."""
        if not isinstance(term, (rdflib.URIRef, rdflib.Literal)):
            raise self.shapes.error(shape, "a blank node of the shapes cannot be looked for in the data")
        return term.n3()

    def new(self) -> str:
        """A variable that nothing else uses."""
        return f"?v{next(self._numbers)}"

    def _call(self, test: literals.Test, *arguments: str) -> str:
        name = ox.NamedNode(f"urn:polisgraph:test:{next(self._numbers)}")
        self.functions[name] = lambda *terms: ox.Literal(test(*terms))
        return f"<{name.value}>({', '.join(arguments)})"
