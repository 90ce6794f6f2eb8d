"""How the server is shared among clients, and who stands for one."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import pytest

from polisgraph.engine.turns import CLIENT
from polisgraph.errors import Busy, TooLong, TooMany
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import create_app
from polisgraph.web.admission import Admission
from polisgraph.web.places import Places, client_of, network_of


def take_all(places: Places, client: str) -> int:
    """Take places until there are no more for `client`; return how many there were."""
    for number in range(1000):
        try:
            places.take(client)
        except (Busy, TooMany):
            return number
    raise AssertionError("there is no end of places")


def test_one_client_alone_has_its_share() -> None:
    assert take_all(Places(100, 8), "a") == 8


def test_the_fuller_it_is_the_fewer_places_a_client_has() -> None:
    places = Places(36, 16)
    taken = [take_all(places, client) for client in "abcdefgh"]
    assert taken == sorted(taken, reverse=True) and taken[0] > taken[-1] >= 1
    assert take_all(places, "late") >= 1


def test_who_has_none_gets_one_even_if_all_are_taken_but_not_without_end() -> None:
    places = Places(8, 8)
    taken = [take_all(places, str(number)) for number in range(40)]
    assert sum(taken) == 12
    with pytest.raises(Busy) as refused:
        places.take("latest")
    assert refused.value.details["retry_after"] == 1
    assert taken[0] >= 1


def test_a_place_given_back_can_be_taken_again() -> None:
    places = Places(8, 2)
    assert take_all(places, "a") == 2
    places.leave("a")
    assert take_all(places, "a") == 1
    for _ in range(2):
        places.leave("a")
    assert places._taken == {} and places._sum == 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("not:an:address", "not:an:address"),
        ("", ""),
    ],
)
def test_who_stands_for_a_client(address: str, client: str) -> None:
    assert client_of({"REMOTE_ADDR": address}) == client


def test_how_much_of_an_address_is_logged() -> None:
    addresses = ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1:2::9", "not an address")
    assert [network_of(one, 24, 48) for one in addresses] == ["192.0.2.0/24", "192.0.2.0/24", "2001:db8:1::/48", ""]


@pytest.mark.parametrize(
    ("hops", "header", "client"),
    [
        (0, "198.51.100.1", "127.0.0.1"),  # nobody's word is taken
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the first was written by the client
        (2, "203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "198.51.100.1", "127.0.0.1"),  # it did not come through both
    ],
)
def test_the_address_is_the_one_that_the_outermost_trusted_proxy_saw(
    hops: int, header: str, client: str, snapshot: Snapshot
) -> None:
    seen: list[str] = []

    class Engine:
        def query(self, query: object) -> None:
            seen.append(CLIENT.get())
            raise Busy("no")

        def close(self) -> None:
            """Nothing to close."""

    app = create_app(Settings(proxies=hops), snapshot, Engine())  # type: ignore[arg-type]
    app.test_client().get("/sparql?query=ASK%7B%7D", headers={"X-Forwarded-For": header})
    assert seen == [client]


class Inside:
    """What Admission guards; counts who is in, and how many were at once."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = lambda: None
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: object) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        self.meanwhile()
        return [b"in"]


def environ(method: str = "GET", client: str = "192.0.2.1", path: str = "/", body: bytes = b"") -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "REMOTE_ADDR": client,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }


def admission(inside: Inside, places: int = 4, share: int = 2) -> tuple[Admission, list[Exception]]:
    refused: list[Exception] = []

    def refuse(environ: object, start: object, error: Exception) -> Iterable[bytes]:
        refused.append(error)
        return [b"refused"]

    return Admission(inside, Places(places, share), Places(2, 1), 100, refuse), refused


def test_a_client_at_its_share_is_refused_while_others_get_in() -> None:
    inside = Inside()
    guarded, refused = admission(inside)
    inner: list[Iterable[bytes]] = []

    def nested() -> None:
        if len(inside.bodies) == 1:
            inner.append(guarded(environ(), None))  # type: ignore[arg-type]
        elif len(inside.bodies) == 2:
            inner.append(guarded(environ(), None))  # type: ignore[arg-type]
            inner.append(guarded(environ(client="192.0.2.2"), None))  # type: ignore[arg-type]

    inside.meanwhile = nested
    assert guarded(environ(), None) == [b"in"]  # type: ignore[arg-type]
    assert inner == [[b"refused"], [b"in"], [b"in"]]
    assert [type(error) for error in refused] == [TooMany]


def test_a_body_is_read_before_its_request_takes_a_place() -> None:
    inside = Inside()
    guarded, refused = admission(inside, places=1, share=1)

    class Slow(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert guarded(environ(client="192.0.2.9"), None) == [b"in"]  # type: ignore[arg-type]
            assert guarded(environ("POST", body=b"two"), None) == [b"refused"]  # type: ignore[arg-type]
            return super().read(size)

    asked = environ("POST", body=b"one")
    asked["wsgi.input"] = Slow(b"one")
    assert guarded(asked, None) == [b"in"]  # type: ignore[arg-type]
    assert inside.bodies == [b"", b"one"]
    assert [type(error) for error in refused] == [TooMany]


@pytest.mark.parametrize("announced", ["101", "99999999999999999999", "-1", "x", ""])
def test_a_body_that_is_too_long_is_not_taken(announced: str) -> None:
    inside = Inside()
    guarded, refused = admission(inside)
    asked = environ("POST", body=bytes(101))
    asked["CONTENT_LENGTH"] = announced
    assert guarded(asked, None) == [b"refused"]  # type: ignore[arg-type]
    assert [type(error) for error in refused] == [TooLong] and inside.bodies == []
