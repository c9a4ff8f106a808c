"""A worker process: reads lives from its standard input, lives them, answers; ends when its driver is gone."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from typing import IO

from .crew import receive, send


def main() -> None:
    """Live what is asked for until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the driver
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    asked: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    from .living import live

    while True:
        said, days = live(asked.get())
        send(answers, said.encode())
        send(answers, days)


def _listen(pipe: IO[bytes], asked: queue.SimpleQueue[str]) -> None:
    """Pass on what is asked; when the driver is gone, end at once, also amid a life."""
    try:
        while True:
            asked.put(receive(pipe).decode())
    except (EOFError, OSError):
        os._exit(0)
