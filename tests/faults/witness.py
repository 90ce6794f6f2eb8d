"""A client that compares every byte that it gets from a server with what it must be."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence

import httpx

from tests.processes import get, until

QUERIES = (
    "SELECT * { ?s a ?class } ORDER BY ?s ?class LIMIT 200",
    "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p",
    "CONSTRUCT WHERE { ?s a ?o }",
    'SELECT ?s ?o { ?s ?p ?o FILTER(isLITERAL(?o) && CONTAINS(STR(?o), "ec")) } ORDER BY ?s ?o',
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
)
ADDRESSES = (*(f"/sparql?query={httpx.QueryParams({'q': query})['q']}" for query in QUERIES), "/dumps/polisgraph.nq.gz")


def ask(address: str, path: str, **headers: str) -> httpx.Response:
    name, _, query = path.partition("?query=")
    return get(address + name, params={"query": query} if query else None, headers=headers)


def answers(address: str) -> dict[str, bytes]:
    """What must come for each of `ADDRESSES`: the answers of a server that is well."""
    found: dict[str, bytes] = {}
    for path in ADDRESSES:
        answer = ask(address, path)
        for _ in range(20):  # on a busy machine a short time limit may pass
            if answer.status_code != 504:
                break
            answer = ask(address, path)
        assert answer.status_code == 200, answer.text
        found[path] = answer.content
    return found


class Witness:
    """A client that asks without pause. `statuses` counts what came; `wrong` are answers with 2xx and other bytes."""

    def __init__(self, address: str, expected: Sequence[Mapping[str, bytes]]) -> None:
        """Ask at `address`; each of `expected` says what the answers of one snapshot are."""
        self._address, self._expected = address, expected
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(3)]
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        self.broken: list[str] = []

    def __enter__(self) -> "Witness":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def seen(self, number: int, status: int = 200) -> None:
        """Wait until `number` more answers with `status` have come."""
        enough = self.statuses[status] + number
        until(lambda: self.statuses[status] >= enough)

    def _ask(self, number: int) -> None:
        paths, count = list(self._expected[0]), number
        with httpx.Client(base_url=self._address, timeout=60) as client:
            while not self._stop.is_set():
                path = paths[count % len(paths)]
                # A word that differs keeps answers from being taken out of the cache.
                name, _, query = path.partition("?query=")
                count += 1
                try:
                    answer = client.get(name, params={"query": f"{query}\n#{number} {count}"} if query else {})
                except httpx.HTTPError as error:
                    self.broken.append(f"{path}: {error!r}")
                    continue
                self.statuses[answer.status_code] += 1
                if answer.is_success and answer.content not in [each[path] for each in self._expected]:
                    self.wrong.append(path)
