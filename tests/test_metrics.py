"""The counters: sums by label, steps of time, all at once from many threads."""

import threading

import pytest

from polisgraph import metrics


@pytest.fixture(autouse=True)
def only_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "ALL", [])


def test_a_counter_sums_by_the_values_of_its_labels() -> None:
    counter = metrics.Counter("pages", "Pages.", "kind")
    counter.add("good")
    counter.add("good", by=2)
    counter.add("bad")
    assert sorted(counter.samples()) == [(("bad",), 1), (("good",), 3)]
    assert counter.value("good") == 3 and counter.value("none") == 0
    assert counter in metrics.ALL


def test_a_sum_without_labels_is_there_before_the_first_event() -> None:
    assert metrics.Gauge("waiting", "Waiting.").samples() == [((), 0)]
    assert metrics.Counter("pages", "Pages.", "kind").samples() == []


def test_a_gauge_comes_down_again_when_the_block_fails() -> None:
    gauge = metrics.Gauge("running", "Running.")

    def fail() -> None:
        with gauge.held():
            assert gauge.value() == 1
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert gauge.value() == 0


def test_a_histogram_counts_what_took_up_to_each_bound() -> None:
    histogram = metrics.Histogram("seconds", "Seconds.", "route")
    for seconds in (0.001, 0.002, 0.3, 99.0):
        histogram.observe(seconds, "/a")
    [(labels, steps, total)] = histogram.samples()
    assert labels == ("/a",) and total == pytest.approx(99.303)
    upto = dict(zip((*metrics.BOUNDS, "any"), steps, strict=True))
    assert upto[0.001] == 1 and upto[0.0025] == 2 and upto[0.25] == 2 and upto[0.5] == 3
    assert upto[30.0] == 3 and upto["any"] == 4


def test_no_event_is_lost_between_threads() -> None:
    counter, histogram = metrics.Counter("pages", "Pages."), metrics.Histogram("seconds", "Seconds.")

    def work() -> None:
        for _ in range(2000):
            counter.add()
            histogram.observe(0.01)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value() == 16_000
    assert histogram.samples()[0][1][-1] == 16_000


def test_the_names_of_the_metrics_are_those_of_prometheus() -> None:
    found = [value for value in vars(metrics).values() if isinstance(value, metrics.Counter | metrics.Histogram)]
    assert len({metric.name for metric in found}) == len(found) > 8
    for metric in found:
        assert metric.name.replace("_", "").isalpha() and metric.name.islower() and metric.meaning.endswith(".")
