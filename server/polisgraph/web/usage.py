"""What each term of the vocabulary is used for: how often, an example, and the reports that ask by it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from polisgraph.errors import ResultTooLarge, TimeLimit
from polisgraph.namespaces import PREFIXES, expand
from polisgraph.reports import Report
from polisgraph.web.language import language
from polisgraph.web.rows import Row
from polisgraph.web.site import site

_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_NAME = re.compile(r"(?<![\w:<])([a-z][a-z0-9]*):([A-Za-z][\w-]*)")


@dataclass
class Usage:
    """The use of one term: how often, an example, and the reports that name it."""

    count: int = 0
    example: Row | None = None
    reports: list[Report] = field(default_factory=list)


def usages() -> dict[str, Usage]:
    """Return the use of each term that is used at all. Where the data is too large to count, examples are left out."""
    found: dict[str, Usage] = {}
    for query in ("class-examples", "property-examples"):
        try:
            rows = site().ask(query, lang=language()).rows
        except (TimeLimit, ResultTooLarge):
            continue
        for row in rows:
            use = found.setdefault(row["term"].value, Usage())
            use.count, use.example = int(row["count"].value), row
    for term, reports in terms_of(site().reports).items():
        found.setdefault(term, Usage()).reports = reports
    return found


def asking_by(term: str) -> dict[str, Report]:
    """Return the reports of the site that name a term (`pg:Network`), by their names; none for what is no term."""
    try:
        iri = expand(term)
    except KeyError:
        return {}
    return {report.name: report for report in terms_of(site().reports).get(iri, ())}


def terms_of(reports: Mapping[str, Report]) -> dict[str, list[Report]]:
    """Return the reports that name each term, by the term's IRI."""
    found: dict[str, list[Report]] = {}
    for report in sorted(reports.values(), key=lambda each: each.title[language()]):
        names = {match.groups() for match in _NAME.finditer(_COMMENT.sub("", report.text))}
        for prefix, local in names:
            if prefix in PREFIXES:
                found.setdefault(PREFIXES[prefix] + local, []).append(report)
    return found
