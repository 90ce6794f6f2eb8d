"""What a running server tells about itself: log lines, metrics, health; and what it keeps to itself."""

import os
import signal
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from polisgraph.errors import Busy, WorkerFailed
from polisgraph.web.guard import Unwatched
from polisgraph.web.health import Health
from tests.processes import at_work, until, workers
from tests.running.conftest import HOURS, VALUE, Server

SECRET = "SELECT * { ?person ?is 'Mrs Secret' }"


def metrics(server: Server) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return every sample by its name and labels, as Prometheus reads them."""
    answer = server.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def metric(server: Server, name: str, **labels: str) -> float:
    return metrics(server).get((f"polisgraph_{name}", frozenset(labels.items())), 0)


def test_a_line_in_the_log_says_what_was_asked_but_neither_by_whom_nor_with_which_words(
    serving: Callable[..., Any],
) -> None:
    with serving() as server:
        answer = server.ask(SECRET)
        mine = answer.headers["X-Request-Id"]
        [line] = until(lambda: [line for line in server.log("request") if line["request"] == mine])
        assert (line["method"], line["path"], line["status"]) == ("GET", "/sparql", 200)
        assert line["bytes"] == len(answer.content) and 0 < line["seconds"] < 60 and line["level"] == "info"
        assert line["snapshot"] == answer.headers["X-Polisgraph-Snapshot"] and line["answers"] == "miss"
        assert line["client"] == "127.0.0.0/24" and line["time"].endswith("Z")
        again = server.ask(SECRET).headers["X-Request-Id"]
        server.get("/nothing%0A%1B[31m/here")
        until(lambda: any("nothing" in line["path"] for line in server.log("request")))
        assert again not in [line["request"] for line in server.log()], "what a cache answered is not logged"
        assert not [line for line in server.log() if line.get("path") in ("/health", "/metrics")]
        assert all("Secret" not in str(line) and "127.0.0.1" not in str(line) for line in server.log())


def test_on_demand_everything_is_logged_as_lines_for_people(serving: Callable[..., Any]) -> None:
    words = ("--access-log", "all", "--log-clients", "full", "--log-format", "text")
    with serving(*words) as server:
        server.ask(VALUE)
        mine = server.ask(VALUE).headers["X-Request-Id"]
        server.get("/nothing%0A%1B[31m/here")
        text = until(lambda: (found := server.program.text()) and "31m" in found and found)
        [line] = [line for line in text.splitlines() if f"request={mine}" in line]
        assert "path=/sparql status=200" in line and "cache=hit" in line and "client=127.0.0.1" in line
        assert "\x1b" not in text and r"/nothing\n\x1b[31m/here" in text


def test_an_id_is_taken_from_a_proxy_only(serving: Callable[..., Any]) -> None:
    given = {"X-Request-Id": "abc-1"}
    with serving() as server:
        first, second = (server.get("/", headers=given).headers["X-Request-Id"] for _ in range(2))
        assert "abc-1" not in (first, second) and first != second
    with serving("--proxies", "1") as server:
        assert server.get("/", headers=given).headers["X-Request-Id"] == "abc-1"
        assert server.get("/", headers={"X-Request-Id": 'a"b c'}).headers["X-Request-Id"] != 'a"b c'
        server.get("/about", headers={"X-Forwarded-For": "198.51.100.77"})
        [line] = until(lambda: [line for line in server.log("request") if line["path"] == "/about"])
        assert line["client"] == "198.51.100.0/24"


def test_slow_queries_and_what_became_of_their_workers_are_told(serving: Callable[..., Any]) -> None:
    with serving("--slow-query", "0.5") as server:
        server.ask(VALUE)
        answer = server.ask(HOURS, timeout="1")
        assert answer.status_code == 504
        [line] = until(lambda: server.log("slow query"))
        assert line["query"] == HOURS and line["outcome"] == "over the time limit" and line["seconds"] >= 1
        assert line["request"] == answer.headers["X-Request-Id"] and line["level"] == "warning"
        assert metric(server, "workers_ended_total", reason="deadline") == 1
        assert metric(server, "queries_total", outcome="over the time limit") == 1
        assert metric(server, "queries_total", outcome="answered") >= 2
        assert metric(server, "queries_running") == metric(server, "queries_waiting") == 0
        assert server.ask("SELECT nonsense").status_code == 400
        assert metric(server, "queries_total", outcome="bad query") == 1


def test_metrics_count_requests_by_route_and_status_and_what_caches_saved(serving: Callable[..., Any]) -> None:
    with serving() as server:
        for _ in range(3):
            server.ask(VALUE)
        server.get("/nowhere/at/all")
        server.get("/wp-admin.php")
        assert metric(server, "http_requests_total", route="/sparql", method="GET", status="200") == 3
        assert metric(server, "http_requests_total", route="other", method="GET", status="404") == 2
        assert metric(server, "http_request_seconds_count", route="/sparql") == 3
        assert metric(server, "http_request_seconds_bucket", route="/sparql", le="+Inf") == 3
        assert metric(server, "cache_lookups_total", cache="responses", outcome="hit") == 2
        assert metric(server, "cache_bytes", cache="responses") > 0
        assert metric(server, "up") == 1 and metric(server, "workers") >= 1
        snapshot = server.health()["snapshot"]
        assert any(
            name == "polisgraph_snapshot_info" and ("id", snapshot) in labels for name, labels in metrics(server)
        )
        as_open = httpx.get(f"{server.address}/metrics", headers={"Accept": "application/openmetrics-text"})
        assert as_open.text.rstrip().endswith("# EOF")


def test_health_is_told_in_the_ways_that_orchestrators_ask(serving: Callable[..., Any]) -> None:
    with serving() as server:
        for path in ("/health", "/health/live", "/health/ready"):
            answer = server.get(path)
            assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
            assert answer.json()["ready"] and answer.json()["live"] and answer.json()["workers"] >= 1
            assert 0 <= answer.json()["age_seconds"] < 3600
        assert httpx.head(f"{server.address}/health").status_code == 200
        assert httpx.post(f"{server.address}/health").status_code == 405
        assert server.get("/health/else").status_code == 404


def test_with_all_workers_killed_it_goes_on(serving: Callable[..., Any]) -> None:
    with serving("--workers", "2") as server:
        answering = workers(server.program)
        assert len(answering) == 2
        for pid in answering:
            os.kill(pid, signal.SIGKILL)
        until(lambda: server.health()["workers"] == 0)
        assert server.ask("ASK {}", format="json").json()["boolean"] is True
        assert server.health()["workers"] >= 1 and server.health()["ready"]


def test_who_sends_half_a_head_is_not_waited_for_and_keeps_nobody_out(serving: Callable[..., Any]) -> None:
    with serving() as server:
        port = int(server.address.rpartition(":")[2])
        half = [socket.create_connection(("127.0.0.1", port)) for _ in range(300)]
        try:
            for connection in half:
                connection.sendall(b"GET /sparql HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            assert server.says() == "one"
            for connection in half:
                connection.settimeout(60)
                received = connection.recv(1000)
                assert received == b"" or received.startswith(b"HTTP/1.1 408")
        finally:
            for connection in half:
                connection.close()


def test_who_hangs_up_leaves_no_work_behind(serving: Callable[..., Any]) -> None:
    with serving() as server:
        port = int(server.address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), source_address=("127.0.3.1", 0)) as client:
            client.sendall(f"GET /sparql?query={quote(HOURS)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            pid = at_work(server.program)
        until(lambda: pid not in workers(server.program))
        assert metric(server, "workers_ended_total", reason="abandoned") == 1
        assert server.says() == "one"


class Stub:
    """An engine, and a server around it, of which only the answer to the prober's question matters."""

    def __init__(self, error: Exception | None) -> None:
        self.error, self.asked = error, 0
        self.edition = self.engine = self.snapshot = self
        self.guard, self.pids = Unwatched(), [1]
        self.id, self.manifest, self.refused = "some", {"built": "2026-11-22T10:00:00+00:00"}, None

    def query(self, query: object) -> None:
        self.asked += 1
        if self.error:
            raise self.error


@pytest.mark.parametrize(
    ("error", "status"),
    [(None, "200 OK"), (Busy("Many."), "200 OK"), (WorkerFailed("Gone."), "503 SERVICE UNAVAILABLE")],
)
def test_it_is_not_ready_while_the_engine_fails_but_it_is_while_it_is_busy(
    error: Exception | None, status: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polisgraph.web.health.EVERY", 0.01)
    stub = Stub(error)
    health = Health(stub, tmp_path)  # type: ignore[arg-type]

    def ask(path: str) -> str:
        said: list[str] = []
        health({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda line, headers: said.append(line))  # type: ignore
        return said[0]

    try:
        until(lambda: stub.asked >= 4)
        assert ask("/health") == ask("/health/ready") == status and ask("/health/live") == "200 OK"
        assert health.state()["reason"] == ("Gone." if status.startswith("503") else None)
        stub.error = None
        until(lambda: ask("/health") == "200 OK")
    finally:
        health.close()
