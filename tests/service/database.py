"""A private PostgreSQL server: made, started, killed and started again by the tests themselves."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

SETTINGS = {"fsync": "off", "max_connections": "60", "shared_buffers": "32MB", "deadlock_timeout": "100ms"}


def binaries() -> Path | None:
    """Where the server's programs are, None where there are none."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = newest[-1] if newest else shutil.which("initdb")
    return Path(found).parent if found else None


class Server:
    """A server in a folder of its own, on a socket and a port of the loopback; as nobody where we are root."""

    def __init__(self, **settings: str) -> None:
        found = binaries()
        assert found is not None, "asked before"
        self._binaries = found
        # Paths of sockets are short, and the server's user must reach the folder.
        self.folder = Path(tempfile.mkdtemp(prefix="rs-pg-"))
        self._user = _other_user()
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self.port = _free_port()
        self._count = 0
        data = str(self.folder / "data")
        self._call("initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        said = {**SETTINGS, **settings, "port": str(self.port), "listen_addresses": "'127.0.0.1'"}
        said["unix_socket_directories"] = f"'{self.folder}'"
        with (self.folder / "data" / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in said.items())
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = str(self.folder / "log")
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-t", "60", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; ``immediate`` is a crash."""
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def close(self) -> None:
        """Stop for good and leave nothing behind."""
        pid_file = self.folder / "data" / "postmaster.pid"
        if pid_file.exists():
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)
            deadline = time.monotonic() + 20
            while pid_file.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> str:
        """Make an empty database; return its address."""
        self._count += 1
        name = f"db{self._count}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        return self.url(name)

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://tester@127.0.0.1:{self.port}/{name}"

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program == "initdb" else subprocess.DEVNULL,
            user=self._user,
            group=None if self._user is None else pwd.getpwnam(self._user).pw_gid,
            extra_groups=None if self._user is None else [],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            check=False,
            text=True,
        )
        assert done.returncode == 0, (program, done.stdout, _tail(self.folder / "log"))


def _tail(path: Path) -> str:
    return path.read_text()[-2000:] if path.exists() else ""


def _other_user() -> str | None:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
