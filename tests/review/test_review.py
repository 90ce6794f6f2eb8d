"""`polisgraph review`: on a terminal and in scripts; each decision is kept at once, and nothing else is touched."""

import os
import pty
import re
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from polisgraph import bundle
from polisgraph.links import Ledger, Status, read_links
from polisgraph.namespaces import expand
from tests.review.conftest import ENERGY, EUROCITIES, Command, environment

PROMPT = "q quit: "
BY = ("--by", "Europe office")


class Terminal:
    """A command at a terminal of its own: what it shows is read, keys are pressed."""

    def __init__(self, words: list[str], folder: Path, home: Path) -> None:
        self._end, inner = pty.openpty()

        def at_terminal() -> None:
            os.login_tty(inner)
            # Whoever runs the tests in the background has it ignored, and a child would too.
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        self.process = subprocess.Popen(
            [sys.executable, "-m", "polisgraph", *words], cwd=folder, env=environment(home), preexec_fn=at_terminal
        )
        os.close(inner)
        self.shown = ""

    def until(self, text: str) -> str:
        """Read until `text` comes, and return what came with it."""
        begin, deadline = len(self.shown), time.monotonic() + 120
        while text not in self.shown[begin:]:
            assert select.select([self._end], [], [], deadline - time.monotonic())[0], self.shown
            try:
                part = os.read(self._end, 65536)
            except OSError:  # the other end is closed
                part = b""
            assert part, f"it ended without {text!r}: {self.shown}"
            self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", part.decode("utf-8", "replace"))
        return self.shown[begin:]

    def press(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    def close(self) -> int:
        """Wait for the end and return the exit status."""
        while True:
            try:
                if not os.read(self._end, 65536):
                    break
            except OSError:
                break
        os.close(self._end)
        return self.process.wait(60)


@contextmanager
def reviewing(folder: Path, home: Path, *words: str) -> Iterator[Terminal]:
    terminal = Terminal(["review", *words], folder, home)
    try:
        yield terminal
    finally:
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """The file of decisions of the test's own folder; it depends on `polisgraph` for the folder."""
    return Ledger(tmp_path / "data" / "decisions.ttl")


def kept(ledger: Ledger) -> dict[tuple[str, str], Status]:
    return {link.pair: link.status for link in ledger.read()}


def test_a_person_walks_through_the_candidates(
    folder: Path, tmp_path: Path, polisgraph: Command, ledger: Ledger
) -> None:
    with reviewing(tmp_path, folder / ".polisgraph", *BY) as terminal:
        # In the order of their IRIs: Amsterdam, Energy Cities, Eurocities, then places.
        shown = terminal.until(PROMPT)
        assert "1 of 5" in shown and "mun:amsterdam" in shown and "Q9899" in shown
        assert "Netherlands" in shown and "lau GM0363" in shown and "has already" in shown and "Q727" in shown
        assert "a list of the members of Eurocities gives it for Amsterdam" in shown
        terminal.press("y")
        assert "remove that link there before you confirm Q9899" in terminal.until(PROMPT)
        assert ledger.read() == []
        terminal.press("n")
        shown = terminal.until(PROMPT)
        assert "2 of 5" in shown and "<b>Energy</b> Cities" in shown
        assert kept(ledger) == {(expand("mun:amsterdam"), "Q9899"): Status.REJECTED}
        terminal.press("s")
        shown = terminal.until(PROMPT)
        assert "polisgraph wikidata resolve, 90 of 100, 2026-11-22" in shown and "P856: https://eurocities.eu/" in shown
        assert "Belgium" in shown
        terminal.press("n")
        assert "place:ags-01053100" in terminal.until(PROMPT)
        assert kept(ledger)[EUROCITIES, "Q9100300"] is Status.REJECTED
        terminal.press("u")
        assert "3 of 5" in terminal.until(PROMPT)
        assert (EUROCITIES, "Q9100300") not in kept(ledger)
        terminal.press("y")
        terminal.until(PROMPT)
        # Another one decides meanwhile; an editor leaves a remark.
        polisgraph("review", "--by", "others", "--reject", PLACE, "Q632575")
        ledger.path.write_text("# Ours.\n" + ledger.path.read_text(encoding="utf-8"), encoding="utf-8")
        terminal.press("y")
        assert "Q632575: rejected by others meanwhile." in terminal.until("Nothing is left")
        assert terminal.close() == 0
    assert kept(ledger) == {
        (expand("mun:amsterdam"), "Q9899"): Status.REJECTED,
        (EUROCITIES, "Q9100300"): Status.CONFIRMED,
        (expand("place:ags-01053100"), "Q669121"): Status.CONFIRMED,
        (PLACE_IRI, "Q632575"): Status.REJECTED,
    }
    assert ledger.path.read_text(encoding="utf-8").startswith("# Ours.\n")
    assert {link.reviewer for link in ledger.read()} == {"Europe office", "others"}


PLACE = "place:ags-01053101"
PLACE_IRI = expand(PLACE)


@pytest.mark.parametrize("way", ["key", "interrupt", "kill"])
def test_what_was_decided_stays_whatever_ends_it(
    folder: Path, tmp_path: Path, polisgraph: Command, ledger: Ledger, way: str
) -> None:
    with reviewing(tmp_path, folder / ".polisgraph", *BY) as terminal:
        terminal.until(PROMPT)
        terminal.press("n")
        terminal.until(PROMPT)
        if way == "kill":
            terminal.process.send_signal(signal.SIGKILL)
            assert terminal.close() == -signal.SIGKILL
        else:
            terminal.press("q" if way == "key" else "\x03")
            assert "1 kept in data/decisions.ttl" in terminal.until("commit it")
            assert terminal.close() == 0
    assert kept(ledger) == {(expand("mun:amsterdam"), "Q9899"): Status.REJECTED}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["decisions.ttl"]


def test_scripts_list_confirm_and_reject(polisgraph: Command, ledger: Ledger, tmp_path: Path) -> None:
    listed = polisgraph("review", "--list").stdout.splitlines()
    assert listed[0] == "thing\tname\titem\titem_name\tevidence"
    assert [line.split("\t")[:3] for line in listed[2:4]] == [
        ["net:energy-cities", "Energy Cities", "Q9100301"],
        ["net:eurocities", "Eurocities", "Q9100300"],
    ]
    done = polisgraph("review", *BY, "--confirm", "net:eurocities", "q9100300", "--reject", "Q365", "Q9100302",
                      "--evidence", "kind: another")  # fmt: skip
    assert done.stdout.splitlines() == ["confirmed: net:eurocities Q9100300", "rejected: mun:koeln Q9100302"]
    found = {link.thing: link for link in ledger.read()}
    assert set(found[EUROCITIES].evidence) == {
        "P856: https://eurocities.eu/ is the same", "name: «EUROCITIES» is a further name", "kind: another"
    }  # fmt: skip
    assert found[expand("mun:koeln")].evidence == ("kind: another",)
    before = ledger.path.read_bytes()
    assert "again" in polisgraph("review", *BY, "--confirm", "net:eurocities", "Q9100300", "--evidence",
                                 "kind: another").stdout  # fmt: skip
    assert ledger.path.read_bytes() == before
    assert "Q9100300" not in polisgraph("review", "--list").stdout
    # Candidates of a file are put up as those of the data are.
    (tmp_path / "new.ttl").write_text(
        (bundle.DATA / "candidates.ttl").read_text(encoding="utf-8").replace("9899", "9898")
    )
    assert "Q9898" in polisgraph("review", "--list", "new.ttl").stdout


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--reject", "net:eurocities", "Q9100300"], 2, "who decides"),
        (["--by", "jane@example.org", "--reject", "net:eurocities", "Q9100300"], 2, "no email address"),
        ([*BY, "--reject", "net:eurocities", "Q9100399"], 2, "nobody proposed Q9100399 for net:eurocities"),
        ([*BY, "--reject", "net:nowhere", "Q9100300"], 2, "nothing in the graph or the gazetteer is 'net:nowhere'"),
        ([*BY, "--reject", "net:eurocities", "P31", "--evidence", "x"], 2, "no item of Wikidata"),
        ([*BY, "--confirm", "net:eurocities", "Q365", "--evidence", "x"], 1, "municipalities links mun:koeln to Q365"),
        ([*BY, "--confirm", "mun:koeln", "Q9100300", "--evidence", "x"], 1, "municipalities links mun:koeln to Q365"),
        ([*BY, "--reject", "mun:koeln", "Q365", "--evidence", "x"], 1, "remove that link there before you reject it"),
        ([*BY], 2, "standard input is no terminal"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_a_sentence(
    polisgraph: Command, ledger: Ledger, words: list[str], status: int, told: str
) -> None:
    done = polisgraph("review", *words, status=status)
    assert told in " ".join(done.stderr.split())
    assert not ledger.path.exists()


def test_one_item_for_one_thing_among_decisions(polisgraph: Command, ledger: Ledger) -> None:
    polisgraph("review", *BY, "--confirm", "net:eurocities", "Q9100300")
    for thing, item in (("net:eurocities", "Q9100303"), ("net:energy-cities", "Q9100300")):
        done = polisgraph("review", *BY, "--confirm", thing, item, "--evidence", "x", status=1)
        assert "Europe office confirmed Q9100300 for net:eurocities" in done.stderr
    assert kept(ledger) == {(EUROCITIES, "Q9100300"): Status.CONFIRMED}
    polisgraph("review", *BY, "--reject", "net:eurocities", "Q9100300")
    polisgraph("review", *BY, "--confirm", "net:energy-cities", "Q9100301")
    assert kept(ledger) == {(EUROCITIES, "Q9100300"): Status.REJECTED, (ENERGY, "Q9100301"): Status.CONFIRMED}


def test_a_served_snapshot_is_not_written_into(folder: Path, polisgraph: Command) -> None:
    inside = next((folder / ".polisgraph" / "snapshots").iterdir())
    done = polisgraph(
        "review", *BY, "--confirm", "net:eurocities", "Q9100300", "--file", str(inside / "d.ttl"), status=1
    )
    assert "belongs to the snapshot" in done.stderr
    assert not (inside / "d.ttl").exists()


def test_a_full_disk_leaves_the_decisions_as_they_were(
    folder: Path, tmp_path: Path, polisgraph: Command, ledger: Ledger
) -> None:
    polisgraph("review", *BY, "--reject", "net:eurocities", "Q9100300")
    before = ledger.path.read_bytes()
    program = (
        "import sys; from pathlib import Path; from dataclasses import replace; from polisgraph.links import Ledger;"
        "from polisgraph.errors import SourceError\n"
        "ledger = Ledger(Path(sys.argv[1])); one = ledger.read()[0]\n"
        "try:\n    ledger.put(replace(one, item='Q1'))\nexcept SourceError as error:\n    sys.exit(str(error))"
    )
    for limit in (0, 100, len(before)):
        done = subprocess.run(
            [sys.executable, "-c", program, str(ledger.path)],
            preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            env=environment(folder), capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 1 and "cannot be written: File too large" in done.stderr
        assert ledger.path.read_bytes() == before
        assert [path.name for path in ledger.path.parent.iterdir()] == ["decisions.ttl"]


def test_decisions_of_a_file_are_taken(polisgraph: Command, ledger: Ledger, tmp_path: Path) -> None:
    polisgraph("review", *BY, "--confirm", "net:eurocities", "Q9100300", "--file", "other.ttl")
    done = polisgraph("review", "--take", "other.ttl")
    assert "confirmed: net:eurocities Q9100300" in done.stdout
    assert ledger.read() == read_links(tmp_path / "other.ttl")
    done = polisgraph("review", "--take", str(bundle.DATA / "candidates.ttl"), status=1)
    assert "candidates.ttl: holds no decision" in done.stderr


def test_rows_about_things_propose_the_items_of_what_they_may_be(polisgraph: Command, tmp_path: Path) -> None:
    table = "name,iri\nHannover,https://example.org/hannover\nNirgendwohausen,https://example.org/none\n"
    words = ["link", "-", "--name-column", "name", "--thing-column", "iri", "--propose", "new.ttl"]
    polisgraph(*words, given=table)
    (link,) = read_links(tmp_path / "new.ttl")
    assert link.pair == ("https://example.org/hannover", "Q1715") and link.tool == "polisgraph link"
    assert "list: standard input, row 2 may be Hanover, " + expand("mun:hannover") in link.evidence
    assert any(text.startswith("name: ") for text in link.evidence) and link.confidence
    refused = polisgraph(*words[:-1], "new.csv", given=table, status=2)
    assert "does not end in .ttl" in refused.stderr
    refused = polisgraph(*words[:-2], given=table, status=2)
    assert "it needs --propose" in refused.stderr
