"""What goes back to Wikidata: only what is linked, cited, agreed upon and missing there, in lines that it can read."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.cli import main
from polisgraph.errors import WikidataError
from polisgraph.wikidata import LeftOut, Proposal, known_memberships, line, read_claims, select
from polisgraph.wikidata.asking import Asking
from polisgraph.wikidata.claims import Claim, Source, web_address
from polisgraph.wikidata.client import Client, Patience
from polisgraph.wikidata.known import Known
from polisgraph.wikidata.quickstatements import explained, left_out
from polisgraph.wikidata.times import Time
from tests.processes import free_port
from tests.remote.conftest import oxigraph
from tests.wikidata.conftest import HEAD, LINKED, Graph, assembled, membership
from tests.wikidata.grammar import Read, Refused, parse

CITY = (("S854", '"https://www.stadt-koeln.de/netzwerke"'), ("S813", "+2026-11-20T00:00:00Z/11"))
NETWORK = (("S854", '"https://a.example/members"'),)
SINCE_2004, SINCE_MARCH = ("P580", "+2004-00-00T00:00:00Z/9"), ("P580", "+2004-03-00T00:00:00Z/10")


def since(text: str, kind: str = "gYear", property_: str = "start") -> str:
    return f'; pg:{property_} "{text}"^^xsd:{kind} '


def decided(store: ox.Store) -> tuple[list[Read], list[str]]:
    found = select(read_claims(store))
    lines = [parse(line(one)) for one in found if isinstance(one, Proposal)]
    return lines, [one.reason for one in found if isinstance(one, LeftOut)]


def test_a_membership_becomes_a_line(tmp_path: Path) -> None:
    store = assembled(
        tmp_path / "data",
        membership("t", "a", "city", since("2004-03", "gYearMonth") + since("2011-05-01", "date", "end")),
    )
    (proposal,) = select(read_claims(store))
    assert isinstance(proposal, Proposal)
    assert line(proposal) == (
        "Q365\tP463\tQ1001\tP580\t+2004-03-00T00:00:00Z/10\tP582\t+2011-05-01T00:00:00Z/11"
        '\tS854\t"https://www.stadt-koeln.de/netzwerke"\tS813\t+2026-11-20T00:00:00Z/11'
    )
    told = "\n".join(explained(proposal))
    for said in ("ten:t", "Cologne in A", "role:member", "since 2004-03", "data/from-0", "src:city", "Networks, 1"):
        assert said in told


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Two pages say the same of one membership: one line, two references.
        ([membership("t", "a", "city", since("2004")), membership("t", "a", "network", since("2004"))],
         [((SINCE_2004,), (CITY, NETWORK))]),
        # One is less precise, and is no reference for what it does not say.
        ([membership("t", "a", "city", since("2004")),
          membership("t2", "a", "network", since("2004-03", "gYearMonth"))],
         [((SINCE_MARCH,), (NETWORK,))]),
        # The document has an item; it is not known when it was retrieved.
        ([membership("t", "a", "article", since("2004"))], [((SINCE_2004,), ((("S248", "Q777"),),))]),
        ([membership("t", "a", "city", role="founding-member")], [((), (CITY,))]),
    ],
)  # fmt: skip
def test_what_is_given_back(graph: Graph, files: list[str], expected: list[object]) -> None:
    lines, _ = decided(graph(*files))
    assert [(one.qualifiers, one.references) for one in lines] == expected
    assert {(one.item, one.network) for one in lines} == {("Q365", "Q1001")}


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (membership("t", "none", "city"), "the network has no confirmed item"),
        (membership("t", "a", "city", member="unlinked"), "the member has no confirmed item"),
        (membership("t", "a", "city", role="observer"), "its role is none of a member"),
        (membership("t", "a", "city", role="cooperation-partner"), "its role is none of a member"),
        (membership("t", "a", "city").replace("org:role role:member ;", ""), "it names no role"),
        (membership("t", "a", "other"), "its source is no page of the member or the network"),
        (membership("t", "a", "list"), "its source is no page of the member or the network"),
        (membership("t", "a", "offline"), "neither an item nor a web address"),
        (membership("t", "a", "wikipedia"), "Wikidata does not take as a reference"),
        (membership("t", "a", "city").replace("dct:source src:city ;", ""), "it names no source"),
        (membership("t", "a", "city", "; pg:status status:on-hold "), "its status is not active"),
        (membership("t", "a", "city", '; pg:timeNote "lange"@de '), "its time is told in words only"),
        (membership("t", "a", "city")
         + membership("u", "b", "city", "; pg:succeeds ten:t "), "it gave way to a successor"),
        (membership("t", "dead", "city"), "the network is dissolved"),
        (membership("t", "a", "city")
         + membership("u", "a", "network", role="observer"), "in doubt or of another kind"),
        (membership("t", "a", "city", since("2010") + since("2009", property_="end")), "it ends before it starts"),
        (membership("t", "a", "city", since("2004-13", "gYearMonth")), "its time is none of the calendar"),
        (membership("t", "a", "city", since("2004") + since("2008", property_="end"))
         + membership("u", "a", "city", since("2015")), "several times"),
        (membership("t", "a", "city", since("2004")) + membership("u", "a", "network", since("2005")), "contradict"),
        (membership("t", "a", "city", since("2004")) + membership("u", "a", "other", since("2005")), "contradict"),
        (membership("t", "a", "city", since("2004"))
         + membership("u", "a", "other", since("2004") + since("2006", property_="end")), "says more of its time"),
        (membership("t", "a", "city")
         + membership("u", "a", "network", "; pg:status status:on-hold "), "in doubt or of another kind"),
    ],
)  # fmt: skip
def test_what_is_left_out_and_why(graph: Graph, file: str, reason: str) -> None:
    store = graph(file)
    lines, reasons = decided(store)
    assert any(reason in one for one in reasons), reasons
    assert [one for one in lines if one.network == "Q1001"] == []
    told = "\n".join(text for one in select(read_claims(store)) if isinstance(one, LeftOut) for text in left_out(one))
    assert "ten:t" in told and reason in told


def test_what_is_derived_is_no_evidence(tmp_path: Path) -> None:
    """Files alone are asked: what rules conclude has no source of its own."""
    store = assembled(tmp_path / "data", "mun:koeln pg:memberOf net:a .\n" + membership("t", "b", "city"))
    derived = ox.NamedNode("https://w3id.org/polisgraph/graph/derived")
    assert {claim.network_label for claim in read_claims(store)} == {"B"}
    tenure = ox.NamedNode("https://w3id.org/polisgraph/id/tenure/t")
    for quad in list(store.quads_for_pattern(tenure, None, None, None)):
        store.remove(quad)
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object, derived))
    assert read_claims(store) == []


def test_every_claim_is_given_back_or_left_out_once(store: ox.Store) -> None:
    claims = read_claims(store)
    found = [claim for one in select(claims) for claim in one.claims]
    assert len(claims) >= 35 and len(found) == len(claims) and set(found) == set(claims)
    assert all(isinstance(one, LeftOut) for one in select(claims))


TEXT = st.text(st.sampled_from("aäß \t\n\"|'/*!<>\\{}%🙂#?&=") | st.characters(codec="utf-8"), max_size=30)
TIMES = st.one_of(
    st.just(""),
    st.dates().map(lambda day: day.isoformat()),
    st.dates().map(lambda day: day.isoformat()[:7]),
    st.dates().map(lambda day: day.isoformat()[:4]),
    TEXT,
)
ADDRESSES = TEXT.map(lambda end: f"https://example.org/{end}") | TEXT


def claimed(text: str, start: str, end: str, address: str, retrieved: str) -> Claim:
    label, found = " ".join(text.split()), web_address(address)
    source = Source("https://example.org/source", label, "", found, retrieved, "" if found else "no address")
    return Claim(
        tenure="https://example.org/tenure", graph="g", member="m", member_label=label, member_item="Q1", network="n",
        network_label=label, network_item="Q2", role="r", is_member=True, holds=True, start=start, end=end, note=False,
        succeeded=False, dissolved=False, source=source, locators=(text,),
    )  # fmt: skip


@example("", "\n", "", "https://example.org/", "")
@given(TEXT, TIMES, TIMES, ADDRESSES, TIMES)
def test_every_line_can_be_read(text: str, start: str, end: str, address: str, retrieved: str) -> None:
    for found in select([claimed(text, start, end, address, retrieved)]):
        if isinstance(found, Proposal):
            read = parse(line(found))
            assert (read.item, read.network) == ("Q1", "Q2") and read.references
            assert [name for name, _ in read.qualifiers] == [n for n, t in (("P580", start), ("P582", end)) if t]
        else:
            assert all("\n" not in text for text in left_out(found))


@given(TEXT)
def test_an_address_keeps_to_its_place(text: str) -> None:
    address = web_address(f"https://example.org/{text}")
    parse(f'Q1\tP463\tQ2\tS854\t"{address}"')


@pytest.mark.parametrize(
    "line_",
    [
        "", "Q1", "Q1\tP463", "Q1\tP463\t", "Q1\tP463\tQ2\tP580", "Q1\tP463\tQ2\tP580\t2004", "Q1 P463 Q2",
        "P1\tP463\tQ2",
        "Q1\tP463\tQ2\tP580\t+2004-03-00T00:00:00Z/9", "Q1\tP463\tQ2\tP580\t+2004-00-00T00:00:00Z/11",
        'Q1\tP463\tQ2\tS854\t"a"b"', 'Q1\tP463\tQ2\tS854\t"a|b"', "Q1\tP463\tQ2\tS854\thttps://a.example/",
        'Q1\tP463\tQ2\tS854\t"a"\tP580\t+2004-00-00T00:00:00Z/9', "Q1\tP463\tQ2\n", "Q1\tP463\tQ2 /* why */",
        "Q1\tP463\tQ2\tP580\t+2004-00-00T00:00:00Z/9\tP580\t+2005-00-00T00:00:00Z/9",
    ],
)  # fmt: skip
def test_the_grammar_refuses(line_: str) -> None:
    with pytest.raises(Refused):
        parse(line_)


def known_at(address: str, items: Iterable[str]) -> dict[tuple[str, str], list[Known]]:
    with closing(Asking(Client(address, patience=Patience(first_wait=0.0)))) as asking:
        return known_memberships(asking, items)


def test_what_the_endpoint_has(endpoint: str) -> None:
    known = known_at(endpoint, ["Q365", "Q2103", "Q1", "no item"])
    nothing = Known(None, None, False, False)
    assert known == {
        ("Q365", "Q1001"): [replace(nothing, start=Time("2004"))],
        ("Q365", "Q1002"): [nothing],
        ("Q2103", "Q1001"): [replace(nothing, deprecated=True)],
        ("Q2103", "Q1002"): [replace(nothing, vague=True)],
        ("Q2103", "Q1003"): [replace(nothing, vague=True)],
        ("Q2103", "Q1009"): [replace(nothing, start=Time("2005"))],
    }


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (membership("t", "a", "city", since("2004")), "Wikidata has it"),
        (membership("t", "a", "city"), "Wikidata has it"),
        (membership("t", "a", "city", since("2004-03", "gYearMonth")), "Wikidata has it"),
        (membership("t", "a", "city", since("2005")), "Wikidata says otherwise of its time"),
        (membership("t", "a", "other", since("2004"), member="bochum"), "as deprecated"),
        (membership("t", "b", "other", since("2004"), member="bochum"), "Wikidata says otherwise"),
        (membership("t", "b", "city", since("2004")), ""),
    ],
)
def test_only_what_is_missing_there(graph: Graph, endpoint: str, file: str, reason: str) -> None:
    claims = read_claims(graph(file))
    known = known_at(endpoint, {claim.member_item for claim in claims})
    (found,) = select(claims, known)
    assert isinstance(found, LeftOut if reason else Proposal)
    assert not isinstance(found, LeftOut) or reason in found.reason


def test_an_endpoint_that_is_not_there_is_named() -> None:
    address = f"http://127.0.0.1:{free_port()}/sparql"
    with pytest.raises(WikidataError, match=address):
        known_at(address, ["Q365"])


@pytest.fixture(scope="module")
def linked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("linked")
    (folder / "linked.ttl").write_text(HEAD + LINKED, encoding="utf-8")
    files = membership("t", "a", "city", since("2004")) + membership("u", "b", "city") + membership("v", "none", "city")
    (folder / "from-city.ttl").write_text(HEAD + files, encoding="utf-8")
    data = (folder / "linked.ttl", folder / "from-city.ttl")
    build(folder / "home", Plan(data, bundle.ONTOLOGY, validate=False), Progress())
    return folder / "home"


def run(home: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["wikidata", "quickstatements", "--home", str(home), *words])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_writes_lines(linked_home: Path, endpoint: str, tmp_path: Path) -> None:
    status, out, err = run(linked_home)
    assert status == 0 and [parse(one).network for one in out.splitlines()] == ["Q1001", "Q1002"]
    assert "2 statements to give back; 1 statement of the data left out" in err and "not known which" in err
    path = tmp_path / "lines.txt"
    assert run(linked_home, "-o", str(path))[:2] == (0, "") and path.read_text(encoding="utf-8") == out
    status, out, err = run(linked_home, "--endpoint", endpoint)
    assert (status, out) == (0, "") and "2: Wikidata has it" in err and "not known" not in err
    status, out, _ = run(linked_home, "--explain")
    assert status == 0 and "stated in data/from-city" in out and "because the network has no confirmed item" in out


def test_an_empty_store_lacks_nothing(linked_home: Path, tmp_path: Path) -> None:
    """What knows no items at all would lack every membership."""
    with oxigraph(tmp_path) as server:
        status, out, err = run(linked_home, "--endpoint", server.query)
    assert (status, out) == (1, "") and "does not know Q5 (human)" in err


def test_the_command_says_what_went_wrong(linked_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polisgraph.wikidata.client.sleep", lambda seconds: None)
    status, out, err = run(linked_home, "--endpoint", f"http://127.0.0.1:{free_port()}/")
    assert status == 1 and out == "" and "gave no whole answer" in err
    status, _, err = run(linked_home, "-o", str(tmp_path / "no" / "file"))
    assert status == 1 and "cannot be written" in err and list(tmp_path.iterdir()) == []


def test_the_shipped_graph_has_nothing_to_give_and_says_why(home: Path) -> None:
    status, out, err = run(home)
    assert (status, out) == (0, "")
    assert err.startswith("Nothing to give back; ") and "the network has no confirmed item" in err
