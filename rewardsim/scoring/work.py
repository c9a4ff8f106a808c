"""One transaction over an SQL store: what an event needs is loaded when it is named, what changed is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..rules.records import NEVER, NONE, Law, Pool, Reward
from . import schema, state
from .chain import id_hash
from .faults import Again, Fault, StoreRefused
from .names import Names
from .reply import ENTRY_FIELDS, Reply, Row, entry_words, note_words
from .rows import open_book, open_head
from .store import OTHER, SAME, UNSEEN, Journal, Transaction
from .told import Told
from .wording import reply_text

OF_ITS_VERSION = "serve it with the bundle that wrote it, or one that migrates it"
FRESH = 1 << 62  # beyond every row in a store


class Lazy(dict[int, Any]):
    """Records by row; one that is not there is loaded."""

    __slots__ = ("load",)

    def __init__(self, load: Callable[[int], None]) -> None:
        super().__init__()
        self.load = load

    def __missing__(self, row: int) -> Any:
        self.load(row)
        return self[row]


class Binding:
    """What every transaction of a store shares: the programme, and the number of what serves it."""

    def __init__(self, law: Law, names: Names) -> None:
        self.law, self.names = law, names
        self.bundle = 0
        self.width = law.terms[0].counter_width
        self.tiers = len(law.levels) > 0
        self.referral = any(terms.referral_from != NEVER for terms in law.terms)


class Work(Transaction):
    """A transaction. ``run`` sends one statement and returns its rows; ``locks`` ends those that read to write."""

    def __init__(
        self, bound: Binding, run: Callable[..., list[Any]], alone: bool, locks: tuple[str, str, str] = ("", "", "")
    ) -> None:
        self._bound, self._run = bound, run
        shared, only, row = locks
        self._locked = row
        day, draws_done, version = run(schema.BOOK + (only if alone else shared))[0]
        if version != state.VERSION:
            found, allowed = f"state {version}: it was migrated", f"state {state.VERSION}"
            raise StoreRefused([Fault("store_version", "", found, allowed, OF_ITS_VERSION)])
        self._began = (day, draws_done)
        self._journals: dict[int, Journal] = {}
        self._before: dict[int, tuple[int, str, tuple[int, int], set[int]]] = {}
        self._orders: dict[int, str] = {}
        self._rewards: dict[int, str] = {}
        self._pools: dict[int, tuple[int, int]] = {}
        self._ids: dict[int, str] = {}
        self._fresh_reward = run(schema.FREE_REWARD)[0][0] if alone and bound.referral else FRESH
        self._told: int | None = None
        head = open_head(day, draws_done)
        head.reward_free = self._fresh_reward
        standings = Lazy(self._load_member) if bound.tiers else {}
        ties = Lazy(self._load_member) if bound.referral else {}
        self.book = open_book(
            head, Lazy(self._load_pool), Lazy(self._load_member), Lazy(self._load_order), standings, ties,
            Lazy(self._load_reward),
        )  # fmt: skip

    def claim(self, told: Told) -> tuple[str, Any]:
        """Take in an event's id, or find out what became of it before."""
        fingerprint = told.fingerprint
        found = self._run(
            schema.CLAIM, told.event_id, fingerprint, told.day, told.payload, self._bound.bundle
        )  # fmt: skip
        if found:
            self._told = found[0][0]
            return UNSEEN, found[0][0]
        ((before, reply),) = self._run(schema.SEEN, told.event_id)
        return (SAME, state.decode(reply)) if before == fingerprint else (OTHER, None)

    def member(self, member_id: str) -> int:
        """Return a member's number, his rows loaded and locked."""
        found = self._run(schema.MEMBER + "member_id = ?" + self._locked, member_id)
        if not found:
            self._run(schema.NEW_MEMBER, member_id)
            found = self._run(schema.MEMBER + "member_id = ?" + self._locked, member_id)
        return self._take_in(found[0])

    def other(self, member_id: str) -> int:
        """Return the number of a member who is only named."""
        found = self._run(schema.NUMBER, member_id)
        if not found:
            self._run(schema.NEW_MEMBER, member_id)
            found = self._run(schema.NUMBER, member_id)
        self._ids[found[0][0]] = member_id
        return int(found[0][0])

    def order(self, order_id: str, opens: bool) -> int:
        """Return an order's row, loaded and locked."""
        query = schema.ORDER + "order_id = ?" + self._locked
        found = self._run(query, order_id)
        if not found and opens:
            self._run(schema.NEW_ORDER, order_id)
            found = self._run(query, order_id)
        if not found:
            return NONE
        row, text = found[0]
        if row not in self.book.orders:
            self._keep_order_as_read(row, text)
        return int(row)

    def journal(self, member: int) -> Journal:
        """Return a member's journal."""
        _ = self.book.members[member]
        return self._journals[member]

    def id_hash(self, member: int) -> int:
        """Return the hash of a member's id."""
        if member in self._journals:
            return id_hash(self._journals[member].member_id)
        if member not in self._ids:
            self._ids[member] = self._run(schema.NAME, member)[0][0]
        return id_hash(self._ids[member])

    def entries(self, member: int, first: int, rows: list[Row]) -> None:
        """Keep entries of a member."""
        for k, row in enumerate(rows):
            said = entry_words(row, first + k, self._bound.names)
            self._run(schema.NEW_ENTRY, member, *said.values(), self._bound.bundle)
        event = self._told if rows[0][0] == self._told else None
        if event is None:
            self._run(schema.OUT, "entries", known(rows[0]), member, first, len(rows))

    def notes(self, member: int, first: int, rows: list[Row]) -> None:
        """Keep notes of a member."""
        for k, row in enumerate(rows):
            said = note_words(row, first + k, self._bound.names)
            self._run(schema.NEW_NOTE, member, *said.values(), self._bound.bundle)

    def answer(self, told: Told, number: int, member: int, reply: Reply) -> None:
        """Keep an event's reply, and say that it is there to be sent on."""
        self._run(schema.ANSWER, member, reply.status, reply_text(reply), number)
        done = reply.done
        if done is not None:
            self._run(schema.OUT, "reply", number, member, done.first_line, len(done.entries))

    def gather(self) -> None:
        """Bring the day's requests into the book; the store forgets them if the transaction is kept."""
        for (text,) in self._run(schema.REQUESTS):
            state.load_request(self.book, text)
        self._run(schema.DROP_REQUESTS)

    def settled(self, day: int) -> None:
        """Say that a day is settled."""
        self._run(schema.OUT, "settled", None, NONE, day, 0)

    def entrants(self, draw: int) -> None:
        """Bring everybody with a ticket in a draw into the book."""
        for (member,) in self._run(schema.ENTRANTS, draw):
            _ = self.book.members[member]

    def keep(self) -> None:
        """Write what changed."""
        head = self.book.head[0]
        if (head.day, head.draws_done) != self._began:
            self._run(schema.KEEP_BOOK, head.day, head.draws_done)
        for row in range(head.request_count):
            request = self.book.requests[row]
            text = state.request_text(self.book, row)
            self._run(schema.NEW_REQUEST, request.second, request.type, request.number, text)
        for m in list(self.book.members):
            self._keep_member(m)
        for row, before in self._orders.items():
            self._keep_order(row, before)
        for pool, before_used in self._pools.items():
            now = self.book.pools[pool]
            if (now.period, now.used) != before_used:
                self._run(schema.KEEP_POOL, pool, now.period, now.used)
        self._keep_rewards()

    def _keep_member(self, m: int) -> None:
        version, before, lines, draws = self._before[m]
        text = state.member_text(self.book, m, self._bound.width)
        journal = self._journals[m]
        if text == before and (journal.entries, journal.notes) == lines:
            return
        member = self.book.members[m]
        balances = (member.events, member.pending, member.available, member.held, member.debt)
        lengths = (journal.entries, journal.notes, *journal.chains)
        if not self._run(schema.KEEP_MEMBER, *balances, *lengths, text, m, version):
            found, todo = f"member {m} changed meanwhile", "send the same event again"
            raise Again([Fault("overtaken", "", found, "one writer a member", todo)])
        now = state.draws_of(self.book, m)
        for draw in now - draws:
            self._run(schema.ENTER, draw, m)
        for draw in draws - now:
            self._run(schema.WITHDRAW, draw, m)

    def _keep_order(self, row: int, before: str) -> None:
        text = state.order_text(self.book, row)
        if text != before:
            order = self.book.orders[row]
            self._run(schema.KEEP_ORDER, order.member, int(order.pending > 0), text, row)

    def _keep_rewards(self) -> None:
        rewards = self.book.rewards
        free = set()
        row = self.book.head[0].reward_free
        while row in rewards:
            free.add(row)
            row = rewards[row].next
        for row in list(rewards):
            if row in free:
                self._run(schema.DROP_REWARD, row)
                continue
            text = state.reward_text(rewards[row])
            if text != self._rewards.get(row):
                self._run(schema.KEEP_REWARD, row, rewards[row].member, text)

    def _take_in(self, found: Any) -> int:
        """Put a member, as the store has him, into the book."""
        m, member_id, version, entries, notes, a, b, c, d, text = found
        if m not in self._journals:
            self._journals[m] = Journal(member_id, entries, notes, [a, b, c, d])
            bound = self._bound
            state.load_member(self.book, m, text, bound.width, bound.tiers, bound.referral)
            self._before[m] = (version, text, (entries, notes), state.draws_of(self.book, m))
            if self.book.members[m].order_count > 1:
                self._load_waiting(m)
        return int(m)

    def _load_member(self, m: int) -> None:
        self._take_in(self._run(schema.MEMBER + "member = ?" + self._locked, m)[0])

    def _load_waiting(self, m: int) -> None:
        """Load all of a member's orders with pending tokens at once."""
        for row, text in self._run(schema.ORDER + "member = ? AND waiting = 1" + self._locked, m):
            if row not in self.book.orders:
                self._keep_order_as_read(row, text)

    def _load_order(self, row: int) -> None:
        self._keep_order_as_read(*self._run(schema.ORDER + "number = ?" + self._locked, row)[0])

    def _keep_order_as_read(self, row: int, text: str) -> None:
        self._orders[row] = text
        state.load_order(self.book, row, text)

    def _load_reward(self, row: int) -> None:
        if row >= self._fresh_reward:
            self.book.rewards[row] = Reward(next=row + 1)
            return
        text = self._run(schema.REWARD, row)[0][0]
        self._rewards[row] = text
        self.book.rewards[row] = state.reward_of(text)

    def _load_pool(self, pool: int) -> None:
        found = self._run(schema.POOL, pool)
        self.book.pools[pool] = Pool(*found[0]) if found else Pool()
        self._pools[pool] = (self.book.pools[pool].period, self.book.pools[pool].used)


def known(row: Row) -> int | None:
    """Return the event that caused an entry, None where time did."""
    event = row[ENTRY_FIELDS.index("event")]
    return None if event == NONE else event
