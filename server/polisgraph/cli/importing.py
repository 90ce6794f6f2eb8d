"""`polisgraph import`: make an evidence file of a member list. The work itself is elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from polisgraph import bundle
from polisgraph.cli.settings import settable
from polisgraph.errors import SourceError
from polisgraph.namespaces import DATA_GRAPHS, GAZETTEER_GRAPH, PG
from polisgraph.output import write_file
from polisgraph.settings import Settings
from polisgraph.snapshot import current

_COUNTRIES = f"""
PREFIX pg: <{PG}>
SELECT DISTINCT ?country {{
  GRAPH ?graph {{ ?country pg:isoCode ?code }}
  FILTER(!STRSTARTS(STR(?graph), "{DATA_GRAPHS}from-") && ?graph != <{GAZETTEER_GRAPH}>)
}}"""
"""What the authored data describes; what lists describe may be withdrawn with them."""


@click.command("import")
@click.argument("table", metavar="LIST", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--mapping", required=True, help="CSVW file that says what columns mean, or a shipped one by its name.")
@click.option(
    "--decisions", type=click.Path(path_type=Path, dir_okay=False),
    help="CSV file of decisions on rows: key, is, by, on, why; without it, SOURCE.decisions.csv beside the mapping.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="Turtle file to write, from-SOURCE.ttl; without it, that in the data folder.",
)  # fmt: skip
@click.option("--update", is_flag=True, help="Show what is new against the file that is there, and end what is gone.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@click.option(
    "--propose", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Turtle file to write Wikidata items to that doubtful rows may have, for 'polisgraph review'.",
)  # fmt: skip
@click.option(
    "--account", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="CSV file to write that says of every row what became of it, and why.",
)  # fmt: skip
@settable("home")
def import_command(
    settings: Settings,
    table: Path,
    mapping: str,
    decisions: Path | None,
    output: Path | None,
    update: bool,
    dry_run: bool,
    propose: Path | None,
    account: Path | None,
) -> None:
    """Make an evidence file of LIST, a CSV file of members: a graph of its own, with licence, date and locators.

    The mapping is CSVW metadata (W3C 2015). Rows are linked to the municipalities that the snapshot in service knows,
    its gazetteer included; what is not surely one of them becomes an authority of its own. No row is dropped: a summary
    accounts for all. The same list and the same snapshot give the same bytes, in the order of the keys of the list.

    What people decided on rows counts before the matcher: a line such as «CIT-0002,mun:essen,Europe office,2026-11-22,
    the city in the Ruhr» in the file of decisions, or «none» for what is nothing known.

    A file that is there is replaced only if that loses no membership. With --update, memberships that are not on the
    list any more are ended with its date.

    \b
    Example:
      polisgraph import my-data/league.csv --mapping my-data/league.json -o my-data/from-league.ttl --dry-run
      polisgraph import my-data/league.csv --mapping my-data/league.json -o my-data/from-league.ttl --account rows.csv
      polisgraph import my-data/league.csv --mapping my-data/league.json -o my-data/from-league.ttl --update
    """
    from polisgraph.engine import Query
    from polisgraph.engine.local import LocalEngine
    from polisgraph.importing import (
        beside,
        carry_over,
        compare,
        decide,
        decide_pairs,
        established,
        find_mapping,
        head,
        partnership_account,
        partnership_statements,
        partnership_summary,
        proposals,
        read_mapping,
        read_pairs,
        read_rows,
        read_rulings,
        read_statements,
        render,
        statements,
        summary,
        write_account,
    )  # fmt: skip
    from polisgraph.linking import read_index
    from polisgraph.links import write_candidates

    meant = read_mapping(find_mapping(mapping))
    decisions = decisions or (own if (own := beside(meant.path)).exists() else None)
    wanted = f"from-{meant.slug}.ttl"
    output = output or bundle.DATA / wanted
    if output.name != wanted:
        raise click.BadParameter(f"the file must be called {wanted}, after the mapping", param_hint="--output")
    before = read_statements(output) if output.exists() else {}
    if meant.partners and (propose is not None or decisions is not None):
        raise click.UsageError("of partners nothing is proposed and decided: who is not known is left out")
    with _shown("read") as tell:
        pairs = read_pairs(table, meant, tell) if meant.partners else []
        rows = [] if meant.partners else read_rows(table, meant, tell)
    snapshot = current(settings.home)
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as engine:
        index = read_index(established(lambda query: engine.query(query).body, meant.slug))
        listed = engine.query(Query(_COUNTRIES, results_type="text/csv")).body.decode().split()
    with _shown("link") as tell:
        rulings = read_rulings(decisions, {target.iri: target for target in index.targets}) if decisions else {}
        ties = decide_pairs(pairs, index, tell)
        decided = decide(rows, index, tell, rulings)
    for key in sorted(rulings.keys() - {row.key.partition(" ")[2] for row in rows}):
        click.echo(f"{decisions}: {key} is not on the list", err=True)
    if meant.partners:
        said = partnership_statements(ties, meant, set(listed[1:]))
    else:
        said = statements(decided, meant, set(listed[1:]))
    difference = compare(before, said) if before else None
    if difference is not None:
        if difference.left and not update:
            raise SourceError(
                f"{len(difference.left):,} memberships in it are not on the list any more, such as"
                f" {difference.left[0]}; give --update to end them, or another file",
                output,
            )
        carry_over(before, said, meant)
    for line in difference.lines() if difference is not None and update else ():
        click.echo(line, err=True)
    for line in partnership_summary(ties) if meant.partners else summary(decided):
        click.echo(line, err=True)
    if account is not None:
        told = partnership_account(ties) if meant.partners else write_account(decided)
        write_file(account, told.encode())
    if dry_run:
        click.echo(f"{output}: nothing was written", err=True)
        return
    text = render(said, head(meant))
    write_file(output, text.encode())
    click.echo(f"{output}: {sum(map(len, said.values())):,} statements, {len(text.encode()):,} bytes", err=True)
    if propose is not None:
        found = list(proposals(decided, meant, index))
        write_file(propose, write_candidates(found).encode())
        click.echo(f"{propose}: {len({link.pair for link in found}):,} links proposed", err=True)


@contextmanager
def _shown(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give what shows on a terminal how many rows are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
