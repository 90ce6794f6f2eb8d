"""The targets, and what a run says of them. Measures nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.benchmarks.data import Build
from tests.benchmarks.pages import DATA, PageFigures
from tests.benchmarks.run import CHEAP, PeerFigures

_LIMITS = {"shipped": (15.0, None), "realistic": (300.0, 8e9), "stress": (1800.0, None)}
"""Seconds and bytes that a build may take."""
_SHACL = {"shipped": 10.0, "realistic": 300.0}
"""Seconds that validation may take."""


@dataclass(frozen=True)
class Target:
    """What was to be reached, what was measured, and whether it is; None if it could not be measured."""

    aim: str
    measured: str
    met: bool | None


def targets(profile: str, build: Build, figures: list[PeerFigures], pages: Sequence[PageFigures] = ()) -> list[Target]:
    """Return every target that a run on `profile` speaks of."""
    by_name = {figure.name: figure for figure in figures}
    ours, oxigraph = by_name["Polisgraph"], by_name["oxigraph serve-read-only"]
    found = [
        _throughput(ours, oxigraph, "cheap", 1.5),
        _throughput(ours, oxigraph, "heavy", 20),
        *_unrepeated(ours, oxigraph),
    ]
    if rdflib := by_name.get("rdflib-endpoint"):
        found.append(_throughput(ours, rdflib, "mixed", 20))
    if profile != "stress":
        found.append(_reports(pages))
    if profile == "shipped":
        found += _pages(pages)
    found += _building(profile, build)
    found.append(
        Target("start to the first answer under 1 s", f"{ours.start_seconds:.2f} s", ours.start_seconds < 1)
        if ours.start_seconds
        else Target("start to the first answer under 1 s", ours.left_out, None)
    )
    return found


def _throughput(ours: PeerFigures, peer: PeerFigures, group: str, least: float) -> Target:
    aim = f"repeated {group} queries: at least {least:g} × the throughput of {peer.name}"
    ratios = {}
    for clients in (8, 64):
        mine, its = ours.mix(group, "repeated", clients), peer.mix(group, "repeated", clients)
        if mine and its:
            ratios[clients] = mine.per_second / its.per_second if its.per_second else float("inf")
    if not ratios:
        return Target(aim, peer.left_out or ours.left_out or "no such queries", None)
    said = ", ".join(f"{ratio:.1f} × at {clients} clients" for clients, ratio in ratios.items())
    return Target(aim, said, min(ratios.values()) >= least)


def _unrepeated(ours: PeerFigures, oxigraph: PeerFigures) -> Iterator[Target]:
    cheap, dear = [], []
    for name, its in oxigraph.items.items():
        mine = ours.items.get(name)
        if not (mine and mine.right and its.right and mine.unrepeated and its.unrepeated):
            continue
        if its.unrepeated.p50 < CHEAP:
            cheap.append((mine.unrepeated.p50 - its.unrepeated.p50, name))
        else:
            dear.append((mine.unrepeated.p50 / its.unrepeated.p50, name))
    aim = "unrepeated queries over 5 ms: p50 at most 1.2 × that of oxigraph serve-read-only"
    yield _at_most(1.2, dear, aim, lambda ratio: f"{ratio:.2f} ×")
    aim = "unrepeated cheaper queries: p50 at most 1 ms more"
    yield _at_most(0.001, cheap, aim, lambda more: f"{more * 1000:+.1f} ms")


def _at_most(limit: float, measured: Sequence[tuple[float, str]], aim: str, shown: Callable[[float], str]) -> Target:
    """Return the target that none of the `measured` figures, each with the name of its query, is above `limit`."""
    if not measured:
        return Target(aim, "none measured", None)
    held = sum(figure <= limit for figure, _ in measured)
    worst, name = max(measured)
    return Target(aim, f"{held} of {len(measured)}; the worst {shown(worst)} ({name})", held == len(measured))


def _reports(pages: Sequence[PageFigures]) -> Target:
    aim = "no report over 100 ms at p50, cold"
    reports = {page.name.removeprefix(DATA + "report "): page.cold for page in pages if page.name.startswith(DATA)}
    slow = {name: cold.p50 if cold else float("inf") for name, cold in reports.items() if not cold or cold.p50 > 0.1}
    if not reports:
        return Target(aim, "none measured", None)
    said = ", ".join(f"{name} {_seconds(p50)}" for name, p50 in sorted(slow.items(), key=lambda pair: -pair[1]))
    return Target(aim, f"{len(reports) - len(slow)} of {len(reports)}" + (f"; not {said}" if slow else ""), not slow)


def _seconds(p50: float) -> str:
    return "without an answer" if p50 == float("inf") else f"{p50 * 1000:.0f} ms"


def _pages(pages: Sequence[PageFigures]) -> Iterator[Target]:
    budgeted = [page for page in pages if page.budgeted]
    for word, limit in (("cold", 0.2), ("warm", 0.02)):
        times = [(page.cold if word == "cold" else page.warm, page.name) for page in budgeted]
        aim = f"home and pages of entities: p50 at most {limit * 1000:.0f} ms {word}"
        measured = [(latency.p50 if latency else float("inf"), name) for latency, name in times]
        yield _at_most(limit, measured, aim, _seconds)


def _building(profile: str, build: Build) -> Iterator[Target]:
    seconds, memory = _LIMITS[profile]
    aim = f"build in less than {seconds:.0f} s" + (f" and {memory / 1e9:.0f} GB" if memory else "")
    said = f"{build.wall:.0f} s, {build.memory / 1e9:.1f} GB" + ("" if build.validated else ", not validated")
    met = build.wall < seconds and (memory is None or build.memory < memory)
    yield Target(aim, said, met if build.validated else None)
    if profile in _SHACL:
        taken = build.stages.get("validate")
        aim = f"SHACL in less than {_SHACL[profile]:.0f} s"
        if taken is None:
            yield Target(aim, "not validated", None)
        else:
            yield Target(aim, f"{taken:.1f} s", taken < _SHACL[profile])
