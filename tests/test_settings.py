"""The settings from the environment: read by their kinds, and refused by name."""

from pathlib import Path

import pytest

from polisgraph.errors import PolisgraphError
from polisgraph.settings import Settings


def test_the_environment_is_read_and_what_is_given_prevails() -> None:
    environment = {"POLISGRAPH_HOME": "there", "POLISGRAPH_QUEUE": "0", "POLISGRAPH_TIME_LIMIT": "0.5", "HOME": "x"}
    found = Settings.from_environment(environment, port=9, host=None)
    assert found == Settings(home=Path("there"), queue=0, time_limit=0.5, port=9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WORKERS", "0"), ("WORKERS", "many"), ("WORKERS", "1.5"), ("QUEUE", "-1"), ("TIME_LIMIT", "0"),
        ("TIME_LIMIT", "nan"), ("TIME_LIMIT", "inf"), ("MEMORY_LIMIT", "-5"), ("RESULT_LIMIT", "0"), ("PORT", "65536"),
    ],
)  # fmt: skip
def test_a_number_with_which_nothing_runs_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(PolisgraphError, match=f"POLISGRAPH_{name}="):
        Settings.from_environment({f"POLISGRAPH_{name}": value})
