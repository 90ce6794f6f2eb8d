"""`python -m tests.benchmarks.reconciling`: how fast a real server answers clients of its API."""

import json
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import httpx
from rich.console import Console
from rich.table import Table

from polisgraph.build import Plan, Progress, build
from polisgraph.engine.local import LocalEngine
from polisgraph.linking import Record, read_index
from polisgraph.settings import Settings
from tests.benchmarks.degraded import cases
from tests.processes import serving

BATCH = 50


@click.command()
@click.option("--number", default=1000, show_default=True, help="Requests of each kind.")
def main(number: int) -> None:
    """Serve the shipped graph with its gazetteer and ask it as clients do, one request after the other.

    Every request is another one, so that no cache answers. The figures are seconds as the client sees them.

    \b
    Example:
      python -m tests.benchmarks.reconciling --number 300
    """
    console, chance = Console(), random.Random(42)
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        snapshot, _ = build(home, Plan(validate=False), Progress())
        engine = LocalEngine(snapshot.store_path, snapshot.graphs, Settings(home=home))
        index = read_index(lambda query: engine.query(query).body)
        engine.close()
        names = [name for target in index.targets for name in target.labels.values()]
        records = [case.record for case in cases(index.targets, number)]
        chance.shuffle(records)
        with serving(home, Path(folder) / "log") as server, httpx.Client(base_url=server.address) as client:
            before = server.memory()
            first = _timed(partial(client.get, "/reconcile"))
            console.print(f"first manifest, with the names read for it: {first:.2f} s")
            prefixes = list(dict.fromkeys(_prefix(chance, names) for _ in range(4 * number)))[:number]
            letters = [a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in ("", *"aeiou")]
            batches = [records[at : at + BATCH] for at in range(0, len(records) - BATCH, BATCH)][: number // 5]
            worst = [[Record(_typo(chance, names)) for _ in range(BATCH)] for _ in range(number // 10)]
            _show(console, "suggest", [_timed(partial(_suggest, client, each)) for each in prefixes])
            _show(console, "suggest, one or two letters", [_timed(partial(_suggest, client, each)) for each in letters])
            _show(console, f"batch of {BATCH}", [_timed(partial(_ask, client, each)) for each in batches])
            errors = [_timed(partial(_ask, client, each)) for each in worst]
            _show(console, f"batch of {BATCH}, typing errors only, without country", errors)
            console.print(f"memory: {before / 1e6:.0f} MB before, {server.memory() / 1e6:.0f} MB after")


def _prefix(chance: random.Random, names: Sequence[str]) -> str:
    name = chance.choice(names)
    return name[: chance.randint(2, len(name))]


def _typo(chance: random.Random, names: Sequence[str]) -> str:
    name = chance.choice(names)
    at = chance.randrange(len(name))
    return name[:at] + chance.choice("aeioursn") + name[at + 1 :]


def _suggest(client: httpx.Client, prefix: str) -> httpx.Response:
    return client.get("/reconcile/suggest/entity", params={"prefix": prefix})


def _ask(client: httpx.Client, records: Sequence[Record]) -> httpx.Response:
    queries = {str(number): _query(record) for number, record in enumerate(records)}
    return client.post("/reconcile", data={"queries": json.dumps(queries)}, timeout=60)


def _query(record: Record) -> dict[str, object]:
    properties = [{"pid": "pg:country", "v": record.country}] if record.country else []
    return {"query": record.name, "type": "pg:Municipality", "type_strict": "should", "properties": properties}


def _timed(ask: Callable[[], httpx.Response]) -> float:
    begin = time.perf_counter()
    ask().raise_for_status()
    return time.perf_counter() - begin


def _show(console: Console, what: str, seconds: Sequence[float]) -> None:
    ranked = sorted(seconds)
    table = Table("what", "requests", "p50 ms", "p95 ms", "p99 ms", "most ms")
    at = [ranked[min(len(ranked) - 1, int(len(ranked) * part))] * 1000 for part in (0.5, 0.95, 0.99, 1.0)]
    table.add_row(what, str(len(ranked)), *(f"{value:.1f}" for value in at))
    console.print(table)


if __name__ == "__main__":
    main()
