"""Once is once: repeats, contradictions, restarts between events, settlement twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rewardsim.rules import codes
from rewardsim.scoring import MemoryStore, SqliteStore
from rewardsim.scoring.account import account_of
from rewardsim.scoring.faults import Again, Fault
from rewardsim.scoring.reply import day_text
from rewardsim.scoring.scorer import TRIES
from rewardsim.scoring.store import Store
from rewardsim.scoring.wording import reply_text
from scoring.made import Made, make
from scoring.test_parity import kept

KINDS = ("memory", "file")
SEEN = ("duplicate", "conflict")
LOOKED_AT = 70  # events; later no ticket is left


def store_of(kind: str, folder: Path) -> Store:
    """An empty store."""
    return MemoryStore() if kind == "memory" else SqliteStore(folder / "store.db")


@pytest.fixture(scope="module")
def made() -> Made:
    return make(9_001, 150, 12, 0.05, social=True)


@pytest.fixture(scope="module")
def clean(made: Made) -> str:
    scorer = made.scorer(MemoryStore())
    for event in made.events:
        scorer.apply(event)
    scorer.advance_to(made.until)
    return scorer.digest()


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_four_times(kind: str, made: Made, clean: str, tmp_path: Path) -> None:
    scorer = made.scorer(store_of(kind, tmp_path))
    for event in made.events:
        first = scorer.apply(event)
        for _ in range(3):
            again = scorer.apply({**event, "recorded": 7, "source": "elsewhere"})
            assert again.status == ("conflict" if first.status == "conflict" else "duplicate")
            if first.status not in ("duplicate", "conflict"):
                assert again.to_dict() == {**first.to_dict(), "status": "duplicate", "first": first.status}
    scorer.advance_to(made.until)
    assert scorer.digest() == clean


@pytest.mark.parametrize("kind", KINDS)
def test_every_event_from_four_threads(kind: str, made: Made, clean: str, tmp_path: Path) -> None:
    scorer = made.scorer(store_of(kind, tmp_path))
    told: list[list[str]] = [[] for _ in range(4)]

    def send(answers: list[str]) -> None:
        answers += [scorer.apply(event).status for event in made.events]

    threads = [threading.Thread(target=send, args=(answers,)) for answers in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first = [status for statuses in zip(*told, strict=True) for status in statuses if status not in SEEN]
    assert len(first) == len({event["event_id"] for event in made.events})
    scorer.advance_to(made.until)
    assert scorer.digest() == clean


@pytest.mark.parametrize("kind", KINDS)
def test_another_event_under_the_same_id_changes_nothing(kind: str, made: Made, clean: str, tmp_path: Path) -> None:
    scorer = made.scorer(store_of(kind, tmp_path))
    for event in made.events:
        scorer.apply(event)
        other = scorer.apply({**event, "occurred_day": "2150-01-01", "birthday": None, "tokens": 77})
        assert other.status == "conflict"
        assert set(other.to_dict()) == {"event_id", "status", "first", "bundle"}
    scorer.advance_to(made.until)
    assert scorer.digest() == clean


def test_a_new_process_for_every_event_changes_nothing(made: Made, clean: str, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for event in made.events:
        store = SqliteStore(path)
        made.scorer(store).apply(event)
        store.close()
    store = SqliteStore(path)
    scorer = made.scorer(store)
    scorer.advance_to(made.until)
    assert scorer.digest() == clean
    assert len(store.run("SELECT * FROM bundles")) == 1
    store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_settled_twice_is_settled_once(kind: str, made: Made, clean: str, tmp_path: Path) -> None:
    """After each day's last event the day is settled by command, twice; the next event finds nothing left to settle."""
    plain = made.scorer(MemoryStore())
    scorer = made.scorer(store_of(kind, tmp_path))
    settled = 0
    for place, event in enumerate(made.events):
        assert scorer.apply(event).to_dict()["status"] == plain.apply(event).to_dict()["status"]
        day = scorer.store.day()
        if all(day_text(day) < later["occurred_day"] for later in made.events[place + 1 :]):
            settled += scorer.settle(day + 1).requests
            assert scorer.settle(day + 1) == (0, ())
    assert settled > 0
    for _ in range(2):
        scorer.advance_to(made.until)
        assert scorer.digest() == clean


@pytest.mark.parametrize("kind", KINDS)
def test_members_carried_on_twice_are_carried_on_once(kind: str, made: Made, tmp_path: Path) -> None:
    scorer = made.scorer(store_of(kind, tmp_path))
    for event in made.events:
        scorer.apply(event)
    scorer.advance_to(made.until + 400)
    digest, ledger = scorer.digest(), kept(scorer)
    scorer.advance_to(made.until + 400)
    assert (scorer.digest(), kept(scorer)) == (digest, ledger)


def test_replies_of_both_stores_are_the_same(made: Made, tmp_path: Path) -> None:
    """Numbers of events and orders begin where each store begins; all else is equal, balances are sums of entries."""
    memory, file = made.scorer(MemoryStore()), made.scorer(SqliteStore(tmp_path / "store.db"))
    numbers = ("number", "event", "order", "counterpart")
    for event in made.events:
        one, other = memory.apply(event).to_dict(), file.apply(event).to_dict()
        for said in (one, other):
            said.pop("number", None)
            for line in [*said.get("entries", ()), *said.get("notes", ())]:
                for name in numbers if "kind" not in line else numbers[1:]:
                    line.pop(name, None)
        assert one == other


def test_what_goes_out_names_every_line_once(made: Made, tmp_path: Path) -> None:
    """The outbox speaks of every entry exactly once, in replies or by itself."""
    store = SqliteStore(tmp_path / "store.db")
    scorer = made.scorer(store)
    for event in made.events:
        scorer.apply(event)
    scorer.advance_to(made.until)
    told = {
        (member, line)
        for kind, member, first, count in store.run("SELECT kind, member, first_line, lines FROM outbox")
        for line in range(first, first + count)
        if kind != "settled"
    }
    lines = store.run("SELECT member, line FROM entries")
    assert told == set(lines)
    replies = store.run("SELECT count(*) FROM outbox WHERE kind = 'reply'")[0][0]
    assert replies == len(store.run("SELECT * FROM events"))
    assert set(codes.OUTCOMES) >= {outcome for (outcome,) in store.run("SELECT DISTINCT outcome FROM events")}


def test_a_reply_is_written_as_it_reads(made: Made) -> None:
    scorer = made.scorer(MemoryStore())
    for event in made.events:
        reply = scorer.apply(event)
        assert json.loads(reply_text(reply)) == reply.to_dict()
        assert list(json.loads(reply_text(reply))) == list(reply.to_dict()) or reply.done is None


def test_accounts_read_the_same_in_both_stores(tmp_path: Path) -> None:
    """Lots add up to what is available, waiting orders to what is pending; looking changes nothing."""
    seen: set[str] = set()
    for seed in range(9_200, 9_210):
        seen |= accounts_of(make(seed, 120, 8, social=seed % 2 == 1), tmp_path / f"{seed}.db")
    assert seen == {"lots", "waiting", "coupons", "tickets"}


def accounts_of(made: Made, path: Path) -> set[str]:
    """What the accounts of a history show, which is the same in both stores."""
    memory, file = made.scorer(MemoryStore()), made.scorer(SqliteStore(path))
    for event in made.events[:LOOKED_AT]:
        memory.apply(event)
        file.apply(event)
    digest, seen = file.digest(), set()
    for member_id in sorted({event["member_id"] for event in made.events}):
        one, other = account_of(memory, member_id), account_of(file, member_id)
        for said in (one, other):
            assert sum(lot["tokens"] for lot in said["lots"]) == said["balances"]["available"]
            assert sum(order.pop("pending") for order in said["waiting"]) == said["balances"]["pending"]
            for order in said["waiting"]:
                del order["order"]
        assert one == other
        seen |= {name for name in ("lots", "waiting", "coupons", "tickets") if one[name]}
    assert file.digest() == memory.digest() == digest
    return seen


class Stumbling(SqliteStore):
    """A store in which others stand in the way of every n-th unit of work at its end, and of every other look."""

    def __init__(self, path: Path, every: int) -> None:
        super().__init__(path)
        self.every, self.units, self.looks = every, 0, 0

    @contextmanager
    def unit(self, alone: bool) -> Iterator[None]:
        with super().unit(alone):
            yield
            self.units += 1
            self._stumble(self.units % self.every == 0)

    def active(self, after: int, count: int) -> list[int]:
        self.looks += 1
        self._stumble(self.looks % 2 == 1)
        return super().active(after, count)

    def _stumble(self, now: bool) -> None:
        if now:
            raise Again([Fault("overtaken", "", "another transaction", "one at a time", "send it again")])


def test_what_others_stood_in_the_way_of_is_done_again(made: Made, clean: str, tmp_path: Path) -> None:
    store = Stumbling(tmp_path / "store.db", 3)
    scorer = made.scorer(store)
    for event in made.events:
        scorer.apply(event)
    before = (store.units, store.looks)
    scorer.advance_to(made.until)
    assert store.units > before[0] + 2
    assert store.looks > before[1] + 1
    assert scorer.digest() == clean


def test_what_always_stands_in_the_way_is_given_up(made: Made, tmp_path: Path) -> None:
    store = Stumbling(tmp_path / "store.db", 1_000_000)
    scorer = made.scorer(store)
    for event in made.events[:200]:
        scorer.apply(event)
    before = scorer.digest()
    store.every, tried = 1, store.units
    with pytest.raises(Again):
        scorer.advance_to(made.until)
    assert store.units == tried + TRIES
    assert scorer.digest() == before
