"""`python -m tests.benchmarks`: measures Polisgraph and its peers in one run on the same data and machine."""

import signal
import sys
from pathlib import Path

import click
from rich.console import Console

from polisgraph import bundle
from tests.benchmarks.data import BuildError, prepared
from tests.benchmarks.pages import PageFigures, measured
from tests.benchmarks.peers import PeerError
from tests.benchmarks.profiles import PROFILES
from tests.benchmarks.run import ALL, Budget, Run
from tests.benchmarks.table import Measured, keep, show
from tests.benchmarks.targets import targets

SHIPPED = "shipped"


@click.command()
@click.argument("profiles", nargs=-1, type=click.Choice([SHIPPED, *PROFILES]))
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=bundle.ROOT / ".benchmarks",
    help="Where data, snapshots and figures are kept.",
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([kind.__name__.lower() for kind in ALL[2:]]),
    help="Peers besides Oxigraph; by default all that are installed.",
)
@click.option("--no-validate", is_flag=True, help="Build without validation, and say so.")
@click.option("--seconds", type=float, default=Budget.load, show_default=True, help="Length of each run under load.")
def main(profiles: tuple[str, ...], folder: Path, only: tuple[str, ...], no_validate: bool, seconds: float) -> None:
    """Measure PROFILES (shipped, realistic, stress; by default the first two) and print the tables.

    \b
    Example:
      python -m tests.benchmarks shipped
      python -m tests.benchmarks realistic --only virtuoso
    """
    # Asked to end, it ends the servers too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(width=None if sys.stdout.isatty() else 240)
    progress = Console(stderr=True)
    peers = [kind for kind in ALL if kind in ALL[:2] or not only or kind.__name__.lower() in only]
    for profile in profiles or (SHIPPED, "realistic"):
        place = folder / profile
        place.mkdir(parents=True, exist_ok=True)
        with progress.status(f"{profile}: making the data and the snapshot") as status:
            try:
                snapshot, build = prepared(PROFILES.get(profile), place, validate=not no_validate)
            except BuildError as error:
                sys.exit(f"benchmarks: {error}")
            run = Run(snapshot, place, Budget(load=seconds), status.update)
            stopped = False
            pages: list[PageFigures] = []
            try:
                pages = measured(snapshot, place, seconds / 3, status.update)
                run.measure(peers)
            except PeerError as error:
                sys.exit(f"benchmarks: Polisgraph {error}")
            except KeyboardInterrupt:
                stopped = True
        figures = Measured(profile, targets(profile, build, run.figures, pages), build, run.figures, pages)
        keep(place / "figures.json", figures)
        show(console, figures)
        console.print(f"All figures: {place / 'figures.json'}\n")
        if stopped:
            sys.exit("benchmarks: stopped; what was measured until then stands above")


if __name__ == "__main__":
    main()
