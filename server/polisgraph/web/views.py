"""Which pictures suit the answer to a query that nobody has described: judged by names and kinds of its columns."""

from polisgraph.namespaces import PREFIXES
from polisgraph.web.picture import Picture, usable
from polisgraph.web.rows import Table

_XSD = PREFIXES["xsd"]
_NUMBERS = {_XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}
_DATES = {_XSD + name for name in ("date", "dateTime", "gYear", "gYearMonth")}
_LATITUDE, _LONGITUDE = ("lat", "latitude"), ("long", "lon", "lng", "longitude")
_LOOKED_AT = 100
_MOST_BARS = 60


def views(table: Table) -> list[Picture]:
    """Return the pictures of `table` that make sense, the most telling first; often there is none."""
    kinds = {column: _kind(table, column) for column in table.columns}
    numbers = [column for column, kind in kinds.items() if kind == "number"]
    lat = next((column for column in numbers if column.lower() in _LATITUDE), None)
    long = next((column for column in numbers if column.lower() in _LONGITUDE), None)
    dates = [column for column, kind in kinds.items() if kind == "date"]
    things = [column for column, kind in kinds.items() if kind == "iri"]
    names = [column for column, kind in kinds.items() if kind == "text"]
    label = next(iter(names or things), None)
    value = next((column for column in numbers if column not in (lat, long)), None)
    if len(table.rows) < 2:
        return []
    found: list[tuple[str, dict[str, str]]] = []
    if lat and long and label:
        found.append(("map", {"label": label, "lat": lat, "long": long} | ({"value": value} if value else {})))
    if dates and label:
        found.append(("timeline", {"label": label, "start": dates[0]} | ({"end": dates[1]} if dates[1:] else {})))
    if value and label and len(table.rows) <= _MOST_BARS:
        found.append(("bar", {"label": label, "value": value}))
    if len(things) >= 2 and not dates and not value:
        found.append(("network", {"source": things[0], "target": things[1]}))
    return [Picture(kind, columns, usable(kind, columns, table.rows)) for kind, columns in found]


def _kind(table: Table, column: str) -> str:
    """Return number, date, iri or text if that is what all cells of the column are; otherwise nothing."""
    terms = [row[column] for row in table.rows[:_LOOKED_AT] if column in row]
    if terms and all(term.datatype in _NUMBERS for term in terms):
        return "number"
    if terms and all(term.datatype in _DATES for term in terms):
        return "date"
    if terms and all(term.kind == "iri" for term in terms):
        return "iri"
    return "text" if terms and all(term.kind == "literal" and not term.datatype for term in terms) else ""
