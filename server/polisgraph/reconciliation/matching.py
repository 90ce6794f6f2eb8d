"""The properties that a query may give, and what each does: fills a field of a record, and tells whether it holds.

What stands in a cell of somebody's table never makes a query fail: what cannot be understood says nothing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from polisgraph.countries import code_named
from polisgraph.linking import SCHEMES, Record
from polisgraph.linking.record import understood
from polisgraph.linking.score import NEARBY_KM, kilometres
from polisgraph.linking.target import Target
from polisgraph.namespaces import PG, PREFIXES
from polisgraph.reconciliation.identifiers import iri_of, term_iri, term_of

COORDINATES = "coordinates"
"""Latitude and longitude in one text; the graph has no property for it."""
_WGS84 = PREFIXES["wgs84"]
_NUMBER = r"[-+]?[0-9]{1,3}(?:[.,][0-9]{1,15})?"
_POINT = re.compile(rf"(?:[Gg]eo:|@)?\s*({_NUMBER})\s*(?:[,;/ ]\s*|,\s+)({_NUMBER})\s*(?:[,/;].*)?")
_WKT = re.compile(rf"(?:<[^>]*>\s*)?[Pp][Oo][Ii][Nn][Tt]\s*\(\s*({_NUMBER})\s+({_NUMBER})\s*\)")
"""Well-known text has the longitude first, as Wikidata's query service writes coordinates."""


@dataclass(frozen=True)
class Way:
    """A way to match by a property."""

    name: str
    fill: Callable[[Record, Sequence[str]], Record]
    holds: Callable[[Target, str], bool]


def way_of(identifier: str) -> Way | None:
    """Return the way to match by the property `identifier`: prefixed name, IRI or a plain word such as `ags`."""
    return _WAYS.get(_NAMES.get(identifier.strip().lower(), term_of(term_iri(identifier))))


def point(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees; None if `text` names no place on earth.

    It may be «50.94, 6.96», «50,94; 6,96», «geo:50.94,6.96», «@50.94/6.96» or well-known text, «Point(6.96 50.94)».
    """
    wkt = _WKT.fullmatch(text.strip())
    found = wkt or _POINT.fullmatch(text.strip())
    if not found:
        return None
    first, second = (float(part.replace(",", ".")) for part in found.groups())
    latitude, longitude = (second, first) if wkt else (first, second)
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _degrees(text: str, most: float) -> float | None:
    number = text.strip().replace(",", ".")
    found = float(number) if re.fullmatch(r"[-+]?[0-9]{1,3}(?:\.[0-9]{1,20})?", number) else None
    return found if found is not None and abs(found) <= most else None


def _with_key(scheme: str) -> Callable[[Record, Sequence[str]], Record]:
    return lambda record, values: replace(record, keys={**record.keys, scheme: values[0]})


def _has_key(scheme: str) -> Callable[[Target, str], bool]:
    def holds(target: Target, value: str) -> bool:
        wanted = understood(Record(keys={scheme: value})).keys.get(scheme, "")
        return bool(wanted) and target.key(scheme, wanted) == wanted

    return holds


def _at(record: Record, values: Sequence[str]) -> Record:
    found = point(values[0])
    return replace(record, latitude=found[0], longitude=found[1]) if found else record


def _is_at(target: Target, value: str) -> bool:
    found = point(value)
    if not found:
        return False
    km = kilometres(understood(Record(latitude=found[0], longitude=found[1])), target)
    return km is not None and km <= NEARBY_KM


def _network(value: str) -> str:
    """Return a network as a record names it: its IRI if `value` is an identifier, or else its name or slug."""
    return iri_of(value) if "/" in value or value.startswith("net:") else value


def _degree_of(given: float | None, value: str, most: float) -> bool:
    wanted = _degrees(value, most)
    return given is not None and wanted is not None and abs(given - wanted) < 0.25


_WAYS = {
    way.name: way
    for way in (
        Way(
            "pg:country",
            lambda record, values: replace(record, country=next(filter(code_named, values), values[0])),
            lambda target, value: bool(target.country) and target.country == code_named(value),
        ),
        Way(
            "pg:memberOf",
            lambda record, values: replace(record, networks=tuple(map(_network, values))),
            lambda target, value: any(
                network == iri_of(value) or network.rpartition("/")[2] == value.strip().lower()
                for network in target.networks
            ),
        ),
        Way(
            COORDINATES,
            _at,
            _is_at,
        ),
        Way(
            term_of(_WGS84 + "lat"),
            lambda record, values: replace(record, latitude=_degrees(values[0], 90)),
            lambda target, value: _degree_of(target.latitude, value, 90),
        ),
        Way(
            term_of(_WGS84 + "long"),
            lambda record, values: replace(record, longitude=_degrees(values[0], 180)),
            lambda target, value: _degree_of(target.longitude, value, 180),
        ),
        *(Way(term_of(scheme.property), _with_key(name), _has_key(name)) for name, scheme in SCHEMES.items()),
    )
}
_NAMES = {
    "country": "pg:country",
    "network": "pg:memberOf",
    "memberof": "pg:memberOf",
    "pg:evermemberof": "pg:memberOf",
    (PG + "everMemberOf").lower(): "pg:memberOf",
    "latitude": "wgs84:lat",
    "lat": "wgs84:lat",
    "longitude": "wgs84:long",
    "long": "wgs84:long",
    "lon": "wgs84:long",
    COORDINATES: COORDINATES,
    "wikidata": "pg:wikidata",
    **{name: term_of(scheme.property) for name, scheme in SCHEMES.items()},
}
MATCHED = tuple(_WAYS)
"""The identifiers of the properties that queries may give."""
