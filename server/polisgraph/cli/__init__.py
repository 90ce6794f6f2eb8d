"""The command line: `polisgraph build | check | serve | query | report | …`. The work itself is elsewhere.

What a command needs is imported in the command: `serve` must not wait for the validator, nor `query` for the site.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from polisgraph import __version__, bundle
from polisgraph.cli.printing import SHOWN, print_findings, print_summary, write
from polisgraph.cli.publish import publish
from polisgraph.cli.report import report
from polisgraph.cli.settings import NAMES, settable, settings_command
from polisgraph.cli.snapshot import snapshot as snapshot_group
from polisgraph.cli.terms import iri, term
from polisgraph.errors import PolisgraphError
from polisgraph.findings import SEVERITIES
from polisgraph.lastbuild import recorded
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot, current

if TYPE_CHECKING:
    from polisgraph.build import Plan
    from polisgraph.validate import Validation, Validator
    from polisgraph.watch import Watch

_VALIDATOR = click.option(
    "--validator", type=click.Choice(["questions", "pyshacl"]), default="questions", show_default=True,
    help="What validates: questions to the store, or pySHACL, the slow reference.",
)  # fmt: skip
_LANGUAGES = click.Choice(["de", "en"])


class _Group(click.Group):
    """Turns our errors into one line on standard error and exit status 1, and keeps examples readable in help."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PolisgraphError as error:
            hint = getattr(error, "details", {}).get("accepted")
            click.echo(
                f"polisgraph: {error}" + (f"\nAccepted: {hint}" if hint and hint not in str(error) else ""),
                err=True,
            )
            ctx.exit(1)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except Exception as error:
            if "POLISGRAPH_DEBUG" in os.environ:
                raise
            click.echo(
                f"polisgraph: unexpected {type(error).__name__}: {error}\n"
                "This is a fault of the program. Run again with POLISGRAPH_DEBUG=1 for the details to report.",
                err=True,
            )
            ctx.exit(70)  # EX_SOFTWARE of sysexits


def _source(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option("--data", "data", multiple=True, type=click.Path(path_type=Path),
                     help="Folder or RDF file to use instead of the shipped data; may be given several times."),
        click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Day that counts as today in rules, shapes."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def _making(command: Callable[..., Any]) -> Callable[..., Any]:
    options = [
        click.option("--no-validate", is_flag=True, help="Do not validate: for data of another shape."),
        click.option("--no-reason", is_flag=True, help="Neither derive nor reason: for data of another shape."),
        click.option("--reasoner", type=click.Choice(["rules", "owlrl"]), default="rules", show_default=True,
                     help="What closes the data under OWL 2 RL."),
        _VALIDATOR,
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="polisgraph")
def main() -> None:
    """Which municipality sits in which city network, since when, in what role, and who says so."""


@main.command()
@settable("home")
@_source
@_making
def build(settings: Settings, data: Sequence[Path], today: datetime | None, **options: Any) -> None:
    """Build a snapshot from the data files and put it in service.

    Validates, derives, reasons and writes; does nothing if nothing has changed.

    \b
    Example:
      polisgraph build
      polisgraph build --data my-data/ --no-validate
    """
    _build(settings, data, today, **options)


@main.command()
@_source
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    default="Warning",
    show_default=True,
    help="The least severity that is printed; all are counted.",
)
@click.option("--language", type=_LANGUAGES, default="en", show_default=True, help="Language of the messages.")
@click.option(
    "--all", "everything", is_flag=True, help=f"Print all findings, not only the first {SHOWN} of each shape."
)
@_VALIDATOR
def check(
    data: Sequence[Path], today: datetime | None, severity: str, language: str, everything: bool, validator: "Validator"
) -> None:
    """Validate the data files and print what is wrong, where, and how to mend it.

    Exit status 1 if a shape of severity Violation is broken.

    \b
    Example:
      polisgraph check
      polisgraph check --severity Info --language de
      polisgraph check --all --validator pyshacl
    """
    from polisgraph.load import load
    from polisgraph.validate import validate

    plan = _plan(data, today)
    from rich.console import Console

    with Console(stderr=True).status("load …") as status:  # shows nothing unless standard error is a terminal
        loaded = load(plan.data, plan.ontology, plan.today)
        status.update("validate …")
        validation = validate(loaded, plan.ontology / "shapes.ttl", validator)
    print_findings(validation, language, severity, everything)
    if not validation.conforms:
        sys.exit(1)


@main.command()
@_source
@_making
@settable(*NAMES)
@click.option("--no-build", is_flag=True, help="Serve the snapshot that is there as it is.")
@click.option("--watch", is_flag=True, help="Build anew whenever data, ontology or queries change.")
def serve(
    settings: Settings, data: Sequence[Path], today: datetime | None, no_build: bool, watch: bool, **options: Any
) -> None:
    """Build if something has changed, then serve the snapshot until interrupted.

    A build that runs elsewhere, such as `polisgraph build`, is put in service without losing a request. The settings
    may also stand in variables and a file; `polisgraph settings` explains them.

    With --endpoint, a SPARQL endpoint answers the queries; it follows when another snapshot is published there.

    \b
    Example:
      polisgraph serve --port 8080
      polisgraph serve --data my-data/ --watch
      POLISGRAPH_TIME_LIMIT=5 polisgraph serve
      polisgraph serve --endpoint http://localhost:7878/query
    """
    if settings.endpoint:
        from polisgraph.web.following import held

        snapshot = held(settings)
    else:
        snapshot = current(settings.home) if no_build else _build(settings, data, today, **options)
    from polisgraph.web.wsgi import serve as run

    run(settings, snapshot, _watch(settings, _plan(data, today, **options)) if watch else None)


@main.command()
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


@main.command()
@settable("home")
@click.argument("subject")
@click.argument("predicate")
@click.argument("object_", metavar="OBJECT")
def explain(settings: Settings, subject: str, predicate: str, object_: str) -> None:
    """Say why a triple holds: asserted in which file by which source, or derived by which rule from what.

    Terms are written as in Turtle, with the prefixes of the project.

    \b
    Example:
      polisgraph explain mun:bochum pg:affiliatedWith net:cemr
    """
    import pyoxigraph as ox

    from polisgraph import explain as explaining

    snapshot = current(settings.home)
    store = ox.Store.read_only(str(snapshot.store_path))
    found = explaining.explain(store, bundle.ONTOLOGY / "rules", iri(subject), iri(predicate), term(object_))
    click.echo(explaining.render(found))
    if not found.held:
        sys.exit(1)


main.add_command(publish)
main.add_command(report)
main.add_command(settings_command)
main.add_command(snapshot_group)


def _plan(
    data: Sequence[Path],
    today: datetime | None,
    *,
    no_validate: bool = False,
    no_reason: bool = False,
    reasoner: Literal["rules", "owlrl"] = "rules",
    validator: "Validator" = "questions",
) -> "Plan":
    from polisgraph.build import Plan

    return Plan(
        data=tuple(data) or (bundle.DATA,),
        today=today.date() if today else None,
        reasoner=reasoner,
        validator=validator,
        validate=not no_validate,
        reason=not no_reason,
    )


def _build(settings: Settings, data: Sequence[Path], today: datetime | None, **options: Any) -> Snapshot:
    from rich.console import Console

    from polisgraph.build import Progress
    from polisgraph.build import build as run

    console = Console(stderr=True)
    with recorded(settings.home), console.status("…") as status:  # shows nothing unless standard error is a terminal
        progress = Progress(lambda stage: status.update(f"{stage} …"))
        snapshot, fresh = run(settings.home, _plan(data, today, **options), progress, _print_violations)
    print_summary(snapshot, fresh, progress.seconds)
    return snapshot


def _watch(settings: Settings, plan: "Plan") -> "Watch":
    from polisgraph.watch import Watch

    words = [word for path in plan.data for word in ("--data", str(path))]
    words += ["--today", plan.today.isoformat()] if plan.today else []
    words += ["--no-validate"] * (not plan.validate) + ["--no-reason"] * (not plan.reason)
    return Watch(settings.home, [*plan.data, plan.ontology, plan.queries], [*words, "--reasoner", plan.reasoner])


def _text(file: Any) -> str:
    try:
        return str(file.read())
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file.name} is not UTF-8: {error.reason} at byte {error.start}") from None


def _print_violations(validation: "Validation") -> None:
    if not validation.conforms:
        print_findings(validation, "en", "Violation")
