"""The auditor: reads the entries, not the book, and says whether the book is right.

It knows accounts and transfers, and nothing of the programme's rules. From the entries alone it
rebuilds every balance and the flow of every day, keeps a fingerprint of each member's lots, and
chains each member's entries into the digest of the run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit

from rewardsim.population.streams import encoded
from rewardsim.rules import codes
from rewardsim.rules.records import Book, Lot, Member, Order

from .batches import as_array
from .cache import keyed_cache

ACCOUNTS = len(codes.ACCOUNTS)
EXCHANGED = ACCOUNTS * ACCOUNTS  # flow to REDEEMED through exchange items, also counted as such
VOIDED = EXCHANGED + 1  # flow to CLAWED of awards refused at delivery, also counted as such
FLOWS = VOIDED + 1
KINDS = 3  # of a member's flows, told apart: exchanged, voided, given back
RANGE = 4096  # members per range of the digest
JOURNAL = b"journal"  # stands before a member's chain of notes
MASK = (1 << 63) - 1
DAYS = 1 << 24  # more than any day, before or after 1970
FACTOR_A = 0x2545F4914F6CDD1D
FACTOR_B = 0x5851F42D4C957F2D
APART = 0x1E3779B97F4A7C15  # numbers that share a word stand so far apart that neighbours never make up for each other
AVAILABLE, REDEEMED, CLAWED, ISSUE = codes.AVAILABLE, codes.REDEEMED, codes.CLAWED, codes.ISSUE
RULE_ITEM_BASE = codes.RULE_ITEM_BASE
VOID_ORDERS_LIMIT, VOID_BEFORE_COUNT = codes.VOID_ORDERS_LIMIT, codes.VOID_BEFORE_COUNT


class LedgerError(AssertionError):
    """The book and its entries disagree: a fault of this package, never of the data."""


class Auditor:
    """Follows a run entry by entry.

    ``issued`` says of each day how many tokens each of the ``rules`` (codes, in that order) issued.
    """

    def __init__(self, members: int, first_day: int, last_day: int, rules: Sequence[int] = ()) -> None:
        self.first_day = first_day
        self.issued = np.zeros((last_day - first_day + 1, len(rules)), dtype=np.int64)
        self._places = np.zeros(max(rules, default=-1) + 1, dtype=np.int64)
        self._places[list(rules)] = np.arange(len(rules))
        self.entries = 0
        self.balances = np.zeros((members, ACCOUNTS), dtype=np.int64)
        self.chains = np.zeros((members, 2), dtype=np.int64)
        self.lots = np.zeros(members, dtype=np.int64)
        self.kinds = np.zeros((members, KINDS), dtype=np.int64)
        self.flows = np.zeros((last_day - first_day + 1, FLOWS), dtype=np.int64)

    def read(self, entries: Any) -> None:
        """Take in a structured array of entries, in the order in which they were written."""
        self.entries += len(entries)
        wrong = _fold(entries, self.balances, self.chains, self.lots, self.kinds, self.flows, self.first_day)
        if len(self._places):
            _fold_issued(entries, self._places, self.issued, self.first_day)
        if wrong >= 0:
            raise LedgerError(f"entry {wrong} of the batch is no transfer of tokens: {entries[wrong]}")

    def check(self, book: Book) -> None:
        """Compare the book with what the entries say; raise LedgerError where they differ.

        Every event's entries balance because each is a transfer. Balances: the sum of entries,
        the sum of open lots, the sum of orders' pending tokens.
        """
        members, lots, orders = (
            table if not isinstance(table, list) else as_array(table, record)
            for table, record in ((book.members, Member), (book.lots, Lot), (book.orders, Order))
        )
        self._check_days()
        wrong = _compare(members, lots, orders, self.balances, self.lots)
        if wrong >= 0:
            raise LedgerError(f"member {wrong}: {members[wrong]} against {self.balances[wrong]}")

    def _check_days(self) -> None:
        """Compare the days' flows with the members' balances, account by account."""
        for account in range(ACCOUNTS):
            into = sum(int(self.flows[:, source * ACCOUNTS + account].sum()) for source in range(ACCOUNTS))
            out = sum(int(self.flows[:, account * ACCOUNTS + target].sum()) for target in range(ACCOUNTS))
            if into - out != int(self.balances[:, account].sum()):
                raise LedgerError(f"account {account}: days and members do not add up to the same")

    def digest(self, ids: Sequence[str], journal: Any = None, rows: Any = None) -> str:
        """Return the digest of ledger and journal: members by id, SHA-256 a fixed range, then of the list.

        ``journal`` holds the members' chains of notes; a member without notes adds nothing for it.
        ``rows`` are the members' numbers in order of their ids (an array), where the numbers are in another.
        """
        whole = hashlib.sha256()
        order = np.arange(len(ids)) if rows is None else rows
        for first in range(0, len(order), RANGE):
            whole.update(self.range_digest(ids, journal, order[first : first + RANGE]))
        return whole.hexdigest()

    def range_digest(self, ids: Sequence[str], journal: Any, rows: Any) -> bytes:
        """Return the digest of a range of members."""
        return hashlib.sha256(self.said(ids, journal, rows)).digest()

    def said(self, ids: Sequence[str], journal: Any, rows: Any) -> bytes:
        """Return what the digest is made of for some members: names and chains."""
        if not len(rows):
            return b""
        names, lengths = encoded(ids, rows)
        chains = self.chains[rows]
        notes = np.zeros_like(chains) if journal is None else journal[rows]
        noted = notes.any(axis=1)[:, None]
        heard = noted | chains.any(axis=1)[:, None]
        named = heard & (np.arange(names.shape[1]) < lengths[:, None])
        word = np.broadcast_to(np.frombuffer(JOURNAL, dtype=np.uint8), (len(rows), len(JOURNAL)))
        parts = [(_bytes(lengths), heard), (names, named), (_bytes(chains), heard), (word, noted)]
        parts.append((_bytes(notes), noted))
        whole = np.hstack([part for part, _ in parts])
        return bytes(whole[np.hstack([np.broadcast_to(kept, part.shape) for part, kept in parts])])


def _bytes(numbers: Any) -> Any:
    """Return each row's numbers as eight bytes each, lowest first."""
    return np.ascontiguousarray(numbers, dtype="<i8").view(np.uint8).reshape(len(numbers), -1)


def link(chain: int, word: int, other: int, factor: int) -> int:
    """Link two words to a chain of 63 bits; the same in every language with 64-bit integers."""
    chain = ((chain ^ word) * factor + other) & MASK
    return chain ^ (chain >> 29)


def print_of(serial: int) -> int:
    """Return an odd number that stands for a lot in the sum of a member's lots."""
    return 2 * link(1, serial, 0, FACTOR_A) + 1


def _fold_plain(
    entries: Any, balances: Any, chains: Any, lots: Any, kinds: Any, flows: Any, first_day: int
) -> int:
    for i in range(len(entries)):
        e = entries[i]
        if e.tokens <= 0 or e.source == e.target:
            return i
        m = e.member
        balances[m, e.source] -= e.tokens
        balances[m, e.target] += e.tokens
        flow = e.source * ACCOUNTS + e.target
        flows[e.day - first_day, flow] += e.tokens
        if e.target == REDEEMED and e.rule >= RULE_ITEM_BASE:
            flows[e.day - first_day, EXCHANGED] += e.tokens
            kinds[m, 0] += e.tokens
        if e.target == CLAWED and (e.reason == VOID_ORDERS_LIMIT or e.reason == VOID_BEFORE_COUNT):
            flows[e.day - first_day, VOIDED] += e.tokens
            kinds[m, 1] += e.tokens
        if e.source == REDEEMED:
            kinds[m, 2] += e.tokens
        if e.source == AVAILABLE:
            lots[m] -= e.tokens * print_of(e.lot)
        if e.target == AVAILABLE:
            lots[m] += e.tokens * print_of(e.lot)
        # Small fields share a word: day, flow, reason, rule; lot, expiry day.
        kind = (((e.day + DAYS) * 128 + flow) * 32 + e.reason) * 65536 + e.rule
        head = e.ordinal * APART + kind
        tail = e.tokens * APART + (e.lot + 1) * 2 * DAYS + e.expiry_day + 1
        chains[m, 0] = link(chains[m, 0], head, tail, FACTOR_A)
        chains[m, 1] = link(chains[m, 1], tail, head, FACTOR_B)
    return -1


def _fold_issued_plain(entries: Any, places: Any, issued: Any, first_day: int) -> None:
    for i in range(len(entries)):
        e = entries[i]
        if e.source == ISSUE:
            issued[e.day - first_day, places[e.rule]] += e.tokens


def _compare_plain(members: Any, lots: Any, orders: Any, balances: Any, prints: Any) -> int:
    for m in range(len(members)):
        member = members[m]
        sums = balances[m]
        available = 0
        print_of_lots = 0
        count = 0
        row = member.lot_first
        while row != -1:
            if lots[row].tokens <= 0:
                return m
            available += lots[row].tokens
            print_of_lots += lots[row].tokens * print_of(lots[row].serial)
            count += 1
            row = lots[row].next
        pending = 0
        row = member.order_first
        while row != -1:
            pending += orders[row].pending
            row = orders[row].next
        if available != member.available or available != sums[2] or count != member.lot_count:
            return m
        if print_of_lots != prints[m] or pending != member.pending or pending != sums[1]:
            return m
        if member.held != sums[3] or member.debt != -sums[7] or member.held < 0 or member.debt < 0:
            return m
    return -1


with keyed_cache():
    link = njit(link, cache=True)
    print_of = njit(print_of, cache=True)
    _fold = njit(_fold_plain, cache=True, nogil=True)
    _fold_issued = njit(_fold_issued_plain, cache=True, nogil=True)
    _compare = njit(_compare_plain, cache=True, nogil=True)
