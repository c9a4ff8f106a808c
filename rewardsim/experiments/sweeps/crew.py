"""Worker processes of this machine: fresh interpreters, fed through pipes with texts, one life at a time.

Each has a pipe of its own, so that the death of one is known at once, blamed on the life it was
living, and felt by no other. None is forked, nothing is pickled, and a script that sweeps needs no
guard around its first line. A worker whose driver is gone notices that its pipe has ended, and ends.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import IO, Any

LENGTH = struct.Struct(">Q")
ONE_THREAD = dict.fromkeys(
    (
        "NUMBA_NUM_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
"""Environment of a worker: it is the workers that are many, not their threads."""
# The driver's own search path, so that both find the same sources.
BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from rewardsim.experiments.sweeps.crew_member import main; main()"


class WorkerDied(RuntimeError):
    """A worker process ended before it answered."""


class Crew(Executor):
    """So many worker processes; each is started when there is work for it, and anew after it died."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="crew")  # each waits for one worker
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._closed = False

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        """Have a worker live a life: what is called is always ``living.live``, with one text."""
        from .living import live

        if function is not live or named:
            raise ValueError("a crew does nothing but live")
        return self._threads.submit(self._ask, *args)

    def _ask(self, text: str) -> tuple[str, bytes]:
        """Have an idle worker live a life; raise WorkerDied where it cannot."""
        worker = self._one()
        try:
            answer = worker.ask(text)
        except (OSError, EOFError) as error:
            self._lose(worker)
            raise WorkerDied(f"the worker process ended with {worker.ended()}") from error
        with self._lock:
            self._idle.append(worker)
        return answer

    def _one(self) -> Worker:
        with self._lock:
            if self._closed:
                raise WorkerDied("the workers were sent home")
            while self._idle:
                worker = self._idle.pop()
                if worker.process.poll() is None:
                    return worker
                self._all.discard(worker)  # died while it had nothing to do
                worker.end()
            worker = Worker()
            self._all.add(worker)
            return worker

    def _lose(self, worker: Worker) -> None:
        worker.end()
        with self._lock:
            self._all.discard(worker)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all workers at once; a life under way comes to nothing."""
        with self._lock:
            self._closed = True
            workers = list(self._all)
        for worker in workers:
            worker.end()
        self._threads.shutdown(wait=wait, cancel_futures=True)


class Worker:
    """One worker process, and the pipes to and from it."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-c", BEGIN, *(path or os.getcwd() for path in sys.path)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, env={**os.environ, **ONE_THREAD}, **pipes)

    def ask(self, text: str) -> tuple[str, bytes]:
        """Send a life, and wait for its outcome and its days; raise OSError or EOFError where none comes."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        send(self.process.stdin, text.encode())
        return receive(self.process.stdout).decode(), receive(self.process.stdout)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError, ValueError):
                pipe.close()  # type: ignore[union-attr]

    def ended(self) -> str:
        """Return how the process ended."""
        code = self.process.returncode
        return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def send(pipe: IO[bytes], content: bytes) -> None:
    """Write some bytes, their number first."""
    pipe.write(LENGTH.pack(len(content)) + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes:
    """Read what was sent; raise EOFError where the other side is gone."""
    (length,) = LENGTH.unpack(_exactly(pipe, LENGTH.size))
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return content
