"""How the program tells what went wrong: a sentence on standard error, and an exit status. Has no commands."""

import os
import sys
from typing import Any

import click

from polisgraph.errors import PolisgraphError


class Group(click.Group):
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
