"""Shows what was counted in the text formats of Prometheus. Counts nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector, exposition
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from polisgraph import __version__, metrics
from polisgraph.lastbuild import LastBuild
from polisgraph.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX = "polisgraph_"


def render(snapshot: Snapshot, last: LastBuild | None, answers: bool, workers: int, accept: str) -> tuple[bytes, str]:
    """Return all metrics, and the content type that fits the header Accept."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Counts())
    registry.register(_State(snapshot, last, answers, workers))
    ProcessCollector(registry=registry)
    encode, content_type = exposition.choose_encoder(accept)
    return encode(registry), content_type


class _Counts(Collector):
    """What the modules of this process have counted."""

    def collect(self) -> Iterator[Metric]:
        for metric in metrics.ALL:
            name, meaning, labels = PREFIX + metric.name, metric.meaning, metric.labels
            if isinstance(metric, metrics.Histogram):
                histogram = HistogramMetricFamily(name, meaning, labels=labels)
                for values, steps, total in metric.samples():
                    histogram.add_metric(values, _buckets(steps), total)
                yield histogram
            elif isinstance(metric, metrics.Counter):
                kind = GaugeMetricFamily if isinstance(metric, metrics.Gauge) else CounterMetricFamily
                family = kind(name, meaning, labels=labels)
                for values, value in metric.samples():
                    family.add_metric(values, value)
                yield family


class _State(Collector):
    """What is so at this moment."""

    def __init__(self, snapshot: Snapshot, last: LastBuild | None, answers: bool, workers: int) -> None:
        self._snapshot, self._last, self._answers, self._workers = snapshot, last, answers, workers

    def collect(self) -> Iterator[Metric]:
        manifest = self._snapshot.manifest
        yield GaugeMetricFamily(PREFIX + "up", "1 while the engine answers queries, otherwise 0.", int(self._answers))
        yield GaugeMetricFamily(PREFIX + "workers", "Workers that live.", self._workers)
        info = {"id": self._snapshot.id, "version": __version__}
        yield InfoMetricFamily(PREFIX + "snapshot", "The snapshot in service and the program's version.", value=info)
        built = datetime.fromisoformat(str(manifest["built"])).timestamp()
        yield GaugeMetricFamily(PREFIX + "snapshot_built_timestamp_seconds", "When the snapshot was built.", built)
        triples = float(manifest.get("triples", 0))
        yield GaugeMetricFamily(PREFIX + "snapshot_triples", "Triples in its default graph.", triples)
        if self._last:
            failed, ended = self._last.error is not None, datetime.fromisoformat(self._last.time).timestamp()
            yield GaugeMetricFamily(PREFIX + "last_build_failed", "1 if the last build failed, otherwise 0.", failed)
            yield GaugeMetricFamily(PREFIX + "last_build_timestamp_seconds", "When the last build ended.", ended)


def _buckets(steps: "Sequence[float]") -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in metrics.BOUNDS), "+Inf"]
    return list(zip(bounds, steps, strict=True))
