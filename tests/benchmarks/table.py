"""Prints what was measured, ratios first, and keeps every figure as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.data import Build
from tests.benchmarks.measuring import Latency
from tests.benchmarks.pages import PageFigures
from tests.benchmarks.run import ItemFigures, PeerFigures
from tests.benchmarks.targets import Target

_MARKS = {True: "[green]met[/]", False: "[red]not met[/]", None: "not measured"}


@dataclass(frozen=True)
class Measured:
    """What a run has measured of one profile: times in seconds, sizes in bytes."""

    profile: str
    targets: list[Target]
    build: Build
    servers: list[PeerFigures]
    pages: Sequence[PageFigures] = ()


def keep(path: Path, measured: Measured) -> None:
    """Write all figures of a run."""
    path.write_text(json.dumps(asdict(measured), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def show(console: Console, measured: Measured) -> None:
    """Print the tables of one profile."""
    profile = measured.profile
    console.print(_targets(profile, measured.targets))
    console.print(_ratios(profile, measured.servers))
    console.print(_items(profile, measured.servers))
    if measured.pages:
        console.print(_pages(profile, measured.pages))
    console.print(_servers(profile, measured.servers))
    console.print(_stages(profile, measured.build))


def _targets(profile: str, found: list[Target]) -> Table:
    table = Table(title=f"Targets, {profile}", title_justify="left")
    for column in ("target", "measured", ""):
        table.add_column(column, overflow="fold")
    for target in found:
        table.add_row(target.aim, target.measured, _MARKS[target.met])
    return table


def _ratios(profile: str, figures: list[PeerFigures]) -> Table:
    """How often Polisgraph answers while the other answers once; then answers a second, p50 and p99."""
    ours, others = figures[0], figures[1:]
    table = Table(title=f"Throughput, {profile}: Polisgraph to each, then answers a second and p50 / p99 in ms")
    table.add_column("queries")
    for other in others:
        table.add_column(f"to {other.name}", justify="right")
    for figure in figures:
        table.add_column(figure.name, justify="right")
    last = max((key.split()[-1] for key in ours.mixes), key=int, default="")
    for key, mine in ours.mixes.items():
        group, mode, clients = key.split()
        theirs = [other.mixes.get(key) for other in others]
        ratios = [f"{mine.per_second / its.per_second:.2f} ×" if its and its.per_second else "–" for its in theirs]
        cells = [
            f"{its.per_second:,.0f}/s  {its.p50 * 1000:.1f} / {its.p99 * 1000:.1f}"
            + (f"  {its.failed:.0%} failed" if its.failed else "")
            if its
            else "–"
            for its in (mine, *theirs)
        ]
        label = f"{group}, {mode}, {clients} client{'s' * (clients != '1')}"
        table.add_row(label, *ratios, *cells, end_section=clients == last)
    return table


def _items(profile: str, figures: list[PeerFigures]) -> Table:
    ours, others = figures[0], figures[1:]
    table = Table(
        title=f"Each query by itself, {profile}: unrepeated p50 to ours, then p50 unrepeated and repeated in ms"
    )
    table.add_column("query")
    table.add_column("rows", justify="right")
    for other in others:
        table.add_column(f"{other.name} / ours", justify="right")
    for figure in figures:
        table.add_column(figure.name, justify="right")
    for name, mine in ours.items.items():
        ratios = [_ratio(mine, other.items.get(name)) for other in others]
        table.add_row(name, f"{mine.rows:,}", *ratios, *(_item(figure, name) for figure in figures))
    return table


def _ratio(mine: ItemFigures, its: ItemFigures | None) -> str:
    if its and its.right and its.unrepeated and mine.unrepeated:
        return f"{its.unrepeated.p50 / mine.unrepeated.p50:.2f} ×"
    return "–"


def _item(figure: PeerFigures, name: str) -> str:
    found = figure.items.get(name)
    if found is None:
        return "–"
    if found.problem:
        return found.problem[:30]
    times = " ".join(f"{t.p50 * 1000:.1f}" if t else "–" for t in (found.unrepeated, found.repeated))
    failed = f" {found.unrepeated.failed} failed" if found.unrepeated and found.unrepeated.failed else ""
    return times + failed + ("" if found.right else f" ({found.rows:,} rows)")


def _pages(profile: str, pages: Sequence[PageFigures]) -> Table:
    table = Table(title=f"Pages of Polisgraph, {profile}: p50 and p99 in ms, made anew and from what is kept")
    for column in ("page", "kB", "cold p50", "p99", "warm p50", "p99", ""):
        table.add_column(column, justify="left" if column in ("page", "") else "right")

    def times(latency: Latency | None) -> tuple[str, str]:
        return (f"{latency.p50 * 1000:.1f}", f"{latency.p99 * 1000:.1f}") if latency else ("–", "–")

    for page in pages:
        table.add_row(page.name, f"{page.size / 1000:.0f}", *times(page.cold), *times(page.warm), page.problem[:60])
    return table


def _servers(profile: str, figures: list[PeerFigures]) -> Table:
    table = Table(title=f"Servers, {profile}", title_justify="left")
    for column in ("server", "load s", "start s", "on disk MB", "memory MB", "resident MB", "right answers", ""):
        table.add_column(column, justify="left" if column in ("server", "") else "right")
    for figure in figures:
        right = sum(item.right for item in figure.items.values())
        numbers = (
            f"{figure.load_seconds:.1f}",
            f"{figure.start_seconds:.2f}",
            *(f"{number / 1e6:,.0f}" for number in (figure.disk, figure.memory, figure.resident)),
            f"{right} of {len(figure.items)}",
        )
        table.add_row(figure.name, *(("",) * 6 if figure.left_out and not figure.items else numbers), figure.left_out)
    return table


def _stages(profile: str, build: Build) -> Table:
    table = Table(title=f"Build, {profile}", title_justify="left")
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    for stage, seconds in build.stages.items():
        table.add_row(stage, f"{seconds:.1f}")
    table.add_section()
    table.add_row("whole process", f"{build.wall:.1f}")
    table.add_row("most memory", f"{build.memory / 1e6:,.0f} MB")
    table.add_row("snapshot on disk", f"{build.disk / 1e6:,.0f} MB")
    for name, count in build.counts.items():
        table.add_row(name, f"{count:,}")
    return table
