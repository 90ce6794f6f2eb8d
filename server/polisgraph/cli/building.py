"""`polisgraph build`, `check` and `serve`: what works on data files. The work itself is elsewhere."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from polisgraph import bundle
from polisgraph.cli.printing import SHOWN, print_findings, print_summary
from polisgraph.cli.settings import NAMES, settable
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


@click.command()
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


@click.command()
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
@click.option("--changed", is_flag=True, help="Look only at what changes of data files since the last build touch.")
@_VALIDATOR
@settable("home")
def check(
    settings: Settings,
    data: Sequence[Path],
    today: datetime | None,
    severity: str,
    language: str,
    everything: bool,
    changed: bool,
    validator: "Validator",
) -> None:
    """Validate the data files and print what is wrong, where, and how to mend it.

    With --changed, that is what is wrong where statements came or went since the snapshot in service was built; the
    rest was found valid then. If more has changed than data files, all is validated. Exit status 1 if a shape of
    severity Violation is broken.

    \b
    Example:
      polisgraph check
      polisgraph check --changed
      polisgraph check --severity Info --language de
      polisgraph check --all --validator pyshacl
    """
    from polisgraph.build import changed_since
    from polisgraph.load import load
    from polisgraph.validate import validate

    plan = _plan(data, today)
    built = current(settings.home) if changed else None
    from rich.console import Console

    with Console(stderr=True).status("load …") as status:  # shows nothing unless standard error is a terminal
        loaded = load(plan.data, plan.ontology, plan.today)
        status.update("validate …")
        since = changed_since(built, plan, loaded) if built else None
        validation = validate(loaded, plan.ontology / "shapes.ttl", validator, since)
    if since is not None:
        click.echo(f"{len(since):,} statements came or went since the last build", err=True)
    print_findings(validation, language, severity, everything)
    if not validation.conforms:
        sys.exit(1)


@click.command()
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
    words += ["--reasoner", plan.reasoner, "--validator", plan.validator]
    return Watch(settings.home, [*plan.data, plan.ontology, plan.queries], words)


def _print_violations(validation: "Validation") -> None:
    if not validation.conforms:
        print_findings(validation, "en", "Violation")
