"""The settings: which source counts, how values are read, what is refused by which name, what the machine decides."""

import os
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from polisgraph.cli import main
from polisgraph.errors import PolisgraphError
from polisgraph.settings import MIB, Machine, Settings, about, excess, machine, this_machine
from polisgraph.settings.sources import explained, read

GIB = 2**30
NAMES = [each.name for each in fields(Settings)]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of settings that lies in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "polisgraph.toml"
    path.write_text('# Our server\nqueue = 5\nport = 81\n\nhost = "file"\nmemory_limit = "1.5 GiB"\n', encoding="utf-8")
    return path


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with four cores and 2 GiB."""
    monkeypatch.setattr("polisgraph.settings.this_machine", lambda: Machine(4, 2 * GIB))


def test_a_flag_counts_before_a_variable_before_the_file_before_the_default(file: Path) -> None:
    environment = {"POLISGRAPH_PORT": "82", "POLISGRAPH_HOST": "variable", "HOME": "x"}
    found = explained({"host": "flag", "port": None}, environment=environment)
    assert (found.settings.host, found.settings.port, found.settings.queue) == ("flag", 82, 5)
    assert (found.settings.memory_limit, found.settings.time_limit) == (GIB * 3 // 2, 10.0)
    assert found.origins["host"] == "--host" and found.origins["port"] == "POLISGRAPH_PORT"
    assert found.origins["queue"] == "polisgraph.toml:2" and found.origins["memory_limit"] == "polisgraph.toml:6"
    assert found.origins["time_limit"] == "default"


def test_another_file_is_named_by_flag_or_variable(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "etc" / "other.toml"
    other.parent.mkdir()
    other.write_text("queue = 6\nhome = 'snapshots'\n", encoding="utf-8")
    assert read(environment={"POLISGRAPH_CONFIG": str(other)}).queue == 6
    found = read({}, other, {"POLISGRAPH_CONFIG": "missing"})
    assert found.queue == 6 and found.home == tmp_path / "etc" / "snapshots", "a folder lies beside the file"
    assert found.port == 8000, "the file in the current folder does not count beside it"


def test_an_empty_variable_and_those_of_kubernetes_set_nothing(file: Path) -> None:
    environment = {"POLISGRAPH_PORT": "tcp://10.0.0.7:8000", "POLISGRAPH_QUEUE": "", "POLISGRAPH_SERVICE_HOST": "x"}
    found = explained({}, environment=environment)
    assert found.settings.port == 81 and found.settings.queue == 5
    assert found.unknown == ("POLISGRAPH_SERVICE_HOST",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKERS", "0"), ("WORKERS", "many"), ("WORKERS", "1.5"), ("QUEUE", "-1"), ("TIME_LIMIT", "0"),
        ("TIME_LIMIT", "nan"), ("TIME_LIMIT", "inf"), ("MEMORY_LIMIT", "-5"), ("MEMORY_LIMIT", "3 stones"),
        ("RESULT_LIMIT", "0"), ("PORT", "65536"), ("HOME", "a\0b"),
    ],
)  # fmt: skip
def test_a_value_with_which_nothing_runs_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(PolisgraphError, match=f"POLISGRAPH_{name}=.*: give ") as variable:
        read(environment={f"POLISGRAPH_{name}": value})
    assert about(name.lower()).metadata["kind"].accepted in str(variable.value)
    with pytest.raises(PolisgraphError, match=f"^--{name.lower().replace('_', '-')}=.*: give "):
        read({name.lower(): value}, environment={})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1", "polisgraph.toml:1: a is no setting; there are access_log, cache_size, client_share"),
        ("\nworker = 1", "polisgraph.toml:2: worker is no setting; did you mean workers?"),
        ("port=1\n[server]\nport = 1", "polisgraph.toml:2: server is no setting"),
        ("workers = true", "polisgraph.toml:1: workers: give a whole number, 1 or more"),
        ("\n\nworkers = [1]", "polisgraph.toml:3: workers: give"),
        ("port = 1\nworkers = 'all'", "polisgraph.toml:2: workers = 'all': give a whole number, 1 or more"),
        ("workers = 2.5", "polisgraph.toml:1: workers = '2.5'"),
        ("workers 2", "polisgraph.toml: is no TOML: .*line 1"),
        ("port = 1\nport = 2 ", "polisgraph.toml: is no TOML: "),
    ],
)
def test_an_error_in_the_file_names_file_key_line_and_what_is_accepted(file: Path, text: str, said: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PolisgraphError, match=f"^{said}"):
        read(environment={})


def test_a_file_that_cannot_be_read_is_named(file: Path, tmp_path: Path) -> None:
    file.write_bytes(b"host = '\xff'")
    with pytest.raises(PolisgraphError, match="is not UTF-8"):
        read(environment={})
    with pytest.raises(PolisgraphError, match="there is no such file"):
        read({}, Path("missing.toml"), {})
    with pytest.raises(PolisgraphError, match="cannot be read"):
        read({}, tmp_path, {})


@pytest.mark.parametrize(
    ("text", "value"), [("65536", 65536), ("64k", 65536), ("1.5 MiB", 1572864), ("2GB", 2 * 10**9), ("7 b", 7)]
)
def test_sizes_may_have_units(text: str, value: int) -> None:
    assert read({"result_limit": text}, environment={}).result_limit == value


@pytest.mark.usefixtures("small")
def test_the_machine_decides_what_is_not_given() -> None:
    found = explained({}, environment={})
    assert found.settings.workers == 4, "eight for four cores would have less memory than a query may need"
    assert found.settings.workers * found.settings.memory_limit <= 2 * GIB * 3 // 4
    assert "2 GiB" in found.origins["workers"] and "2 GiB" in found.origins["memory_limit"]
    more = Settings(workers=20)
    assert 64 * MIB <= more.memory_limit < found.settings.memory_limit, "what is given counts in what is worked out"
    assert excess(found.settings) is None
    assert "20 workers of 2 GiB" in (excess(Settings(workers=20, memory_limit=2 * GIB)) or "")


def test_a_machine_with_memory_has_two_workers_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polisgraph.settings.this_machine", lambda: Machine(4, 32 * GIB))
    found = explained({}, environment={})
    assert found.settings.workers == 8 and "4" in found.origins["workers"]


def test_where_memory_is_short_there_are_fewer_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polisgraph.settings.this_machine", lambda: Machine(64, GIB * 3 // 2))
    found = explained({}, environment={})
    assert found.settings.workers == 3 and "1.5 GiB" in found.origins["workers"]
    monkeypatch.setattr("polisgraph.settings.this_machine", lambda: Machine(64, GIB // 4))
    assert Settings().workers == 1


def test_this_machine_has_what_the_system_says() -> None:
    found = this_machine()
    assert 1 <= found.cores <= len(os.sched_getaffinity(0)) and found.memory > 2**26


@pytest.mark.parametrize(
    ("groups", "files", "cores", "memory"),
    [
        ("", {}, 8, 16 * GIB),
        ("0::/", {"cpu.max": "max 100000", "memory.max": "max"}, 8, 16 * GIB),
        ("0::/", {"cpu.max": "150000 100000", "memory.max": str(GIB)}, 2, GIB),
        ("0::/", {"cpu.max": "5000 100000"}, 1, 16 * GIB),
        ("0::/a/b", {"a/cpu.max": "300000 100000", "a/b/cpu.max": "max 100000", "a/b/memory.max": "77"}, 3, 77),
        ("0::/not/seen/here", {"memory.max": "99"}, 8, 99),
        (
            "5:cpu,cpuacct:/x\n4:memory:/x",
            {
                "cpu/x/cpu.cfs_quota_us": "400000",
                "cpu/x/cpu.cfs_period_us": "100000",
                "memory/memory.limit_in_bytes": "5",
            },
            4,
            5,
        ),
        ("5:cpu:/", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 8, 16 * GIB),
    ],
)
def test_control_groups_limit_what_there_is(
    tmp_path: Path, groups: str, files: dict[str, str], cores: int, memory: int
) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(groups, encoding="ascii")
    for name, text in files.items():
        path = tmp_path / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="ascii")
    assert machine.measure(tmp_path, 8, 16 * GIB) == Machine(cores, memory)


def test_the_command_prints_every_setting_with_value_origin_and_meaning(file: Path) -> None:
    environment = {"POLISGRAPH_PORT": "82", "POLISGRAPH_WORKRES": "2"}
    done = CliRunner().invoke(main, ["settings", "--time-limit", "5"], env=environment)
    assert done.exit_code == 0, done.output
    for name in NAMES:
        [line] = [line for line in done.stdout.splitlines() if line.startswith(f"{name} ")]
        assert about(name).metadata["meaning"] in line
    assert "5 s" in done.stdout and "--time-limit" in done.stdout and "polisgraph.toml:2" in done.stdout
    assert "POLISGRAPH_WORKRES sets nothing; did you mean POLISGRAPH_WORKERS?" in done.stderr


def test_the_help_of_serve_has_a_flag_for_every_setting() -> None:
    shown = " ".join(CliRunner().invoke(main, ["serve", "--help"]).output.split())
    for name in NAMES:
        assert f"--{name.replace('_', '-')} " in shown and f"POLISGRAPH_{name.upper()};" in shown
        assert about(name).metadata["meaning"] in shown


def test_what_the_command_says_is_what_a_command_uses(file: Path) -> None:
    file.write_text("home = 'nowhere'\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["query", "-"], input="ASK {}")
    assert done.exit_code == 1 and "nowhere: no snapshot here yet" in done.output
    done = CliRunner().invoke(main, ["report", "members-of-network", "--config", "missing.toml"])
    assert done.exit_code == 1 and "missing.toml" in done.output
