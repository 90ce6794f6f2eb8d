"""Countries: ISO 3166 codes, the IRIs that the graph has for them, and what people call them. Reads no data of ours.

Codes and names are those of CLDR, which Babel brings along; it is imported when a name is needed, for it takes long.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from polisgraph.namespaces import PREFIXES

_LEGACY = {"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"}
"""Codes of countries that are gone or renamed, which CLDR still leads to their successors."""
_PRIVATE = re.compile("AA|Q[M-Z]|X[A-Z]|ZZ")
"""Codes that ISO leaves to whoever wants one."""
_SPECIAL = {"XK": "XKX"}
"""Kosovo has no ISO code; the Publications Office has this one, CLDR another."""
_FIRST = ("de", "en", "fr", "es", "it", "nl")
_FURTHER = (
    *("pl", "pt", "cs", "da", "sv", "fi", "nb", "et", "lv", "lt", "hu", "ro", "bg", "el", "sk", "sl", "hr", "ga", "mt"),
    *("uk", "ru", "tr", "sr", "sq", "mk", "bs", "is", "ca", "eu", "gl", "lb", "ar", "he", "ja", "zh", "ko"),
)
_COMMON = {
    "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "großbritannien": "GB",
    "great britain": "GB", "holland": "NL", "the netherlands": "NL", "usa": "US", "united states of america": "US",
    "czech republic": "CZ", "tschechische republik": "CZ", "brd": "DE", "federal republic of germany": "DE",
    "bundesrepublik deutschland": "DE", "slovak republic": "SK", "republic of ireland": "IE", "turkey": "TR",
    "russian federation": "RU", "republic of korea": "KR", "el": "GR", "d": "DE", "macedonia": "MK",
}  # fmt: skip
"""What people write that CLDR does not have; EL is the European Union's code of Greece, UK its code of the United
Kingdom, D is on cars and letters."""


@cache
def _alpha3() -> dict[str, str]:
    from babel.core import get_global

    aliases = get_global("territory_aliases")
    codes = {
        found[0]: code
        for code, found in aliases.items()
        if len(code) == 3
        and code.isalpha()
        and len(found) == 1
        and code not in _LEGACY
        and not _PRIVATE.fullmatch(found[0])
    }
    return codes | _SPECIAL


@cache
def _alpha2() -> dict[str, str]:
    return {three: two for two, three in _alpha3().items()}


def country_iri(alpha2: str) -> str:
    """Return the IRI of the Publications Office for the country `alpha2` (ISO 3166-1); raise KeyError if unknown."""
    return PREFIXES["country"] + _alpha3()[alpha2]


def code_of(iri: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of the country `iri`; nothing if it is no country that is known."""
    return _alpha2().get(iri.removeprefix(PREFIXES["country"]), "")


def code_named(text: str) -> str:
    """Return the alpha-2 code of the country that `text` means; nothing if it means none.

    `text` is a code of two or three letters, an IRI of the Publications Office, or a name in one of some forty
    languages, in any case.
    """
    return _code_named(_key(text.removeprefix(PREFIXES["country"])))


def name_of(alpha2: str, language: str) -> str:
    """Return what the country is called in `language`, or its code if it has no name there."""
    from babel import Locale

    return str(Locale.parse(language).territories.get(alpha2, alpha2))


@cache
def _code_named(key: str) -> str:
    if key.upper() in _alpha3():
        return key.upper()
    if key.upper() in _alpha2():
        return _alpha2()[key.upper()]
    if key in _COMMON or not key:
        return _COMMON.get(key, "")
    # Most lists are written in one of a few languages; the others are read when these do not do.
    return _named_in(_FIRST).get(key) or _named_in(_FURTHER).get(key, "")


@cache
def _named_in(languages: tuple[str, ...]) -> dict[str, str]:
    return {_key(name): code for language in reversed(languages) for code, name in _territories(language)}


def _territories(language: str) -> Iterator[tuple[str, str]]:
    from babel import Locale, UnknownLocaleError

    try:
        found = Locale.parse(language).territories
    except UnknownLocaleError:  # Babel may leave a language out
        return
    for code, name in found.items():
        if code in _alpha3():
            yield code, name


def _key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
