"""`polisgraph publish`: send the snapshot in service to a SPARQL endpoint. The work itself is elsewhere."""

from contextlib import closing

import click

from polisgraph.cli.settings import settable
from polisgraph.namespaces import shorten
from polisgraph.settings import Settings
from polisgraph.snapshot import current


@click.command()
@settable("home")
@click.option("--endpoint", required=True, help="Address for queries, such as http://localhost:8890/sparql.")
@click.option(
    "--update-endpoint", required=True, help="Address for updates, such as http://localhost:8890/sparql-auth."
)
@click.option("--graph-store", help="Address of the Graph Store Protocol; with it, data need not be sent as updates.")
def publish(settings: Settings, endpoint: str, update_endpoint: str, graph_store: str | None) -> None:
    """Publish the snapshot in service to a SPARQL endpoint, for 'polisgraph serve --endpoint'.

    Sends what the endpoint does not have yet, reads it back to verify it, and puts it in service in one step. An
    interrupted run goes on where it was. POLISGRAPH_PUBLISH_USER and POLISGRAPH_PUBLISH_PASSWORD log in.

    \b
    Example:
      polisgraph publish --endpoint http://localhost:7878/query \\
        --update-endpoint http://localhost:7878/update --graph-store http://localhost:7878/store
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    from polisgraph.publish import Login, Target
    from polisgraph.publish import publish as run

    snapshot = current(settings.home)
    target = Target(endpoint, update_endpoint, graph_store, Login.from_environment())
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with closing(target), Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def show(graph: str, sent: int, total: int) -> None:
            if graph not in tasks:
                tasks[graph] = bars.add_task(shorten(graph), total=total)
            bars.update(tasks[graph], completed=sent)

        changed = run(snapshot, target, show)
    words = "is in service at" if changed else "was in service already at"
    click.echo(f"Snapshot {snapshot.id} {words} {endpoint}", err=True)
