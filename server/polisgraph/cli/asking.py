"""`polisgraph query` and `explain`: what asks the snapshot in service. The work itself is elsewhere."""

import sys
from contextlib import closing
from typing import Any

import click

from polisgraph import bundle
from polisgraph.cli import terms
from polisgraph.cli.printing import write
from polisgraph.cli.settings import settable
from polisgraph.settings import Settings
from polisgraph.snapshot import current


@click.command()
@settable("home")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--format", "name", help="json, xml, csv, tsv for tables; ttl, nt, rdf, jsonld for graphs.")
def query(settings: Settings, file: Any, name: str | None) -> None:
    """Run the SPARQL query in FILE (or - for standard input) on the snapshot in service.

    \b
    Example:
      echo 'SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }' | polisgraph query - --format csv
    """
    from polisgraph.engine import Query
    from polisgraph.engine.local import LocalEngine
    from polisgraph.results import GRAPH_TYPES, RESULT_TYPES, by_name

    table, graph = (by_name(name or default, types) for default, types in (("csv", RESULT_TYPES), ("ttl", GRAPH_TYPES)))
    if table is None and graph is None:
        raise click.BadParameter(f"{name!r} is no format of an answer", param_hint="--format")
    asked = Query(_text(file), results_type=table, graph_type=graph)
    snapshot = current(settings.home)
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as engine:
        write(engine.query(asked).body)


@click.command()
@settable("home")
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
def explain(settings: Settings, subject: str, predicate: str, object_: str) -> None:
    """Say why a triple holds: asserted in which file by which source, or derived by which rule from what.

    Terms are written as in Turtle, with the prefixes of the project; entities also by a key of
    theirs (Q365, gnd:4031483-2).

    \b
    Example:
      polisgraph explain mun:bochum pg:affiliatedWith net:cemr
      polisgraph explain Q2103 pg:memberOf net:eurocities
    """
    import pyoxigraph as ox

    from polisgraph import explain as explaining

    snapshot = current(settings.home)
    store = ox.Store.read_only(str(snapshot.store_path))
    property_ = terms.iri(predicate)
    asked = terms.subject(store, subject), property_, terms.object_(store, property_, object_)
    found = explaining.explain(store, bundle.ONTOLOGY / "rules", *asked)
    click.echo(explaining.render(found))
    if not found.held:
        sys.exit(1)


def _text(file: Any) -> str:
    try:
        return str(file.read())
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file.name} is not UTF-8: {error.reason} at byte {error.start}") from None
