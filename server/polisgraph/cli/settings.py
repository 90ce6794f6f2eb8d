"""Settings on the command line: their flags, made from the settings themselves, and `polisgraph settings`."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from inspect import cleandoc
from pathlib import Path
from typing import Any

import click

from polisgraph.settings import Settings, about, default_of, excess
from polisgraph.settings.sources import CONFIG, FILE, PREFIX, explained, flag, nearest, read, variable

NAMES = tuple(each.name for each in fields(Settings))
"""All settings."""

_Command = Callable[..., Any]


def options(*names: str) -> list[click.Option]:
    """Return the flags of the settings `names`, and the one that names the file of settings."""
    found = [
        click.Option([flag(name), name], metavar=about(name).metadata["kind"].name, help=_help(name)) for name in names
    ]
    told = f"File of settings ({CONFIG}; default {FILE} in the current folder, if it is there)."
    return [*found, click.Option(["--config"], type=click.Path(path_type=Path), metavar="FILE", help=told)]


def settable(*names: str) -> Callable[[_Command], _Command]:
    """Give a command the flags of the settings `names`; it is called with the `settings` in force."""

    def decorate(command: _Command) -> _Command:
        @wraps(command)
        def run(*args: Any, config: Path | None, **values: Any) -> Any:
            given = {name: values.pop(name) for name in names}
            return command(*args, settings=read(given, config), **values)

        for option in reversed(options(*names)):
            click.option(*option.opts, option.name, type=option.type, metavar=option.metavar, help=option.help)(run)
        return run

    return decorate


def show(config: Path | None, **given: str | None) -> None:
    """Print every setting in force, its value, where that comes from and what it means.

    A setting is given by a flag, a POLISGRAPH_* variable or a line of a TOML file such as `workers = 4`; a flag counts
    before a variable, a variable before the file. The flags here are those of `polisgraph serve`, to try them out.

    \b
    Example:
      polisgraph settings
      POLISGRAPH_WORKERS=4 polisgraph settings --time-limit 5
    """
    reading = explained(given, config)
    rows = [("SETTING", "VALUE", "FROM", "WHAT IT IS")]
    for name in NAMES:
        value, meta = getattr(reading.settings, name), about(name).metadata
        rows.append((name, meta["kind"].show(value), reading.origins[name], meta["meaning"]))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        click.echo("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]))
    for name in reading.unknown:
        known = [variable(each) for each in NAMES]
        click.echo(f"polisgraph: the variable {name} sets nothing; {nearest(name, known)}", err=True)
    if told := excess(reading.settings):
        click.echo(f"polisgraph: {told}", err=True)


def _help(name: str) -> str:
    field = about(name)
    default, reason = default_of(field, Settings())
    shown = "by the machine, here " * bool(reason) + field.metadata["kind"].show(default)
    return f"{field.metadata['meaning']} ({PREFIX}{name.upper()}; default {shown})"


settings_command = click.Command(
    "settings", params=[*options(*NAMES)], callback=show, help=cleandoc(show.__doc__ or "")
)
