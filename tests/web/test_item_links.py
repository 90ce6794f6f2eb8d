"""Which decisions and proposals about items a page shows: a decision instead of its proposals, reasons before none."""

from types import SimpleNamespace

import pytest

from polisgraph.namespaces import DATA_GRAPHS, expand
from polisgraph.web import itemlinks
from polisgraph.web.rows import Row, Term

KOELN = expand("mun:koeln")


def record(name: str, item: str, status: str, **more: str) -> list[Row]:
    said = {"pg:linkOf": KOELN, "pg:linkTo": expand(f"wd:{item}"), "pg:linkStatus": expand(f"linkstatus:{status}")}
    said |= {f"pg:{prop}" if prop == "evidence" else f"sssom:{prop}": value for prop, value in more.items()}
    return [row(expand(f"link:{name}"), expand(prop), value) for prop, value in said.items()]


def row(subject: str, prop: str, value: str, **more: str) -> Row:
    found = {"record": subject, "property": prop, "value": value, **more}
    return {name: Term("iri", text) for name, text in found.items()}


def given(item: str) -> Row:
    """An item that a file of the data gives without a record."""
    return row(KOELN, expand("pg:wikidataCandidate"), item, graph=f"{DATA_GRAPHS}gazetteer")


def test_decisions_come_first_and_each_item_stands_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        *record("a", "Q9", "candidate", evidence="name: the same"),
        *record("b", "Q7", "rejected", evidence="kind: a river", reviewer_label="editors", review_date="2026-11-22"),
        *record("c", "Q7", "candidate", evidence="name: the same"),
        *record("d", "Q5", "perhaps", evidence="no such status"),
        *(given(expand(f"wd:{item}")) for item in ("Q7", "Q9", "Q8")),
        given("https://example.org/no-item"),
    ]
    monkeypatch.setattr(itemlinks, "site", lambda: SimpleNamespace(ask=lambda question, **values: rows))
    found = [(link.item, link.status.value, link.tool) for link in itemlinks.item_links([KOELN])]
    assert found == [("Q7", "rejected", ""), ("Q8", "candidate", "gazetteer"), ("Q9", "candidate", "")]
