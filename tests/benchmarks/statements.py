"""Turtle for the things of a synthetic world, one line a thing. What is true is decided in `synthetic`."""

import hashlib
from collections.abc import Iterable

from polisgraph.namespaces import BASE, PREFIXES

_USED = (
    "area", "basis", "body", "claim", "commitment", "country", "cv", "dct", "event", "foaf", "indicator", "kind",
    "measure", "mun", "net", "org", "organization", "person", "pg", "point", "post", "qualifier", "role", "skos", "src",
    "status", "ten", "territory", "theme", "unit", "void", "wd", "wgs84", "xsd",
)  # fmt: skip
HEADER = (
    "# Synthetic: made up by a program for benchmarks. Nothing here is about a real place, organisation or person.\n\n"
    + "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in _USED)
    + "\n"
)
GRAPHS = f"{BASE}graph/data/synthetic/"


def thing(subject: str, class_: str, *pairs: str) -> str:
    """Return the Turtle of `subject`, of class `pg:…` or another prefixed name; empty pairs are left out."""
    kind = class_ if ":" in class_ else f"pg:{class_}"
    return " ; ".join((f"{subject} a {kind}", *(pair for pair in pairs if pair))) + " .\n"


def said(source: str, *places: str) -> str:
    """Return who says so, and where in the document."""
    found = " , ".join(f'"{place}"' for place in places)
    return f"dct:source {source} ; pg:locator {found}"


def both(prefix: str, german: str, english: str) -> str:
    return f'{prefix} "{german}"@de , "{english}"@en'


def moment(predicate: str, text: str) -> str:
    """Return `predicate` with a year, month or day in its datatype; nothing for an empty text."""
    if not text:
        return ""
    kind = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(text)]
    return f'{predicate} "{text}"^^xsd:{kind}'


def listed(predicate: str, values: Iterable[str]) -> str:
    joined = " , ".join(values)
    return f"{predicate} {joined}" if joined else ""


def page(source: str, title: str, publisher: str, retrieved: str) -> str:
    """Return a web page as a source. Its checksum is that of its name: there is no such page."""
    digest = hashlib.sha256(source.encode()).hexdigest()
    return thing(
        source,
        "WebPage",
        both("skos:prefLabel", title, title),
        f'dct:title "{title}"@en',
        f"dct:publisher {publisher}",
        "dct:language <http://publications.europa.eu/resource/authority/language/ENG>",
        f'dct:identifier "{source.removeprefix("src:")}" ; pg:sha256 "{digest}"',
        moment("pg:retrievedOn", retrieved),
    )


def tenure(number: str, class_: str, member: str, organization: str, role: str, *more: str) -> str:
    """Return one source's statement on a membership or office; `more` are its dates and who says so."""
    return thing(
        f"ten:synthetic-{number}",
        class_,
        f"org:member {member} ; org:organization {organization} ; org:role role:{role}",
        *more,
    )


def marking(names: Iterable[str], seed: int, counts: str) -> str:
    """Return the description that marks the synthetic graphs as such, as a whole and one by one."""
    whole = thing(
        f"<{BASE}dataset/synthetic>",
        "void:Dataset",
        both("dct:title", "Künstliche Daten für Messungen", "Synthetic data for benchmarks"),
        both(
            "dct:description",
            f"Von einem Programm erfunden (Startwert {seed}): {counts}. Nichts davon ist wahr.",
            f"Made up by a program (seed {seed}): {counts}. Nothing of it is true.",
        ),
        "dct:license <https://creativecommons.org/publicdomain/zero/1.0/>",
        f'void:uriSpace "{BASE}id/"',
    )
    parts = (
        thing(
            f"<{GRAPHS}{name}>",
            "void:Dataset",
            both("dct:title", f"Künstliche Daten: {name}", f"Synthetic data: {name}"),
            "dct:source src:synthetic-generator",
        )
        for name in names
    )
    generator = thing(
        "src:synthetic-generator",
        "ReferenceDataset",
        both("dct:title", "Programm für künstliche Daten", "Generator of synthetic data"),
        f'dct:identifier "tests.benchmarks.generate, seed {seed}"',
        "dct:license <https://creativecommons.org/publicdomain/zero/1.0/>",
    )
    return whole + generator + "".join(parts)
