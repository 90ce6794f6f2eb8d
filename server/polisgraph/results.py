"""Media types of answers and the choice between them. Serialises nothing and reads no request."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Format:
    """One way to write an answer: its media type, and everything else people call it."""

    media_type: str
    names: tuple[str, ...]
    """Short names for `?format=` and file suffixes; the first is the suffix that we write."""
    aliases: tuple[str, ...] = ()
    """Other media types that a client may ask for and that this one serves."""
    parameters: str = ""
    """What the Content-Type header carries besides the media type."""
    only_by_name: bool = False
    """Never chosen for a wildcard: who asks for anything must not get JSON-LD or a web page."""


JSON = Format(
    "application/sparql-results+json",
    ("json", "srj"),
    ("application/json", "application/x-sparql-results+json"),
)
XML = Format("application/sparql-results+xml", ("xml", "srx"), ("application/xml", "text/xml"))
# RFC 4180 §3: a parameter says that the first line is a header, which in SPARQL results it always is.
CSV = Format("text/csv", ("csv",), ("application/csv",), "; charset=utf-8; header=present")
TSV = Format("text/tab-separated-values", ("tsv",), (), "; charset=utf-8")

TURTLE = Format(
    "text/turtle",
    ("ttl", "turtle"),
    ("application/x-turtle", "application/turtle", "text/n3"),
    "; charset=utf-8",
)
N_TRIPLES = Format("application/n-triples", ("nt", "ntriples", "n-triples"), ("text/plain",))
RDF_XML = Format("application/rdf+xml", ("rdf", "rdf/xml", "rdfxml", "xml"), ("application/xml", "text/xml"))
JSON_LD = Format("application/ld+json", ("jsonld", "json-ld", "json"), ("application/json",), only_by_name=True)

HTML = Format("text/html", ("html",), ("application/xhtml+xml",), "; charset=utf-8", only_by_name=True)

RESULT_FORMATS = (JSON, XML, CSV, TSV)
"""Formats of SELECT and ASK, the default first. ASK has no CSV or TSV in the specification; it is a plain
`true` or `false` here, because a client that reads tables should not need a second parser for one word."""
GRAPH_FORMATS = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
"""Formats of CONSTRUCT and DESCRIBE, the default first."""

RESULT_TYPES = tuple(form.media_type for form in RESULT_FORMATS)
GRAPH_TYPES = tuple(form.media_type for form in GRAPH_FORMATS)

_FORMATS = {form.media_type: form for form in (*RESULT_FORMATS, *GRAPH_FORMATS, HTML)}

_ELEMENT = re.compile(r'(?>(?:[^,"]|"(?>(?:[^"\\]|\\.)*)")+)')
_PARAMETER = re.compile(r';\s*([^\s;=]+)\s*=\s*("(?>(?:[^"\\]|\\.)*)"|[^\s;]*)')
_RANGE = re.compile(r"[\w!#$%&'*+.^`|~-]+/[\w!#$%&'*+.^`|~-]+", re.ASCII)
_QUALITY = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?", re.ASCII)


def negotiate(accept: str | None, offered: Sequence[str]) -> str | None:
    """Return the media type of `offered` that an Accept header asks for, or None if it takes none of them.

    Follows RFC 9110 §12.5.1: the most specific range that fits a type gives its quality, the highest quality
    wins; then what was named wins over what a wildcard let in, then the order of `offered`. A missing or
    empty header, or one without any well-formed range, takes the first offer. Parameters other than `q`
    (charset, version, profile) do not matter. JSON-LD and HTML are chosen for a wildcard only if nothing else
    is offered.
    """
    # Few texts come again and again; a long one is nobody's habit, and would only fill the memory.
    choose = _chosen_before if len(accept or "") <= _USUAL else _choose
    return choose(accept or "", tuple(offered))


def _choose(accept: str, offered: tuple[str, ...]) -> str | None:
    ranges = dict(_ranges(accept))
    if not ranges:
        return offered[0]
    open_to_wildcards = [one for one in offered if not _format(one).only_by_name] or offered
    best: tuple[float, bool] = (0.0, False)
    choice = None
    for media_type in offered:
        quality, named = _quality(_format(media_type), ranges)
        if not named and media_type not in open_to_wildcards:
            continue
        if quality > 0 and (quality, named) > best:
            best, choice = (quality, named), media_type
    return choice


_USUAL = 300
_chosen_before = lru_cache(maxsize=512)(_choose)


def by_name(name: str, offered: Iterable[str]) -> str | None:
    """Return the media type of `offered` that a short name, a suffix or a media type stands for, or None."""
    plain = name.partition(";")[0].strip().casefold().removeprefix(".")
    forms = [_format(media_type) for media_type in offered]
    for form in forms:
        if plain == form.media_type or plain in form.names:
            return form.media_type
    return next((form.media_type for form in forms if plain in form.aliases), None)


def content_type(media_type: str) -> str:
    """Return the Content-Type header for `media_type`: text types say their charset."""
    return media_type + _format(media_type).parameters


def suffix(media_type: str) -> str:
    """Return the file suffix of `media_type`, with its dot."""
    return "." + _format(media_type).names[0]


def _format(media_type: str) -> Format:
    return _FORMATS.get(media_type) or Format(media_type, ("bin",))


def _ranges(accept: str) -> Iterable[tuple[str, float]]:
    """Yield the well-formed media ranges of an Accept header with their quality, and pass over the rest."""
    for element in _ELEMENT.findall(accept):
        media_range = element.partition(";")[0].strip().casefold()
        if media_range == "*":  # what Java's HttpURLConnection sends
            media_range = "*/*"
        if not _RANGE.fullmatch(media_range):
            continue
        parameters = {name.casefold(): value for name, value in _PARAMETER.findall(element)}
        quality = parameters.get("q", "1")
        if _QUALITY.fullmatch(quality):
            yield media_range, float(quality)


def _quality(form: Format, ranges: dict[str, float]) -> tuple[float, bool]:
    """Return the quality that `ranges` give to `form`, and whether they name it."""
    if form.media_type in ranges:
        return ranges[form.media_type], True
    named = [ranges[alias] for alias in form.aliases if alias in ranges]
    if named:
        return max(named), True
    kind = form.media_type.partition("/")[0]
    return ranges.get(f"{kind}/*", ranges.get("*/*", 0.0)), False
