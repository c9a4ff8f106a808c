"""The service as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2 as httpx

from service.shop import REWARD_MI, ROOT


class Running:
    """``rewardsim serve`` in another process; ``lines`` is what it logged."""

    def __init__(self, store: str, *more: str, bundle: Path = REWARD_MI, port: int = 0) -> None:
        said = ["serve", str(bundle), "--store", store, "--port", str(port), "--rate", "100000", "--burst", "100000"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rewardsim.cli", *said, *more],
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )
        self.lines: list[dict[str, Any]] = []
        self.port = self._until("listening")["port"]
        self._reader = Thread(target=self._read)
        self._reader.start()
        self.url = f"http://127.0.0.1:{self.port}"

    def _until(self, event: str) -> dict[str, Any]:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.lines.append(json.loads(line))
            if self.lines[-1]["event"] == event:
                return self.lines[-1]
        raise AssertionError(self.lines)

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.lines.append(json.loads(line))

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self._process.pid, number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it; return its exit status."""
        if self._process.poll() is None:
            self.send(number)
        status = self._process.wait(40)
        self._reader.join(10)
        assert self._process.stderr is not None
        self._process.stderr.close()
        return status

    def client(self, **options: Any) -> httpx.Client:
        """A client of it."""
        return httpx.Client(base_url=self.url, timeout=20, **options)
