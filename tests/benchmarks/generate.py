"""Writes a synthetic graph: `python -m tests.benchmarks.generate --profile realistic --seed 42 -o FOLDER`.

The same profile and seed give the same bytes. Memory does not grow with the number of memberships: what is drawn is
written.
"""

import shutil
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import click
from rich.console import Console

from tests.benchmarks.members import Lines, municipality, places, registers, statements
from tests.benchmarks.networks import Networks
from tests.benchmarks.profiles import COUNTRIES, PROFILES, Profile
from tests.benchmarks.statements import HEADER, marking
from tests.benchmarks.synthetic import World

FOLDER = "synthetic"
"""The folder of the files, and with it part of the names of their graphs: graph/data/synthetic/…"""


_BUFFER = 1 << 19
"""Bytes kept per file: some 200 files are written to in turn, and small pieces would scatter over the disk."""


class _Files:
    """The Turtle files of a folder, each opened when first written to."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._open: dict[str, TextIO] = {}

    def write(self, lines: Iterable[Lines]) -> None:
        for name, text in lines:
            if name not in self._open:
                file = self._stack.enter_context((self._folder / f"{name}.ttl").open("w", _BUFFER, "utf-8"))
                file.write(HEADER)
                self._open[name] = file
            self._open[name].write(text)

    def names(self) -> list[str]:
        return sorted(self._open)


def generate(profile: Profile, seed: int, folder: Path) -> Path:
    """Write the graph of `profile` and `seed` into `folder`/synthetic and return that; nothing stays if it fails.

    Raises FileExistsError if it is there.
    """
    made = folder / FOLDER
    if made.exists():
        raise FileExistsError(f"{made} is there already; remove it first")
    unfinished = folder / f".{FOLDER}-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        with ExitStack() as stack:
            _write(World(profile, seed), _Files(unfinished, stack))
        unfinished.rename(made)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return made


def _write(world: World, files: _Files) -> None:
    files.write(places(len(COUNTRIES)))
    files.write(registers())
    for member in world.members():
        files.write([municipality(world, member)])
        files.write(statements(world, member))
    files.write(Networks(world).lines())
    size = world.profile
    counts = f"{size.municipalities} municipalities, {size.networks} networks, {size.memberships} memberships"
    files.write([("dataset", marking(files.names(), world.seed, counts))])


@click.command()
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default="realistic", show_default=True)
@click.option("--seed", type=int, default=42, show_default=True, help="The same seed gives the same bytes.")
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--municipalities", type=int, help="Instead of the profile's number.")
@click.option("--networks", type=int, help="Instead of the profile's number.")
@click.option("--memberships", type=int, help="Instead of the profile's number.")
def main(profile: str, seed: int, folder: Path, **numbers: int | None) -> None:
    """Write a synthetic graph of the shape of the real world into FOLDER/synthetic, to be built with the shipped data.

    \b
    Example:
      python -m tests.benchmarks.generate --profile realistic --seed 42 -o /tmp/benchmark
      polisgraph build --data data --data /tmp/benchmark
    """
    try:
        given: dict[str, Any] = {name: number for name, number in numbers.items() if number is not None}
        size = replace(PROFILES[profile], **given)
        with Console(stderr=True).status(f"Making up {size.memberships:,} memberships …"):
            made = generate(size, seed, folder)
    except (ValueError, OSError) as error:
        sys.exit(f"generate: {error}")
    click.echo(made)


if __name__ == "__main__":
    main()
