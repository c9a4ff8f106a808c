"""Connections to PostgreSQL: a bounded number, lent to one unit of work each, and replaced when they break."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from threading import BoundedSemaphore, Lock
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

SETTINGS = {
    "application_name": "rewardsim",
    "client_encoding": "utf8",
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "tcp_user_timeout": "20000",
    "options": "-c lock_timeout=30s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
    " -c default_transaction_isolation=read\\ committed",
}


class Busy(Exception):
    """No connection came free within the time."""


class Pool:
    """At most ``size`` connections to the database at ``url``; who wants one waits up to ``wait_s`` seconds."""

    def __init__(self, url: str, size: int = 8, wait_s: float = 10.0) -> None:
        self._url, self._wait_s, self.size = url, wait_s, size
        self._free: deque[psycopg.Connection[Any]] = deque()
        self._room = BoundedSemaphore(size)
        self._lock = Lock()
        self._closed = False

    def take(self) -> tuple[psycopg.Connection[Any], bool]:
        """Return a connection and whether it was used before, so that it may have broken since."""
        if not self._room.acquire(timeout=self._wait_s):
            raise Busy
        try:
            with self._lock:
                if self._closed:
                    raise psycopg.OperationalError("the store is closed")
                if self._free:
                    return self._free.pop(), True
            return self._connect(), False
        except BaseException:
            self._room.release()
            raise

    def renew(self, broken: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
        """Return a new connection for a broken one. What else lies idle is as old, and is closed."""
        self._shut(broken)
        with self._lock:
            idle, self._free = list(self._free), deque()
        for connection in idle:
            self._shut(connection)
        try:
            return self._connect()
        except BaseException:
            self._room.release()
            raise

    def give(self, connection: psycopg.Connection[Any]) -> None:
        """Take a connection back; what is left open in it is rolled back, and a broken one is closed."""
        try:
            if connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
                with suppress(psycopg.Error):
                    connection.execute("ROLLBACK")
            whole = connection.info.transaction_status == TransactionStatus.IDLE
            with self._lock:
                kept = whole and not self._closed
                if kept:
                    self._free.append(connection)
            if not kept:
                self._shut(connection)
        finally:
            self._room.release()

    def close(self) -> None:
        """Close what is idle, and the rest as it comes back."""
        with self._lock:
            self._closed = True
            idle, self._free = list(self._free), deque()
        for connection in idle:
            self._shut(connection)

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url, autocommit=True, **SETTINGS)  # type: ignore[arg-type]

    def _shut(self, connection: psycopg.Connection[Any]) -> None:
        with suppress(psycopg.Error):
            connection.close()
