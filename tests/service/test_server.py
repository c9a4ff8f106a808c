"""The service as a process: it stops without dropping anybody, loads anew, and survives being killed."""

from __future__ import annotations

import random
import signal
import socket
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2 as httpx
import psycopg
import pytest
from typer.testing import CliRunner

from rewardsim.cli import app
from rewardsim.service.serving import Place
from service.bank import FIRST_DAY, Bank, events_of_day
from service.database import until
from service.running import Running
from service.shop import REWARD_MI, order

RATE = 'rate = { tokens = 1, per = "10.00" }'


def told(running: Running, event: str) -> list[dict[str, Any]]:
    return [line for line in running.lines if line["event"] == event]


def test_who_is_being_answered_is_answered_before_it_stops(database: str) -> None:
    running = Running(database)
    with running.client() as client, psycopg.connect(database) as other:
        assert client.post("/events", json=order("a")).json()["status"] == "applied"
        other.execute("LOCK TABLE book IN EXCLUSIVE MODE")  # as settlement would: the next event waits
        answers: list[Any] = []
        waiting = Thread(target=lambda: answers.append(client.post("/events", json=order("b"))))
        waiting.start()
        until(lambda: other.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (1,))
        running.send(signal.SIGTERM)

        def refused() -> bool:
            try:
                with running.client() as late:
                    return late.get("/health").status_code == 503
            except httpx.ConnectError:
                return True

        until(refused)
        other.rollback()
        waiting.join(20)
    assert answers[0].json()["status"] == "applied"
    assert running.end() == 0
    assert told(running, "stopped")


def test_bundle_and_keys_are_read_anew_on_a_signal(tmp_path: Path) -> None:
    bundle, keys = tmp_path / "programme.toml", tmp_path / "keys.toml"
    text = REWARD_MI.read_text()
    bundle.write_text(text)
    made = CliRunner().invoke(app, ["key", "boss", "--role", "admin", "--keys", str(keys)])
    running = Running(f"sqlite:{tmp_path}/store.db", "--keys", str(keys), bundle=bundle)
    with running.client(headers={"Authorization": f"Bearer {made.output.strip()}"}) as client:
        assert client.post("/events", json=order("a")).json()["applied"] == 1000
        bundle.write_text(text.replace(RATE, "rate = 7"))
        running.send(signal.SIGHUP)
        until(lambda: bool(told(running, "reload_refused")))
        assert client.post("/events", json=order("b")).json()["applied"] == 1000
        bundle.write_text(text.replace(RATE, RATE.replace("tokens = 1", "tokens = 2"), 1))
        other = CliRunner().invoke(app, ["key", "till", "--role", "score", "--keys", str(keys)])
        running.send(signal.SIGHUP)
        until(lambda: len(told(running, "bundle")) == 2)
        headers = {"Authorization": f"Bearer {other.output.strip()}"}
        assert client.post("/events", json=order("c"), headers=headers).json()["applied"] == 2000
    assert running.end() == 0


def test_a_server_killed_under_load_and_started_again_loses_nothing(database: str) -> None:
    bank = Bank(database)
    bank.sent = events_of_day(random.Random(5), FIRST_DAY, 10, 120)
    running = [Running(database)]
    port = running[0].port

    def send(part: list[dict[str, Any]]) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            for event in part:
                while True:
                    try:
                        if client.post("/events", json=event).status_code in (200, 409):
                            break
                    except httpx.TransportError:
                        time.sleep(0.05)

    copies = bank.sent * 2
    random.Random(6).shuffle(copies)
    threads = [Thread(target=send, args=(copies[k::4],)) for k in range(4)]
    for thread in threads:
        thread.start()
    place = Place(database, 1)
    until(lambda: place.store().run("SELECT count(*) FROM events")[0][0] > 30)
    assert running[0].end(signal.SIGKILL) == -signal.SIGKILL
    running.append(Running(database, port=port))
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert running[1].end() == 0
    bank.check(place.store())
    place.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--store", "mysql:x"], "bad_store"),
        (["--store", "sqlite:{tmp}/a.db", "--host", "0.0.0.0"], "no_keys"),
        (["--store", "sqlite:{tmp}/a.db", "--keys", "{tmp}/none.toml"], "keys_file"),
        (["--store", "sqlite:{tmp}/a.db", "--shadow", "{tmp}/b.toml"], "--shadow and --shadow-store"),
        (["--store", "sqlite:{tmp}/no/folder/a.db"], "unavailable"),
        (["--store", "postgresql://127.0.0.1:1/x"], "unavailable"),
    ],
)
def test_what_cannot_be_served_is_refused_at_once(tmp_path: Path, options: list[str], said: str) -> None:
    words = [word.format(tmp=tmp_path) for word in options]
    done = CliRunner().invoke(app, ["serve", str(REWARD_MI), *words])
    assert done.exit_code == 2
    assert said in done.output


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, ["serve", str(REWARD_MI), "--store", f"sqlite:{tmp_path}/a.db", "--port", port])
    assert done.exit_code == 2
    assert "address" in done.output


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("rewardsim.service")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = CliRunner().invoke(app, ["serve", str(REWARD_MI), "--store", f"sqlite:{tmp_path}/a.db"])
    assert done.exit_code == 2
    assert 'do: pip install "rewardsim[service]"' in done.output
