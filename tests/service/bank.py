"""Many writers on few members: events that contend, sent several times, by processes that are killed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from rewardsim.scoring import MemoryStore
from rewardsim.scoring.reply import day_text
from rewardsim.service.audit import contradictions
from rewardsim.service.serving import open_bundle
from service.shop import REWARD_MI, ROOT, event

WRITER = Path(__file__).with_name("writer.py")
FIRST_DAY = 17_401  # 2017-08-23: earning, referral and exchange are on


def events_of_day(dice: random.Random, day: int, members: int, count: int) -> list[dict[str, Any]]:
    """Events of a day on hot members: purchases, deliveries, returns, spending, adjustments, invitations."""
    found = []
    for k in range(count):
        member, text = f"M{dice.randrange(members):02}", day_text(day)
        known = f"order {day - dice.randrange(2)}-{dice.randrange(max(1, count // 3))}"
        amount = dice.randrange(1_000, 900_000)
        said: dict[str, Any] = {"second": dice.randrange(86_400)}
        kind = dice.choice(["order", "order", "order", "deliver", "deliver", "return", "redeem", "cancel", "adjust"])
        if dice.random() < 0.08:
            kind = dice.choice(["invite", "share", "exchange", "enrol"])
        if kind in ("order", "return", "redeem", "deliver", "cancel"):
            said["order_id"] = known
        if kind == "order":
            said |= {"amount_minor": amount, "channel": "mi.com"}
        if kind in ("return", "redeem"):
            said["amount_minor"] = amount
        if kind in ("redeem", "adjust"):
            said["tokens"] = dice.randrange(1, 400)
        if kind == "invite":
            said["counterpart_id"] = f"M{dice.randrange(members):02}"
        if kind == "exchange":
            said["item"] = "none of them"
        found.append({**event(kind, f"{day}-{k}", member, text), **said})
    return found


class Writer:
    """A client process; when killed it is started again and sends its whole batch again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.kills = 0
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(WRITER), self._url, str(REWARD_MI)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        self._ready = self._process.stdout.readline()

    def do(self, task: dict[str, Any]) -> None:
        """Have a task done, however often the process dies of it."""
        line = json.dumps(task) + "\n"
        while True:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
                if self._process.stdout.readline() == "done\n":
                    return
            except BrokenPipeError:
                pass
            assert self._process.wait() == -signal.SIGKILL, "a writer failed by itself"
            self._drop()
            self._start()

    def kill(self) -> None:
        """Kill it, wherever it is."""
        self.kills += 1
        self._process.kill()

    def close(self) -> None:
        """End it."""
        self._drop()
        self._process.wait(30)

    def _drop(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()


@dataclass
class Bank:
    """A run: so many writers, members, days and events a day, each event sent ``copies`` times."""

    url: str
    writers: int = 8
    members: int = 20
    days: int = 2
    count: int = 60
    copies: int = 4
    kills: int = 4
    pause_s: float = 0.04  # at most, from one kill to the next; the first is to fall into the work of a short day
    seed: int = 1
    sent: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> None:
        """Send everything, day by day; settlement of the days before runs meanwhile."""
        dice = random.Random(self.seed)
        clients = [Writer(self.url) for _ in range(self.writers + 1)]
        try:
            for day in range(FIRST_DAY, FIRST_DAY + self.days):
                fresh = events_of_day(dice, day, self.members, self.count)
                late = dice.sample(self.sent, min(10, len(self.sent)))
                self.sent += fresh
                copies = fresh * self.copies + late
                dice.shuffle(copies)
                tasks = [{"events": copies[k :: self.writers]} for k in range(self.writers)]
                self._day(dice, clients, [*tasks, {"settle": day}])
        finally:
            for client in clients:
                client.close()
        assert sum(client.kills for client in clients) > 0 or self.kills == 0

    def _day(self, dice: random.Random, clients: list[Writer], tasks: list[dict[str, Any]]) -> None:
        threads = [Thread(target=client.do, args=(task,)) for client, task in zip(clients, tasks, strict=True)]
        for thread in threads:
            thread.start()
        for _ in range(self.kills):
            time.sleep(dice.uniform(0.002, self.pause_s))
            alive = [client for client, thread in zip(clients[:-1], threads, strict=False) if thread.is_alive()]
            if alive:
                dice.choice(alive).kill()
        for thread in threads:
            thread.join(240)
            assert not thread.is_alive(), "a writer hangs"

    def check(self, store: Any) -> None:
        """The store's books are right, hold every event once, and are those of a replay in their order."""
        assert contradictions(store) == []
        kept = list(store.events())
        assert sorted(event["event_id"] for event, _ in kept) == sorted(event["event_id"] for event in self.sent)
        offline = open_bundle(REWARD_MI).bind(MemoryStore())
        replayed = [(offline.apply(event).status, event["event_id"]) for event, _ in kept]
        assert replayed == [(outcome, event["event_id"]) for event, outcome in kept]
        assert offline.digest() == chains_of(store)


def chains_of(store: Any) -> str:
    """The digest of a store."""
    from rewardsim.scoring.chain import digest_of

    return digest_of(store.chains())
