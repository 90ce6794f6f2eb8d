"""`python -m tests.benchmarks.attacked`: what good clients notice while others attack the server."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.table import Table

from polisgraph.build import Plan, Progress, build
from tests.attack import Noted, attack, expected, good_clients
from tests.processes import Program, serving

MOST = 5.0
"""How many times as long as without an attack good clients may wait for one answer in a hundred."""
_AT_REST = 0.1
"""Seconds of processor time that an idle server with its threads may use in half a second."""


@click.command()
@click.option("--seconds", default=30.0, show_default=True, help="Length of each phase.")
@click.option("--attackers", default=3, show_default=True, help="Addresses that attack; each holds 170 connections.")
def main(seconds: float, attackers: int) -> None:
    """Serve the shipped graph to two good clients, without and with hostile ones (tests/attack.py).

    Good clients ask for pages, reports and queries, half of these new ones, and compare every byte.

    \b
    Example:
      python -m tests.benchmarks.attacked --seconds 60
    """
    console = Console()
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        build(home, Plan(validate=False), Progress())
        with serving(home, Path(folder) / "log") as server:
            right = expected(server.address)
            _asked(server, right, seconds / 3, nullcontext())  # what every client asks is kept from now on
            idle, _ = _asked(server, right, seconds, nullcontext())
            attacked, memory = _asked(server, right, seconds, attack(server.address, attackers))
            ended = time.monotonic()
            _await_rest(server)
            rest = time.monotonic() - ended
    table = Table("", "answers", "wrong or none", "p50 ms", "p99 ms", "most ms", title="Good clients")
    for name, noted in (("idle", idle), ("under attack", attacked)):
        times = (f"{_at(noted, part) * 1000:.1f}" for part in (0.5, 0.99, 1.0))
        table.add_row(name, f"{len(noted.seconds):,}", str(len(noted.wrong)), *times)
    console.print(table)
    times_as_long = _at(attacked, 0.99) / _at(idle, 0.99)
    met = "met" if times_as_long <= MOST and not attacked.wrong and not idle.wrong else "not met"
    console.print(
        f"p99 under attack is {times_as_long:.1f} times that at rest; at most {MOST:g}, no answer wrong: {met}"
    )
    console.print(f"memory at most {memory / 1e6:,.0f} MB; at rest {rest:.1f} s after the attack")
    for wrong in attacked.wrong[:5]:
        console.print(wrong, markup=False)


def _asked(
    server: Program, right: dict[str, bytes], seconds: float, meanwhile: AbstractContextManager[None]
) -> tuple[Noted, int]:
    """Return what good clients saw, all together, and the most memory that the server took, in bytes."""
    most = 0
    with good_clients(server.address, right) as noted, meanwhile:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.5)
            most = max(most, server.memory())
    return Noted([one for each in noted for one in each.seconds], [one for each in noted for one in each.wrong]), most


def _await_rest(server: Program) -> None:
    """Wait until what the attack left to be done is done, a minute at most."""
    before = server.processor_seconds()
    for _ in range(120):
        time.sleep(0.5)
        now = server.processor_seconds()
        if now - before < _AT_REST:
            return
        before = now


def _at(noted: Noted, part: float) -> float:
    ranked: Sequence[float] = sorted(noted.seconds)
    return ranked[min(len(ranked) - 1, int(len(ranked) * part))]


if __name__ == "__main__":
    main()
