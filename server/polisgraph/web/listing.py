"""Finds reports by words and tags, forgiving of spelling. Answers none of them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from polisgraph.folding import slug_of
from polisgraph.reports import Report
from polisgraph.web.language import N_

TAGS = {
    "bodies": N_("Bodies"),
    "commitments": N_("Commitments"),
    "comparison": N_("Comparison"),
    "contact": N_("Contact"),
    "contradictions": N_("Contradictions"),
    "country": N_("Countries"),
    "dates": N_("Dates"),
    "figures": N_("Figures"),
    "members": N_("Members"),
    "municipality": N_("Municipalities"),
    "names": N_("Names"),
    "network": N_("Networks"),
    "offices": N_("Offices"),
    "partnerships": N_("Partnerships"),
    "people": N_("People"),
    "provenance": N_("Origin"),
    "quality": N_("Quality"),
    "ranking": N_("Ranking"),
    "secretariat": N_("Secretariats"),
    "sources": N_("Sources"),
    "statistics": N_("Statistics"),
    "structure": N_("Structure"),
    "themes": N_("Themes"),
    "time": N_("Time"),
    "units": N_("Units"),
    "validation": N_("Validation"),
    "wikidata": N_("Wikidata"),
}
"""What the tags of the shipped reports are called on pages. One that is not here is shown as it is."""

_ALIKE = 80
"""How alike a word must be to one of a report, of 100, if no report has it as it was typed."""


def found(reports: Mapping[str, Report], words: str, tag: str, language: str) -> list[Report]:
    """Return the reports with `tag` and all `words`, in titles before elsewhere, then by title.

    An empty tag or no words ask for nothing. Words are looked for in the titles, descriptions and columns in
    `language`, in the names and in the tags, in any case and without accents; if none has them all, for words alike.
    """
    tagged = [report for report in reports.values() if not tag or tag in report.tags]
    tagged.sort(key=lambda report: slug_of(report.title[language]))
    wanted = [word for word in slug_of(words[:200]).split("-") if word]
    if not wanted:
        return tagged
    texts = {report.name: _text(report, language) for report in tagged}
    exact = [report for report in tagged if all(word in texts[report.name] for word in wanted)]
    fitting = exact or [r for r in tagged if all(_has_alike(texts[r.name].split("-"), word) for word in wanted)]
    titles = {report.name: slug_of(report.title[language]) for report in fitting}
    return sorted(fitting, key=lambda report: -sum(word in titles[report.name] for word in wanted))


def tags(reports: Mapping[str, Report]) -> list[tuple[str, int]]:
    """Return the tags that several reports have, with the number of these, the most frequent first."""
    times = Counter(tag for report in reports.values() for tag in report.tags)
    return sorted(((tag, n) for tag, n in times.items() if n > 1), key=lambda pair: (-pair[1], pair[0]))


def _text(report: Report, language: str) -> str:
    labels = (column.label[language] for column in report.columns)
    return slug_of(" ".join((report.title[language], report.description[language], report.name, *report.tags, *labels)))


def _has_alike(texts: Sequence[str], word: str) -> bool:
    return any(fuzz.ratio(word, text) >= _ALIKE for text in texts)
