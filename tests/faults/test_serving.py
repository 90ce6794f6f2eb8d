"""What goes wrong while a server runs: it costs the query that it hits, and no answer with 2xx is wrong or cut off."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from polisgraph import seal
from polisgraph.errors import SnapshotError, StoreDamaged
from polisgraph.snapshot import current
from polisgraph.web.guard import Guard, _Files
from tests.faults.witness import ADDRESSES, Witness, answers, ask
from tests.processes import at_work, get, serving, until, workers
from tests.test_snapshot import flip

HOURS = "/sparql?query=SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HUNGRY = "/sparql?query=SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f"


@pytest.fixture(scope="module")
def expected(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an undisturbed server answers."""
    with serving(home, tmp_path_factory.mktemp("undisturbed") / "log") as service:
        return answers(service.address)


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    """A home of its own with the shipped data in service."""
    return Path(shutil.copytree(home, tmp_path / "copy", symlinks=True))


def test_a_worker_killed_in_the_middle_of_a_query_costs_that_query(
    copy: Path, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    with serving(copy, tmp_path / "log") as service, ThreadPoolExecutor() as threads:
        doomed = threads.submit(ask, service.address, HOURS)
        os.kill(at_work(service), signal.SIGKILL)
        answer = doomed.result()
        assert answer.status_code == 500 and answer.headers["content-type"].startswith("application/problem+json")
        with Witness(service.address, [expected]) as witness:
            for _ in range(5):
                witness.seen(5)
                for pid in workers(service):
                    os.kill(pid, signal.SIGKILL)
            witness.seen(20)
    assert not witness.wrong and not witness.broken and set(witness.statuses) <= {200, 500}


def test_a_query_that_eats_memory_is_refused_while_others_are_answered(
    copy: Path, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    memory = str(120 * 2**20)
    with (
        serving(copy, tmp_path / "log", POLISGRAPH_MEMORY_LIMIT=memory) as service,
        Witness(service.address, [expected]) as witness,
    ):
        for _ in range(3):
            answer = ask(service.address, HUNGRY)
            assert answer.status_code == 507, answer.text
            witness.seen(3)
    assert not witness.wrong and not witness.broken and set(witness.statuses) == {200}
    assert "backtrace" not in (tmp_path / "log").read_text()


@pytest.fixture
def unwritable(copy: Path) -> Iterator[Path]:
    """A home in which nothing can be written, by nobody: a read-only mount, or where there is no root, permissions."""
    if os.geteuid() == 0 and not subprocess.call(["mount", "--bind", str(copy), str(copy)], stderr=subprocess.DEVNULL):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(copy)], check=True)
        yield copy
        subprocess.run(["umount", "--lazy", str(copy)], check=True)
        return
    changed = [copy, *copy.rglob("*")]
    for path in changed:
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() else 0o444)
    yield copy
    for path in changed:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_serving_writes_nothing_at_home(unwritable: Path, tmp_path: Path, expected: dict[str, bytes]) -> None:
    with pytest.raises(OSError, match=r"Read-only|denied"):
        (unwritable / "x").touch()
    with serving(unwritable, tmp_path / "log") as service:
        assert answers(service.address) == expected
        assert ask(service.address, "/reports/members-of-network.csv?network=eurocities").status_code == 200
        # The answers that go out in pieces need no file either.
        with Witness(service.address, [expected]) as witness:
            witness.seen(20)
    assert not witness.wrong and not witness.broken and set(witness.statuses) == {200}


def refused(home: Path) -> str:
    command = [sys.executable, "-m", "polisgraph", "serve", "--no-build", "--home", str(home), "--port", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
    return done.stderr


def test_a_server_does_not_start_on_a_damaged_snapshot(copy: Path) -> None:
    table = max((current(copy).path / "store").glob("*.sst"), key=lambda path: path.stat().st_size)
    flip(table)
    said = refused(copy)
    assert "not a whole snapshot" in said and table.name in said and "build again" in said


def test_a_server_uses_the_previous_snapshot_in_place_of_a_damaged_one(
    copy: Path, tmp_path: Path, expected: dict[str, bytes]
) -> None:
    good = current(copy)
    bad = copy / "snapshots" / "damaged"
    shutil.copytree(good.path, bad)
    flip(max((bad / "store").glob("*.sst"), key=lambda path: path.stat().st_size))
    for name, target in (("previous", good.id), ("current", bad.name)):
        (copy / name).unlink(missing_ok=True)
        (copy / name).symlink_to(Path("snapshots") / target)
    with serving(copy, tmp_path / "log") as service:
        assert answers(service.address) == expected
        assert health(service.address)["snapshot"] == good.id
    assert "not a whole snapshot" in service.text() and good.id in service.text()


def scatter(path: Path) -> None:
    """Change a byte in every kilobyte of a file, in its place."""
    with path.open("r+b") as file:
        for place in range(100, path.stat().st_size, 1024):
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 0x10]))


@pytest.mark.parametrize("is_lone", [True, False])
def test_files_damaged_under_a_running_server_give_no_wrong_answer(
    copy: Path, tmp_path: Path, expected: dict[str, bytes], is_lone: bool
) -> None:
    served = current(copy)
    if not is_lone:
        shutil.copytree(served.path, copy / "snapshots" / "spare")
        (copy / "previous").symlink_to(Path("snapshots") / "spare")
    with serving(copy, tmp_path / "log") as service:
        with Witness(service.address, [expected]) as witness:
            witness.seen(10)
            for path in sorted((served.path / "store").glob("*.sst")):
                scatter(path)
            if is_lone:
                witness.seen(10, status=500)
            else:
                until(lambda: health(service.address)["refused_snapshot"])
                witness.seen(20)
        told = health(service.address)
        log = service.text()
        assert ".sst" in log and "Traceback" not in log
        if is_lone:
            assert told["status"] == "failing" and ".sst" in told["reason"] and str(copy) not in told["reason"]
            assert get(f"{service.address}/health").status_code == 503
            refused = ask(service.address, "/dumps/polisgraph.nq.gz")
            assert refused.status_code == 500 and refused.json()["type"].endswith("store-damaged")
        else:
            assert told["status"] == "ok" and ".sst" in told["refused_snapshot"]
            assert answers(service.address) == expected
    assert not witness.wrong and not witness.broken and set(witness.statuses) <= {200, 500}


def health(address: str) -> dict[str, Any]:
    found: dict[str, Any] = get(f"{address}/health").json()
    return found


def test_what_a_disk_changes_without_telling_is_found_by_reading(copy: Path) -> None:
    snapshot = current(copy)
    guard = Guard(snapshot)
    guard.confirm()
    table = next((snapshot.path / "store").glob("*.sst"))
    scatter(table)
    # As if the file system knew nothing of it.
    guard._files = _Files(guard._paths)
    seal.trust(snapshot.path, snapshot.manifest)
    guard.confirm()
    guard.suspect()
    until(lambda: guard.damage is not None)
    with pytest.raises(StoreDamaged):
        guard.confirm()
    with pytest.raises(SnapshotError, match=table.name):
        current(copy)


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_has_come_in_the_place_of_something_is_looked_at(copy: Path, what: str) -> None:
    snapshot = current(copy)
    guard = Guard(snapshot)
    store = snapshot.path / "store"
    shutil.copytree(store, copy / "other")
    table = next((copy / "other").glob("*.sst")).name
    scatter(copy / "other" / table)
    if what == "folder":
        store.rename(copy / "away")
        (copy / "other").rename(store)
    else:
        (copy / "other" / table).replace(store / table)
    with pytest.raises(StoreDamaged):
        guard.confirm()
    guard.close()


def test_a_change_that_changes_nothing_is_no_damage(copy: Path) -> None:
    snapshot = current(copy)
    guard = Guard(snapshot)
    for path in (snapshot.path / "store").iterdir():
        path.touch()
    guard.confirm()
    snapshot.path.rename(copy / "away")
    guard.confirm()  # what is open can be read wherever it lies
    guard.close()


def test_there_is_something_to_compare(expected: dict[str, bytes]) -> None:
    assert len(expected) == len(ADDRESSES) == len(set(expected.values()))
    assert all(len(content) > 500 for content in expected.values())
