"""Writes disagreements for people and programs: as a table, as CSV, as JSON. Finds none."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields

from polisgraph.namespaces import shorten
from polisgraph.wikidata.verifying import KINDS, Disagreement

_COLUMNS = tuple(field.name for field in fields(Disagreement))


def table(found: Sequence[Disagreement]) -> str:
    """Return a table, grouped by what the disagreements are about, as wide as the terminal."""
    from rich.console import Console
    from rich.table import Table

    if not found:
        return ""
    output = io.StringIO()
    terminal = Console()
    # What goes into a file is not folded: the width of a terminal means nothing there.
    console = Console(file=output, width=terminal.width if terminal.is_terminal else 10_000, highlight=False)
    for about, words in KINDS.items():
        rows = [one for one in found if one.about == about]
        if not rows:
            continue
        drawn = Table(box=None, title=f"{about}: {words}", title_justify="left", title_style="", pad_edge=False)
        for name in ("what", "entity", "item", "ours", "Wikidata"):
            drawn.add_column(name, overflow="fold")
        for one in rows:
            item = f"{one.item} ({one.item_label})" if one.item_label else one.item
            ours = f"{one.ours}, {one.stated_in}" if one.stated_in else one.ours
            # Names may hold square brackets, which are no markup of ours.
            cells = (one.label, shorten(one.entity), item, ours, one.theirs)
            drawn.add_row(*(_plain(cell) for cell in cells))
        console.print(drawn)
        console.print()
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()) + "\n"


def as_csv(found: Sequence[Disagreement]) -> str:
    """Return CSV with a header (RFC 4180)."""
    output = io.StringIO()
    writer = csv.DictWriter(output, _COLUMNS)
    writer.writeheader()
    writer.writerows(asdict(one) for one in found)
    return output.getvalue()


def as_json(found: Sequence[Disagreement]) -> str:
    """Return a list of objects in JSON."""
    return json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Sequence[Disagreement]], str]] = {"table": table, "csv": as_csv, "json": as_json}


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape("".join(character if character.isprintable() else " " for character in text))
