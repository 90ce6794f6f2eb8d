"""Pages, dumps and reports name whom parts of the data are from, if they rest on them, and no one else."""

import pytest
from flask.testing import FlaskClient

from polisgraph import bundle
from polisgraph.build import Plan, Progress, build
from polisgraph.engine.local import LocalEngine
from polisgraph.settings import Settings
from polisgraph.web import create_app
from tests.shipped import WRITTEN

NAMED = "Net Zero Tracker, snapshot of 2022-12-20"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a site with the shorter of the two lists."""
    home = tmp_path_factory.mktemp("listed")
    snapshot, _ = build(home, Plan(data=(*WRITTEN, bundle.DATA / "from-race-to-zero.ttl")), Progress())
    settings = Settings(home=home, time_limit=20.0)
    app = create_app(settings, snapshot, LocalEngine(snapshot.store_path, snapshot.graphs, settings))
    return app.test_client()


@pytest.mark.parametrize(
    ("address", "named", "told"),
    [
        ("/about", True, False),
        ("/dumps/", True, False),
        ("/sources", True, None),
        ("/doc/network/race-to-zero", True, True),
        ("/doc/tenure/race-to-zero--cit-0002", True, True),
        ("/doc/municipality/dortmund", True, True),  # the list says nothing of it but that it is a member
        ("/doc/municipality/bochum", False, True),  # its position is from elsewhere
        ("/doc/body/uclg-executive", False, None),
        ("/reports/members-of-network?network=race-to-zero", True, False),  # other pages may rest on more
        ("/reports/memberships-of-municipality?municipality=bochum", False, None),
        ("/reports/seats-by-section", False, None),
    ],
)
def test_who_is_named(client: FlaskClient, address: str, named: bool, told: bool | None) -> None:
    text = client.get(address, headers={"Accept": "text/html", "Accept-Language": "en"}).get_data(as_text=True)
    assert (NAMED in text) is named
    assert ("This rests on parts" in text) is (told is True)
    assert ("Parts of the data have terms" in text) is (told is False)


def test_a_list_is_among_the_sources_once(client: FlaskClient) -> None:
    text = client.get("/sources", headers={"Accept": "text/html", "Accept-Language": "de"}).get_data(as_text=True)
    assert text.count("/doc/source/race-to-zero") == 1 and "Mitgliederlisten" in text
