"""The page of findings: by rule and thing, with what is to be done, and the trend between states."""

import re
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from polisgraph.engine import Engine
from polisgraph.history import Record
from polisgraph.history.record import write
from polisgraph.namespaces import PREFIXES, REPORT_GRAPH
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot
from polisgraph.web import create_app
from tests.web.conftest import Reader

SH = PREFIXES["sh"]


def test_every_finding_is_counted_and_its_way_out_told(german: Reader, english: Reader, store: ox.Store) -> None:
    graph = ox.NamedNode(REPORT_GRAPH)
    shapes = [q.object.value for q in store.quads_for_pattern(None, ox.NamedNode(SH + "sourceShape"), None, graph)]
    messages = {q.object for q in store.quads_for_pattern(None, ox.NamedNode(SH + "resultMessage"), None, graph)}
    assert len(shapes) > 20
    for reader, language in ((german, "de"), (english, "en")):
        page = reader.get("/quality")
        assert {shape.rpartition("/")[2] for shape in shapes} <= set(page.ids)
        assert all(shape in "".join(f"{PREFIXES['pgsh']}{each}" for each in page.ids) for shape in shapes)
        assert {m.value for m in messages if m.language == language} <= {text for text, _ in page.texts}
        numbers = [int(text) for text, _ in page.texts if text.isdigit()]
        assert len(shapes) in numbers


def test_one_rule_and_one_thing(english: Reader) -> None:
    rule = english.get("/quality?rule=Unlinked")
    shown = int(re.search(r"Findings: (\d+)\.", rule.text)[1])  # type: ignore[index]
    assert shown == len([link for link in rule.links if link.startswith("/doc")])
    about = english.get("/quality?about=https://w3id.org/polisgraph/id/network/eurocities")
    assert "Findings about Eurocities" in about.text
    assert english.get("/quality?rule=Named").status == 200
    assert english.get("/quality?rule=Nothing").status == 404
    assert english.get("/quality?about=nothing").status == 400


@pytest.mark.parametrize("states", [1, 3])
def test_the_trend(states: int, settings: Settings, snapshot: Snapshot, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    for number in range(1, states + 1):
        identity = snapshot.id if number == states else f"state{number}"
        findings = {"Info": {"pgsh:Unlinked": 100 - number}, "Warning": {"pgsh:GermanLabel": number}}
        record = Record(identity, f"2026-11-2{number}T10:00:00+00:00", 1000, None, findings, ())
        (tmp_path / "history" / f"00000{number}-{identity}.json").write_text(write(record), encoding="utf-8")
    client: FlaskClient = create_app(replace(settings, home=tmp_path), snapshot, engine).test_client()
    page = Reader(client, "en").get("/quality")
    if states == 1:
        assert "the first state" in page.text
    else:
        rows = [text for text, _ in page.texts if text.endswith("10:00 UTC")]
        assert rows == [f"{day} Nov 2026, 10:00 UTC" for day in (23, 22, 21)]
        assert re.search(r"[−+]\d+", page.text)
