"""What is packed, for whom, and that it is the same when unpacked."""

import gzip

import pytest
from flask.testing import FlaskClient

REPORT = "/reports/members-of-network.csv?network=eurocities"


@pytest.mark.parametrize(
    "address",
    [
        *(REPORT, "/", "/static/style.css", "/reports", "/void", "/sitemap.xml"),
        "/sparql?query=SELECT+*+%7B%3Fs+a+%3Fo%7D",
    ],
)
def test_unpacked_it_is_the_same(address: str, client: FlaskClient) -> None:
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) < len(plain.data)
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("deflate, gzip;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("identity, gzip;q=0.5", False),
        ("br", False),
        ("", False),
        (";;;,q=x", False),
    ],
)
def test_who_wants_it(accepted: str, packed: bool, client: FlaskClient) -> None:
    response = client.get(REPORT, headers={"Accept-Encoding": accepted})
    assert response.status_code == 200 and ("Content-Encoding" in response.headers) is packed


def test_small_answers_errors_and_dumps_go_as_they_are(client: FlaskClient) -> None:
    for address in ("/sparql?query=ASK%7B%7D", "/nothing", "/dumps/polisgraph.ttl.gz", "/health"):
        assert "Content-Encoding" not in client.get(address, headers={"Accept-Encoding": "gzip"}).headers
