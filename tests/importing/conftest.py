"""What tests of imports share: a snapshot with invented places, its index, and the sample list with every defect."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from polisgraph.build import Plan, Progress, build
from polisgraph.cli import main
from polisgraph.engine import Engine
from polisgraph.engine.local import LocalEngine
from polisgraph.importing import Decided, Mapping, decide, established, read_mapping, read_rows
from polisgraph.linking import Index, read_index
from polisgraph.settings import Settings
from polisgraph.snapshot import current
from tests.shipped import WRITTEN

HERE = Path(__file__).parent
GAZETTEER = HERE / "gazetteer.ttl"
LIST = HERE / "league.csv"
MAPPING = HERE / "league.json"
FILE = "from-league.ttl"


@pytest.fixture(scope="session")
def league_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of snapshots with what people wrote and the invented places."""
    home = tmp_path_factory.mktemp("league")
    build(home, Plan(data=(*WRITTEN, GAZETTEER)), Progress())
    return home


@pytest.fixture(scope="session")
def league_engine(league_home: Path, settings: Settings) -> Iterator[Engine]:
    snapshot = current(league_home)
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, replace(settings, home=league_home))) as engine:
        yield engine


@pytest.fixture(scope="session")
def index(league_engine: Engine) -> Index:
    return read_index(established(lambda query: league_engine.query(query).body, "league"))


@pytest.fixture(scope="session")
def mapping() -> Mapping:
    return read_mapping(MAPPING)


@pytest.fixture(scope="session")
def decided(index: Index, mapping: Mapping) -> dict[str, Decided]:
    """What became of the rows of the sample, by their keys."""
    return {one.row.key.removeprefix("ref "): one for one in decide(read_rows(LIST, mapping), index)}


Importer = Callable[..., Result]


@pytest.fixture
def run(league_home: Path, tmp_path: Path) -> Importer:
    """Run the command on a list, with the file of the sample in a folder of its own."""

    def imported(table: Path = LIST, *words: str, home: Path = league_home) -> Result:
        options = ["--mapping", str(MAPPING), "-o", str(tmp_path / FILE), "--home", str(home), *words]
        return CliRunner().invoke(main, ["import", str(table), *options])

    return imported
