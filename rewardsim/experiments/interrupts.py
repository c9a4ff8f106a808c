"""An interrupt that cannot be lost.

Python raises KeyboardInterrupt wherever it happens to stand. If that is a callback of the garbage
collector, which a simulation keeps busy, the exception is printed and forgotten, and the program
runs on. So the interrupt is also remembered, and raised at the next check.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Check = Callable[[], None]


@contextmanager
def remembered() -> Iterator[Check]:
    """Give a check that raises KeyboardInterrupt if there was an interrupt since the block began.

    In another thread than the main one, or where interrupts are ignored, it never raises.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: None
        return
    seen: list[int] = []

    def remember(number: int, frame: Any) -> None:
        seen.append(number)
        before(number, frame)

    def check() -> None:
        if seen:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, remember)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
