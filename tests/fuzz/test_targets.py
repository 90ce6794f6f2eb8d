"""Each target with what once broke it, and with a fixed number of new texts."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

SEEDS = Path(__file__).parent / "seeds"
EXAMPLES = {"gate": 1500, "binder": 400, "accept": 1500, "turtle": 60}


@pytest.mark.parametrize("seed", sorted(SEEDS.rglob("*.txt")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_once_broke_it(seed: Path) -> None:
    TARGETS[seed.parent.name].hold(seed.read_bytes().decode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_sent(name: str) -> None:
    @settings(
        max_examples=EXAMPLES[name],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(text=TARGETS[name].send)
    def holds(text: str) -> None:
        TARGETS[name].hold(text)

    holds()


def test_a_target_that_breaks_is_seen_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fuzz import __main__ as fuzz
    from tests.fuzz.targets import Target

    def hold(text: str) -> None:
        assert "b" not in text

    monkeypatch.setattr(fuzz, "SEEDS", tmp_path)
    monkeypatch.setitem(fuzz.TARGETS, "letters", Target(st.text("ab", max_size=5), hold))
    assert fuzz.fuzz("letters", 5) is not None
    [seed] = (tmp_path / "letters").iterdir()
    assert seed.read_text() == "b", "the shortest that breaks it"
