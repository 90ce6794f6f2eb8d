"""The server stops when it is told to: not in the middle of an answer, not later than agreed, and leaving nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import PATIENCE, Program, alive, at_work, children, free_port, until
from tests.running.conftest import HOURS, Server


def begin(server: Server, got: list[Any], seconds: str) -> threading.Thread:
    """Ask for what takes `seconds`, and return when a worker is at it."""

    def ask() -> None:
        try:
            got.append(server.ask(HOURS, timeout=seconds))
        except httpx.TransportError as error:
            got.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    at_work(server.program)
    return thread


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_running_request_is_answered_and_then_all_processes_end(serving: Callable[..., Any], number: int) -> None:
    with serving() as server:
        got: list[Any] = []
        thread = begin(server, got, "4")
        if number == signal.SIGINT:  # as a terminal sends it: to all of them
            os.killpg(server.process.pid, number)
        else:
            os.kill(server.process.pid, number)
        until(lambda: refuses(server))
        assert thread.is_alive(), "the request was to be at work when the server stopped listening"
        assert server.process.wait(PATIENCE) == 0
        thread.join()
        assert got[0].status_code == 504, "the answer that a query gets at its limit"
        until(lambda: not server.program.processes())


_FAILING = """
import runpy
from polisgraph.web import wsgi

def fail(*arguments):
    raise OSError(22, "Invalid argument")

wsgi._Server._serve_loop = fail
runpy.run_module("polisgraph", run_name="__main__", alter_sys=True)
"""
"""A server whose first process fails when it has started the others."""


def test_a_first_process_that_fails_takes_the_others_along(new_home: Path, tmp_path: Path) -> None:
    words = ["serve", "--no-build", "--home", str(new_home), "--port", str(free_port())]
    program = Program([sys.executable, "-c", _FAILING, *words], tmp_path / "log")
    try:
        assert program.process.wait(PATIENCE) == 70
        assert "Invalid argument" in program.text()
        until(lambda: not program.processes())
    finally:
        program.stop()


def test_who_takes_too_long_is_not_waited_for(serving: Callable[..., Any]) -> None:
    with serving("--stop-limit", "1", "--time-limit", "60") as server:
        got: list[Any] = []
        thread = begin(server, got, "60")
        began = time.monotonic()
        server.process.terminate()
        server.process.wait(PATIENCE)
        thread.join()
        assert isinstance(got[0], httpx.TransportError) and time.monotonic() - began < 50
        until(lambda: not server.program.processes())


def test_a_second_signal_ends_it_at_once(serving: Callable[..., Any]) -> None:
    with serving("--time-limit", "60", "--stop-limit", "60") as server:
        got: list[Any] = []
        thread = begin(server, got, "60")
        began = time.monotonic()
        server.process.terminate()
        until(lambda: refuses(server))
        server.process.terminate()
        assert server.process.wait(PATIENCE) == 1
        thread.join()
        assert isinstance(got[0], httpx.TransportError) and time.monotonic() - began < 50
        until(lambda: not server.program.processes())


def test_when_the_first_process_is_killed_the_others_end_too(serving: Callable[..., Any]) -> None:
    with serving() as server:
        server.process.kill()
        server.process.wait(PATIENCE)
        until(lambda: not server.program.processes())


ORPHAN = """
import os, signal, time
from polisgraph.web.wsgi import _end_with
if os.fork():
    os.wait()
else:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _end_with(os.getppid(), 0.1)
    print("begun", flush=True)
    time.sleep(600)
"""


def test_it_ends_with_its_parent_even_if_the_signal_is_lost() -> None:
    first = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE)
    assert first.stdout is not None and first.stdout.readline() == b"begun\n"
    first.kill()
    # The pipe is closed when the last process is gone that has it.
    assert first.communicate(timeout=PATIENCE)[0] == b""


def test_a_serving_process_that_is_killed_is_replaced(serving: Callable[..., Any]) -> None:
    with serving() as server:
        [serving_process] = children(server.process.pid, deep=False)
        others = children(serving_process)
        os.kill(serving_process, signal.SIGKILL)
        until(lambda: not alive(others))
        until(lambda: not refuses(server) and server.says() == "one")


def refuses(server: Server) -> bool:
    try:
        server.get("/health/live")
    except httpx.TransportError:
        return True
    return False
