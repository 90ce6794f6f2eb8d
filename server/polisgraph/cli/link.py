"""`polisgraph link`: link the rows of a table to entities and Wikidata items. The work itself is elsewhere."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from polisgraph.cli.printing import write
from polisgraph.cli.settings import settable
from polisgraph.output import write_file
from polisgraph.settings import Settings
from polisgraph.snapshot import current

if TYPE_CHECKING:
    from polisgraph.linking.lists import Linked

SCHEMES = ("qid", "ags", "district", "lau", "nuts", "geonames", "gnd", "isni", "ror")
"""Those of `polisgraph.linking`, which help need not wait for."""
_BAD_SHOWN = 10


@click.command()
@click.argument("table", metavar="FILE", type=click.File("rb"))
@click.option("--name-column", required=True, metavar="COLUMN", help="Column with the name.  [required]")
@click.option("--country-column", default="", metavar="COLUMN", help="Column with the country: code or name.")
@click.option("--country", default="", help="Country of all rows that name none.")
@click.option("--kind-column", default="", metavar="COLUMN", help="Column that says city, region, network, body …")
@click.option(
    "--key-column",
    "keys",
    multiple=True,
    metavar="SCHEME=COLUMN",
    help=f"Column with keys of a scheme: {', '.join(SCHEMES)}; may be given several times.",
)
@click.option("--latitude-column", default="", metavar="COLUMN", help="Column with the latitude in degrees.")
@click.option("--longitude-column", default="", metavar="COLUMN", help="Column with the longitude in degrees.")
@click.option("--network-column", default="", metavar="COLUMN", help="Column with networks, several with ; between.")
@click.option("--network", default="", help="Network that all rows are said to belong to.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, .csv or .ttl (sure links only); without it CSV goes to standard output.",
)
@click.option(
    "--propose",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Turtle file to write Wikidata items to that rows propose, for 'polisgraph review'.",
)
@click.option(
    "--thing-column", metavar="COLUMN", help="Column with IRIs of things that lack an item; with --propose only."
)
@click.option("--candidates", type=click.IntRange(1, 50), default=5, show_default=True, help="Candidates a row.")
@click.option("--encoding", help="Encoding of a CSV file, such as cp1252; without it, it is found out.")
@click.option("--delimiter", help="What separates the columns, one character; without it, it is found out.")
@click.option("--sheet", help="Sheet of an XLSX file; without it the first.")
@click.option("--lang", type=click.Choice(["de", "en"]), default="en", show_default=True, help="Language of names.")
@settable("home")
def link(
    settings: Settings,
    table: BinaryIO,
    keys: Sequence[str],
    output: Path | None,
    propose: Path | None,
    thing_column: str | None,
    delimiter: str | None,
    **options: Any,
) -> None:
    """Link the rows of FILE, a CSV or XLSX table (or - for standard input), to entities and their Wikidata items.

    All rows and columns stay as they are and in their order; appended are id, qid, name, score (0 to 100), match,
    reason and candidates. A row is linked (match true) only where a wrong link is practically excluded; for any other
    id, qid and name are empty, and the candidates are yours to choose from. A bad row is told by its number and kept.

    What is not UTF-8 is read in the likeliest encoding, and that is told. The delimiter is the one that makes a header
    with the columns that you name. The snapshot in service is asked; the gazetteer in it is what places come from.

    --propose writes candidates for the graph itself: the items that rows name (--key-column qid=COLUMN) for what has
    none here, or with --thing-column those of what a row may be linked to. What was decided on is not proposed again.

    \b
    Example:
      printf 'Stadt;Land\\nKoeln;Deutschland\\n' | polisgraph link - --name-column Stadt --country-column Land
      polisgraph report members-of-network --network eurocities | polisgraph link - --name-column member_label
      printf 'Name,QID\\nEurocities,Q1\\n' | polisgraph link - --name-column Name --key-column qid=QID --propose new.ttl
    """
    from polisgraph.engine.local import LocalEngine
    from polisgraph.linking import Matcher, read_index
    from polisgraph.linking.lists import Columns, Linker, summary
    from polisgraph.linking.proposals import proposals
    from polisgraph.linking.tables import read_table, write_csv
    from polisgraph.linking.turtle import write_turtle
    from polisgraph.links import write_candidates

    if output is not None and output.suffix not in (".csv", ".ttl"):
        raise click.BadParameter(f"{output.name!r} ends neither in .csv nor in .ttl", param_hint="--output")
    if propose is not None and propose.suffix != ".ttl":
        raise click.BadParameter(f"{propose.name!r} does not end in .ttl", param_hint="--propose")
    if thing_column is not None and propose is None:
        raise click.BadParameter("it needs --propose", param_hint="--thing-column")
    if delimiter is not None and len(delimiter.replace("\\t", "\t")) != 1:
        raise click.BadParameter(f"{delimiter!r} is not one character", param_hint="--delimiter")
    columns = Columns(
        **{name: options[f"{name}_column"] for name in ("name", "country", "kind", "latitude", "longitude", "network")},
        keys=_keys(keys),
    )
    name = Path(table.name).name if table is not sys.stdin.buffer else "standard input"
    delimiter = delimiter.replace("\\t", "\t") if delimiter else None
    given = read_table(table.read(), name, columns.named(), options["encoding"], delimiter, options["sheet"])
    for note in given.notes:
        click.echo(f"{name} {note}", err=True)
    # Found out before the engine starts: a column that is not there costs no time.
    for column in columns.named():
        given.column(column)
    thing_at = given.column(thing_column) if thing_column else None
    snapshot = current(settings.home)
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as engine:
        index = read_index(lambda query: engine.query(query).body)
    linker = Linker(
        Matcher(index), given, columns, options["country"], options["network"], options["candidates"], options["lang"]
    )
    rows = list(_watched(linker.rows(), len(given.rows)))
    if output is not None and output.suffix == ".ttl":
        write_file(output, write_turtle(rows, given.column(columns.name), name))
    else:
        content = write_csv(given, linker.header, ([*row.cells, *row.appended()] for row in rows))
        write_file(output, content) if output else write(content)
    if propose is not None:
        proposed = list(proposals(rows, name, index.decisions, date.today(), thing_at))
        write_file(propose, write_candidates(proposed).encode())
        click.echo(f"{propose}: {len({link.pair for link in proposed}):,} links proposed", err=True)
    for row in [row for row in rows if row.problem][:_BAD_SHOWN]:
        click.echo(f"{name}, row {row.number}: {row.problem}", err=True)
    click.echo(summary(Counter(row.verdict for row in rows)), err=True)


def _keys(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        scheme, equals, column = each.partition("=")
        if not equals or not column or scheme not in SCHEMES:
            known = ", ".join(SCHEMES)
            raise click.BadParameter(
                f"{each!r} is not SCHEME=COLUMN with a scheme of {known}; write ags=AGS", param_hint="--key-column"
            )
        found[scheme] = column
    return found


def _watched(rows: "Iterable[Linked]", number: int) -> "Iterator[Linked]":
    """Yield the rows and show on a terminal how many are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("link"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("link", total=number)
        for row in rows:
            yield row
            progress.advance(task)
