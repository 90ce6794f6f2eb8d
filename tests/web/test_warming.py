"""What the first readers would wait for is made ready in the background, and nothing depends on it."""

import logging
from dataclasses import replace

import pytest
from flask import Flask

from polisgraph.engine import Answer, Engine, Query
from polisgraph.errors import WorkerFailed
from polisgraph.namespaces import BASE, PG
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import create_app, edition
from polisgraph.web.warming import Warming
from tests.processes import until

DONE = "ready for its first readers"
LARGEST = f"SELECT ?one {{ ?one a <{PG}Network> ; <{PG}memberCount> ?members }} ORDER BY DESC(?members) LIMIT 1"


class Counting:
    """An engine that counts what it is asked, and passes it on or fails."""

    def __init__(self, engine: Engine | None) -> None:
        self.engine, self.asked = engine, 0

    def query(self, query: Query) -> Answer:
        self.asked += 1
        if self.engine is None:
            raise WorkerFailed("being stopped")
        return self.engine.query(query)

    def close(self) -> None:
        pass


def test_the_first_reader_finds_all_made(
    settings: Settings, snapshot: Snapshot, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    counting = Counting(engine)
    app = create_app(replace(settings, time_limit=60.0), snapshot, counting)
    with caplog.at_level(logging.INFO, "polisgraph"):
        warming = Warming(app, first=0)
        until(lambda: DONE in caplog.text)
    warming.close()
    asked = counting.asked
    largest = engine.query(Query(LARGEST, results_type="text/csv")).body.decode().split()[1].replace("/id/", "/doc/")
    client = app.test_client()
    for language in ("de", "en"):
        for page in ("/", "/search?q=koelln", "/search/suggest?q=bo", "/reports", largest.removeprefix(BASE[:-1])):
            assert client.get(page, headers={"Accept": "text/html", "Accept-Language": language}).status_code == 200
    assert counting.asked == asked > 5, "the engine is asked once more"
    assert set(app.jinja_env.list_templates(extensions=("html",))) <= {key[1] for key in app.jinja_env.cache or {}}


def test_what_is_closed_begins_no_further_step(
    settings: Settings, snapshot: Snapshot, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    class Closing(Counting):
        def query(self, query: Query) -> Answer:
            warming.close()
            return super().query(query)

    app = create_app(settings, snapshot, Closing(engine))
    with caplog.at_level(logging.INFO, "polisgraph"):
        warming = Warming(app, first=0.1)
        warming._thread.join()
    assert DONE not in caplog.text
    # The step at work goes on, and would be heard of in the next test.
    app.extensions["polisgraph.desk"].begin()[0].result()


@pytest.mark.parametrize("wanted", ["yes", "no"])
def test_a_server_has_it_as_its_setting_says(settings: Settings, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []

    class Noted:
        def __init__(self, app: Flask) -> None:
            events.append(f"began for {app.extensions['polisgraph'].snapshot.id}")

        def close(self) -> None:
            events.append("closed")

    monkeypatch.setattr(edition, "Warming", Noted)
    opened = edition.open_current(replace(settings, warm_up=wanted))
    opened.close()
    assert events == ([f"began for {opened.snapshot.id}", "closed"] if wanted == "yes" else [])


def test_an_engine_that_fails_or_ends_costs_nothing(
    settings: Settings, snapshot: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(settings, snapshot, Counting(None))
    with caplog.at_level(logging.INFO, "polisgraph"):
        Warming(app, first=0)
        until(lambda: DONE in caplog.text)
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_what_is_closed_before_does_not_begin(settings: Settings, snapshot: Snapshot) -> None:
    counting = Counting(None)
    warming = Warming(create_app(settings, snapshot, counting), first=3600)
    warming.close()
    warming._thread.join()
    assert counting.asked == 0
