"""The README tells the truth: its queries give the rows it shows, its commands print what it says."""

import re
import shlex
from dataclasses import Field, fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from polisgraph import bundle
from polisgraph.cli import main
from polisgraph.engine import Engine, Query
from polisgraph.settings import Settings

TEXT = (bundle.ROOT / "README.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"```sparql\n(.*?)```\n+```csv\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = re.findall(r"```console\n\$ polisgraph ([^\n]*)\n(.*?)```", TEXT, re.DOTALL)


def test_there_are_questions_and_commands() -> None:
    assert len(QUESTIONS) >= 4 and len(COMMANDS) >= 2


@pytest.mark.parametrize(("query", "rows"), QUESTIONS)
def test_a_query_gives_the_rows_that_are_shown(whole_engine: Engine, query: str, rows: str) -> None:
    answer = whole_engine.query(Query(query, results_type="text/csv")).body.decode()
    assert answer.replace("\r\n", "\n").strip() == rows.strip()


@pytest.mark.parametrize(("words", "shown"), COMMANDS)
def test_a_command_prints_what_is_shown(whole_home: Path, words: str, shown: str) -> None:
    done = CliRunner().invoke(main, shlex.split(words), env={"POLISGRAPH_HOME": str(whole_home)})
    assert done.exit_code == 0, done.output
    assert done.output and done.output.replace("\r\n", "\n").strip().startswith(shown.strip())


def test_the_files_and_addresses_that_it_names_exist(server: str) -> None:
    import httpx

    for name in re.findall(r"`((?:ontology|data|queries|server|tests)/[\w./-]*)`", TEXT):
        assert (bundle.ROOT / name).exists(), name
    for path in set(re.findall(r"`(/[\w/-]+(?:\.csv\?[\w=&]+)?)`", TEXT)):
        assert httpx.get(server + path, follow_redirects=True).status_code == 200, path


def test_the_table_of_settings_is_that_of_the_program() -> None:
    head = ["| setting | default | what it is |", "|---|---|---|"]
    rows = [f"| `{each.name}` | {_default(each)} | {each.metadata['meaning']} |" for each in fields(Settings)]
    assert "\n".join([*head, *rows]) + "\n\n" in TEXT


def _default(each: "Field[Any]") -> str:
    return "by the machine" if "from" in each.metadata else str(each.metadata["kind"].show(each.default))
