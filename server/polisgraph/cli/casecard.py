"""Shows a thing and an item that may be the same on a terminal, side by side with the reasons. Asks nothing."""

from typing import TYPE_CHECKING

from polisgraph.namespaces import shorten

if TYPE_CHECKING:
    from polisgraph.review import Case, Thing


def show(case: "Case", thing: "Thing", number: int, total: int, language: str) -> None:
    """Print `case`, the one with this `number` of `total`, and what is known of its `thing`."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from polisgraph.review.things import shown_keys, spoken

    table = Table(title=f"{number} of {total}", title_justify="left", expand=True, show_lines=False)
    table.add_column("", no_wrap=True)
    table.add_column(shorten(case.thing), ratio=1, overflow="fold")
    table.add_column(f"{case.item}  https://www.wikidata.org/wiki/{case.item}", ratio=1, overflow="fold")
    rows = [
        ("name", thing.name(language), case.label),
        ("further names", ", ".join(sorted(set(thing.others))), ""),
        ("kind", spoken(thing.kinds, language), ", ".join(case.categories)),
        ("country", spoken(thing.countries, language), case.country),
        ("belongs to", spoken(thing.wholes, language), ""),
        ("keys", ", ".join(f"{scheme} {value}" for scheme, value in shown_keys(thing)), ""),
        ("pages", "\n".join(sorted(thing.websites)), ""),
        ("has already", ", ".join(sorted(thing.items)), ""),
    ]
    for name, ours, theirs in rows:
        if ours or theirs:
            table.add_row(name, escape(ours), escape(theirs))
    console = Console()
    console.print()
    console.print(table)
    for link in case.candidates:
        sure = f", {link.confidence * 100:.0f} of 100" if link.confidence is not None else ""
        when = f", {link.created}" if link.created else ""
        console.print(f"[bold]{escape(link.tool or 'data')}[/bold]{sure}{when}")
        for text in link.evidence:
            console.print(f"  · {escape(text)}", soft_wrap=True)
