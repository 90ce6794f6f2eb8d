"""Guesses what a person has left unsaid: which columns hold name and country, which country stands behind a name.

A guess is made only where it is plain; whoever asks must be ready for none.
"""

import re
from collections.abc import Sequence
from itertools import islice

from polisgraph.countries import code_named
from polisgraph.folding import slug_of
from polisgraph.linking.tables import Table

_NAMES = (
    "name", "stadt", "city", "gemeinde", "municipality", "kommune", "ort", "ortsname", "place", "town", "mitglied",
    "member", "signatory", "unterzeichner", "organisation", "organization", "netzwerk", "network", "stadtname",
    "city-name", "name-der-stadt", "member-name", "member-label", "municipality-name", "gemeindename", "kommunenname",
    "label", "bezeichnung", "ville", "commune", "gemeente", "comune", "ciudad", "municipio",
)  # fmt: skip
_COUNTRIES = (
    "country", "land", "staat", "state-country", "country-code", "countrycode", "iso", "iso2", "pays", "paese", "pais",
    "laenderkuerzel",
)  # fmt: skip
_LOOKED_AT = 50
"""Rows whose cells are looked at."""
_LINE = re.compile(r"(?P<name>.*?)\s*[\t;]\s*(?P<country>[^\t;]*)[\t;\s]*")


def name_column(table: Table) -> str:
    """Return the column with the names: the only one there is, or the one whose title says so; otherwise nothing."""
    titles = _titles(table)
    if len(titles) == 1:
        return titles[0]
    return _titled(titles, _NAMES)


def country_column(table: Table) -> str:
    """Return the column with the countries: its title says so and its cells do not deny it; otherwise nothing."""
    title = _titled(_titles(table), _COUNTRIES)
    if not title:
        return ""
    at = table.column(title)
    cells = [row[at] for row in islice(table.rows, _LOOKED_AT) if at < len(row) and row[at].strip()]
    known = sum(1 for cell in cells if code_named(cell))
    # «Land» is also what the states of Germany are called.
    return title if not cells or known * 2 >= len(cells) else ""


def listed(text: str) -> Table:
    """Return a table of the lines of `text`: each a name, maybe with a country behind a tab, a semicolon or a comma."""
    rows = [_line(line) for line in text.splitlines() if line.strip()]
    return Table("", ["name", "country"], rows)


def _line(line: str) -> list[str]:
    found = _LINE.fullmatch(line)
    if found:
        return [found["name"].strip(), found["country"].strip()]
    name, comma, behind = line.rpartition(",")
    # «Frankfurt, Main» has a comma, too.
    return [name.strip(), behind.strip()] if comma and code_named(behind) else [line.strip(), ""]


def _titles(table: Table) -> list[str]:
    return [title.strip() for title in table.header if title.strip()]


def _titled(titles: Sequence[str], words: Sequence[str]) -> str:
    """Return the title that is one of `words`, the first word first; nothing if two columns are called so."""
    slugs = [slug_of(title) for title in titles]
    for word in words:
        if slugs.count(word) == 1:
            return titles[slugs.index(word)]
    return ""
