"""`polisgraph snapshot`: list what is there, verify it, and move one as a single file."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from polisgraph.cli.settings import settable
from polisgraph.errors import SnapshotError
from polisgraph.settings import Settings


@click.group()
def snapshot() -> None:
    """List, verify, export and import snapshots.

    \b
    Example:
      polisgraph snapshot list
      polisgraph snapshot verify
    """


@snapshot.command("list")
@settable("home")
def list_(settings: Settings) -> None:
    """Print the snapshots: id, when built, triples, bytes, and which one is in service.

    \b
    Example:
      polisgraph snapshot list
    """
    from polisgraph import archive
    from polisgraph.snapshot import kept, roles

    home = settings.home
    for identity, found in kept(home):
        role = ", ".join(roles(home, identity))
        if isinstance(found, SnapshotError):
            click.echo(f"{identity}  damaged  {role}\n    {found}")
            continue
        built, triples = found.manifest["built"], found.manifest["triples"]
        click.echo(f"{identity}  {built}  {triples:>12,} triples  {archive.size(found):>15,} bytes  {role}".rstrip())


@snapshot.command()
@settable("home")
@click.argument("identity", metavar="[ID]", required=False)
def verify(settings: Settings, identity: str | None) -> None:
    """Read every file of the snapshot ID, or of all that there are, and compare it with what was written.

    Exit status 1 if one is damaged.

    \b
    Example:
      polisgraph snapshot verify
    """
    from polisgraph import archive
    from polisgraph.snapshot import kept, opened

    home = settings.home
    chosen = [(one, found) for one, found in kept(home) if identity in (None, one)]
    if not chosen:
        raise SnapshotError(f"{home}: no snapshot {identity or ''} here; see 'polisgraph snapshot list'")
    damaged = False
    for one, found in chosen:
        try:
            if isinstance(found, SnapshotError):
                raise found
            with _bar("verify") as (begin, advance):
                begin(archive.size(found))
                opened(found.path, full=True, advance=advance)
            click.echo(f"{one}  whole, {len(found.manifest['files'])} files")
        except SnapshotError as error:
            damaged = True
            click.echo(f"{one}  damaged: {error}")
    if damaged:
        sys.exit(1)


@snapshot.command()
@settable("home")
@click.option("--id", "identity", help="Another snapshot than the one in service.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(settings: Settings, identity: str | None, file: Path) -> None:
    """Write the snapshot in service to FILE, a tar archive with the sums of all its parts.

    Every byte is checked on the way. FILE must not exist yet; it appears whole or not at all.

    \b
    Example:
      rm -f polisgraph.tar; polisgraph snapshot export polisgraph.tar
    """
    from polisgraph import archive
    from polisgraph.snapshot import current, stored

    home = settings.home
    found = stored(home, identity) if identity else current(home)
    if found is None:
        raise SnapshotError(f"{home}: no whole snapshot {identity} here; see 'polisgraph snapshot list'")
    with _bar("export") as (begin, advance):
        begin(archive.size(found))
        archive.export(found, file, advance)
    click.echo(f"Snapshot {found.id} is in {file}, {file.stat().st_size:,} bytes.", err=True)


@snapshot.command("import")
@settable("home")
@click.option("--no-switch", is_flag=True, help="Leave in service what is in service.")
@click.argument("file", type=click.File("rb"))
def import_(settings: Settings, no_switch: bool, file: BinaryIO) -> None:
    """Check and unpack the archive FILE (or - for standard input), and put its snapshot in service.

    \b
    Example:
      polisgraph snapshot import polisgraph.tar
    """
    from polisgraph import archive

    home = settings.home
    with _bar("import") as (begin, advance):
        found, fresh = archive.import_(home, file, switch=not no_switch, begin=begin, advance=advance)
    said = "imported" if fresh else "there already; nothing was imported"
    click.echo(f"Snapshot {found.id}: {said}. " + ("Not switched." if no_switch else "It is in service."), err=True)


@contextmanager
def _bar(name: str) -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """Yield a function that hears how much there is to do and one that hears what has been done.

    The bar shows on a terminal only.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(name, total=None)
        yield (
            lambda total: progress.update(task, total=total),
            lambda done: progress.advance(task, done),
        )
