"""A stand-in for Wikidata: data in its own shape in a real SPARQL server, behind a server that plays its faults.

The items are invented, with numbers far beyond those that Wikidata has given out, save for classes and countries.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import httpx

from tests.processes import PATIENCE
from tests.remote.conftest import oxigraph

JSON = "application/sparql-results+json"
HEAD = """
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix wdt: <http://www.wikidata.org/prop/direct/> .
@prefix s: <http://www.wikidata.org/entity/statement/> .
@prefix p: <http://www.wikidata.org/prop/> .
@prefix ps: <http://www.wikidata.org/prop/statement/> .
@prefix pq: <http://www.wikidata.org/prop/qualifier/> .
@prefix pqv: <http://www.wikidata.org/prop/qualifier/value/> .
@prefix v: <http://www.wikidata.org/value/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix wikibase: <http://wikiba.se/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

wd:Q5 rdfs:label "human"@en .
wd:Q43229 rdfs:label "organization"@en .
wd:Q486972 rdfs:label "human settlement"@en .
wd:Q4167410 rdfs:label "Wikimedia disambiguation page"@en .
wd:Q56061 rdfs:label "administrative territorial entity"@en .
wd:Q183 rdfs:label "Germany"@en .
wd:Q142 rdfs:label "France"@en .
"""
TOWN, CLUB, TRAIN = "Q9990000001", "Q9990000002", "Q9990000003"
"""Invented classes: one below administrative territorial entity, one below organization, one below neither."""
CLASSES = f"""
wd:{TOWN} rdfs:label "invented town"@en ; wdt:P279 wd:Q9990000004 .
wd:Q9990000004 rdfs:label "invented kind of area"@en ; wdt:P279 wd:Q56061 .
wd:{CLUB} rdfs:label "invented club"@en ; wdt:P279 wd:Q43229 .
wd:{TRAIN} rdfs:label "invented category of trains"@en .
"""


def item(number: str, label: str, kind: str = TOWN, more: str = "") -> str:
    """Return an item of a class with a label; `more` are further triples, each with a semicolon before it."""
    return f'wd:{number} rdfs:label "{label}"@en ; wikibase:statements 1 ; wdt:P31 wd:{kind} {more} .\n'


def point(latitude: float, longitude: float, property_: str = "; wdt:P625") -> str:
    """Return coordinates as Wikidata writes them."""
    return f'{property_} "Point({longitude} {latitude})"^^geo:wktLiteral'


def value(number: str, property_: str, term: str, rank: str = "Normal", name: str = "") -> str:
    """Return a statement of an item with a simple value and a rank."""
    node = name or f"{number}-{property_}-{sum(term.encode()):x}"
    direct = f"wd:{number} wdt:{property_} {term} .\n" if rank != "Deprecated" else ""
    return direct + (
        f"wd:{number} p:{property_} s:{node} .\ns:{node} a wikibase:Statement ;"
        f" wikibase:rank wikibase:{rank}Rank ; ps:{property_} {term} .\n"
    )


def member(number: str, network: str, *, start: str = "", end: str = "", rank: str = "Normal") -> str:
    """Return a membership (P463) with times such as `2004-03`, or `?` for one that is there but not known."""
    node = f"{number}-P463-{network}-{start}-{end}".replace("?", "some")
    lines = value(number, "P463", f"wd:{network}", rank, node)
    for property_, time in (("P580", start), ("P582", end)):
        if time == "?":
            lines += f"s:{node} pq:{property_} [] .\n"
        elif time:
            moment = f'"{time}{"-01-01"[len(time) - 10 :] if len(time) < 10 else ""}T00:00:00Z"^^xsd:dateTime'
            precision = {4: 9, 7: 10, 10: 11}[len(time)]
            lines += (
                f"s:{node} pq:{property_} {moment} ; pqv:{property_} v:t{time} .\n"
                f"v:t{time} a wikibase:TimeValue ; wikibase:timeValue {moment} ;"
                f' wikibase:timePrecision "{precision}"^^xsd:integer .\n'
            )
    return lines


def sitelink(number: str, address: str) -> str:
    """Return that an article of Wikipedia is about an item."""
    host = address.partition("/wiki/")[0]
    return f"<{address}> a schema:Article ; schema:about wd:{number} ; schema:isPartOf <{host}/> .\n"


Fault = Callable[["Handler"], None]
"""Answers a request in place of the SPARQL server, or lets it through."""


@dataclass
class StandIn:
    """An endpoint that has `turtle`. The next requests get `faults`, one each; all that is asked stands in `asked`."""

    address: str = ""
    behind: str = ""
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def clear(self) -> None:
        self.faults.clear()
        self.asked.clear()
        self.headers.clear()


class Handler(BaseHTTPRequestHandler):
    """A request to the stand-in."""

    protocol_version = "HTTP/1.1"
    stand_in: StandIn

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.stand_in.asked.append(parse_qs(self.body.decode()).get("query", [""])[0])
        self.stand_in.headers.append({name.lower(): text for name, text in self.headers.items()})
        if self.stand_in.faults:
            # A client that has had enough goes away in the middle.
            self.close_connection = True
            with suppress(OSError):
                self.stand_in.faults.pop(0)(self)
            return
        self.forward()

    def forward(self) -> None:
        """Answer as the SPARQL server does."""
        headers = {"Content-Type": self.headers["Content-Type"], "Accept": self.headers["Accept"]}
        answer = httpx.post(self.stand_in.behind, content=self.body, headers=headers, trust_env=False, timeout=PATIENCE)
        self.answer(answer.status_code, answer.content, answer.headers["Content-Type"])

    def answer(self, status: int, body: bytes, kind: str = JSON, length: int | None = None, **more: str) -> None:
        self.send_response(status)
        for name, text in {"Content-Type": kind, "Content-Length": str(length or len(body)), **more}.items():
            self.send_header(name.replace("_", "-"), text)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def refused(status: int, retry_after: str = "") -> Fault:
    """Answer with a status, and say when to come again."""
    more = {"Retry_After": retry_after} if retry_after else {}
    return lambda handler: handler.answer(status, b"no", "text/plain", **more)


def through(handler: Handler) -> None:
    """Have no fault."""
    handler.forward()


def silent(handler: Handler) -> None:
    """Say nothing at all."""
    handler.stand_in.over.wait(PATIENCE)


def cut(handler: Handler) -> None:
    """Break off in the middle of a body whose length was told."""
    handler.answer(200, b'{"head": {"vars": ["thing"]}, "results": {"bind', length=5_000)


def cut_unseen(handler: Handler) -> None:
    """Send a part of a body as if it were all of it, as a proxy does that gave up."""
    handler.answer(200, b'{"head": {"vars": ["thing"]}, "results": {"bindings": [')


def cut_chunks(handler: Handler) -> None:
    """Break off before the last chunk."""
    _begin_chunks(handler)
    _chunk(handler, b'{"head": {"vars": ["thing"]}, "results": {"bindings": []}}')


def other_json(handler: Handler) -> None:
    """Send JSON that is no result."""
    handler.answer(200, b'{"error": "no"}')


def other_result(handler: Handler) -> None:
    """Send the whole result of another query, as a proxy does that mixes answers up."""
    handler.answer(200, b'{"head": {"vars": ["other"]}, "results": {"bindings": []}}')


def html(handler: Handler) -> None:
    """Send a page for people, with success."""
    handler.answer(200, b"<!DOCTYPE html><title>Log in</title>", "text/html; charset=utf-8")


def endless(handler: Handler) -> None:
    """Send a body that never ends, as fast as the other side takes it."""
    _begin_chunks(handler)
    while not handler.stand_in.over.is_set():
        _chunk(handler, b" " * 65_536)


def trickling(handler: Handler) -> None:
    """Send a body that never ends, so slowly that it stays small."""
    _begin_chunks(handler)
    while not handler.stand_in.over.wait(0.05):
        _chunk(handler, b" ")


def _begin_chunks(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()


def _chunk(handler: Handler, data: bytes) -> None:
    handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    handler.wfile.flush()


@contextmanager
def standing_in(folder: Path, turtle: str) -> Iterator[StandIn]:
    """Run a stand-in that has `turtle` besides classes and countries."""
    with oxigraph(folder) as server:
        loaded = httpx.put(
            server.graph_store + "?default",
            content=(HEAD + CLASSES + turtle).encode(),
            headers={"Content-Type": "text/turtle"},
            trust_env=False,
            timeout=PATIENCE,
        )
        assert loaded.is_success, loaded.text
        stand_in = StandIn(behind=server.query)
        handler = type("Bound", (Handler,), {"stand_in": stand_in})
        front = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        stand_in.address = f"http://127.0.0.1:{front.server_address[1]}/sparql"
        thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield stand_in
        finally:
            stand_in.over.set()
            front.shutdown()
            front.server_close()
            thread.join()
