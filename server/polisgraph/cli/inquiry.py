"""What commands that ask Wikidata have in common: options, and what they show meanwhile. Has no command of its own."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from polisgraph.wikidata.asking import Asking
    from polisgraph.wikidata.cache import Cache

ENDPOINT = "https://query.wikidata.org/sparql"


def _ascii(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Refuse what cannot stand in a header."""
    if not (value.isascii() and (not value or value.isprintable())):
        raise click.BadParameter("write an address of the web or of mail, in plain letters")
    return value


def contact_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option of who asks."""
    told = "Web or mail address of yours that Wikidata is told with every question, as its policy asks."
    return click.option("--contact", default="", callback=_ascii, metavar="ADDRESS", help=told)(command)


def asks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of all that ask Wikidata about many things."""
    for option in (
        click.option(
            "--max-age",
            type=click.FloatRange(min=0),
            default=24.0,
            show_default=True,
            metavar="HOURS",
            help="Age up to which what Wikidata said before is not asked for again; 0 asks for everything.",
        ),
        click.option(
            "--cache",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File in which what Wikidata says is kept; without it one in your folder of caches.",
        ),
        click.option(
            "--gazetteer", is_flag=True, help="Ask about the places of the gazetteer instead of the graph's things."
        ),
        contact_option,
        click.option("--endpoint", default=ENDPOINT, show_default=True, metavar="URL", help="SPARQL endpoint to ask."),
    ):
        command = option(command)
    return command


@contextmanager
def inquiry(endpoint: str, contact: str, cache: "Cache | None" = None) -> "Iterator[Asking]":
    """Yield what asks the endpoint, and show on a terminal how far it is."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from polisgraph.wikidata.asking import Asking
    from polisgraph.wikidata.client import Client

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("ask", total=0)
        total = 0

        def advanced(planned: int, known: int) -> None:
            nonlocal total
            total += planned
            progress.update(task, total=total, advance=known)

        def waiting(why: str, seconds: float) -> None:
            # Minutes of silence look like a program that hangs, also in a log.
            text = f"{endpoint}: {why}; asking again in {seconds:.0f} s"
            console.print(text, markup=False, highlight=False, soft_wrap=True)

        with closing(Asking(Client(endpoint, waiting=waiting, contact=contact), cache, advanced)) as asking:
            yield asking
