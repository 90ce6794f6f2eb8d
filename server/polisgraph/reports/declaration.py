"""Reads what a report's file says on its parameters, and the samples in the query. Binds nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from polisgraph.errors import BadParameter
from polisgraph.namespaces import BASE, PREFIXES, expand
from polisgraph.reports.blocks import Block
from polisgraph.reports.metadata import Value
from polisgraph.reports.model import KINDS, LANGUAGE, Choice, Parameter
from polisgraph.reports.values import literal
from polisgraph.tokens import tokens

_NAME = re.compile(r"[a-z][a-z0-9_]*")
# What the address of a report means otherwise, or what the program that builds addresses takes by these names.
_RESERVED = ("lang", "format", "excel", "sort", "page", "timeout", "name", "ending", "endpoint")
_KEYS_OF_ALL = ("kind", "label", "help", "optional", "multiple")
_KEYS_OF_KIND = {
    "entity": ("class", "namespace"),
    "concept": ("scheme",),
    "integer": ("min", "max"),
    "choice": ("choices",),
}

Sample = tuple[NamedNode | Literal | None, ...]
"""What a block holds; None is UNDEF."""


@dataclass(frozen=True)
class _Samples:
    """The blocks of a query, and its PREFIX lines, with which the engine reads what stands in them."""

    text: str
    blocks: Sequence[Block]
    prologue: str

    def of(self, name: str, said: Value) -> tuple[Sample, Value]:
        """Return what the blocks of a variable hold, all the same, and `said` with the line of the first."""
        own = [block for block in self.blocks if block.variable == name]
        if not own:
            raise said.error(f"there is no block VALUES ?{name} {{ … }}; add one first in each group that uses it")
        samples = [self._terms(block) for block in own]
        for sample, block in zip(samples, own, strict=True):
            if sample != samples[0]:
                message = f"the blocks VALUES ?{name} {{ … }} differ; write the same sample into each"
                raise self._at(said, block).error(message)
        return samples[0], self._at(said, own[0])

    def _at(self, said: Value, block: Block) -> Value:
        return replace(said, line=self.text.count("\n", 0, block.start) + 1)

    def _terms(self, block: Block) -> Sample:
        content = self.text[block.start : block.end]
        solutions = Store().query(f"{self.prologue}SELECT ?x {{ VALUES ?x {{ {content} }} }}")
        found = (solution["x"] for solution in cast(QuerySolutions, solutions))
        return tuple(term if isinstance(term, NamedNode | Literal) else None for term in found)


def read_parameters(head: Value, text: str, blocks: Sequence[Block]) -> tuple[Parameter, ...]:
    """Return the parameters that `head` declares, with their samples from the query `text`, and `lang` last.

    Raises RuleError, with file and line, for a declaration that is not whole, a parameter without a block,
    or a sample that is not of the parameter's kind.
    """
    found = list(tokens(text))
    prefixes = [
        f"PREFIX {prefix.text} {iri.text}\n"
        for keyword, prefix, iri in zip(found, found[1:], found[2:], strict=False)
        if keyword.text.upper() == "PREFIX"
    ]
    samples = _Samples(text, blocks, "".join(prefixes))
    declared = head.mapping()["parameters"].mapping() if "parameters" in head.mapping() else {}
    parameters = [_parameter(name, said, samples) for name, said in declared.items()]
    sample, place = samples.of("lang", head)
    if sample != (Literal("de"),):
        raise place.error('every report has the parameter ?lang: write VALUES ?lang { "de" }')
    return (*parameters, LANGUAGE)


def _parameter(name: str, said: Value, samples: _Samples) -> Parameter:
    kind = said.need("kind").word()
    if kind not in KINDS:
        raise said.error(f"{kind!r} is no kind of parameter; the kinds are {', '.join(KINDS)}")
    if not _NAME.fullmatch(name) or name in _RESERVED:
        taken = ", ".join(_RESERVED)
        raise said.error(f"{name!r} cannot name a parameter; take lower case with _, and none of {taken}")
    said.mapping((*_KEYS_OF_ALL, *_KEYS_OF_KIND.get(kind, ())))
    parameter = Parameter(
        name=name,
        kind=kind,
        label=said.need("label").text(),
        help=said.need("help").text(),
        optional=said.flag("optional"),
        multiple=said.flag("multiple"),
        class_iri=PREFIXES["skos"] + "Concept" if kind == "concept" else _named(said, "class"),
        namespace=_namespace(said, kind),
        minimum=said.number("min"),
        maximum=said.number("max"),
        choices=_choices(said.need("choices")) if kind == "choice" else (),
    )
    sample, place = samples.of(name, said)
    return _with_sample(parameter, place, sample)


def _named(said: Value, key: str) -> str | None:
    found = said.mapping().get(key)
    if found is None:
        return None
    try:
        return expand(found.word())
    except KeyError:
        raise found.error(f"{key}: write a name with a prefix of namespaces.py, or an IRI") from None


def _namespace(said: Value, kind: str) -> str | None:
    if kind == "concept":
        return f"{BASE}id/{said.need('scheme').word()}/"
    found = said.mapping().get("namespace")
    if found is None:
        return None
    if found.content not in PREFIXES:
        raise found.error(f"{found.content!r} is no prefix of namespaces.py")
    return PREFIXES[found.word()]


def _choices(said: Value) -> tuple[Choice, ...]:
    choices: list[Choice] = []
    for value, labels in said.mapping().items():
        labels.mapping(("de", "en", "iri"))
        label = {language: labels.need(language).word() for language in ("de", "en")}
        choices.append(Choice(value, label, _named(labels, "iri")))
    return tuple(choices)


def _with_sample(parameter: Parameter, place: Value, sample: Sample) -> Parameter:
    """Return `parameter` with its sample in a visitor's words; raise RuleError if it is not of its kind."""
    block = f"VALUES ?{parameter.name} {{ … }}"
    if parameter.optional:
        if sample != (None,):
            raise place.error(f"{parameter.name} is optional: write UNDEF into {block}, the report without it")
        return parameter
    if None in sample or not sample or (len(sample) > 1 and not parameter.multiple):
        raise place.error(f"write one sample value into {block}" + ", or several" * parameter.multiple)
    words = tuple(_word(parameter, place, term) for term in sample if term is not None)
    return replace(parameter, sample=words)


def _word(parameter: Parameter, place: Value, term: NamedNode | Literal) -> str:
    wrong = place.error(f"the sample {term} of {parameter.name} is not of the kind {parameter.kind}")
    if parameter.is_entity:
        if not isinstance(term, NamedNode) or not term.value.startswith(parameter.namespace or ""):
            raise wrong
        kind_and_slug = term.value.removeprefix(BASE + "id/")
        return kind_and_slug.split("/", 1)[-1] if parameter.class_iri and kind_and_slug != term.value else term.value
    word = next((choice.value for choice in parameter.choices if choice.iri == term.value), term.value)
    try:
        if literal(parameter, word) != term:
            raise wrong
    except BadParameter:
        raise wrong from None
    return word
