"""Whether a client still has a connection, as the system's list has it."""

import socket
from collections.abc import Iterator

import pytest

from polisgraph.web.connections import is_connected
from tests.processes import until


@pytest.fixture(
    params=[
        (socket.AF_INET, "127.0.0.1"),
        pytest.param((socket.AF_INET6, "::1"), marks=pytest.mark.ipv6),
        pytest.param((socket.AF_INET6, "::"), marks=pytest.mark.ipv6),
    ]
)
def listener(request: pytest.FixtureRequest) -> Iterator[socket.socket]:
    """A socket that listens: in IPv4, in IPv6, and for both kinds."""
    family, address = request.param
    with socket.socket(family) as listening:
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address == "::1"))
        listening.bind((address, 0))
        listening.listen()
        yield listening


def test_a_client_is_connected_until_it_hangs_up(listener: socket.socket) -> None:
    address, port, *_ = listener.getsockname()
    known, unknown = ("::1", "::2") if address == "::1" else ("127.0.0.5", "127.0.0.6")
    seen = f"::ffff:{known}" if address == "::" else known
    assert not is_connected(seen, port)
    with socket.create_connection((known if address == "::1" else "127.0.0.1", port), source_address=(known, 0)):
        served, peer = listener.accept()
        assert peer[0] == seen
        assert is_connected(seen, port) and is_connected(known, port)
        assert not is_connected(unknown, port)
    with served:
        until(lambda: not is_connected(seen, port))


def test_where_the_system_does_not_tell_everyone_is_taken_to_be_there(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    assert is_connected("127.0.0.5", port)
