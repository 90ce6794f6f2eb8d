"""`polisgraph report`: a command a report, made from the report's own file."""

from collections.abc import Mapping
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from polisgraph import bundle
from polisgraph.cli.printing import write
from polisgraph.cli.settings import options
from polisgraph.settings import Settings, sources
from polisgraph.snapshot import current

if TYPE_CHECKING:
    from polisgraph.reports import Parameter, Report

_FORMATS = ["csv", "tsv", "json", "xml"]


class _Reports(click.Group):
    """The reports as commands. They are read when asked for, not when the program starts."""

    @cached_property
    def _reports(self) -> "dict[str, Report]":
        from polisgraph.reports import load_reports

        # The settings are read before a report's own options are: only variables and the file say what may be called.
        return load_reports(bundle.QUERIES, sources.read().service_endpoints)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._reports)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = self._reports.get(name)
        return _command(found) if found else None


@click.group(cls=_Reports)
def report() -> None:
    """Run a report; its parameters are options. Without a name, list the reports.

    \b
    Example:
      polisgraph report memberships-of-municipality --municipality koeln --lang en --format csv
      polisgraph report members-of-network --help
    """


def _command(found: "Report") -> click.Command:
    example = " ".join(f"--{_flag(p)} {p.sample[0]}" for p in found.parameters if not p.optional and p.sample)
    return click.Command(
        found.name,
        params=[
            *(_option(parameter) for parameter in found.parameters),
            click.Option(["--format"], type=click.Choice(_FORMATS), default="csv", show_default=True),
            *options("home"),
        ],
        callback=lambda home, config, format, **values: _run(
            found, sources.read({"home": home}, config), format, values
        ),
        help=f"{found.description['en']}\n\n\b\nExample:\n  polisgraph report {found.name} {example}".rstrip(),
        short_help=found.title["en"],
    )


def _option(parameter: "Parameter") -> click.Option:
    words = [parameter.help["en"]]
    if not parameter.optional:
        words.append("Required.")
    return click.Option([f"--{_flag(parameter)}", parameter.name], multiple=True, help=" ".join(words))


def _flag(parameter: "Parameter") -> str:
    return parameter.name.replace("_", "-")


def _run(found: "Report", settings: Settings, form: str, values: Mapping[str, Any]) -> None:
    from polisgraph.engine import Query
    from polisgraph.engine.local import LocalEngine
    from polisgraph.federation import federated
    from polisgraph.reports import EntityLookup, bind
    from polisgraph.results import RESULT_TYPES, by_name

    snapshot = current(settings.home)
    with closing(federated(LocalEngine(snapshot.store_path, snapshot.graphs, settings), settings)) as engine:
        entities = EntityLookup(lambda text: engine.query(Query(text)).body)
        text = bind(found, values, entities)
        write(engine.query(Query(text, results_type=by_name(form, RESULT_TYPES))).body)
