"""Says dates and numbers as the reader's language does. Knows no entity and no page."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from polisgraph.web.language import language

_LOCALES: Mapping[str, str] = {"de": "de_DE", "en": "en_GB"}
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]+)?(?:Z|[+-]\d{2}:\d{2})?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def day(text: str) -> str:
    """Return an `xsd:date`, `xsd:dateTime`, `xsd:gYearMonth` or `xsd:gYear` in words, as precise as it is.

    What is none of these, or no day of the calendar, comes back as it was.
    """
    # Imported here, as the command line loads the site without ever showing a page.
    from babel.dates import format_skeleton

    try:
        if found := _DAY.fullmatch(text):
            return str(format_skeleton("yMMMd", date(*map(int, found.groups())), locale=_locale()))
        if found := _MONTH.fullmatch(text):
            return str(format_skeleton("yMMM", date(int(found[1]), int(found[2]), 1), locale=_locale()))
    except ValueError:
        return text
    return text


def number(text: str) -> str:
    """Return a decimal number with the reader's marks, all its digits kept; what is none comes back as it was."""
    from babel.numbers import format_decimal

    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite():
        return text
    places = len(f"{value:f}".partition(".")[2])
    return str(format_decimal(value, "#,##0" + "." * bool(places) + "0" * places, locale=_locale()))


def _locale() -> str:
    return _LOCALES[language()]
