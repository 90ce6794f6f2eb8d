"""Links to Wikidata: their records, their file, and that no decision is lost on the way there."""

import multiprocessing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from polisgraph import bundle
from polisgraph.errors import SourceError
from polisgraph.links import ItemLink, Ledger, Status, decided, read_links, render, reviewer, write_candidates
from polisgraph.links.turtle import DECISIONS
from polisgraph.namespaces import expand
from tests.review.conftest import EUROCITIES, PROPOSED

DAY = date(2026, 11, 22)
CANDIDATE = replace(PROPOSED[0], sources=(expand("src:koeln"),))
DECISION = decided([CANDIDATE], Status.CONFIRMED, "Europe office", DAY)
OTHER = ItemLink(expand("mun:koeln"), "Q9100201", Status.REJECTED, ("kind: another",), reviewer="x1", reviewed=DAY)


def test_what_is_written_is_read_again() -> None:
    # A thing outside of the project, and a text with all that Turtle sets apart.
    foreign = ItemLink("https://example.org/Stadt#1", "Q1", evidence=('a "b" \\ <c> # d \t', "Ä\nÖ"))
    links = [foreign, CANDIDATE, DECISION, OTHER]
    path = Path("x.ttl")
    assert set(read_links(path, render(links, DECISIONS).encode(), strict=True)) == set(links)


def test_equal_links_give_equal_bytes() -> None:
    again = replace(DECISION, evidence=tuple(reversed(DECISION.evidence)))
    assert render([OTHER, again], DECISIONS) == render([DECISION, OTHER], DECISIONS)
    assert write_candidates([CANDIDATE, CANDIDATE]) == write_candidates([CANDIDATE])


def test_a_decision_takes_over_the_reasons_of_all_candidates() -> None:
    by_list = replace(CANDIDATE, evidence=("list: row 2",), tool="polisgraph link", label="", country="")
    found = decided([by_list, CANDIDATE], Status.REJECTED, "Europe office", DAY, ["own: it is a train"])
    assert set(found.evidence) == {*CANDIDATE.evidence, "list: row 2", "own: it is a train"}
    assert (found.label, found.country, found.tool) == ("Eurocities", "Belgium", "polisgraph link")
    assert found.iri == expand("link:network--eurocities--q9100300")
    assert by_list.iri == found.iri + "--link"


@pytest.mark.parametrize("text", ["", " ", "a", "someone@example.org", "x" * 81])
def test_a_reviewer_is_no_email_address(text: str) -> None:
    with pytest.raises(ValueError, match="role, a post or a handle"):
        reviewer(text)


def test_a_link_is_a_candidate_or_has_a_reviewer() -> None:
    with pytest.raises(ValueError, match="no item"):
        ItemLink(EUROCITIES, "P31")
    with pytest.raises(ValueError, match="reviewer and a day"):
        ItemLink(EUROCITIES, "Q1", Status.REJECTED)
    with pytest.raises(ValueError, match="reviewer and a day"):
        ItemLink(EUROCITIES, "Q1", reviewer="x1", reviewed=DAY)


@pytest.mark.parametrize("name", ["decisions", "candidates"])
def test_the_shipped_files_have_the_form_that_the_program_writes(name: str) -> None:
    path = bundle.DATA / f"{name}.ttl"
    text = path.read_text(encoding="utf-8")
    assert render(read_links(path, strict=True), text.partition("\n\n")[0] + "\n") == text


def test_a_ledger_keeps_what_others_wrote_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "decisions.ttl"
    ledger = Ledger(path)
    assert ledger.read() == []
    assert ledger.put(DECISION) is None
    # An editor adds a record of its own, with a comment, and leaves it in no order.
    record = render([OTHER], "").partition("\n\n")[2]
    own = path.read_text(encoding="utf-8").replace(
        "@prefix net:", "@prefix mun: <" + expand("mun:") + "> .\n@prefix net:"
    )
    path.write_text(f"# Ours.\n{own}\n# Told by phone.\n{record}\n# The end.\n", encoding="utf-8")
    assert ledger.put(replace(DECISION, status=Status.REJECTED)) == DECISION
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Ours.\n") and text.endswith("\n# The end.\n")
    assert "\n# Told by phone.\nlink:municipality--koeln--q9100201 a pg:ItemLink ;\n" in text
    assert [link.status for link in ledger.read()] == [Status.REJECTED, Status.REJECTED]


def test_what_was_decided_can_be_withdrawn(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "decisions.ttl")
    ledger.put(OTHER)
    ledger.put(DECISION)
    changed = replace(DECISION, status=Status.REJECTED)
    before = ledger.put(changed)
    ledger.withdraw(changed, before)
    assert set(ledger.read()) == {DECISION, OTHER}
    ledger.withdraw(DECISION)
    assert ledger.read() == [OTHER]
    with pytest.raises(SourceError, match="changed since"):
        ledger.withdraw(DECISION)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("link:x a pg:ItemLink", "syntax error"),
        ("net:eurocities a pg:Network .", "net:eurocities is no pg:ItemLink"),
        ("link:x a pg:ItemLink ; pg:linkOf net:eurocities ; pg:linkTo wd:Q1 .", "has no pg:linkStatus"),
        (
            "link:x a pg:ItemLink ; pg:linkOf net:eurocities ; pg:linkTo wd:Q1 ; pg:linkStatus linkstatus:candidate .",
            "holds a candidate, Q1",
        ),
        ("link:x a pg:ItemLink ; pg:founded 1 .", "pg:founded, which would be lost"),
    ],
)
def test_a_file_that_is_not_understood_stays_as_it_is(tmp_path: Path, content: str, told: str) -> None:
    prefixes = "".join(f"@prefix {p}: <{expand(p + ':')}> .\n" for p in ("link", "linkstatus", "net", "pg", "wd"))
    path = tmp_path / "decisions.ttl"
    path.write_text(prefixes + content)
    with pytest.raises(SourceError, match=told):
        Ledger(path).put(DECISION)
    assert path.read_text() == prefixes + content
    assert [file.name for file in tmp_path.iterdir()] == ["decisions.ttl"]


def test_a_comment_within_a_record_is_not_lost_in_silence(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "decisions.ttl")
    ledger.put(DECISION)
    text = ledger.path.read_text(encoding="utf-8").replace("linkstatus:confirmed ;", "linkstatus:confirmed ; # sure")
    ledger.path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="comment would be lost"):
        ledger.put(OTHER)
    assert ledger.path.read_text(encoding="utf-8") == text


def test_a_snapshot_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "0123" / "store").mkdir(parents=True)
    (tmp_path / "0123" / "manifest.json").write_text("{}")
    with pytest.raises(SourceError, match="belongs to the snapshot 0123"):
        Ledger(tmp_path / "0123" / "decisions.ttl")
    with pytest.raises(SourceError, match=r"ends in \.ttl"):
        Ledger(tmp_path / "decisions.nt")


def _put_some(path: Path, begin: int) -> None:
    for number in range(begin, begin + 20):
        Ledger(path).put(replace(DECISION, item=f"Q{number}"))


def test_what_an_editor_saves_meanwhile_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Ledger(tmp_path / "decisions.ttl")
    ledger.put(DECISION)

    def meanwhile(*given: Any) -> str:
        ledger.path.write_text("# Saved by an editor, which knows of no lock.\n", encoding="utf-8")
        return render(*given)

    monkeypatch.setattr("polisgraph.links.ledger.render", meanwhile)
    with pytest.raises(SourceError, match="changed by another program just now"):
        ledger.put(OTHER)
    assert "by an editor" in ledger.path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["decisions.ttl"]


def test_two_who_decide_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "decisions.ttl"
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=_put_some, args=(path, begin)) for begin in (1, 101)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    assert [process.exitcode for process in running] == [0, 0]
    assert sorted(int(link.item[1:]) for link in Ledger(path).read()) == [*range(1, 21), *range(101, 121)]
