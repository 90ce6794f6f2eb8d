"""Asks an endpoint that is not ours, and trusts it with nothing. Knows no query and no result.

Where a name leads is looked up once, must be a public address unless the operator says otherwise, and is the address
that is connected to: a name that means another machine a moment later gains nothing.
"""

import ipaddress
import socket
import ssl
from functools import cached_property
from time import monotonic
from urllib.parse import urljoin, urlsplit

import httpx

from polisgraph.engine.endpoint import CONNECT, media_type, retry_after
from polisgraph.errors import Busy, EndpointFailed, ResultTooLarge, TimeLimit
from polisgraph.settings.kinds import web_address

_REDIRECTS = (301, 302, 307, 308)
_UNICAST = ipaddress.ip_network("2000::/3")


class Client:
    """Asks endpoints, one request each. Safe to use from many threads."""

    def __init__(self, limit: int, private: bool = False) -> None:
        """Take answers of up to `limit` bytes; ask machines in private networks only if `private`."""
        self._limit, self._private = limit, private

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Whose certificates are believed; to read them takes longer than many an answer."""
        return httpx.create_ssl_context(trust_env=False)

    def ask(self, endpoint: str, query: str, accept: str, seconds: float) -> bytes:
        """Return the answer of `endpoint` to `query` (SPARQL 1.1 Protocol, section 2.1.2) as `accept`.

        At most one redirect is followed. Raises EndpointFailed (502) if there is no connection or no whole answer,
        Busy if the endpoint has too much to do, TimeLimit after `seconds`, and ResultTooLarge. What an endpoint says of
        an error stays with it.
        """
        deadline = monotonic() + seconds
        address = endpoint
        for _ in range(2):
            status, headers, body = self._post(address, query, accept, deadline, endpoint)
            if status not in _REDIRECTS:
                break
            address = _led_to(address, headers.get("Location", ""), endpoint)
        else:
            raise EndpointFailed(f"SERVICE: {endpoint} leads from one address to the next; one redirect is followed.")
        if status in (429, 503):
            told = f"SERVICE: {endpoint} has too much to do. Please try again later."
            raise Busy(told, retry_after=retry_after(headers))
        if status in (408, 504):
            raise _too_late(endpoint)
        if status != 200:
            raise EndpointFailed(
                f"SERVICE: {endpoint} answers with status {status} instead of a result. Send it the pattern directly to"
                " see what it says.",
                status=status,
            )
        sent = media_type(headers)
        if sent != accept:
            raise EndpointFailed(f"SERVICE: {endpoint} answers with {sent[:60] or 'no type'}, not {accept}.")
        return body

    def _post(
        self, address: str, query: str, accept: str, deadline: float, endpoint: str
    ) -> tuple[int, httpx.Headers, bytes]:
        parts = urlsplit(address)
        host = str(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        pinned = self._resolved(host, port, endpoint)
        # The name stays in the Host header and in the check of the certificate; the connection goes to the number.
        url = httpx.URL(address).copy_with(host=pinned, port=port)
        headers = {
            "Host": parts.netloc,
            "Accept": accept,
            "Accept-Encoding": "identity",  # compressed, a small body could hold more than there is memory for
            "User-Agent": "Polisgraph (https://w3id.org/polisgraph/)",
        }
        left = deadline - monotonic()
        if left <= 0:
            raise _too_late(endpoint)
        timeout = httpx.Timeout(left, connect=min(CONNECT, left))
        tls = self._tls if parts.scheme == "https" else False
        try:
            with (
                httpx.Client(timeout=timeout, trust_env=False, verify=tls) as client,
                client.stream(
                    "POST", url, data={"query": query}, headers=headers, extensions={"sni_hostname": host}
                ) as response,
            ):
                body = self._read(response, deadline, endpoint) if response.status_code == 200 else b""
                return response.status_code, response.headers, body
        except httpx.TimeoutException:
            raise _too_late(endpoint) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise EndpointFailed(f"SERVICE: {endpoint} cannot be reached, or broke off its answer.") from None

    def _read(self, response: httpx.Response, deadline: float, endpoint: str) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_raw():
            parts.append(part)
            size += len(part)
            if size > self._limit:
                raise ResultTooLarge(
                    f"SERVICE: the answer of {endpoint} is larger than {self._limit:,} bytes. Ask it for less.",
                    limit=self._limit,
                )
            if monotonic() > deadline:  # each piece comes in time, and there is no end of them
                raise _too_late(endpoint)
        return b"".join(parts)

    def _resolved(self, host: str, port: int, endpoint: str) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise EndpointFailed(f"SERVICE: {endpoint}: there is no machine of that name.") from None
        addresses = [str(entry[4][0]) for entry in found]
        # One that is not public among them is reason enough: which one is taken would be chance.
        if not self._private and not all(map(is_public, addresses)):
            raise EndpointFailed(
                f"SERVICE: {endpoint} is in a private network, or leads there. Who runs this"
                " service may allow that by service_networks=any."
            )
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; IPv4 addresses inside of IPv6 other than mapped are not."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
        return found in _UNICAST and found.is_global and not found.sixtofour
    return found.is_global and not found.is_multicast and not found.is_reserved


def _led_to(address: str, location: str, endpoint: str) -> str:
    """Return where a redirect leads; raise EndpointFailed if that is no address to follow."""
    try:
        target = web_address(urljoin(address, location))
    except ValueError:
        raise EndpointFailed(f"SERVICE: {endpoint} leads to what is no address of an endpoint.") from None
    if urlsplit(address).scheme == "https" and urlsplit(target).scheme != "https":
        raise EndpointFailed(f"SERVICE: {endpoint} leads from https to http, where anybody could change the answer.")
    return target


def _too_late(endpoint: str) -> TimeLimit:
    return TimeLimit(
        f"SERVICE: {endpoint} did not answer in the time that the query has. Ask it for less, or put what is known"
        " before it."
    )
