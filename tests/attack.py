"""Hostile and good clients, for the test that good ones do not suffer and for the benchmark that says how little.

Clients have addresses of their own in 127.0.0.0/8, so that the server can tell them apart.
"""

import gzip
import multiprocessing
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from urllib.parse import quote, urlencode

import httpx

MIXED = [
    "/",
    "/reports",
    "/doc/municipality/bochum",
    "/doc/network/eurocities.ttl",
    "/reports/members-of-network.csv?network=eurocities",
    "/reports/memberships-of-municipality.csv?municipality=koeln&lang=en",
    "/reports/network-overlap.csv",
    "/reports/most-connected-municipalities.csv",
    "/sparql?format=json&query=" + quote("SELECT ?p ?o { <https://w3id.org/polisgraph/id/network/eurocities> ?p ?o }"),
    "/sparql?format=csv&query=" + quote("SELECT ?t (COUNT(?s) AS ?n) { ?s a ?t } GROUP BY ?t ORDER BY DESC(?n) ?t"),
    "/sparql?format=ttl&query=" + quote("DESCRIBE <https://w3id.org/polisgraph/id/municipality/koeln>"),
]
"""What good clients ask: pages, reports and queries, the frequent ones first."""


def _unique() -> str:
    """Return a filter that changes nothing but the text, so that nobody can have the answer ready."""
    return f"FILTER(?a != <urn:{random.getrandbits(60)}>)"


HEAVY: list[Callable[[], str]] = [
    lambda: f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i {_unique()} }}",
    lambda: f"SELECT (COUNT(*) AS ?n) {{ ?a (<urn:x>|!<urn:y>)* ?b . ?c (!<urn:x>|^!<urn:y>)* ?d {_unique()} }}",
    lambda: f"SELECT * {{ ?a ?b ?c . ?d ?e ?f {_unique()} }} ORDER BY ?f ?c ?a",
    lambda: f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?x) {{ ?a ?b ?c . ?d ?e ?f {_unique()} }}",
    lambda: f"SELECT DISTINCT ?a ?d ?g {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i {_unique()} }}",
    lambda: f"CONSTRUCT {{ ?a ?e ?g }} {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i {_unique()} }}",
]
ODD: list[Callable[[], str]] = [
    lambda: "SELECT * { " + "{" * 10_000 + "}" * 10_000,
    lambda: f"SELECT * {{ VALUES ?a {{ {' '.join(f'<urn:{n}>' for n in range(6_000))} }} ?a ?b ?c {_unique()} }}",
    lambda: f"ASK {{ ?a ?b ?c FILTER(REGEX(STR(?a), '^(a+)+{random.getrandbits(40)}$')) }}",
    lambda: f"ASK {{ FILTER({'(' * 99}{random.getrandbits(30)}{')' * 99} = 1) }}",
    lambda: f"SELECT * FROM <urn:{random.getrandbits(30)}> {{ ?a ?b ?c }}",
]


@dataclass
class Noted:
    """What a good client saw: seconds of each answer, and what was not as it should be."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def expected(server: str) -> dict[str, bytes]:
    """Return the answers to MIXED of a server that has nothing else to do."""
    with httpx.Client(timeout=60) as client:
        return {path: client.get(server + path).raise_for_status().content for path in MIXED}


@contextmanager
def good_clients(server: str, right: dict[str, bytes], number: int = 2) -> Iterator[list[Noted]]:
    """Have good clients at work, each in a process of its own, while the block runs; then fill the list."""
    context = multiprocessing.get_context("spawn")
    noted: list[Noted] = []
    running = []
    for index in range(number):
        here, there = context.Pipe()
        process = context.Process(target=_ask_politely, args=(server, right, index, there), daemon=True)
        process.start()
        assert here.poll(60) and here.recv() == "ready"
        running.append((process, here))
    yield noted
    for process, here in running:
        here.send("stop")
        assert here.poll(120), "a good client still waits for an answer"
        noted.append(here.recv())
        process.join(10)


def _ask_politely(server: str, right: dict[str, bytes], index: int, pipe: Connection) -> None:
    dice = random.Random(index)
    weights = [1 / rank for rank in range(1, len(MIXED) + 1)]
    noted = Noted()
    with httpx.Client(transport=httpx.HTTPTransport(local_address=f"127.0.1.{index + 1}"), timeout=60) as client:
        client.get(server + "/health")
        pipe.send("ready")
        while not pipe.poll():
            [path] = dice.choices(MIXED, weights)
            # Half of the queries are ones that nobody has asked before: another spelling of the same rows.
            fresh = path.startswith("/sparql") and dice.random() < 0.5
            asked = path.replace("%20%7B", f"%20%7B%20FILTER%28{dice.getrandbits(40)}%3E0%29", 1) if fresh else path
            start = time.perf_counter()
            try:
                answer = client.get(server + asked)
            except httpx.HTTPError as error:
                noted.wrong.append(f"{asked}: {error!r}")
                continue
            noted.seconds.append(time.perf_counter() - start)
            if answer.status_code != 200 or answer.content != right[path]:
                noted.wrong.append(f"{asked}: {answer.status_code} {answer.content[:300]!r}")
            time.sleep(0.01)
    pipe.send(noted)


@contextmanager
def attack(server: str, clients: int = 3) -> Iterator[None]:
    """Attack `server` from so many addresses while the block runs."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    running = [
        context.Process(target=_assault, args=(server, f"127.0.2.{index + 1}", stop), daemon=True)
        for index in range(clients)
    ]
    for process in running:
        process.start()
    try:
        yield
    finally:
        stop.set()
        for process in running:
            process.join(30)
            process.kill()


def _assault(server: str, address: str, stop: "multiprocessing.synchronize.Event") -> None:
    os.nice(15)  # attackers have machines of their own: on this one they must not take the processors from the server
    kinds = [_query_heavily] * 8 + [_query_oddly] * 2 + [_post_too_much, _hold_connections]
    threads = [threading.Thread(target=kind, args=(server, address, stop), daemon=True) for kind in kinds]
    for thread in threads:
        thread.start()
    stop.wait()
    os._exit(0)  # as an attacker goes: all connections break off


def _each(
    server: str, address: str, stop: "multiprocessing.synchronize.Event", send: Callable[[httpx.Client], object]
) -> None:
    while not stop.is_set():
        transport = httpx.HTTPTransport(local_address=address)
        with suppress(httpx.HTTPError), httpx.Client(transport=transport, timeout=20, base_url=server) as client:
            while not stop.is_set():
                if getattr(send(client), "status_code", 200) in (429, 503):
                    time.sleep(0.05)  # what a machine in a loop can do in that time is enough


def _query_heavily(server: str, address: str, stop: "multiprocessing.synchronize.Event") -> None:
    _each(server, address, stop, lambda c: c.get("/sparql", params={"query": random.choice(HEAVY)()}))


def _query_oddly(server: str, address: str, stop: "multiprocessing.synchronize.Event") -> None:
    _each(server, address, stop, lambda c: c.post("/sparql", data={"query": random.choice(ODD)()}))


def _post_too_much(server: str, address: str, stop: "multiprocessing.synchronize.Event") -> None:
    bomb = gzip.compress(bytes(50_000_000))
    head = {"Content-Type": "application/sparql-query"}
    sent = [
        lambda c: c.post("/sparql", content=b"#" * 5_000_000, headers=head),
        lambda c: c.post("/sparql", content=bomb, headers={**head, "Content-Encoding": "gzip"}),
        lambda c: c.post("/sparql", content=(b"#" * 65_536 for _ in range(80)), headers=head),  # of no announced length
    ]
    _each(server, address, stop, lambda c: random.choice(sent)(c))


def _hold_connections(server: str, address: str, stop: "multiprocessing.synchronize.Event") -> None:
    """Hold some 170 connections: half-open ones, slow senders, slow readers of large answers, idle ones."""
    host, port = server.removeprefix("http://").split(":")
    everything = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o }", "format": "csv"})
    slow_body = f"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/sparql-query\r\n"
    beginnings = (
        [b"GET /sparql?query=ASK HTTP/1.1\r\nHost: x"] * 40
        + [f"{slow_body}Content-Length: 1000\r\n\r\nASK".encode()] * 30
        + [f"GET {everything} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()] * 30
        + [b""] * 70
    )
    held = []
    for beginning in beginnings:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.bind((address, 0))
        with suppress(OSError):
            connection.connect((host, int(port)))
            connection.sendall(beginning)
        held.append(connection)
    while not stop.wait(1):
        for connection in held[40:70]:
            with suppress(OSError):
                connection.send(b" ")
