"""What a SPARQL endpoint holds at the moment, for a server that follows it. Publishes nothing and answers nothing."""

from contextlib import closing

from polisgraph.engine.endpoint import Endpoint
from polisgraph.engine.publication import published, published_id
from polisgraph.errors import QueryError, SnapshotError
from polisgraph.settings import Settings
from polisgraph.snapshot import Snapshot, stored

INTERVAL = 2.0
"""Seconds between two looks at what the endpoint holds."""
_RECORD_LIMIT = 16 * 1024**2
_RECORD_SECONDS = 30.0


def held(settings: Settings) -> Snapshot:
    """Return the snapshot that the endpoint of `settings` holds; its dumps are there if it was built in this home.

    Raises SnapshotError if it holds none, QueryError if it does not answer.
    """
    with closing(_endpoint(settings)) as endpoint:
        found = published(endpoint)
    if found is None:
        raise SnapshotError(f"{settings.endpoint} holds no snapshot; run 'polisgraph publish' first")
    here = stored(settings.home, found.id)
    return Snapshot(here.path if here else settings.home / "snapshots" / found.id, found.manifest)


class Following:
    """Looks again and again which snapshot the endpoint holds."""

    def __init__(self, settings: Settings) -> None:
        self._endpoint = _endpoint(settings)

    def __call__(self) -> str | None:
        """Return the id of the snapshot; None while graphs are being exchanged, or the endpoint does not answer."""
        try:
            return published_id(self._endpoint)
        except QueryError:
            return None


def _endpoint(settings: Settings) -> Endpoint:
    return Endpoint(settings.endpoint, _RECORD_LIMIT, seconds=_RECORD_SECONDS)
