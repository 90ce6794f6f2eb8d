"""The tutorial says what comes out: its queries are run, and held against its text."""

import re

import pytest

from polisgraph.engine import Engine, Query
from polisgraph.web.language import LANGUAGES
from polisgraph.web.rows import read_json
from polisgraph.web.tutorial import Step, steps
from tests.web.conftest import Reader


def test_there_are_ten_steps_that_end_with_graph(english: Reader) -> None:
    assert len(steps()) == 10 and "GRAPH" in steps()[-1].body
    page = english.get("/tutorial")
    for step in steps():
        assert step.title["en"] in page.text and step.title.keys() == step.text.keys() == LANGUAGES.keys()


@pytest.mark.parametrize("address", ["/", "/about", "/sparql", "/sparql?query=nonsense", "/reports?q=qqqq", "/by"])
def test_it_is_one_click_away(english: Reader, address: str) -> None:
    assert "/tutorial" in english.get(address).links


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("step", steps(), ids=lambda step: step.title["en"])
def test_what_a_step_says_is_what_comes(whole_engine: Engine, step: Step, code: str) -> None:
    table = read_json(whole_engine.query(Query(step.query(code))).body)
    assert len(table) == step.rows if step.counted else step.rows <= len(table) < 200
    assert step.counted or step.shown, "the text says nothing that could be held against the answer"
    if step.counted:
        assert re.search(rf"\b{step.counted[code]}\b", step.text[code])
    values = {term.value for row in table for term in row.values()}
    for shown in step.shown.get(code, []):
        assert shown in step.text[code] and shown in values
