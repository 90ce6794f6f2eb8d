"""Run the stages of a build in turn: load → validate → derive → reason → describe → write → answer → switch."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, cast

import pyoxigraph as ox
import rdflib

from polisgraph import __version__, bundle, history, snapshot
from polisgraph.derive import derive
from polisgraph.description import describe
from polisgraph.disk import InMemory, OnDisk, Workshop
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.prepared import prepare
from polisgraph.errors import SourceError, ValidationError
from polisgraph.load import Loaded, add, data_graphs, extend, load
from polisgraph.namespaces import BASE, CATALOGUE_GRAPH, DATASET, DESCRIPTION_GRAPH, PG
from polisgraph.reason import check_consistency, reason
from polisgraph.reports import load_reports, unasked
from polisgraph.reports.catalogue import catalogue_triples
from polisgraph.settings import Settings, this_machine
from polisgraph.snapshot import Snapshot
from polisgraph.validate import Validation, Validator, validate


@dataclass(frozen=True)
class Plan:
    """What to build, and from what."""

    data: tuple[Path, ...] = (bundle.DATA,)
    ontology: Path = bundle.ONTOLOGY
    queries: Path = bundle.QUERIES
    today: date | None = None
    reasoner: Literal["rules", "owlrl"] = "rules"
    validator: Validator = "questions"
    validate: bool = True
    reason: bool = True


@dataclass
class Progress:
    """Hears of each stage as it begins; keeps the seconds that each took without the stages within it."""

    show: Callable[[str], None] = lambda stage: None
    seconds: dict[str, float] = field(default_factory=dict)
    _name: str = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.show(name)
        self._name = name
        start, before = time.perf_counter(), sum(self.seconds.values())
        yield
        within = sum(self.seconds.values()) - before
        self.seconds[name] = round(time.perf_counter() - start - within, 3)

    def step(self, part: str) -> None:
        """Show which part of the stage is at work: a file, a rule."""
        self.show(f"{self._name}: {part}")


_KINDS = f"""SELECT ?key (COUNT(*) AS ?n)
WHERE {{ ?thing a ?key FILTER(isIRI(?key) && STRSTARTS(STR(?key), "{PG}")) }}
GROUP BY ?key ORDER BY DESC(?n) ?key"""
"""How many things there are of each of our classes, most first."""

_SIZES = f"""PREFIX void: <http://rdfs.org/ns/void#>
SELECT ?key ?n WHERE {{ GRAPH <{DESCRIPTION_GRAPH}> {{ <{DATASET}> void:subset? ?key . ?key void:triples ?n }} }}
ORDER BY ?key"""
"""How many triples the dataset and each of its graphs have, as they were counted for the description."""

_GROWTH = 60
"""A build in memory takes at most so many times the size of its Turtle files; measured were 47."""

_PREPARED_FROM = 100_000
"""Triples from which on answers are prepared; in a smaller graph they are found as fast as they can be read."""
_PREPARING = 60.0
"""Seconds that an answer may take to be prepared: six times what a server allows by default."""

Judge = Callable[[Validation], None]


def build(home: Path, plan: Plan, progress: Progress, judge: Judge = lambda validation: None) -> tuple[Snapshot, bool]:
    """Build a snapshot of `plan` below `home` and put it in service; return it, and whether anything was built.

    `judge` hears the findings before the build goes on. Raises SourceError, RuleError, InconsistencyError, and
    ValidationError if a shape of severity Violation is broken; the snapshot in service then stays as it was.
    """
    with snapshot.locked(home):
        inputs = _inputs(plan)
        named, current = _identity(plan, inputs), _identity(plan, inputs, date.today())
        found = snapshot.stored(home, named) or snapshot.stored(home, current)
        if found is None:
            with snapshot.workshop(home, InMemory if _fits_in_memory(plan) else OnDisk) as shop:
                loaded, validation = assemble(plan, progress, judge, shop)
                _check_unchanged(loaded, inputs)
                identity = _identity(plan, inputs, loaded.today) if loaded.by_clock else named
                with progress.stage("write"):
                    manifest = _manifest(identity, plan, inputs, loaded, validation, progress)
                    made = snapshot.write(home, shop, manifest, lambda draft: _prepare(draft, plan, manifest, progress))
        with progress.stage("switch"):
            history.put_in_service(home, found or made)
        return found or made, found is None


def assemble(
    plan: Plan, progress: Progress, judge: Judge = lambda validation: None, shop: Workshop | None = None
) -> tuple[Loaded, Validation | None]:
    """Run the stages up to the finished store, that of `shop` or else one in memory; raise what `build` raises."""
    rules = plan.ontology / "rules"
    validation = None
    with progress.stage("load"):
        reports = load_reports(plan.queries)
        loaded = load(plan.data, plan.ontology, plan.today, shop.store if shop else None, progress.step)
    if plan.validate:
        with progress.stage("validate"):
            validation = validate(loaded, plan.ontology / "shapes.ttl", plan.validator)
        judge(validation)
        if not validation.conforms:
            raise ValidationError("the data breaks shapes of severity Violation; nothing was built")
        # Findings speak about the data and are no part of it: only in their own graph.
        extend(loaded.store, validation.report())
    if shop:
        shop.stated()
    if plan.reason:
        with progress.stage("derive"):
            derive(loaded.store, rules, progress.step)
        with progress.stage("reason"):
            reason(loaded.store, rules, plan.reasoner, progress.step)
            check_consistency(loaded.store, rules)
    with progress.stage("describe"):
        _add_rdflib(loaded.store, CATALOGUE_GRAPH, catalogue_triples(reports, BASE + "sparql"))
        describe(loaded, rules / "describe", progress.step)
    return loaded, validation


def _fits_in_memory(plan: Plan) -> bool:
    """Whether what comes of `plan` needs at most half of the memory: there a build takes a fraction of the time."""
    size = sum(path.stat().st_size for path, _ in data_graphs(plan.data))
    return size * _GROWTH < this_machine().memory / 2


def _add_rdflib(store: ox.Store, graph: str, triples: rdflib.Graph) -> None:
    text = triples.serialize(format="nt", encoding="utf-8")
    add(store, graph, (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)))


def _inputs(plan: Plan) -> dict[str, str]:
    """Name and SHA-256 of everything that goes into a build: data, ontology, reports and the program itself."""
    program = Path(__file__).parent
    paths = {f"data {graph}": path for path, graph in data_graphs(plan.data)}
    for kind, folder, pattern in (("ontology", plan.ontology, "**/*.*"), ("queries", plan.queries, "*.rq")):
        paths |= {f"{kind} {p.relative_to(folder)}": p for p in sorted(folder.glob(pattern)) if p.is_file()}
    paths |= {f"program {p.relative_to(program)}": p for p in sorted(program.rglob("*.py"))}
    try:
        return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(paths.items())}
    except OSError as error:
        raise SourceError(f"cannot be read: {error.strerror}", Path(str(error.filename))) from None


def changed_since(built: Snapshot, plan: Plan, loaded: Loaded) -> list[ox.Triple] | None:
    """Return the statements of data files that came or went since `built` was built of a plan like `plan`.

    None if more has changed than data files, or the data was not validated then. `loaded` is what the files say now.
    """
    then, now = dict(built.manifest["inputs"]), _inputs(plan)
    differing = {name for name in then.keys() | now.keys() if then.get(name) != now.get(name)}
    if built.manifest["findings"] is None or built.manifest["today"] != loaded.today.isoformat():
        return None
    if any(not name.startswith("data ") for name in differing):
        return None
    store = ox.Store.read_only(str(built.store_path))
    graphs = [ox.NamedNode(name.removeprefix("data ")) for name in differing]
    was, is_ = ({quad.triple for graph in graphs for quad in each.quads_for_pattern(None, None, None, graph)}
                for each in (store, loaded.store))  # fmt: skip
    return sorted(was ^ is_, key=str)


def _check_unchanged(loaded: Loaded, inputs: dict[str, str]) -> None:
    """Raise SourceError if a file is no longer what the snapshot's name says: it was changed between two reads."""
    for file in loaded.files:
        name = f"ontology {file.path.name}" if file.is_ontology else f"data {file.graph}"
        if inputs[name] != file.sha256:
            raise SourceError("was changed while the build ran; build again", file.path)


def _identity(plan: Plan, inputs: dict[str, str], by_clock: date | None = None) -> str:
    """Name what comes of `plan` and `inputs`; `by_clock` is the current day if neither of them names one."""
    options = [str(plan.today), plan.reasoner, plan.validator, plan.validate, plan.reason, __version__]
    options += [f"by clock {by_clock}"] if by_clock else []
    return hashlib.sha256(json.dumps([options, inputs]).encode()).hexdigest()[:16]


def _manifest(
    identity: str,
    plan: Plan,
    inputs: dict[str, str],
    loaded: Loaded,
    validation: Validation | None,
    progress: Progress,
) -> dict[str, Any]:
    findings = Counter(finding.severity for finding in validation.findings) if validation else None
    sizes = _counts(loaded.store, _SIZES)
    return {
        "id": identity,
        "version": __version__,
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "today": loaded.today.isoformat(),
        "options": {
            key: str(value)
            for key, value in asdict(plan).items()
            if key in ("reasoner", "validator", "validate", "reason")
        },
        "inputs": inputs,
        "triples": sizes.pop(DATASET),
        "graphs": sizes,
        "kinds": _counts(loaded.store, _KINDS),
        "findings": findings,
        "seconds": progress.seconds,
    }


def _prepare(draft: Path, plan: Plan, manifest: dict[str, Any], progress: Progress) -> None:
    """Add to the snapshot in `draft` the answers to the reports of which nothing is asked but the language."""
    if manifest["triples"] < _PREPARED_FROM:
        return
    at_once = this_machine().cores
    settings = Settings(workers=at_once, time_limit=_PREPARING, slow_query=_PREPARING)
    queries = [(f"{r.name} ({language})", query) for r in load_reports(plan.queries).values()
               for language, query in unasked(r)]  # fmt: skip
    # The process that builds may go on to serve, and is forked then.
    with progress.stage("answer"), closing(LocalEngine(draft / "store", frozenset(), settings, "spawn")) as engine:
        prepare(draft / snapshot.ANSWERS, engine, queries, at_once, progress.step)


def _counts(store: ox.Store, query: str) -> dict[str, int]:
    """Return the numbers `?n` that `query` counts, each by its `?key`."""
    rows = cast(ox.QuerySolutions, store.query(query))
    return {cast(ox.NamedNode, row["key"]).value: int(cast(ox.Literal, row["n"]).value) for row in rows}
