"""A server that has prepared answers in its own build: both start processes, one after the other."""

import subprocess
import sys
from pathlib import Path

import httpx

from tests.processes import PATIENCE, free_port, until

SERVE = "import sys; from polisgraph import build; build._PREPARED_FROM = 0; from polisgraph.cli import main; main()"
DATA = "<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n"


def test_it_serves_what_it_has_built_itself(tmp_path: Path) -> None:
    data, port = tmp_path / "data.nt", free_port()
    data.write_text(DATA, encoding="utf-8")
    words = ["serve", "--home", str(tmp_path / "home"), "--data", str(data), "--port", str(port), "--no-validate"]
    server = subprocess.Popen([sys.executable, "-c", SERVE, *words])

    def answers() -> bool:
        assert server.poll() is None, "it has ended"
        try:
            return httpx.get(f"http://127.0.0.1:{port}/reports/contradictions.csv").status_code == 200
        except httpx.TransportError:
            return False

    try:
        assert until(answers) and list((tmp_path / "home/current/answers").iterdir())
    finally:
        server.terminate()
        server.wait(PATIENCE)
