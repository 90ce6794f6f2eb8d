"""Whom the client lets itself be sent to: public addresses, those that it looked up, and one redirect at most."""

import socket
from collections.abc import Iterator

import pytest

from polisgraph.errors import EndpointFailed
from polisgraph.federation import client as module
from polisgraph.federation.client import Client, is_public
from polisgraph.settings.kinds import ADDRESSES
from tests.federation.conftest import Elsewhere, elsewhere, json

JSON = "application/sparql-results+json"
PUBLIC = "127.0.0.1"
"""What passes for a public address here; 127.0.0.2 does not."""


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a02:ec80:300:ed1a::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", False),
        ("2002:7f00:1::", False),
        ("2002:a00:1::", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "0.0.0.0", "[::]", "LOCALHOST", "localhost.",
    ],
)  # fmt: skip
def test_a_private_address_is_not_asked_however_it_is_written(host: str) -> None:
    with elsewhere() as server:
        address = f"http://{host}:{server.address.rsplit(':', 1)[1]}"
        with pytest.raises(EndpointFailed, match=r"private network|no machine of that name"):
            Client(1000).ask(address, "ASK {}", JSON, 5)
    assert server.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "ftp://a.example/", "file:///etc/passwd", "gopher://a.example/", "//a.example/", "a.example", "http://",
        "http://user@a.example/", "http://user:word@a.example/", "http://a.example/#x", "http://a.example\\@b.example/",
        "http://a.example/ü", "http://a.example:0/", "http://a.example:99999/", "http://a.example/{x}",
    ],
)  # fmt: skip
def test_what_no_endpoint_can_be_called(text: str) -> None:
    with pytest.raises(ValueError, match=r"^$|Port out of range"):
        ADDRESSES.read(text)


def test_endpoints_are_read_and_shown() -> None:
    assert ADDRESSES.read(" http://a.example/q   https://b.example:8443/ http://a.example/q ") == (
        "http://a.example/q",
        "https://b.example:8443/",
    )
    assert ADDRESSES.read("") == ()


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Elsewhere, Elsewhere]]:
    """A server at what passes for a public address, and one at an address that is none."""
    monkeypatch.setattr(module, "is_public", lambda address: address == PUBLIC)
    with elsewhere(PUBLIC) as public, elsewhere("127.0.0.2") as private:
        private.reply = lambda _: json(b"{}")
        yield public, private


def test_a_redirect_to_a_private_address_is_not_followed(two: tuple[Elsewhere, Elsewhere]) -> None:
    public, private = two
    for status in (301, 302, 307, 308):
        public.reply = lambda _, status=status: (status, {"Location": private.address}, b"")  # type: ignore[misc]
        with pytest.raises(EndpointFailed, match="private network"):
            Client(1000).ask(public.address, "ASK {}", JSON, 5)
    assert len(public.asked) == 4 and private.asked == []


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "http://user@127.0.0.1/", "http://127.0.0.1:0/", "//@/"],
)
def test_a_redirect_to_what_is_no_address(two: tuple[Elsewhere, Elsewhere], location: str) -> None:
    two[0].reply = lambda _: (302, {"Location": location}, b"")
    with pytest.raises(EndpointFailed, match="no address of an endpoint"):
        Client(1000).ask(two[0].address, "ASK {}", JSON, 5)


def test_one_redirect_is_followed_and_no_second(two: tuple[Elsewhere, Elsewhere]) -> None:
    public, _ = two
    replies = iter([(307, {"Location": "/there"}, b""), json(b"{}")])
    public.reply = lambda _: next(replies)
    assert Client(1000).ask(public.address, "ASK {}", JSON, 5) == b"{}"
    assert public.asked == ["ASK {}", "ASK {}"]
    public.reply = lambda _: (307, {"Location": "/there"}, b"")
    with pytest.raises(EndpointFailed, match="one redirect"):
        Client(1000).ask(public.address, "ASK {}", JSON, 5)
    assert len(public.asked) == 4


def test_a_name_is_looked_up_once_and_what_was_found_is_asked(
    two: tuple[Elsewhere, Elsewhere], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that says something else the second time gains nothing: there is no second time."""
    public, private = two
    public.reply = lambda _: json(b"{}")
    port = int(public.address.split(":")[2].split("/")[0])
    looked_up = []
    answers = iter([PUBLIC, "127.0.0.2", "127.0.0.2"])

    def changing(host: str, *_: object, **__: object) -> list[object]:
        looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    real = socket.getaddrinfo

    def lookup(host: str, *arguments: object, **more: object) -> object:
        return changing(host) if host == "rebind.example" else real(host, *arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert Client(1000).ask(f"http://rebind.example:{port}/", "ASK {}", JSON, 5) == b"{}"
    assert looked_up == ["rebind.example"] and private.asked == []
    with pytest.raises(EndpointFailed, match="private network"):
        Client(1000).ask(f"http://rebind.example:{port}/", "ASK {}", JSON, 5)


def test_one_private_address_among_public_ones_is_enough(
    two: tuple[Elsewhere, Elsewhere], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in (PUBLIC, "127.0.0.2")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(EndpointFailed, match="private network"):
        Client(1000).ask("http://both.example/", "ASK {}", JSON, 5)


def test_a_certificate_must_be_that_of_the_name(two: tuple[Elsewhere, Elsewhere]) -> None:
    """What speaks no TLS, or without a certificate that holds, is not believed."""
    address = two[0].address.replace("http:", "https:")
    with pytest.raises(EndpointFailed, match="cannot be reached"):
        Client(1000).ask(address, "ASK {}", JSON, 5)
    assert two[0].asked == []
