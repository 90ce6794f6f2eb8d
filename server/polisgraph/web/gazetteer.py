"""What the pages of entities take from the gazetteer, which is apart from the graph: labels, and entries. No routes."""

from collections.abc import Iterable

from polisgraph.namespaces import GAZETTEER_GRAPH, PREFIXES
from polisgraph.web.language import language
from polisgraph.web.relations import label_of
from polisgraph.web.rows import Row, Table
from polisgraph.web.site import is_iri, site

_PLACE = PREFIXES["place"]
_KEYS = {PREFIXES["pg"] + key: key for key in ("ags", "geonames")}


def labelled(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return `rows` (statements.rq) with labels for those values, such as countries, that only the gazetteer knows."""
    unknown = {row["value"].value for row in rows if _lacks_label(row)}
    if not unknown:
        return rows
    asked = site().ask("gazetteer-labels", thing=sorted(unknown), lang=language())
    labels = {row["thing"].value: row["label"] for row in asked}
    return tuple(
        {**row, "value_label": labels[row["value"].value]}
        if _lacks_label(row) and row["value"].value in labels
        else row
        for row in rows
    )


def same_place(iri: str, rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return IRI and label of what stands for the same place: for an entry the entity, for an entity its entry.

    `rows` are the statements about `iri`. The IRI of an entry is made of its key, so that none has to be looked for.
    """
    if iri.startswith(_PLACE):
        found = site().ask("entity-of-entry", entry=iri, lang=language())
        return [(row["entity"].value, label_of(row, "entity")) for row in found]
    keys = [(_KEYS[row["property"].value], row["value"].value) for row in rows if row["property"].value in _KEYS]
    entries = sorted({entry for key, value in keys if is_iri(entry := f"{_PLACE}{key}-{value}")})
    found = site().ask("gazetteer-labels", thing=entries, lang=language()) if entries else Table()
    return [(row["thing"].value, row["label"].value) for row in found]


def _lacks_label(row: Row) -> bool:
    return row["graph"].value == GAZETTEER_GRAPH and row["value"].kind == "iri" and "value_label" not in row
