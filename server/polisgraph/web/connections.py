"""Tells from the kernel's list of connections whether a client has hung up, which the server in front does not tell."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from polisgraph.web.places import network_of

_LISTS = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
_ESTABLISHED, _LISTENING = "01", "0A"


def is_connected(address: str, port: int) -> bool:
    """Whether `address` has an open connection to `port` of this machine; True where the system does not tell.

    What an address has asked need not be what its connection is for: it is known to have gone only when it has none.
    """
    connections = list(_connections(port))
    if not any(state == _LISTENING for _, state in connections):
        return True
    client = _one(address)
    return not client or any(state == _ESTABLISHED and _one(peer) == client for peer, state in connections)


def _connections(port: int) -> Iterator[tuple[str, str]]:
    """Yield the other side's address and the state of each connection to `port` (proc(5): /proc/net/tcp)."""
    for path in _LISTS:
        with suppress(OSError):
            for line in path.read_text().splitlines()[1:]:
                _, local, remote, state, *_ = line.split()
                if int(local.rpartition(":")[2], 16) == port and state in (_ESTABLISHED, _LISTENING):
                    yield _address(remote.rpartition(":")[0]), state


def _address(written: str) -> str:
    """Read an address: words of 32 bits, each in the order of the machine's bytes."""
    words = (int(written[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(written), 8))
    return str(ip_address(b"".join(words)))


def _one(address: str) -> str:
    """Return `address` as it is always written; nothing for what is none."""
    return network_of(address, 32, 128)
