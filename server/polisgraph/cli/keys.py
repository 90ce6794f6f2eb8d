"""Hears single keys from a terminal. Gives them no meaning."""

import os
import select
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ESCAPE = b"\x1b"


@contextmanager
def listening() -> Iterator[Callable[[], str]]:
    """Give a function that waits for a key and returns it; afterwards the terminal is as it was.

    The terminal stays in that state all the while, so that keys pressed ahead are not lost. Arrows and the like come
    as one escape. The function raises EOFError when the terminal is gone, and Ctrl-C interrupts it.
    """
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal, termios.TCSANOW)

    def key() -> str:
        sys.stdout.flush()
        read = os.read(terminal, 1)
        if not read:
            raise EOFError
        if read == _ESCAPE:
            while select.select([terminal], [], [], 0)[0] and os.read(terminal, 1):
                pass
        return read.decode("ascii", "replace")

    try:
        yield key
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
