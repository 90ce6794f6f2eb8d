"""Writes to a SPARQL endpoint and reads back: SPARQL 1.1 Update and Graph Store HTTP Protocol. Decides nothing."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pyoxigraph as ox

from polisgraph.engine.endpoint import Endpoint, number, values
from polisgraph.errors import PublishError
from polisgraph.namespaces import EMPTY_GRAPH
from polisgraph.results import JSON, N_TRIPLES

USER = "POLISGRAPH_PUBLISH_USER"
PASSWORD = "POLISGRAPH_PUBLISH_PASSWORD"  # noqa: S105  # the name of a variable

_PATIENCE = httpx.Timeout(600.0, connect=10.0)
"""Seconds that a server may take over one request: exchanging large graphs is one."""
_COUNTED = 1024**2
_LINES = 10_000


@dataclass(frozen=True)
class Login:
    """A name and a password, which nobody sees by accident."""

    user: str
    password: str = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Login | None":
        """Return what the variables give; None without them. Raises PublishError if there is only one of the two."""
        user, password = environment.get(USER), environment.get(PASSWORD)
        if bool(user) != bool(password):
            raise PublishError(f"set both {USER} and {PASSWORD}, or neither of them")
        return cls(user, password) if user and password else None


class Target:
    """An endpoint with its three addresses: for queries, for updates, and that of its graph store if it has one."""

    def __init__(self, endpoint: str, update: str, graph_store: str | None, login: Login | None) -> None:
        self._update, self._graph_store, self._login = update, graph_store, login
        self._endpoint = Endpoint(endpoint, _COUNTED, seconds=600.0)
        self._schemes: dict[str, str] = {}
        self._certificates = httpx.create_ssl_context(trust_env=False)

    @property
    def endpoint(self) -> Endpoint:
        """The query operation."""
        return self._endpoint

    def count(self, graph: str) -> int:
        """Return the number of triples in `graph`."""
        query = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
        return number(self._endpoint.ask(query, JSON.media_type, [graph], [EMPTY_GRAPH]).body)

    def graphs_below(self, prefix: str) -> list[str]:
        """Return the IRIs of the graphs that begin with `prefix`."""
        query = f'SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{prefix}")) }}'
        return sorted(row["g"] for row in values(self._endpoint.ask(query, JSON.media_type, [], []).body) if "g" in row)

    def add(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        """Add `triples`, none of which has a blank node, to `graph` (Graph Store HTTP Protocol §5.5; Update §3.1.1)."""
        body = "".join(f"{triple} .\n" for triple in triples)
        if self._graph_store is None:
            self.update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{body}}} }}")
            return
        kind = {"Content-Type": N_TRIPLES.media_type}
        with self._send("POST", self._graph_store, params={"graph": graph}, content=body.encode(), headers=kind):
            pass

    def update(self, text: str) -> None:
        """Run an update (SPARQL 1.1 Protocol §2.2.2)."""
        kind = {"Content-Type": "application/sparql-update"}
        with self._send("POST", self._update, content=text.encode(), headers=kind):
            pass

    def triples(self, graph: str) -> Iterator[ox.Triple]:
        """Yield what is in `graph`, a part at a time (Graph Store HTTP Protocol §5.2, or CONSTRUCT)."""
        accept = {"Accept": N_TRIPLES.media_type, "Accept-Encoding": "identity"}
        if self._graph_store is not None:
            asked = self._send("GET", self._graph_store, params={"graph": graph}, headers=accept)
        else:
            form = {
                "query": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
                "default-graph-uri": graph,
                "named-graph-uri": EMPTY_GRAPH,
            }
            asked = self._send("POST", self._endpoint.address, data=form, headers=accept)
        with asked as response:
            limit = response.headers.get("X-SPARQL-MaxRows")
            if limit:
                raise PublishError(
                    f"{response.url.host} gives {limit} rows at most, so <{graph}> cannot be read back to verify it;"
                    " give --graph-store, or raise that limit (ResultSetMaxRows in virtuoso.ini)"
                )
            yield from _parsed(response.iter_lines())

    def close(self) -> None:
        """Let go of the connection."""
        self._endpoint.close()

    @contextmanager
    def _send(self, method: str, address: str, **request: object) -> Iterator[httpx.Response]:
        """Send a request, on a connection of its own: Virtuoso 7 hangs when one that logged in is used again.

        Raises PublishError if it cannot be sent or is refused.
        """
        try:
            with (
                self._client(self._authentication(address)) as client,
                client.stream(method, address, **request) as response,  # type: ignore[arg-type]
            ):
                if not response.is_success:
                    raise _refused(response)
                yield response
        except (httpx.HTTPError, httpx.InvalidURL, SyntaxError) as error:
            raise PublishError(
                f"{address}: {str(error) or type(error).__name__}; run the same command again, it goes on from there"
            ) from None

    def _client(self, authentication: httpx.Auth | None) -> httpx.Client:
        return httpx.Client(timeout=_PATIENCE, trust_env=False, verify=self._certificates, auth=authentication)

    def _authentication(self, address: str) -> httpx.Auth | None:
        """Return how to log in: by digest where the server asks for it (RFC 7616), otherwise by Basic (RFC 7617)."""
        if self._login is None:
            return None
        if address not in self._schemes:
            # Asked without a body, which a server that refuses it would not read to the end.
            with self._client(None) as client:
                found = client.get(address)
            self._schemes[address] = found.headers.get("WWW-Authenticate", "").partition(" ")[0].lower()
        if self._schemes[address] == "digest":
            return httpx.DigestAuth(self._login.user, self._login.password)
        return httpx.BasicAuth(self._login.user, self._login.password)


def _parsed(lines: Iterable[str]) -> Iterator[ox.Triple]:
    """Yield the triples of lines in N-Triples."""
    part: list[str] = []
    for line in lines:
        part.append(line)
        if len(part) == _LINES:
            yield from _read(part)
            part = []
    yield from _read(part)


def _read(part: list[str]) -> Iterator[ox.Triple]:
    for quad in ox.parse("\n".join(part), format=ox.RdfFormat.N_TRIPLES):
        yield ox.Triple(quad.subject, quad.predicate, quad.object)


def _refused(response: httpx.Response) -> PublishError:
    status, address = response.status_code, response.url.copy_with(query=None)
    if status in (401, 403):
        return PublishError(f"{address} refuses to write ({status}); set {USER} and {PASSWORD} to an account that may")
    response.read()
    said = " ".join(response.text.split())[:300]
    return PublishError(f"{address} answers with status {status}: {said or 'no reason given'}")
