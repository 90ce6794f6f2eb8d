"""Says dates and numbers as the reader's language does. Knows no entity and no page."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from polisgraph.web.language import language

_LOCALES: Mapping[str, str] = {"de": "de_DE", "en": "en_GB"}
_TONGUES = "http://publications.europa.eu/resource/authority/language/"
_CODES = {"DEU": "de", "ENG": "en", "FRA": "fr", "ITA": "it", "NLD": "nl", "POL": "pl", "SPA": "es"}
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


def moment(text: str) -> str:
    """Return an ISO 8601 time with its zone as day and minute of UTC; what is none comes back as it was."""
    try:
        value = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return text
    return f"{day(value.isoformat())}, {value:%H:%M} UTC"


def number(text: str | int, at_least: int = 0) -> str:
    """Return a decimal number with the reader's marks, all its digits kept; what is none comes back as it was.

    There are `at_least` so many places behind the mark, for numbers that stand below one another.
    """
    from babel.numbers import format_decimal

    try:
        value = Decimal(text)
    except InvalidOperation:
        return str(text)
    if not value.is_finite():
        return str(text)
    places = max(len(f"{value:f}".partition(".")[2]), at_least)
    return str(format_decimal(value, "#,##0" + "." * bool(places) + "0" * places, locale=_locale()))


def tongue(iri: str) -> str:
    """Return what the reader calls a language of the EU's table of languages; nothing for what is not known here."""
    from babel import Locale

    code = _CODES.get(iri.removeprefix(_TONGUES)) if iri.startswith(_TONGUES) else None
    return str(Locale.parse(_locale()).languages[code]) if code else ""


def size(octets: int) -> str:
    """Return a number of bytes in kB or MB of the International System of Units, with one digit behind the mark."""
    from babel.numbers import format_decimal

    value, unit = (octets / 1e6, "MB") if octets >= 999_950 else (octets / 1e3, "kB")
    return f"{format_decimal(value, '#,##0.0', locale=_locale())}\N{NO-BREAK SPACE}{unit}"


def _locale() -> str:
    return _LOCALES[language()]
