"""Hostile clients of every kind against a real server, while good clients go on with their work."""

import time
from pathlib import Path

import httpx

from polisgraph.settings import MIB
from tests.attack import attack, expected, good_clients
from tests.processes import serving

WORKERS, LIMIT, CACHE = 4, 200 * MIB, 64 * MIB
BOUND = WORKERS * (LIMIT + 100 * MIB) + CACHE + 512 * MIB
"""What the processes may take together: what the settings allow, what Python and its libraries need beside it, and
answers on their way."""


def test_no_good_client_suffers_and_the_server_is_at_rest_afterwards(home: Path, tmp_path: Path) -> None:
    settings = {
        "POLISGRAPH_WORKERS": str(WORKERS),
        "POLISGRAPH_MEMORY_LIMIT": str(LIMIT),
        "POLISGRAPH_CACHE_SIZE": str(CACHE),
        "POLISGRAPH_TIME_LIMIT": "10",
    }
    with serving(home, tmp_path / "log", **settings) as server:
        right = expected(server.address)
        most = 0
        with good_clients(server.address, right) as noted:
            with attack(server.address):
                for _ in range(24):
                    time.sleep(0.5)
                    most = max(most, server.memory())
            ended = time.monotonic()
        assert [one.wrong for one in noted] == [[], []]
        assert all(len(one.seconds) > 50 for one in noted), "good clients were hardly answered"
        assert most < BOUND, f"{most / MIB:.0f} MiB"
        # A processor's tenth is what an idle server with its threads may use.
        before, rest = server.processor_seconds(), 0.0
        while time.monotonic() - ended < 5:
            time.sleep(0.5)
            now = server.processor_seconds()
            rest, before = now - before, now
        assert rest < 0.1, f"{rest} seconds of processor time in the half second after five seconds of rest"
        assert httpx.get(f"{server.address}/health").status_code == 200
        assert expected(server.address) == right
