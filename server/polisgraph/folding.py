"""Folds names so that spelling does not matter: lower case ASCII. Knows nothing of places, entities or queries."""

import re
import unicodedata

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WHOLE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "æ": "ae", "œ": "oe"})
"""Letters that Unicode does not take apart into a letter of ASCII and a mark."""


def slug_of(text: str) -> str:
    """Return `text` as a slug would write it: lower case ASCII letters, digits, and hyphens for all else."""
    return re.sub(r"[^a-z0-9]+", "-", folded(text)).strip("-")


def folded(text: str) -> str:
    """Return `text` in lower case and ASCII, German umlauts as two letters, other letters without their marks."""
    return without_marks(unicodedata.normalize("NFC", text).casefold().translate(_GERMAN))


def without_marks(text: str) -> str:
    """Return `text`, in lower case, in ASCII, each letter without its marks: ö as o."""
    return unicodedata.normalize("NFKD", text.translate(_WHOLE)).encode("ascii", "ignore").decode()
