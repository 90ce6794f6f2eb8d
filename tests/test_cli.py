"""The commands as a user types them, in a process of their own."""

import json
import os
import re
import shutil
import subprocess
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from polisgraph import bundle
from polisgraph.cli import building, main
from polisgraph.cli.printing import SHOWN
from polisgraph.reports import load_reports
from polisgraph.settings import Settings
from polisgraph.snapshot import current
from polisgraph.validate import VALIDATORS, native, reference
from tests.shipped import WRITTEN


def run(*words: str, home: Path | None = None, given: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **({"POLISGRAPH_HOME": str(home)} if home else {})}
    command = [sys.executable, "-m", "polisgraph", *words]
    return subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, check=False, timeout=120
    )


def examples() -> list[str]:
    found = []
    for command in main.commands.values():
        lines = cleandoc(command.help or "").splitlines()
        found += [line.strip() for line in lines if "polisgraph " in line and line.startswith("  ")]
    return found


def test_every_command_has_an_example() -> None:
    for name, command in main.commands.items():
        assert "Example:" in (command.help or ""), name


@pytest.mark.parametrize(
    "example",
    [
        example
        for example in examples()
        if not example.startswith(("polisgraph serve", "polisgraph publish"))  # need servers; tested with them
        and "TIME_LIMIT" not in example
        and "my-data" not in example
        and (not example.startswith("polisgraph review") or "--reject" in example or "--list" in example)  # a terminal
    ],
)
def test_the_examples_work(example: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()  # where some of them write
    own = shutil.copytree(home, tmp_path / "home", symlinks=True)  # one of them builds
    shell = example.replace("polisgraph ", f"{sys.executable} -m polisgraph ")
    if example.startswith(("polisgraph build", "polisgraph check")):
        shell += "".join(f" --data {path}" for path in WRITTEN)
    done = subprocess.run(
        shell, shell=True, env={**os.environ, "POLISGRAPH_HOME": str(own), "PYTHONPATH": str(bundle.ROOT / "server")},
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout or "snapshot" in done.stderr.casefold()


def test_the_list_of_reports_reads_each_file_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    monkeypatch.setattr(
        "polisgraph.reports.load_reports", lambda folder, *more: read.append(folder) or load_reports(folder, *more)
    )
    group = type(main.commands["report"])("report")
    listed = CliRunner().invoke(group, ["--help"])
    assert listed.exit_code == 0 and "members-of-network" in listed.output
    assert len(read) == 1


def test_query_answers_in_the_format_asked_for(home: Path) -> None:
    query = "ASK { <https://w3id.org/polisgraph/id/municipality/koeln> ?p ?o }"
    assert json.loads(run("query", "-", "--format", "json", home=home, given=query).stdout)["boolean"] is True
    assert "<boolean>true" in run("query", "-", "--format", "xml", home=home, given=query).stdout
    graph = run("query", "-", "--format", "nt", home=home, given=query.replace("ASK", "CONSTRUCT WHERE"))
    assert "05315000" in graph.stdout


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("query", "-"), "SELECT * {\n ?s ?p }", "line 2"),
        (("query", "-"), "DROP ALL", "update"),
        (("query", "-", "--format", "png"), "ASK {}", "png"),
        (("query", "missing.rq"), "", "missing.rq"),
        (("report", "no-such-report"), "", "no-such-report"),
        (("report", "memberships-of-municipality"), "", "municipality"),
        (("report", "memberships-of-municipality", "--municipality", "atlantis"), "", "atlantis"),
        (("report", "memberships-of-municipality", "--color", "red"), "", "--color"),
        (("explain", "mun:bochum", "pg:affiliatedWith", "net:uclg"), "", ""),
        (("explain", "bochum", "pg:memberOf", "net:cemr"), "", "bochum"),
        (("explain", "<bochum>", "a", "net:cemr"), "", "<bochum>"),
        (("explain", "mun:bochum", "a", "net:c e m r"), "", "is no IRI"),
        (("explain", "Q1", "pg:memberOf", "net:cemr"), "", "nothing in the graph has the key wikidata:Q1"),
        (("explain", "mun:bochum", "pg:memberOf", "wd:Q1"), "", "nothing in the graph has the key"),
        (("explain", "ags:5911000", "pg:memberOf", "net:cemr"), "", "is no IRI"),
        (("check", "--data", "missing"), "", "no such file"),
        (("build", "--today", "yesterday"), "", "yesterday"),
    ],
)
def test_wrong_input_ends_in_a_sentence_and_no_traceback(
    home: Path, words: tuple[str, ...], given: str, said: str
) -> None:
    done = run(*words, home=home, given=given)
    assert done.returncode != 0
    assert said in done.stderr and "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize("subject", ["Q2103", "wd:Q2103", "https://www.wikidata.org/wiki/Q2103", "ags:05911000"])
def test_explain_takes_keys(home: Path, subject: str) -> None:
    by_name = run("explain", "mun:bochum", "pg:country", "country:DEU", home=home)
    assert by_name.returncode == 0
    assert run("explain", subject, "pg:country", "Q183", home=home).stdout == by_name.stdout
    item = run("explain", subject, "pg:wikidata", "wd:Q2103", home=home)
    assert item.returncode == 0 and item.stdout.startswith("mun:bochum pg:wikidata wd:Q2103\n")


def test_without_a_snapshot_the_commands_say_what_to_do(tmp_path: Path) -> None:
    done = run("query", "-", home=tmp_path, given="ASK {}")
    assert done.returncode == 1 and "polisgraph build" in done.stderr


def test_a_port_in_use_and_an_address_of_another_machine_are_refused(server: str, home: Path) -> None:
    port = server.rpartition(":")[2]
    for words in (("--port", port), ("--port", port, "--host", "192.0.2.1")):
        done = run("serve", "--no-build", *words, home=home)
        assert done.returncode == 1 and "cannot listen at" in done.stderr and "Traceback" not in done.stderr


def test_what_is_watched_is_built_as_it_was_at_the_start(tmp_path: Path) -> None:
    given = ["--data", str(tmp_path), "--today", "2026-11-22", "--no-reason", "--reasoner", "owlrl"]
    with building.build.make_context("build", [*given, "--validator", "pyshacl"]) as context:
        values = {name: value for name, value in context.params.items() if name not in ("home", "config")}
    plan = building._plan(**values)
    with building.build.make_context("build", [*building._watch(Settings(), plan)._words]) as context:
        assert {**context.params, "home": None, "config": None} == {**values, "home": None, "config": None}
    assert plan.validator == "pyshacl" and plan.reasoner == "owlrl" and not plan.reason


def test_a_wrong_setting_is_named(home: Path) -> None:
    command = [sys.executable, "-m", "polisgraph", "query", "-"]
    environment = {**os.environ, "POLISGRAPH_HOME": str(home), "POLISGRAPH_WORKERS": "many"}
    done = subprocess.run(command, env=environment, input="ASK {}", capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "POLISGRAPH_WORKERS" in done.stderr and "Traceback" not in done.stderr


def test_check_names_file_line_shape_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text(
        "@prefix pg: <https://w3id.org/polisgraph/ontology/> .\n\n"
        "<https://w3id.org/polisgraph/id/tenure/a--b>\n    a pg:NetworkMembership ;\n"
        '    pg:start "2010"^^<http://www.w3.org/2001/XMLSchema#gYear> ;\n'
        '    pg:end "2005"^^<http://www.w3.org/2001/XMLSchema#gYear> .\n',
        encoding="utf-8",
    )
    done = run("check", "--data", str(path))
    assert done.returncode == 1
    line = next(line for line in done.stdout.splitlines() if "TenureEndsBeforeItStarts" in line)
    assert f"{path}:" in line and "a--b" in line and "Violation" in line
    german = run("check", "--data", str(path), "--language", "de")
    assert "Beziehung" in german.stdout or "endet" in german.stdout


OFTEN = SHOWN + 3


@pytest.fixture(scope="module")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data file with the same mistakes in it, more often than is shown at once."""
    path = tmp_path_factory.mktemp("mistakes") / "often.ttl"
    tenures = "".join(
        f"<https://w3id.org/polisgraph/id/tenure/a--{number}> a pg:NetworkMembership ;\n"
        '    pg:start "2010"^^xsd:gYear ; pg:end "2005"^^xsd:gYear .\n'
        for number in range(OFTEN)
    )
    head = "PREFIX pg: <https://w3id.org/polisgraph/ontology/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
    path.write_text(head + tenures, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("language", "more"),
    [
        ("en", "… and 3 more like these (Violation TenureEndsBeforeItStarts); --all shows them"),
        ("de", "… und 3 weitere wie diese (Fehler TenureEndsBeforeItStarts); --all zeigt sie"),
    ],
)
def test_check_shows_the_first_of_many_like_findings_and_all_on_demand(
    mistakes: Path, language: str, more: str
) -> None:
    words = ("check", "--data", str(mistakes), "--language", language)
    short, long = (run(*words, *further).stdout.splitlines() for further in ((), ("--all",)))
    assert more in short and not [line for line in long if line.startswith("…")]
    of_rule = [[line for line in lines if " TenureEndsBeforeItStarts ten:" in line] for lines in (short, long)]
    assert [len(lines) for lines in of_rule] == [SHOWN, OFTEN] and set(of_rule[0]) < set(of_rule[1])
    # Each finding is a line, and what is not printed is counted all the same.
    assert short[-1] == long[-1] and sum(map(int, re.findall(r"(\d+) ×", long[-1]))) == len(long) - 1


def test_check_finds_the_same_with_the_validator_that_is_asked_for(
    mistakes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["check", "--all", "--data", str(mistakes), "--validator"]
    asked: list[str] = []
    for module, name in ((native, "questions"), (reference, "pyshacl")):

        def results(*given: Any, original: Any = module.results, name: str = name) -> Any:
            asked.append(name)
            return original(*given)

        monkeypatch.setattr(module, "results", results)
    done = {}
    for name in VALIDATORS:
        asked.clear()
        done[name] = CliRunner().invoke(main, [*words, name])
        # Whether shapes are shapes is asked by questions too.
        assert set(asked) == {name}
    assert {one.exit_code for one in done.values()} == {1}
    assert done["pyshacl"].stdout == done["questions"].stdout and "TenureEndsBeforeItStarts" in done["pyshacl"].stdout
    refused = CliRunner().invoke(main, [*words, "guesses"])
    assert refused.exit_code == 2 and "guesses" in refused.stderr


def test_build_is_quiet_in_a_pipe_but_for_its_summary(tmp_path: Path) -> None:
    words = [word for path in WRITTEN for word in ("--data", str(path))]
    done = run("build", *words, home=tmp_path)
    assert done.returncode == 0 and done.stdout == ""
    assert current(tmp_path).id in done.stderr and "\x1b" not in done.stderr and "…" not in done.stderr
