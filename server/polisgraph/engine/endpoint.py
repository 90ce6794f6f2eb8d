"""Asks a SPARQL endpoint over HTTP and takes nothing but whole answers. Checks no query and converts no result.

SPARQL 1.1 Protocol, sections 2.1.2 (query by a form) and 2.1.4 (the dataset).
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import httpx

from polisgraph.errors import BadQuery, Busy, EndpointFailed, QueryError, ResultTooLarge, TimeLimit, TooLong

CONNECT = 5.0
"""Seconds in which a connection must stand."""
MAX_WAIT = 60
"""Seconds that we pass on at most when an endpoint says when to come again."""

_SAID = 300
"""Characters of an error that are read for its cause, and passed on at most."""
# A machine's names and paths are nobody's business but the operator's.
_INTERNAL = re.compile(r"\w+://\S+|(?<![\w<])/[\w.-]+(?:/[\w.-]+)+|\b[\w.-]+:\d{2,5}\b")
_TIMED_OUT = re.compile(r"time[d -]?out|time limit|execution time|S1T00|S1TAT", re.IGNORECASE)


UNREADABLE = (SyntaxError, ValueError, KeyError, TypeError, AttributeError)
"""What reading an answer raises if it is not what was asked for: no JSON or N-Triples, or JSON with other members."""


@dataclass(frozen=True)
class Reply:
    """A whole answer of an endpoint, with its media type without parameters."""

    body: bytes
    media_type: str


@dataclass
class Endpoint:
    """The query operation of an endpoint. Keeps its connection; used by one thread at a time."""

    address: str
    limit: int
    """Bytes that an answer may have."""
    seconds: float | None = None
    """Seconds in which the endpoint must say something, if whoever runs this does not see to it."""
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.seconds, connect=CONNECT)
        # Neither a proxy nor a password of the environment: the address is all that is meant.
        self._client = httpx.Client(timeout=timeout, trust_env=False, headers={"User-Agent": "polisgraph"})

    def ask(self, text: str, accept: str, default: Iterable[str], named: Iterable[str]) -> Reply:
        """Return the answer to `text` over the graphs `default` and `named`, in a media type that `accept` allows.

        Raises EndpointFailed (502) if there is no connection or no whole answer, Busy if the endpoint has too much to
        do, and BadQuery, TooLong, TimeLimit or ResultTooLarge if that is what it says.
        """
        form = {"query": text, "default-graph-uri": list(default), "named-graph-uri": list(named)}
        try:
            # Compressed, a small body could hold more than there is memory for.
            headers = {"Accept": accept, "Accept-Encoding": "identity"}
            with self._client.stream("POST", self.address, data=form, headers=headers) as response:
                if response.status_code != 200:
                    raise _refusal(response)
                _check_whole(response.headers)
                return Reply(self._read(response), media_type(response.headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise EndpointFailed(
                "The SPARQL endpoint behind this service cannot be reached. Please try again later."
            ) from None
        except httpx.TimeoutException:
            raise TimeLimit("The SPARQL endpoint behind this service did not answer in time.") from None
        except httpx.HTTPError:
            raise cut_off() from None

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _read(self, response: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_raw():
            parts.append(part)
            size += len(part)
            if size > self.limit:
                raise too_large(self.limit)
        return b"".join(parts)


def values(body: bytes) -> list[dict[str, str]]:
    """Return the rows of a result in JSON, each term as its bare text; raise EndpointFailed if it is none."""
    try:
        rows = json.loads(body)["results"]["bindings"]
        return [{name: str(term["value"]) for name, term in row.items()} for row in rows]
    except UNREADABLE:
        raise cut_off() from None


def number(body: bytes) -> int:
    """Return the number that is the only value of a result in JSON; raise EndpointFailed if it is none."""
    try:
        [row] = values(body)
        [value] = row.values()
        return int(value)
    except ValueError:
        raise cut_off() from None


def cut_off() -> EndpointFailed:
    """Return the error for an answer that is not whole or not what was asked for."""
    return EndpointFailed(
        "The SPARQL endpoint behind this service did not give a whole answer. Please try again; if it persists,"
        " ask for less: narrow the pattern or add a LIMIT."
    )


def too_large(limit: int) -> ResultTooLarge:
    """Return the error for an answer of the endpoint over `limit` bytes."""
    return ResultTooLarge(
        f"The result is larger than {limit:,} bytes. Add a LIMIT, select fewer columns, narrow the pattern,"
        " or fetch it in parts with ORDER BY, LIMIT and OFFSET.",
        limit=limit,
    )


def _check_whole(headers: httpx.Headers) -> None:
    """Raise the error for an answer whose head says that it is a part (Virtuoso's headers)."""
    if "X-SQL-State" in headers or "X-Exec-Milliseconds" in headers:
        raise _too_late()
    if "X-SPARQL-MaxRows" in headers:
        raise ResultTooLarge(
            "The SPARQL endpoint behind this service gives no more rows than"
            f" {headers['X-SPARQL-MaxRows'][:12]}, and the result may have more. Add a LIMIT below that number.",
        )
    framed = "Content-Length" in headers or headers.get("Transfer-Encoding", "").lower() == "chunked"
    # Without either, a lost connection looks like the end of the answer (RFC 9112, section 8).
    if not framed or headers.get("Content-Encoding", "identity").lower() != "identity":
        raise cut_off()


def _refusal(response: httpx.Response) -> QueryError:
    """Return what an answer without success means, without what is internal to the endpoint."""
    status = response.status_code
    said = _said(response)
    if status == 206 or status in (408, 504) or (status >= 500 and _TIMED_OUT.search(said)):
        return _too_late()
    if status in (413, 414):
        return TooLong("The query is too long for the SPARQL endpoint behind this service. Shorten it.")
    if status in (429, 503):
        told = "The SPARQL endpoint behind this service has too much to do."
        return Busy(told, retry_after=retry_after(response.headers))
    if status == 400:
        return BadQuery(f"The SPARQL endpoint behind this service does not take the query: {said or 'no reason given'}")
    if status == 500 and said:
        return EndpointFailed(f"The SPARQL endpoint behind this service failed on the query: {said}")
    return EndpointFailed(
        f"The SPARQL endpoint behind this service answers with status {status} instead of a result."
        " If it persists, tell who runs this service."
    )


def _said(response: httpx.Response) -> str:
    """Return the first line of an error in plain text, without addresses and paths."""
    if media_type(response.headers) != "text/plain":
        return ""
    body = b""
    for part in response.iter_raw():
        body += part
        if len(body) > 4 * _SAID:
            break
    line = body.decode("utf-8", "replace").strip().partition("\n")[0]
    if line.startswith(("{", "<")):  # part of a result, not words
        return ""
    return _INTERNAL.sub("…", "".join(c for c in line if c.isprintable()))[:_SAID].strip()


def _too_late() -> TimeLimit:
    return TimeLimit(
        "The SPARQL endpoint behind this service stopped the query at its own time limit."
        " Narrow the pattern, put the most selective part first, or add a LIMIT."
    )


def retry_after(headers: httpx.Headers) -> int:
    """Return the seconds after which to come again, as a head says: `MAX_WAIT` at most, and 5 if it does not say."""
    wait = headers.get("Retry-After", "")
    return min(int(wait), MAX_WAIT) if wait.isdecimal() and len(wait) < 6 else 5


def media_type(headers: httpx.Headers) -> str:
    """Return the media type of an answer, without parameters; nothing if it has none."""
    return str(headers.get("Content-Type", "")).partition(";")[0].strip().lower()
