"""The client against a stand-in for Wikidata: whole answers or errors, whatever goes wrong, and nothing asked twice."""

from collections.abc import Iterator
from contextlib import closing
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest

from polisgraph import __version__
from polisgraph.errors import WikidataError
from polisgraph.wikidata.asking import BATCH, Asking
from polisgraph.wikidata.cache import Cache, default_path
from polisgraph.wikidata.client import Client, Patience
from polisgraph.wikidata.items import fetch_items, iri
from tests.processes import free_port
from tests.wikidata.standin import (
    TOWN,
    Fault,
    StandIn,
    cut,
    cut_chunks,
    cut_unseen,
    endless,
    html,
    item,
    other_json,
    other_result,
    refused,
    silent,
    standing_in,
    through,
    trickling,
)

ALL = [f"Q99000{number:05}" for number in range(1, 121)]
ASK = "SELECT ?thing { VALUES ?thing { <http://www.wikidata.org/entity/Q5> } ?thing ?p ?o }"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    turtle = "".join(item(number, f"Town {number}") for number in ALL)
    with standing_in(tmp_path_factory.mktemp("wikidata"), turtle) as stand_in:
        yield stand_in


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits, which are not waited."""
    found: list[float] = []
    monkeypatch.setattr("polisgraph.wikidata.client.sleep", found.append)
    return found


def client(stand_in: StandIn, **more: object) -> Client:
    return Client(stand_in.address, patience=Patience(**more))  # type: ignore[arg-type]


FAULTS = {
    "429": refused(429, "7"), "429 alone": refused(429), "500": refused(500), "502": refused(502),
    "503": refused(503, "3"), "cut": cut, "cut unseen": cut_unseen, "cut chunks": cut_chunks, "html": html,
    "other json": other_json, "other result": other_result,
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_after_a_fault_it_is_asked_again(stand_in: StandIn, slept: list[float], name: str) -> None:
    stand_in.faults = [FAULTS[name], FAULTS[name]]
    told: list[tuple[str, float]] = []
    asking = client(stand_in)
    asking.waiting = lambda why, seconds: told.append((why, seconds))
    with closing(asking):
        assert {row["thing"] for row in asking.rows(ASK)} == {"http://www.wikidata.org/entity/Q5"}
    assert len(stand_in.asked) == 3 and [seconds for _, seconds in told] == slept
    expected = {"429": [7.0, 7.0], "503": [3.0, 3.0], "429 alone": [60.0, 60.0]}.get(name, [2.0, 4.0])
    assert slept == expected and all(why for why, _ in told)


@pytest.mark.parametrize("name", FAULTS)
def test_in_the_end_it_is_given_up(stand_in: StandIn, slept: list[float], name: str) -> None:
    stand_in.faults = [FAULTS[name]] * 9
    with closing(client(stand_in, tries=3)) as asking, pytest.raises(WikidataError) as failed:
        asking.rows(ASK)
    assert len(stand_in.asked) == 3 and len(slept) == 2
    assert stand_in.address in str(failed.value) and "3 times. Try again later." in str(failed.value)


def test_waits_grow_up_to_a_limit(stand_in: StandIn, slept: list[float]) -> None:
    stand_in.faults = [refused(500)] * 6
    with closing(client(stand_in, tries=7, longest_wait=10)) as asking:
        assert asking.rows(ASK)
    assert slept == [2, 4, 8, 10, 10, 10]


def test_a_date_to_come_again_is_kept_to(stand_in: StandIn, slept: list[float]) -> None:
    stand_in.faults = [refused(503, formatdate(time() + 400, usegmt=True)), refused(429, formatdate(0, usegmt=True))]
    with closing(client(stand_in)) as asking:
        assert asking.rows(ASK)
    assert 0 < slept[0] <= 400 and slept[1] == 0


@pytest.mark.parametrize("text", ["soon", "-5", "1e9", ""])
def test_a_time_to_come_again_that_is_none_is_passed_over(stand_in: StandIn, slept: list[float], text: str) -> None:
    stand_in.faults = [refused(503, text)]
    with closing(client(stand_in)) as asking:
        assert asking.rows(ASK) and slept == [2.0]


def test_who_asks_for_hours_ends_the_run(stand_in: StandIn, slept: list[float]) -> None:
    stand_in.faults = [refused(429, "86400")]
    with closing(client(stand_in)) as asking, pytest.raises(WikidataError, match="come again in 86,400 s"):
        asking.rows(ASK)
    assert slept == [] and len(stand_in.asked) == 1


@pytest.mark.parametrize(("fault", "said"), [(silent, "did not answer in time"), (trickling, "not whole after 0.5 s")])
def test_nobody_waits_forever(stand_in: StandIn, slept: list[float], fault: Fault, said: str) -> None:
    stand_in.faults = [fault, fault]
    with closing(client(stand_in, tries=2, silence=0.5, whole=0.5)) as asking, pytest.raises(WikidataError, match=said):
        asking.rows(ASK)
    assert len(stand_in.asked) == 2


def test_an_endless_body_is_not_read_to_its_end(stand_in: StandIn, slept: list[float]) -> None:
    stand_in.faults = [endless]
    limited = Client(stand_in.address, limit=1_000_000)
    with closing(limited), pytest.raises(WikidataError, match="more than 1,000,000 bytes"):
        limited.rows(ASK)
    assert len(stand_in.asked) == 1 and slept == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (refused(400), "status 400: no"),
        (refused(403), "status 403: no"),
        (lambda handler: handler.answer(404, b"<h1>no</h1>", "text/html"), "status 404."),
        (lambda handler: handler.answer(301, b"", Location="https://elsewhere.example/sparql"), "https://elsewhere"),
    ],
)
def test_what_will_never_do_is_not_tried_again(stand_in: StandIn, slept: list[float], fault: Fault, said: str) -> None:
    stand_in.faults = [fault]
    with closing(client(stand_in)) as asking, pytest.raises(WikidataError, match=said):
        asking.rows(ASK)
    assert len(stand_in.asked) == 1 and slept == []


def test_an_endpoint_that_is_not_there_is_named(slept: list[float]) -> None:
    address = f"http://127.0.0.1:{free_port()}/sparql"
    with closing(Client(address)) as asking, pytest.raises(WikidataError, match=f"{address}.*cannot be reached"):
        asking.rows(ASK)
    assert len(slept) == 4


@pytest.mark.parametrize("address", ["", "wikidata", "ftp://x.example/", "file:///etc/passwd", "http://", "http://[::"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(WikidataError, match="is not the web address of a SPARQL endpoint"):
        Client(address)


def test_a_password_in_the_address_is_neither_taken_nor_told() -> None:
    with pytest.raises(WikidataError, match=r"at x\.example has a password") as failed:
        Client("https://me:secret@x.example/sparql")
    assert "secret" not in str(failed.value)


def test_it_says_who_asks(stand_in: StandIn) -> None:
    with closing(client(stand_in)) as asking:
        asking.rows(ASK)
    (headers,) = stand_in.headers
    assert headers["user-agent"].startswith(f"polisgraph/{__version__} (https://")
    assert headers["accept"] == "application/sparql-results+json"
    with closing(Client(stand_in.address, contact="office@city.example")) as asking:
        asking.rows(ASK)
    assert "; office@city.example) httpx/" in stand_in.headers[-1]["user-agent"]


def kept(stand_in: StandIn, path: Path, hours: float = 24.0) -> Asking:
    return Asking(Client(stand_in.address), Cache(path, stand_in.address, hours))


def test_items_are_asked_about_in_batches_and_once(stand_in: StandIn, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "cache.sqlite"
    with closing(kept(stand_in, path)) as asking:
        items = fetch_items(asking, [*ALL, *ALL])
    assert {one.label for one in items.values()} == {f"Town {number}" for number in ALL}
    assert all(one.classes == {TOWN: "invented town"} and "Q56061" in one.roots for one in items.values())
    parts = -(-len(ALL) // BATCH)
    assert len(stand_in.asked) == 2 + 2 * parts
    assert all(query.count("<http://www.wikidata.org/entity/Q") <= BATCH for query in stand_in.asked)
    stand_in.clear()
    with closing(kept(stand_in, path)) as asking:
        assert fetch_items(asking, ALL) == items and asking.asked == 0
    assert stand_in.asked == []
    # One more item is all that is asked about.
    with closing(kept(stand_in, path)) as asking:
        assert not fetch_items(asking, [*ALL, "Q9999999999"])["Q9999999999"].exists
    assert len(stand_in.asked) == 2


def test_a_run_that_broke_off_goes_on_where_it_stopped(stand_in: StandIn, slept: list[float], tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    forever = [refused(500)] * 5
    stand_in.faults = [through, through, through, *forever]
    with closing(kept(stand_in, path)) as asking, pytest.raises(WikidataError, match="status 500, 5 times"):
        fetch_items(asking, ALL)
    stand_in.clear()
    with closing(kept(stand_in, path)) as asking:
        items = fetch_items(asking, ALL)
    assert all(one.exists and one.classes for one in items.values()) and len(items) == len(ALL)
    asked_again = "\n".join(stand_in.asked)
    # The witness and two batches were kept whole; of the third nothing was.
    parts = -(-len(ALL) // BATCH)
    assert len(stand_in.asked) == 2 * parts - 2 + 1
    assert asked_again.count(iri(ALL[0])) == 1 and asked_again.count(iri(ALL[-1])) == 2


def test_what_is_too_old_is_asked_for_again(stand_in: StandIn, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    for hours, number in ((24.0, 4), (0.0, 4), (24.0, 0)):
        stand_in.clear()
        with closing(kept(stand_in, path, hours)) as asking:
            assert fetch_items(asking, ALL[:1])[ALL[0]].exists
        assert len(stand_in.asked) == number


def test_what_is_very_old_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, now = tmp_path / "cache.sqlite", time()
    for days, left in ((0, True), (60, True), (91, False)):
        monkeypatch.setattr("polisgraph.wikidata.cache.time.time", lambda days=days: now + days * 86_400)
        with closing(Cache(path, "https://one.example/", hours=0 if days else 24)) as cache:
            if not days:
                cache.keep("question", {"<a>": []})
        with closing(Cache(path, "https://one.example/", hours=24 * 62)) as cache:
            assert bool(cache.known("question", ["<a>"])) == left


def test_each_endpoint_has_its_own_answers(stand_in: StandIn, tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    with closing(Cache(path, stand_in.address, 24)) as one, closing(Cache(path, "https://other.example/", 24)) as other:
        one.keep("question", {"<a>": [{"thing": "a"}]})
        assert one.known("question", ["<a>", "<b>"]) == {"<a>": [{"thing": "a"}]}
        assert other.known("question", ["<a>"]) == {} and one.known("other question", ["<a>"]) == {}


def test_a_cache_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"no database, only words" * 100)
    with pytest.raises(WikidataError, match=r"cache\.sqlite cannot be used as a cache .*: remove it"):
        Cache(path, "https://one.example/", 24)
    assert path.read_bytes().startswith(b"no database")
    with pytest.raises(WikidataError, match="cannot be made for the cache"):
        Cache(path / "below" / "cache.sqlite", "https://one.example/", 24)


def test_the_cache_stands_among_the_caches_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_path() == tmp_path / "polisgraph" / "wikidata.sqlite"
    for nowhere in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", nowhere)
        assert default_path() == Path.home() / ".cache" / "polisgraph" / "wikidata.sqlite"


def test_an_empty_store_proves_nothing(stand_in: StandIn, tmp_path: Path) -> None:
    """What knows no items at all would make every item deleted."""
    empty = b'{"head": {"vars": ["thing", "property", "value", "language"]}, "results": {"bindings": []}}'
    stand_in.faults = [lambda handler: handler.answer(200, empty)]
    with (
        closing(kept(stand_in, tmp_path / "cache.sqlite")) as asking,
        pytest.raises(WikidataError, match=r"does not know Q5 \(human\)"),
    ):
        fetch_items(asking, ALL)
    assert len(stand_in.asked) == 1
    # Nor is that kept: the next run asks again.
    with closing(kept(stand_in, tmp_path / "cache.sqlite")) as asking:
        assert fetch_items(asking, ALL[:1])[ALL[0]].exists
