"""The scorer: one event in, one reply out, through any store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from ..rules.records import Law
from .chain import digest_of
from .desk import Settled, carry_on, happen, pass_days
from .faults import Again, Fault, InvalidEvent, StoreRefused
from .names import Names
from .reply import OUTCOMES, Reply, day_text
from .rows import swift
from .shape import shape_of
from .store import SAME, UNSEEN, About, Store, Transaction
from .told import Told, read_event

NO_SECRETS: Mapping[str, bytes] = MappingProxyType({})
TRIES = 8  # of an event that other transactions stood in the way of
CARRIED = 500  # members carried on in one transaction
T = TypeVar("T")
UNREADABLE = Fault(
    "older_bundle", "", "a state that names terms which this bundle does not have", "a state it can read",
    "serve it with the bundle that wrote it, or a later one",
)  # fmt: skip


class Scorer:
    """A programme at work on a store.

    ``programme``, ``currency`` and ``timezone`` are what the store must be of. ``clock`` returns
    today's day in that zone; events more than ``future_days`` ahead of it are refused. ``secrets``
    are those of draws; a draw without one is held by a public key, as a replay holds it.
    """

    def __init__(
        self,
        law: Law,
        names: Names,
        store: Store,
        *,
        bundle_hash: str,
        programme: str = "",
        currency: str = "",
        timezone: str = "",
        version: str = "",
        secrets: Mapping[str, bytes] = NO_SECRETS,
        clock: Callable[[], int] | None = None,
        future_days: int = 1,
    ) -> None:
        self.law, self.names, self.store, self.bundle_hash = swift(law), names, store, bundle_hash
        self.secrets = secrets
        self._clock, self._future_days = clock, future_days
        store.open(law, names, About(programme, currency, timezone, bundle_hash, version, shape_of(law, names)))

    def apply(self, event: Any) -> Reply:
        """Let an event happen, once, however often it is sent. Raises InvalidEvent, StoreUnavailable."""
        return self.take(read_event(event, self.names))

    def take(self, told: Told) -> Reply:
        """Let an event happen that was read before."""
        if self._clock is not None and told.day > self._clock() + self._future_days:
            raise InvalidEvent([_from_the_future(told, self._clock(), self._future_days)])
        return self._in_turn(self._try, told)

    def _in_turn(self, task: Callable[..., T], *given: Any) -> T:
        """Do something in transactions; once more where others stood in the way."""
        left = TRIES
        while True:
            left -= 1
            try:
                return task(*given)
            except Again:
                if not left:
                    raise
            except IndexError as error:
                raise StoreRefused([UNREADABLE]) from error

    def _try(self, told: Told) -> Reply:
        with self.store.transaction() as work:
            if told.day <= work.book.head[0].day:
                return self._take(work, told)
        # A first event of a later day settles the days before it, with nobody else at the book.
        with self.store.transaction(alone=True) as work:
            return self._take(work, told)

    def _take(self, work: Transaction, told: Told) -> Reply:
        seen, found = work.claim(told)
        if seen != UNSEEN:
            return Reply.again(found) if seen == SAME else Reply(told.event_id, "conflict", self.bundle_hash)
        if told.day > work.book.head[0].day:
            pass_days(self.law, self.names, work, told.day, self.secrets)
        done = happen(self.law, work, told, found)
        reply = Reply(told.event_id, OUTCOMES[done.outcome], self.bundle_hash, done, self.names)
        work.answer(told, found, told.record.member, reply)
        return reply

    def settle(self, day: int) -> Settled:
        """Settle what the days before ``day`` left open and hold their draws; done twice, it is done once."""
        return self._in_turn(self._settle, day)

    def _settle(self, day: int) -> Settled:
        with self.store.transaction(alone=True) as work:
            if day <= work.book.head[0].day:
                return Settled(0, ())
            return pass_days(self.law, self.names, work, day, self.secrets)

    def advance_to(self, day: int) -> Settled:
        """Settle, then post what fell due for every member up to ``day``: where a replay until that day ends."""
        settled = self.settle(day)
        after = 0
        while numbers := self._in_turn(self.store.active, after, CARRIED):
            self._in_turn(self._carry_on, numbers, day)
            after = numbers[-1] + 1
        return settled

    def _carry_on(self, numbers: list[int], day: int) -> None:
        with self.store.transaction() as work:
            for m in numbers:
                carry_on(self.law, work, m, day)

    def digest(self) -> str:
        """Return the digest of ledger and journal; a replay of the same events has the same."""
        return self._in_turn(lambda: digest_of(self.store.chains()))


def _from_the_future(told: Told, today: int, days: int) -> Fault:
    allowed = f"{day_text(today)} or before, or up to {days} day(s) ahead"
    todo = "send it on its day, or correct the clock"
    return Fault("future", "/occurred_day", day_text(told.day), allowed, todo)
