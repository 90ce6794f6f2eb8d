"""What results say to people, in German and English: the messages of the shapes, or our own where they have none."""

import re
from collections.abc import Mapping

import rdflib
from rdflib.namespace import SH

from polisgraph.namespaces import shorten
from polisgraph.validate.questions import Result
from polisgraph.validate.shapes import Node, Shapes
from polisgraph.validate.sparql import COMPONENT

_IRI = re.compile(r"https?://[^\s,;:()]+[^\s,;:().]")

_OWN = {
    "Class": ("gehört nicht zur Klasse {}", "is not of the class {}"),
    "Datatype": ("ist kein Wert des Datentyps {}", "is no value of the datatype {}"),
    "NodeKind": ("ist nicht von der Art {}", "is not of the kind {}"),
    "MinCount": ("weniger als {} Werte", "fewer than {} values"),
    "MaxCount": ("mehr als {} Werte", "more than {} values"),
    "MinExclusive": ("ist nicht größer als {}", "is not greater than {}"),
    "MinInclusive": ("ist kleiner als {}", "is less than {}"),
    "MaxExclusive": ("ist nicht kleiner als {}", "is not less than {}"),
    "MaxInclusive": ("ist größer als {}", "is greater than {}"),
    "MinLength": ("ist kürzer als {} Zeichen", "is shorter than {} characters"),
    "MaxLength": ("ist länger als {} Zeichen", "is longer than {} characters"),
    "Pattern": ("entspricht nicht dem Muster {}", "does not match the pattern {}"),
    "LanguageIn": ("ist in keiner der erlaubten Sprachen", "is in none of the allowed languages"),
    "UniqueLang": ("zwei Werte in derselben Sprache", "two values in the same language"),
    "Equals": ("steht nicht auch bei {}", "is not also a value of {}, or the other way round"),
    "Disjoint": ("steht auch bei {}", "is also a value of {}"),
    "LessThan": ("ist nicht kleiner als die Werte von {}", "is not less than the values of {}"),
    "LessThanOrEquals": ("ist größer als die Werte von {}", "is greater than the values of {}"),
    "Not": ("hat die Form, die es nicht haben darf", "conforms to the shape that it must not conform to"),
    "And": ("hat nicht alle verlangten Formen", "does not conform to all shapes that are asked for"),
    "Or": ("hat keine der verlangten Formen", "conforms to none of the shapes that are asked for"),
    "Xone": ("hat nicht genau eine der verlangten Formen", "does not conform to exactly one of the shapes"),
    "Node": ("hat nicht die Form {}", "does not conform to the shape {}"),
    "QualifiedMinCount": ("weniger als {} Werte der verlangten Form", "fewer than {} values of the shape asked for"),
    "QualifiedMaxCount": ("mehr als {} Werte der verlangten Form", "more than {} values of the shape asked for"),
    "Closed": ("diese Eigenschaft gehört nicht hierher", "this property does not belong here"),
    "HasValue": ("der verlangte Wert {} fehlt", "the value {} is missing"),
    "In": ("ist keiner der erlaubten Werte", "is none of the allowed values"),
    "SPARQL": ("verletzt die Regel", "breaks the rule"),
}


class Messages:
    """Finds what to say; what is the same for every result of a part is made once and shared."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._known: dict[tuple[Node, str, Node | None], Mapping[str, str]] = {}
        self._names: dict[Node, Mapping[str, str]] = {}

    def name(self, shape: Node) -> Mapping[str, str]:
        """The name of a shape by language (de, en); its IRI if it has none."""
        if shape not in self._names:
            by_language = {str(one.language): str(one) for one in self._literals(shape, SH.name)}
            self._names[shape] = _both(by_language) or {"de": str(shape), "en": str(shape)}
        return self._names[shape]

    def message(self, result: Result) -> Mapping[str, str]:
        """What `result` says, by language (de, en), with the values that its query found filled in."""
        key = (result.part, result.component, result.source)
        if key not in self._known:
            self._known[key] = self._templates(*key)
        templates = self._known[key]
        if result.component != COMPONENT:
            return templates
        return {language: _fill(template, dict(result.bound)) for language, template in templates.items()}

    def _templates(self, part: Node, component: str, source: Node | None) -> Mapping[str, str]:
        own = self._literals(source, SH.message) if source is not None else []
        by_language: dict[str, str] = {}
        for one in own + self._literals(part, SH.message):
            by_language.setdefault(str(one.language), str(one))
        return _both(by_language) or self._generic(part, component)

    def _generic(self, part: Node, component: str) -> Mapping[str, str]:
        kind = component.removeprefix(str(SH)).removesuffix("ConstraintComponent")
        asked = self._shapes.graph.value(part, rdflib.URIRef(f"{SH}{kind[0].lower()}{kind[1:]}"))
        shown = "…" if isinstance(asked, rdflib.BNode) else str(asked)
        german, english = _OWN.get(kind, ("verletzt {}", "breaks {}"))
        return {"de": _IRI.sub(_short, german.format(shown)), "en": _IRI.sub(_short, english.format(shown))}

    def _literals(self, part: Node, parameter: rdflib.URIRef) -> list[rdflib.Literal]:
        found = self._shapes.objects(part, parameter)
        return [one for one in found if isinstance(one, rdflib.Literal)]


def _fill(template: str, bound: Mapping[str, str]) -> str:
    for name, value in bound.items():
        template = template.replace(f"{{?{name}}}", value).replace(f"{{${name}}}", value)
    return _IRI.sub(_short, template)


def _short(iri: re.Match[str]) -> str:
    return shorten(iri[0])


def _both(known: Mapping[str, str]) -> Mapping[str, str]:
    """Fill a language that is missing from the other, or from whichever there is."""
    if not known:
        return {}
    any_language = known[min(known)]
    return {
        "de": known.get("de") or known.get("en") or any_language,
        "en": known.get("en") or known.get("de") or any_language,
    }
