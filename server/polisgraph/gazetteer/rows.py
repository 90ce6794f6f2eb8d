"""Reads the table of places and checks every cell of it. Writes nothing."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from polisgraph.countries import country_iri
from polisgraph.errors import SourceError

COLUMNS = (
    "qid", "unconfirmed_qid", "name", "country_iso2", "subdivision", "ags", "lau", "nuts3",
    "geonames_id", "lat", "lon", "coord_source", "tier", "sources",
)  # fmt: skip

SOURCES = {
    "gemeindewappen": "gemeindewappen",
    "nwbib": "nwbib",
    "covid19od": "covid-19-open-data",
    "wikidata-mayors": "wikidata-mayors",
    "okfde-bayern": "okfde-bayern",
    "okfde-sachsen-anhalt": "okfde-sachsen-anhalt",
    "nsi": "name-suggestion-index",
    "openclimate": "openclimate",
    "locodebot": "locodebot",
    "dr5hn-agrees": "countries-states-cities",
    "kreis-seat": "gemeindewappen-landkreise",
}
"""What the table calls a source of an item, and the end of our IRI for it. After a colon a source may say more."""

COORDINATE_SOURCES = {"wikidata": "wikidata", "vg250-interior-point": "vg250", "geonames": "geonames"}

_FORMS = {
    "qid": (r"(Q[1-9][0-9]*)?", "a Wikidata item such as Q365, or nothing"),
    "unconfirmed_qid": (r"(Q[1-9][0-9]*(\|Q[1-9][0-9]*)*)?", "Wikidata items such as Q365, joined by |, or nothing"),
    "name": (r"\S(.*\S)?", "a name without blanks around it"),
    "country_iso2": (r"[A-Z]{2}", "two capital letters such as DE"),
    "subdivision": (r"([A-Z]{2}-[A-Z0-9]{1,3})?", "an ISO 3166-2 code such as DE-NW, or nothing"),
    "ags": (r"((0[1-9]|1[0-6])[0-9]{6})?", "eight digits such as 05315000, read as text, or nothing"),
    "lau": (r"[A-Z0-9_]{0,13}", "a LAU code, read as text, or nothing"),
    "nuts3": (r"([A-Z]{2}[A-Z0-9]{3})?", "a NUTS 3 code such as DEA23, or nothing"),
    "geonames_id": (r"([1-9][0-9]*)?", "a GeoNames number such as 2886242, or nothing"),
    "lat": (r"-?[0-9]{1,2}\.[0-9]+", "degrees with a decimal point such as 50.94222"),
    "lon": (r"-?[0-9]{1,3}\.[0-9]+", "degrees with a decimal point such as 6.95778"),
    "coord_source": ("|".join(COORDINATE_SOURCES), "one of " + ", ".join(COORDINATE_SOURCES)),
    "tier": ("[ABCU]?", "A, B or C with a qid, U with an unconfirmed_qid, or nothing"),
}


@dataclass(frozen=True)
class Row:
    """A place of the table; what it does not have is empty. `sources` are ends of our IRIs, `candidates` items."""

    name: str
    country: str
    subdivision: str
    ags: str
    lau: str
    nuts3: str
    geonames: str
    lat: str
    lon: str
    coordinates_from: str
    qid: str
    candidates: tuple[str, ...]
    tier: str
    sources: tuple[str, ...]

    @property
    def key(self) -> str:
        """The end of the IRI: the municipality key, or else the GeoNames number."""
        return f"ags-{self.ags}" if self.ags else f"geonames-{self.geonames}"


def read_rows(path: Path) -> list[Row]:
    """Return the places of the CSV file `path` (UTF-8, commas, the header `COLUMNS`), in the order of their keys.

    Raises SourceError with the row and the column of the first cell that is not as it must be, and what to do.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(_rows(path, file))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path) from None
    except UnicodeDecodeError as error:
        raise SourceError(f"is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8", path) from None
    except csv.Error as error:
        raise SourceError(f"is no CSV: {error}", path) from None
    if not rows:
        raise SourceError("has no places: there must be a row for each below the header", path)
    return sorted(rows, key=lambda row: row.key)


def _rows(path: Path, file: Iterator[str]) -> Iterator[Row]:
    reader = csv.reader(file, strict=True)
    header = next(reader, [])
    if sorted(header) != sorted(COLUMNS):
        missing, unknown = sorted(set(COLUMNS) - set(header)), sorted(set(header) - set(COLUMNS))
        told = [f"missing: {', '.join(missing)}"] * bool(missing) + [f"unknown: {', '.join(unknown)}"] * bool(unknown)
        raise SourceError(f"is not a table of places; {'; '.join(told) or 'a column stands there twice'}", path, 1)
    taken: dict[tuple[str, str], int] = {}
    for number, cells in enumerate(reader, start=2):
        if len(cells) != len(header):
            raise SourceError(
                f"row {number} has {len(cells)} cells, the header has {len(header)}; is a comma or quote missing?",
                path, reader.line_num,
            )  # fmt: skip
        cell = dict(zip(header, cells, strict=True))
        problem = _problem(cell) or _repeated(cell, number, taken)
        if problem:
            column, message = problem
            raise SourceError(f"row {number}, column {column}: {message}", path, reader.line_num)
        yield _row(cell)


def _problem(cell: dict[str, str]) -> tuple[str, str] | None:
    """Return the column of a row that is wrong, and what to do."""
    for column, (form, accepted) in _FORMS.items():
        if not re.fullmatch(form, cell[column]):
            return column, f"{cell[column]!r} is not {accepted}"
    name = cell["name"]
    if not name.isprintable() or not unicodedata.is_normalized("NFC", name):
        return "name", f"{name!r} has control characters or is not in the normal form NFC; normalise it"
    try:
        country_iri(cell["country_iso2"])
    except KeyError:
        return "country_iso2", f"{cell['country_iso2']!r} is no country of ISO 3166-1; correct it"
    if abs(float(cell["lat"])) > 90 or abs(float(cell["lon"])) > 180:
        return "lat", f"{cell['lat']}, {cell['lon']} is no place on earth; are latitude and longitude exchanged?"
    if not (cell["ags"] or cell["geonames_id"]):
        return "geonames_id", "the place has neither ags nor geonames_id; give one, its IRI is made of it"
    if cell["ags"] and cell["country_iso2"] != "DE":
        return "ags", "only municipalities in Germany (DE) have one; correct it or country_iso2"
    if bool(cell["qid"]) != (cell["tier"] in ("A", "B", "C")):
        return "tier", "A, B and C belong to a qid, and each has one; a doubtful one goes into unconfirmed_qid"
    if bool(cell["unconfirmed_qid"]) != (cell["tier"] == "U"):
        return "tier", "U belongs to an unconfirmed_qid, and each unconfirmed_qid has it"
    unknown = [name for name in _names(cell["sources"]) if name not in SOURCES]
    if unknown:
        return "sources", f"{unknown[0]!r} is not known; known are {', '.join(SOURCES)}"
    return None


def _repeated(cell: dict[str, str], number: int, taken: dict[tuple[str, str], int]) -> tuple[str, str] | None:
    for column in ("ags", "geonames_id", "qid"):
        before = taken.setdefault((column, cell[column]), number) if cell[column] else number
        if before != number:
            return column, f"{cell[column]} stands in row {before} too; one of the two is wrong"
    return None


def _names(sources: str) -> list[str]:
    return [part.partition(":")[0].strip() for part in sources.split("+")] if sources else []


def _row(cell: dict[str, str]) -> Row:
    return Row(
        name=cell["name"],
        country=cell["country_iso2"],
        subdivision=cell["subdivision"],
        ags=cell["ags"],
        lau=cell["lau"],
        nuts3=cell["nuts3"],
        geonames=cell["geonames_id"],
        lat=cell["lat"],
        lon=cell["lon"],
        coordinates_from=COORDINATE_SOURCES[cell["coord_source"]],
        qid=cell["qid"],
        candidates=tuple(sorted(filter(None, cell["unconfirmed_qid"].split("|")))),
        tier=cell["tier"],
        sources=tuple(sorted({SOURCES[name] for name in _names(cell["sources"])})),
    )
