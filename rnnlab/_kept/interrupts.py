"""Ctrl-C that waits for the end of the iteration at hand."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Interrupt:
    """Whether Ctrl-C was pressed.

    Attributes:
        asked: True from then on.
    """

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: Any) -> None:
        """Take note of the first signal; raise at the second, for one that will not wait."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def delayed_interrupt() -> Iterator[Interrupt]:
    """Keep Ctrl-C from cutting what runs inside in the middle; it is raised at the end.

    Python raises `KeyboardInterrupt` between any two operations, with half of the weights copied
    for one. Another handler than Python's own, and other threads, which it never reaches, are left
    as they are.

    Yields:
        What tells whether the caller is to come to its end.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed, once and at the end, or twice.
    """
    interrupt = Interrupt()
    ours = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not ours:
        yield interrupt
        return
    signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if interrupt.asked:
        raise KeyboardInterrupt
