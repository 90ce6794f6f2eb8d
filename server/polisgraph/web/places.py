"""How much of the server one client may have, so that there is always room for others. Answers nothing itself."""

import threading
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from polisgraph.errors import Busy, TooMany

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Places:
    """A number of places that clients share. Safe to use from many threads.

    The fuller it is, the fewer places one client may have: its share of those that are free (dynamic thresholds, by
    which switches share their buffers). So a few clients who take what they can leave room for one who comes later.
    """

    def __init__(self, total: int, share: int) -> None:
        """Give out `total` places at once, and up to `share` of them to one client while nobody else is there.

        A client that has none gets one also when all are taken, as long as there are fewer than half as many again.
        """
        self._total, self._share = total, share
        self._lock = threading.Lock()
        self._taken: dict[str, int] = {}
        self._sum = 0

    def take(self, client: str) -> None:
        """Take a place for `client`; raise TooMany if it has its share, Busy if there is no place at all."""
        with self._lock:
            taken = self._taken.get(client, 0)
            free = max(0, self._total - self._sum + taken)
            if taken and taken >= self._share * free / self._total:
                raise TooMany(
                    f"{taken} requests from this address are at work, which is as many as one client may have at this"
                    " moment. Wait for an answer before you send the next one.",
                    retry_after=1,
                    limit=taken,
                )
            if self._sum >= self._total + self._total // 2:
                raise Busy("The service has as much to do as it can. Please try again in a moment.", retry_after=1)
            self._taken[client] = taken + 1
            self._sum += 1

    def leave(self, client: str) -> None:
        """Give back one place of `client`."""
        with self._lock:
            self._sum -= 1
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]


def client_of(environ: "WSGIEnvironment") -> str:
    """Return what stands for the client of a request: its address, or the network that one customer has in IPv6."""
    address = str(environ.get("REMOTE_ADDR", ""))
    return (network_of(address, 32, 64) or address) if ":" in address else address


@lru_cache(4096)
def network_of(address: str, length: int, length6: int) -> str:
    """Return the network of so many bits in IPv4 or IPv6 that an address is in; nothing for what is none.

    A socket for both kinds has IPv4 addresses in the form of IPv6 (RFC 4291, section 2.5.5.2).
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    network = ip_network((found, length if found.version == 4 else length6), strict=False)
    return str(found) if network.num_addresses == 1 else str(network)
