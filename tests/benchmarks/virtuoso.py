"""Virtuoso 7 as a peer, with its own database in a folder of the benchmark."""

import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from polisgraph.namespaces import DATASET
from polisgraph.snapshot import Snapshot
from tests.benchmarks.data import size_on_disk
from tests.benchmarks.measuring import TIME_LIMIT
from tests.benchmarks.peers import Peer, PeerError, default_graph, quads
from tests.processes import Program, free_port
from tests.virtuoso import configured

_DEFAULT = DATASET + "/default"
"""The default graph of the snapshot, as a graph of its own: Virtuoso's union would count a triple once per graph.

Its GRAPH then ranges over this one too, so that some queries on provenance give it more rows.
"""


class Virtuoso(Peer):
    """Virtuoso with 1 GB of buffers, loaded by its bulk loader."""

    name, endpoint = "Virtuoso 7", f"/sparql?default-graph-uri={quote(_DEFAULT, safe='')}"
    patience = 3.0

    def __init__(self, snapshot: Snapshot, folder: Path) -> None:
        super().__init__(snapshot, folder.resolve())
        self.administration = free_port()

    @classmethod
    def missing(cls) -> str:
        return "" if shutil.which("virtuoso-t") else "the Debian package virtuoso-opensource-7-bin"

    def command(self) -> list[str]:
        ports = self.administration, self.port
        return configured(self.folder, *ports, buffers=120_000, limit=round(TIME_LIMIT), rows=100_000_000)

    def load(self, limit: float) -> None:
        # What an earlier run loaded may be another snapshot.
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        self.port = free_port()
        files = self.folder / "files"
        files.mkdir(exist_ok=True)
        quads(self.snapshot, files / "named.nq")
        default_graph(self.snapshot, files / "default.nt")
        deadline = time.monotonic() + limit
        self.program = Program(self.command(), self.folder / "log")
        try:
            self._run("status();", deadline)
            for kind in ("nq", "nt"):
                self._run(f"ld_dir('{files}', '*.{kind}', '{_DEFAULT}');", deadline)
            self._run("rdf_loader_run();", deadline)
            failed = self._run("select ll_file, ll_error from DB.DBA.load_list where ll_error is not null;", deadline)
            if "0 Rows" not in failed:
                raise PeerError(f"did not load the data: {' '.join(failed.split())[:200]}")
            self._run("checkpoint;", deadline)
        finally:
            self.stop()
            shutil.rmtree(files)

    def disk(self) -> int:
        return size_on_disk(self.folder / "virtuoso.db")

    def _run(self, statements: str, deadline: float) -> str:
        """Run SQL `statements`, waiting until the server takes them."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or self.program is None or not self.program.running:
                raise PeerError("could not be loaded in the time given" if left <= 0 else "ended while loading")
            try:
                done = subprocess.run(
                    ["isql-vt", f"127.0.0.1:{self.administration}", "dba", "dba", "ERRORS=STDOUT",
                     f"EXEC={statements}"],
                    capture_output=True, text=True, check=False, timeout=left,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise PeerError("could not be loaded in the time given") from None
            if done.returncode == 0:
                return done.stdout
            time.sleep(0.2)
