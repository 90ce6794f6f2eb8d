"""Several servers over copies of one snapshot behind nginx, set up as CONTRIBUTING.md tells operators to."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from tests.faults.witness import ADDRESSES, Witness, answers, ask
from tests.processes import Program, free_port, get, located, running, serving, until
from tests.shipped import WRITTEN

pytestmark = pytest.mark.nginx

TEXT = (bundle.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NUMBER = 3
PAGES = (
    "/",
    "/about",
    "/reports/members-of-network?network=eurocities",
    "/reports/members-of-network.csv?network=eurocities",
    "/doc/municipality/koeln",
    "/void.ttl",
    "/ontology/",
    "/static/style.css",
)


def command(*words: object) -> None:
    done = subprocess.run([sys.executable, "-m", "polisgraph", *map(str, words)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture(scope="module")
def archive(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data as a single file."""
    file = tmp_path_factory.mktemp("archive") / "first.tar"
    command("snapshot", "export", file, "--home", home)
    return file


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data and one more statement, as a single file."""
    folder = tmp_path_factory.mktemp("newer")
    more = folder / "more.nt"
    more.write_text('<http://example.org/new> <http://example.org/says> "here" .\n', encoding="utf-8")
    build(folder / "home", Plan(data=(*WRITTEN, more), validate=False), Progress())
    command("snapshot", "export", folder / "second.tar", "--home", folder / "home")
    return folder / "second.tar"


@pytest.fixture
def replicas(archive: Path, tmp_path: Path) -> Iterator[list[tuple[Path, Program]]]:
    """Servers with a home each, into which the same file was imported."""
    with ExitStack() as stack:
        made = []
        for number in range(NUMBER):
            home = tmp_path / f"home-{number}"
            command("snapshot", "import", archive, "--home", home)
            log = tmp_path / f"log-{number}"
            made.append((home, stack.enter_context(serving(home, log, POLISGRAPH_PROXIES="1"))))
        yield made


@pytest.fixture
def front(replicas: list[tuple[Path, Program]], tmp_path: Path) -> Iterator[str]:
    """The address of nginx with the documented configuration, its ports exchanged for free ones."""
    [written] = re.findall(r"```nginx\n(.*?)```", TEXT, re.DOTALL)
    port = free_port()
    conf = written.replace("listen 8000;", f"listen 127.0.0.1:{port};")
    for number, (_, service) in enumerate(replicas, 1):
        conf = conf.replace(f"127.0.0.1:800{number};", f"{service.address.removeprefix('http://')};")
    folder = tmp_path / "nginx"
    folder.mkdir()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/pid;\ndaemon off;\nevents {{}}\nhttp {{\naccess_log off;\n{places}{conf}}}\n"
    )
    words = [located("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with running(Program(words, folder / "log", f"http://127.0.0.1:{port}"), "/health") as nginx:
        yield nginx.address


def test_each_gives_the_same_bytes_with_the_same_tags(replicas: list[tuple[Path, Program]], front: str) -> None:
    for path in (*PAGES, *ADDRESSES):
        # By one name, as behind a proxy: pages tell the address at which they were asked for.
        accept = {"Host": "polisgraph.example"} | ({"Accept": "text/html"} if path in PAGES else {})
        given = [ask(address, path, **accept) for address in (*(each.address for _, each in replicas), front)]
        assert {answer.status_code for answer in given} == {200}, path
        assert len({answer.content for answer in given}) == 1, path
        assert len({answer.headers.get("Last-Modified") for answer in given}) == 1, path
        tags = {answer.headers.get("ETag") for answer in given}
        assert len(tags) == 1 and None not in tags, path
        [tag] = tags
        for address in (*(each.address for _, each in replicas), front):
            assert ask(address, path, **accept, **{"If-None-Match": tag}).status_code == 304, path


def test_a_snapshot_goes_round_without_a_failed_request(
    replicas: list[tuple[Path, Program]], front: str, newer: Path, tmp_path: Path
) -> None:
    # What the newer snapshot's answers must be, from a server that has nothing to do with these.
    command("snapshot", "import", newer, "--home", tmp_path / "reference")
    with serving(tmp_path / "reference", tmp_path / "reference-log") as reference:
        after = answers(reference.address)
        snapshot = get(f"{reference.address}/health").json()["snapshot"]
    before = answers(front)
    path = ADDRESSES[1]
    assert before[path] != after[path] and before[ADDRESSES[-1]] != after[ADDRESSES[-1]]
    old = ask(front, path).headers["ETag"]
    with Witness(front, [before, after]) as witness:
        witness.seen(20)
        for home, service in replicas:
            command("snapshot", "import", newer, "--home", home)
            until(lambda: get(f"{service.address}/health").json()["snapshot"] == snapshot)  # noqa: B023
            witness.seen(10)
    assert not witness.wrong and not witness.broken and set(witness.statuses) == {200}
    assert answers(front) == after
    fresh = ask(front, path, **{"If-None-Match": old})
    assert fresh.status_code == 200 and fresh.content == after[path] and fresh.headers["ETag"] != old
    assert ask(front, path, **{"If-None-Match": fresh.headers["ETag"]}).status_code == 304


def test_a_server_that_ends_costs_nobody_an_answer(replicas: list[tuple[Path, Program]], front: str) -> None:
    expected = answers(front)
    with Witness(front, [expected]) as witness:
        witness.seen(20)
        replicas[0][1].process.terminate()
        replicas[0][1].process.wait(60)
        witness.seen(30)
    assert not witness.wrong and not witness.broken and set(witness.statuses) == {200}
