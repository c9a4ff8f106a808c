"""Structured logs: one JSON object a line on stderr, without anything that names a person."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
import traceback
from hashlib import blake2b
from typing import Any, TextIO

SALT = secrets.token_bytes(16)  # of this process: what a log calls a member tells nothing to another log


def alias(member_id: Any) -> str | None:
    """Return what logs call a member, None for what is no id."""
    if type(member_id) is not str:
        return None
    return blake2b(member_id.encode("utf-8", "surrogatepass"), key=SALT, digest_size=8).hexdigest()


class Log:
    """Writes lines."""

    def __init__(self, sink: TextIO | None = None) -> None:
        self._sink = sink or sys.stderr

    def say(self, event: str, **fields: Any) -> None:
        """Write one line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{time.time_ns() // 1_000_000 % 1000:03}Z"
        line = {"time": stamp, "event": event, **{name: value for name, value in fields.items() if value is not None}}
        print(json.dumps(line, ensure_ascii=True, default=str), file=self._sink, flush=True)

    def failure(self, event: str, error: BaseException, **fields: Any) -> None:
        """Write where something failed, not what it was working on."""
        where = [
            f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        self.say(event, error=type(error).__name__, where=where[-6:], **fields)


class Lines(logging.Handler):
    """Brings what libraries log into the same form; of their errors, the kind and the place only."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        text = record.msg if isinstance(record.msg, str) else ""
        self._log.say("library", logger=record.name, level=record.levelname.lower(), text=text[:200], error=kind)
