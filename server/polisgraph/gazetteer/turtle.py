"""Writes the gazetteer as Turtle: a line a place, in the order of keys, always the same bytes. Reads no table."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from polisgraph.countries import country_iri, name_of
from polisgraph.errors import SourceError
from polisgraph.gazetteer.rows import Row
from polisgraph.namespaces import PREFIXES, shorten

_HEAD = Path(__file__).with_name("head.ttl")
"""What stands before the places: what the gazetteer is, its licences, and the sources that only it cites."""
_STATES = re.compile(r"DE-[A-Z]{2}")


def write(path: Path, rows: Sequence[Row], names: Mapping[str, Sequence[str]]) -> int:
    """Write the places `rows` with further `names` (by GeoNames number) to `path`; return the size in bytes.

    The file appears whole or not at all. Raises SourceError if it cannot be written, or if the table does not tell
    which region of NUTS 1 a subdivision is.
    """
    states = _states(rows)
    lines = (_line(row, states, names.get(row.geonames, ())) for row in rows)
    countries = map(_country, sorted({row.country for row in rows}))
    content = (_HEAD.read_text(encoding="utf-8") + "\n" + "".join([*countries, *lines])).encode()
    try:
        _replace(path, content)
    except OSError as error:
        raise SourceError(f"cannot be written: {error.strerror}; what was there stays", path) from None
    return len(content)


def _replace(path: Path, content: bytes) -> None:
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), 0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _states(rows: Sequence[Row]) -> dict[str, str]:
    """Return the NUTS 1 code of each German subdivision, as the places in it have it."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.subdivision:
            found.setdefault(row.subdivision, set()).update({row.nuts3[:3]} - {""})
    for subdivision, codes in found.items():
        if len(codes) != 1 or not _STATES.fullmatch(subdivision):
            told = ", ".join(sorted(codes)) or "none"
            raise SourceError(
                f"column subdivision: {subdivision} must be a German state whose places lie in one region of NUTS 1;"
                f" by column nuts3 it is {told}",
                Path("nuts3"),
            )
    return {subdivision: min(codes) for subdivision, codes in found.items()}


def _country(code: str) -> str:
    iri = country_iri(code)
    labels = ",".join(f"{_text(name_of(code, language))}@{language}" for language in ("de", "en"))
    iso = iri.removeprefix(PREFIXES["country"])
    return f"{shorten(iri)} a pg:Territory;skos:prefLabel {labels};pg:isoCode {_text(iso)};dct:source src:cldr.\n"


def _line(row: Row, states: Mapping[str, str], names: Sequence[str]) -> str:
    said = ";".join(f"{prop} {value}" for prop, value in _statements(row, states, names))
    return f"place:{row.key} {said}.\n"


def _statements(row: Row, states: Mapping[str, str], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "a", "pg:GazetteerEntry"
    yield "skos:prefLabel", _text(row.name)
    if names:
        yield "skos:altLabel", ",".join(map(_text, names))
    yield "pg:country", shorten(country_iri(row.country))
    if row.subdivision:
        yield "pg:state", shorten(PREFIXES["nuts"] + states[row.subdivision])
    for prop, value in (("ags", row.ags), ("lau", row.lau), ("nuts3", row.nuts3), ("geonames", row.geonames)):
        if value:
            yield f"pg:{prop}", _text(value)
    yield "wgs84:lat", row.lat
    yield "wgs84:long", row.lon
    yield "pg:coordinatesFrom", f"src:{row.coordinates_from}"
    if row.qid:
        yield "pg:wikidata", f"wd:{row.qid}"
    if row.candidates:
        yield "pg:wikidataCandidate", ",".join(f"wd:{item}" for item in row.candidates)
    if row.tier:
        yield "pg:linkTier", f"tier:{row.tier.lower()}"
    if row.sources:
        yield "dct:source", ",".join(f"src:{source}" for source in row.sources)


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
