"""Tells from the kernel's list of connections whether a client has hung up, which the server in front does not tell."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

_LISTS = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
_ESTABLISHED, _LISTENING = "01", "0A"


def is_connected(address: str, port: int) -> bool:
    """Whether `address` has an open connection to `port` of this machine; True where the system does not tell.

    What an address has asked need not be what its connection is for: it is known to have gone only when it has none.
    """
    connections = list(_connections(port))
    if not any(state == _LISTENING for _, state in connections):
        return True
    client = _plain(ip_address(address))
    return any(state == _ESTABLISHED and peer == client for peer, state in connections)


def _connections(port: int) -> Iterator[tuple[IPv4Address | IPv6Address, str]]:
    """Yield the other side's address and the state of each connection to `port` (proc(5): /proc/net/tcp)."""
    for path in _LISTS:
        with suppress(OSError):
            for line in path.read_text().splitlines()[1:]:
                _, local, remote, state, *_ = line.split()
                if int(local.rpartition(":")[2], 16) == port and state in (_ESTABLISHED, _LISTENING):
                    yield _plain(_address(remote.rpartition(":")[0])), state


def _address(written: str) -> IPv4Address | IPv6Address:
    """Read an address: words of 32 bits, each in the order of the machine's bytes."""
    words = (int(written[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(written), 8))
    return ip_address(b"".join(words))


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return an IPv4 address that a socket for both kinds has in the form of IPv6 (RFC 4291, section 2.5.5.2)."""
    return getattr(address, "ipv4_mapped", None) or address
