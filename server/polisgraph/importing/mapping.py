"""Reads the mapping of a member list: CSVW metadata (W3C 2015) that says what its columns mean. Reads no list.

Of CSVW count: tables with their columns, titles, datatypes, `required`, `aboutUrl`, `valueUrl`, virtual columns, the
primary key, foreign keys, separators and the dialect. What texts in a column stand for is its `skos:member` (`codes`).
The column of the network may describe it, by `skos:prefLabel` and `dc:subject`. Where rows are seats,
`org:organization` says of a row in which body it is one, and `pg:bodyOf` of which network.
"""

import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from csvw.metadata import Column, TableGroup

from polisgraph.errors import SourceError
from polisgraph.importing.codes import Code, codes_of, date_of, iri_of, texts_of
from polisgraph.namespaces import PREFIXES, expand

SHIPPED = Path(__file__).with_name("mappings")
"""The mappings of lists that Polisgraph knows, `<source>.json`."""

MEANINGS = {
    "skos:prefLabel": "name",
    "pg:country": "country",
    "wgs84:lat": "latitude",
    "wgs84:long": "longitude",
    "pg:start": "start",
    "pg:end": "end",
    "pg:status": "status",
    "rdf:type": "kind",
    "pg:withinGroup": "group",
    "pg:undertakes": "commitment",
    "pg:coordinatedBy": "coordinator",
    "pg:supportedBy": "supporter",
    "org:member": "member",
    "org:organization": "network",
    "pg:bodyOf": "network of the body",
    "org:role": "role",
    "pg:partner": "partner",
    "pg:attestedOn": "attested",
    "pg:timeNote": "notes",
    "dct:source": "source",
}
"""What a column says, by its `propertyUrl`. Only what is listed here is imported."""
_NEEDED = ("name", "country", "member", "network")
_SEVERAL = ("commitment",)
"""What several columns may say, each its part."""
_OF_SEATS = ("network", "body", "role")
_NEEDED_OF_PARTNERS = ("name", "country")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEMPLATE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Field:
    """A column that counts: what it says, in which of the tables it stands, and its codes by text.

    `value` is the template of the IRI that its cells stand for, if they stand for one; `about` that of what it says
    something of. `optional` cells may be empty.
    """

    meaning: str
    table: int
    column: Column
    value: str
    codes: dict[str, Code]
    about: str = ""
    optional: bool = False


@dataclass(frozen=True)
class TableMapping:
    """One file: what it is called, the columns that it must have, how it is written, its key.

    `joined_by` are its column and the one of the list that it refers to, for every file but the list itself.
    """

    url: str
    columns: tuple[Column, ...]
    encoding: str
    delimiter: str
    key: str
    joined_by: tuple[str, str] | None


@dataclass(frozen=True)
class Mapping:
    """What a list means. The first of `tables` is the list, the others say more of its rows.

    `slug` names source and graph; `tenure` and `authority` are templates of IRIs, with columns in braces; `titles` are
    by language; `issued` is the day, month or year of the list. `network_names` (by language) and `network_theme` are
    there if the list describes its network itself. A list of partnerships has `partners`, what it means from the side
    of the one and of the other, and no network. `network` and `role` are empty if rows have their own.
    """

    path: Path
    slug: str
    titles: dict[str, str]
    identifier: str
    license: str
    rights: str
    issued: str
    network: str
    network_names: dict[str, str]
    network_theme: str
    role: str
    tenure: str
    authority: str
    tables: tuple[TableMapping, ...]
    fields: tuple[Field, ...]
    partners: tuple["Mapping", ...] = ()

    @property
    def source(self) -> str:
        """The IRI of the list as a source."""
        return PREFIXES["src"] + self.slug

    def field(self, meaning: str) -> Field | None:
        """Return the column that says this, if there is one."""
        return next((field for field in self.fields if field.meaning == meaning), None)


def shipped() -> list[str]:
    """Return the names of the shipped mappings."""
    return sorted(each.stem for each in SHIPPED.glob("*.json"))


def find_mapping(name: str) -> Path:
    """Return the path of a mapping: a file, or one of those shipped by its name; raise SourceError if there is none."""
    path = Path(name)
    if path.exists():
        return path
    if name in shipped():
        return SHIPPED / f"{name}.json"
    raise SourceError(f"no such file, and no mapping of that name is shipped; there are: {', '.join(shipped())}", path)


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in the CSVW file `path`; raise SourceError that says which part of it is wrong."""
    if not _SLUG.fullmatch(path.stem):
        raise SourceError("the name of the file names the source: lower case letters, digits, hyphens, .json", path)
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", path) from None
    except UnicodeDecodeError as error:
        raise SourceError(f"is not UTF-8: {error.reason} at byte {error.start}", path) from None
    except json.JSONDecodeError as error:
        raise SourceError(f"is no JSON: {error.msg}", path, error.lineno, error.colno) from None
    if not isinstance(said, dict):
        raise SourceError("is no CSVW metadata: write an object with @context and tables", path)
    try:
        with warnings.catch_warnings():
            # What the library would pass over with a warning would silently mean something else.
            warnings.simplefilter("error")
            return _mapping(path, said)
    except (ValueError, KeyError, TypeError, AttributeError, Warning) as error:
        raise SourceError(f"is no mapping: {error}", path) from None


def _mapping(path: Path, said: dict[str, Any]) -> Mapping:
    common = {key: said[key] for key in said if ":" in key}
    if "tables" not in said:
        said = {"@context": said.pop("@context", None), "tables": [{k: v for k, v in said.items() if k not in common}]}
    group = TableGroup.fromvalue({key: value for key, value in said.items() if key not in common})
    if not group.tables:
        raise ValueError("it describes no table")
    tables, fields = [], []
    for number, table in enumerate(group.tables):
        dialect = table.dialect or group.dialect
        keys = table.tableSchema.foreignKeys
        if number and len(keys) != 1:
            raise ValueError(f"table {table.url} needs one foreign key to the list")
        joined = (keys[0].columnReference[0], keys[0].reference.columnReference[0]) if number else None
        real = tuple(column for column in table.tableSchema.columns if not column.virtual)
        key = (table.tableSchema.primaryKey or [""])[0]
        encoding, delimiter = (dialect.encoding, dialect.delimiter) if dialect else ("utf-8", ",")
        tables.append(TableMapping(str(table.url), real, encoding, delimiter, key, joined))
        fields += [field for column in table.tableSchema.columns if (field := _field(number, column))]
    partners = [field for field in fields if field.meaning == "partner"]
    sides = tuple(_side(path, common, tables, fields, partner) for partner in partners)
    if not sides:
        return _of_members(path, common, tables, fields)
    if len(sides) != 2:
        raise ValueError("a partnership has two partners: two virtual columns with the propertyUrl of pg:partner")
    return replace(sides[0], partners=sides)


def _of_members(path: Path, common: dict[str, Any], tables: Sequence[TableMapping], fields: Sequence[Field]) -> Mapping:
    fields = _of_seats(fields)
    by_meaning = _by_meaning(fields, _NEEDED)
    constant = {name: by_meaning[name].value if name in by_meaning else "" for name in ("network", "role", "member")}
    by_row = [code.iri for code in by_meaning["network"].codes.values()]
    if wrong := [iri for iri in by_row or [constant["network"]] if not iri.startswith(PREFIXES["net"])]:
        told = f"the column of the network leads to {wrong[0] or 'nothing'}"
        raise ValueError(
            f"{told}; its valueUrl, or the @id of each of its codes, must be a network, {PREFIXES['net']}…"
        )
    tenure = _template(tables, by_meaning.get("body", by_meaning["network"]).about, "ten", "aboutUrl")
    authority = _template(tables, constant["member"], "authority", "valueUrl")
    made = _made(path, common, tables, fields, tenure, authority)
    about = by_meaning["network"].column.common_props
    return replace(
        made,
        network=constant["network"],
        network_names=texts_of("skos:prefLabel", about["skos:prefLabel"]) if "skos:prefLabel" in about else {},
        network_theme=iri_of(str(about["dc:subject"]["@id"])) if "dc:subject" in about else "",
        role=constant["role"],
    )


def _of_seats(fields: Sequence[Field]) -> list[Field]:
    """Return the fields of a list; where a column says of which network a body is, its rows are seats in bodies."""
    if all(field.meaning != "network of the body" for field in fields):
        return list(fields)
    meant = {"network of the body": "network", "network": "body"}
    found = [replace(field, meaning=meant.get(field.meaning, field.meaning)) for field in fields]
    if [field.meaning for field in found if field.meaning in _OF_SEATS] != list(_OF_SEATS):
        raise ValueError("seats need columns for network (pg:bodyOf), body (org:organization) and role, in this order")
    bodies = [code for field in found if field.meaning == "body" for code in field.codes.values()]
    if wrong := [code.iri for code in bodies if not code.network or not (code.kind or code.iri == code.network)]:
        raise ValueError(f"{wrong[0]} is a body without a network or class: give it pg:bodyOf and rdf:type")
    return found


def _side(
    path: Path, common: dict[str, Any], tables: Sequence[TableMapping], fields: Sequence[Field], partner: Field
) -> Mapping:
    """Return what a list of partnerships means from the side of one partner."""
    about = _template(tables, partner.about, "partnership", "aboutUrl")
    authority = _template(tables, partner.value, "authority", "valueUrl")
    own = [field for field in fields if field.about == partner.value]
    _by_meaning(own, _NEEDED_OF_PARTNERS)
    both = [field for field in fields if field.about == partner.about and field.meaning in ("start", "end", "status")]
    optional = [replace(field, optional=field.meaning == "country") for field in [*own, *both]]
    return _made(path, common, tables, optional, about, authority)


def _by_meaning(fields: Sequence[Field], needed: Sequence[str]) -> dict[str, Field]:
    by_meaning = {field.meaning: field for field in fields}
    once = [field.meaning for field in fields if field.meaning not in _SEVERAL]
    if len(once) > len(set(once)):
        raise ValueError("two columns have the same propertyUrl")
    if missing := [prop for prop, meaning in MEANINGS.items() if meaning in needed and meaning not in by_meaning]:
        raise ValueError(f"no column has the propertyUrl {', '.join(missing)}")
    return by_meaning


def _template(tables: Sequence[TableMapping], template: str, prefix: str, what: str) -> str:
    names = {column.name for column in tables[0].columns} | {"_row"}
    if not template.startswith(PREFIXES[prefix]) or not set(_TEMPLATE.findall(template)) & names:
        raise ValueError(f"{what} must be {PREFIXES[prefix]}…{{column}} with a column of the list; not {template!r}")
    if unknown := set(_TEMPLATE.findall(template)) - names:
        raise ValueError(f"{what} names a column that the list has not: {', '.join(sorted(unknown))}")
    return template


def _made(
    path: Path,
    common: dict[str, Any],
    tables: Sequence[TableMapping],
    fields: Sequence[Field],
    tenure: str,
    authority: str,
) -> Mapping:
    return Mapping(
        path=path,
        slug=path.stem,
        titles=texts_of("dc:title", common.get("dc:title")),
        identifier=_text(common, "dc:identifier"),
        license=_text(common, "dc:license"),
        rights=_text(common, "dc:rights"),
        issued=date_of(_text(common, "dc:issued")),
        network="",
        network_names={},
        network_theme="",
        role="",
        tenure=tenure,
        authority=authority,
        tables=tuple(tables),
        fields=tuple(field for field in fields if not field.column.virtual),
    )


def _field(table: int, column: Column) -> Field | None:
    url = column.propertyUrl
    if not url:
        return None
    iri = iri_of(str(url))
    meaning = next((meaning for name, meaning in MEANINGS.items() if expand(name) == iri), None)
    if meaning is None:
        raise ValueError(f"column {column}: {url} is not imported; what is: {', '.join(MEANINGS)}")
    value = column.inherit("valueUrl")
    codes = dict(codes_of(column))
    about = str(column.inherit("aboutUrl") or "")
    return Field(meaning, table, column, iri_of(str(value)) if value else "", codes, about)


def _text(common: dict[str, Any], name: str) -> str:
    said = common.get(name, "")
    text = said.get("@id", said.get("@value", "")) if isinstance(said, dict) else said
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name} is missing; the list needs its licence, attribution, identifier and date")
    return text.strip()
