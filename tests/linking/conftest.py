"""What the tests of linking share: one matcher over the shipped graph and gazetteer."""

import pytest

from polisgraph.engine import Engine
from polisgraph.linking import Matcher, read_index


@pytest.fixture(scope="session")
def matcher(whole_engine: Engine) -> Matcher:
    return Matcher(read_index(lambda query: whole_engine.query(query).body))
