"""Asks an endpoint in Wikidata's shape, as politely as it wishes, and takes nothing but whole answers. Keeps none.

The one client of all commands that ask Wikidata. It follows the rules of the Wikidata Query Service
(https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual, «Query limits», and Wikimedia's User-Agent policy):
one request at a time, a name, Retry-After kept to, and longer and longer waits after failures, only so many.
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import sleep
from typing import Any

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_base, wait_exponential

from polisgraph import __version__
from polisgraph.engine.endpoint import media_type
from polisgraph.errors import WikidataError
from polisgraph.namespaces import BASE

Row = dict[str, str]
"""Values by variable, each as its bare text."""

_JSON = "application/sparql-results+json"
_CONNECT = 10.0
_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
"""Answers after which it is worth asking again (RFC 9110, section 15; RFC 6585, section 4)."""
_UNSAID = 60.0
"""Seconds to wait after 429 if the endpoint does not say how long: what the query service asks for."""
_SAID = 300
"""Characters of an error that are passed on at most."""


def user_agent(contact: str) -> str:
    """Return the name under which the client asks."""
    return f"polisgraph/{__version__} ({'; '.join(part for part in (BASE, contact) if part)}) httpx/{httpx.__version__}"


@dataclass(frozen=True)
class Patience:
    """How long to go on with an endpoint that fails. Times are in seconds."""

    tries: int = 5
    first_wait: float = 2.0
    longest_wait: float = 60.0
    longest_bidden: float = 600.0
    """The longest Retry-After that is waited for; one that asks for more ends the run."""
    whole: float = 90.0
    """In which an answer must have come in whole: the query service stops a query after 60."""
    silence: float = 65.0
    """In which the endpoint must say something."""


class _Failed(Exception):
    """A failure that may pass. `bidden` is how many seconds the endpoint asks to wait, None if it does not say."""

    def __init__(self, message: str, bidden: float | None = None) -> None:
        super().__init__(message)
        self.bidden = bidden


class _Wait(wait_base):
    """As long as the endpoint bids, else longer after each failure."""

    def __init__(self, patience: Patience) -> None:
        self._growing = wait_exponential(patience.first_wait, patience.longest_wait)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        bidden = error.bidden if isinstance(error, _Failed) else None
        return self._growing(retry_state) if bidden is None else bidden


@dataclass
class Client:
    """The query operation of an endpoint (SPARQL 1.1 Protocol, section 2.1.2). Used by one thread at a time.

    `waiting` is told of each failure that is waited out: why, and for how many seconds.
    """

    address: str
    limit: int = 64 * 2**20
    """Bytes that an answer may have."""
    patience: Patience = field(default_factory=Patience)
    waiting: Callable[[str, float], None] = lambda why, seconds: None
    contact: str = ""
    """Where whoever runs the endpoint can reach whoever asks: a web or mail address in ASCII."""
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        timeout = httpx.Timeout(self.patience.silence, connect=_CONNECT)
        # Compressed, a small body could hold more than there is memory for.
        headers = {"User-Agent": user_agent(self.contact), "Accept": _JSON, "Accept-Encoding": "identity"}
        try:
            address = httpx.URL(self.address)
        except httpx.InvalidURL:
            address = httpx.URL()
        if address.scheme not in ("http", "https") or not address.host:
            raise WikidataError(f"{self.address} is not the web address of a SPARQL endpoint: write https://…/sparql")
        if address.userinfo:
            # It would stand in messages and in the cache.
            raise WikidataError(f"The address of the endpoint at {address.host} has a password in it: leave it out.")
        # From many offices the web is reached through a proxy only, which the environment names.
        self._client = httpx.Client(timeout=timeout, headers=headers)

    def rows(self, query: str) -> list[Row]:
        """Return the rows of the answer to `query`.

        Raises WikidataError if the endpoint gives no whole answer after all tries, or says that it never will.
        """
        retrying = Retrying(
            stop=stop_after_attempt(self.patience.tries),
            wait=_Wait(self.patience),
            retry=retry_if_exception_type(_Failed),
            before_sleep=self._tell,
            sleep=sleep,
            reraise=True,
        )
        try:
            found: list[Row] = retrying(self._ask, query)
        except _Failed as error:
            raise self._given_up(f"{error}, {self.patience.tries} times") from None
        return found

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        self.waiting(str(error), state.next_action.sleep if state.next_action else 0.0)

    def _given_up(self, why: str) -> WikidataError:
        return WikidataError(f"{self.address} gave no whole answer: {why}. Try again later.")

    def _ask(self, query: str) -> list[Row]:
        try:
            with self._client.stream("POST", self.address, data={"query": query}) as response:
                body = self._read(response)
                self._check(response, body)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise _Failed("it cannot be reached") from None
        except httpx.TimeoutException:
            raise _Failed("it did not answer in time") from None
        except httpx.HTTPError:
            raise _Failed("the connection broke off") from None
        try:
            return _rows(body, query)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _Failed("it sent a body that is no result of the query in JSON, or only a part of one") from None

    def _read(self, response: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size, end = 0, time.monotonic() + self.patience.whole
        for part in response.iter_raw():
            parts.append(part)
            size += len(part)
            if size > self.limit:
                raise self._given_up(f"it sent more than {self.limit:,} bytes")
            # A body that trickles in forever never runs into the limit of silence.
            if time.monotonic() > end:
                raise _Failed(f"its answer was not whole after {self.patience.whole:g} s")
        return b"".join(parts)

    def _check(self, response: httpx.Response, body: bytes) -> None:
        status = response.status_code
        kind = media_type(response.headers)
        if status in _TRANSIENT:
            bidden = _bidden(response.headers.get("Retry-After", ""))
            if bidden is None and status == 429:
                bidden = _UNSAID
            if bidden is not None and bidden > self.patience.longest_bidden:
                raise self._given_up(f"it asks to come again in {bidden:,.0f} s")
            raise _Failed(f"it answered with status {status}", bidden)
        if response.is_redirect:
            where = response.headers.get("Location", "elsewhere")[:_SAID]
            raise WikidataError(f"{self.address} sends to {where}; give that address as --endpoint if it is right.")
        if status != 200:
            said = _line(body) if kind == "text/plain" else ""
            raise WikidataError(f"{self.address} answered with status {status}" + (f": {said}" if said else "."))
        if kind not in (_JSON, "application/json"):
            raise _Failed(f"it sent {kind or 'something'} instead of a result in JSON")


def _rows(body: bytes, query: str) -> list[Row]:
    """Return the rows of a result in JSON; raise ValueError and the like if it is none, or that of another query."""
    result: dict[str, Any] = json.loads(body)
    columns = set(re.findall(r"\?(\w+)", re.sub(r"(?m)^#.*$", "", query).partition("{")[0]))
    if set(result["head"]["vars"]) != columns:
        raise ValueError(f"not the columns {columns}")
    return [{name: str(term["value"]) for name, term in row.items()} for row in result["results"]["bindings"]]


def _bidden(text: str) -> float | None:
    """Return the seconds that a Retry-After means: a number or a date (RFC 9110, section 10.2.3); None if neither."""
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _line(body: bytes) -> str:
    line = body[: 4 * _SAID].decode("utf-8", "replace").strip().partition("\n")[0]
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in line))[:_SAID].strip()
