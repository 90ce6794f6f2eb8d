"""A running server changes to a new snapshot without losing a request, and keeps the old one if it must."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.processes import until
from tests.running.conftest import HOURS, VALUE, make


def test_a_new_snapshot_takes_over_and_no_request_fails(serving: Callable[..., Any], new_home: Path) -> None:
    said = {}
    answers: list[tuple[str, str]] = []
    failures: list[str] = []
    stop = threading.Event()

    def work(address: str) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            while not stop.is_set():
                try:
                    answer = client.get("/sparql", params={"query": VALUE, "format": "csv"})
                    answers.append((answer.headers["X-Polisgraph-Snapshot"], answer.text.split()[1]))
                    if answer.status_code != 200:
                        failures.append(answer.text)
                except Exception as error:
                    failures.append(repr(error))

    with serving() as server:
        said[server.health()["snapshot"]] = "one"
        processes = len(server.program.processes())
        threads = [threading.Thread(target=work, args=(server.address,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for value in ("two", "three", "four"):
                said[make(new_home, value).id] = value
                until(lambda value=value: server.says() == value)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert failures == []
        assert {said[snapshot] for snapshot, _ in answers} >= {"one", "four"}
        assert all(said[snapshot] == value for snapshot, value in answers), "an answer came from another snapshot"
        assert server.health()["snapshot"] == max(said, key=lambda each: said[each] == "four")
        until(lambda: len(list((new_home / "snapshots").iterdir())) <= 4)
        # What belonged to the old snapshots is gone: as many processes as at the beginning.
        until(lambda: len(server.program.processes()) <= processes)
        assert 'polisgraph_snapshot_switches_total{outcome="done"} 3.0' in server.get("/metrics").text
        assert len(server.log("a new snapshot is in service")) == 3


def test_a_request_that_began_before_ends_on_its_snapshot(serving: Callable[..., Any], new_home: Path) -> None:
    with serving() as server:
        before = server.health()["snapshot"]
        got: list[httpx.Response] = []
        slow = threading.Thread(target=lambda: got.append(server.ask(HOURS, timeout="15")))
        slow.start()
        until(lambda: "polisgraph_http_requests_total" in server.get("/metrics").text)
        make(new_home, "two")
        until(lambda: server.says() == "two")
        assert slow.is_alive()
        slow.join()
        assert got[0].status_code == 504 and got[0].headers["X-Polisgraph-Snapshot"] == before


def test_a_damaged_snapshot_leaves_the_old_one_in_service(serving: Callable[..., Any], new_home: Path) -> None:
    with serving() as server:
        broken = new_home / "snapshots" / "broken"
        broken.mkdir()
        fresh = new_home / "fresh"
        fresh.symlink_to(Path("snapshots") / "broken")
        os.replace(fresh, new_home / "current")
        refused = until(lambda: server.health()["refused_snapshot"])
        assert "broken" in refused and str(new_home) not in refused
        assert server.says() == "one" and server.get("/health").status_code == 200
        assert 'outcome="refused"} 1.0' in server.get("/metrics").text
        [line] = server.log("the old one stays")
        assert "broken" in line["error"] and line["level"] == "error"
        make(new_home, "two")
        until(lambda: server.says() == "two")
        assert server.health()["refused_snapshot"] is None


def test_files_that_change_are_built_and_a_mistake_leaves_the_old_in_service(
    serving: Callable[..., Any], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    file = data / "it.ttl"
    file.write_text((tmp_path / "it.ttl").read_text().replace("one", "uno"), encoding="utf-8")
    words = ("--data", str(data), "--no-validate", "--no-reason", "--watch")
    with serving(*words, build=True) as server:
        assert server.says() == "uno" and server.health()["last_build"]["ok"]
        good = file.read_text(encoding="utf-8")
        file.write_text(good + "\n<a> <b> \n", encoding="utf-8")
        last = until(lambda: (now := server.health()["last_build"])["error"] and now)
        assert "it.ttl:" in last["error"] and str(tmp_path) not in last["error"] and not last["ok"]
        assert server.says() == "uno" and server.get("/health").status_code == 200
        assert "polisgraph_last_build_failed 1.0" in server.get("/metrics").text
        line = until(lambda: server.log("the build failed"))[0]
        assert str(file) in line["output"] and "Traceback" not in line["output"]
        file.write_text(good.replace("uno", "due"), encoding="utf-8")
        until(lambda: server.says() == "due")
        until(lambda: server.health()["last_build"]["ok"])


def test_the_result_of_a_build_elsewhere_is_told(serving: Callable[..., Any], new_home: Path, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from polisgraph.cli import main

    bad = tmp_path / "bad.ttl"
    bad.write_text("<a> <b>", encoding="utf-8")
    command = ["build", "--home", str(new_home), "--no-validate", "--no-reason", "--data"]
    with serving() as server:
        assert server.health()["last_build"] is None
        assert CliRunner().invoke(main, [*command, str(bad)]).exit_code == 1
        assert "bad.ttl:1" in server.health()["last_build"]["error"]
        assert CliRunner().invoke(main, [*command, str(tmp_path / "it.ttl")]).exit_code == 0
        assert server.health()["last_build"]["ok"] and server.health()["last_build"]["error"] is None
