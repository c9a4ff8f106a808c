"""The desk: the law at work on the book of one transaction. What it does equals a replay, event for event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..draws.keys import rank_tickets
from ..rules.apply import apply
from ..rules.clock import advance
from ..rules.codes import ORDER, REDEEM
from ..rules.draws import hold_draw, next_draw
from ..rules.projection import project
from ..rules.records import NONE, Law
from ..rules.settlement import settle_next
from .chain import fold_entry, fold_note
from .names import Names
from .reply import Done, Row, entry_row, note_row
from .store import Journal, Transaction
from .told import Told


def happen(law: Law, work: Transaction, told: Told, number: int) -> Done:
    """Let one event happen that was never seen before."""
    book, event = work.book, told.record
    m = event.member = work.member(told.member_id)
    if told.counterpart_id is not None:
        event.counterpart = work.other(told.counterpart_id)
    if told.order_id is not None:
        event.order = work.order(told.order_id, event.type == ORDER or event.type == REDEEM)
    event.number = number
    outcome = apply(law, book, event, told.lines)
    head, member = book.head[0], book.members[m]
    standing = None
    if book.standings:
        project(law, book, m, member.clock_day)
        row = book.standings[m]
        standing = (row.tier, row.projected, row.to_keep, row.to_rise)
    journal = work.journal(m)
    first, first_note = journal.entries, journal.notes
    entries, notes = _written_by(work, m, journal)
    return Done(
        number, told.member_id, outcome, head.desired, head.applied, head.proposed, entries, first, notes, first_note,
        (member.pending, member.available, member.held, member.debt), standing, tuple(journal.chains),
    )  # fmt: skip


def _written_by(work: Transaction, m: int, journal: Journal) -> tuple[list[Row], list[Row]]:
    """Keep what was written of one member, chained; return it."""
    book = work.book
    head, chains = book.head[0], journal.chains
    entries, notes = [], []
    if head.entry_count:
        for k in range(head.entry_count):
            entry = book.entries[k]
            fold_entry(chains, entry)
            entries.append(entry_row(entry))
        work.entries(m, journal.entries, entries)
        journal.entries += head.entry_count
        head.entry_count = 0
    if head.note_count:
        for k in range(head.note_count):
            note = book.notes[k]
            fold_note(chains, note, 0 if note.counterpart == NONE else work.id_hash(note.counterpart))
            notes.append(note_row(note))
        work.notes(m, journal.notes, notes)
        journal.notes += head.note_count
        head.note_count = 0
    return entries, notes


def _written(work: Transaction) -> None:
    """Keep what was written of whomever, chained."""
    book = work.book
    head = book.head[0]
    for k in range(head.entry_count):
        entry = book.entries[k]
        journal = work.journal(entry.member)
        fold_entry(journal.chains, entry)
        work.entries(entry.member, journal.entries, [entry_row(entry)])
        journal.entries += 1
    for k in range(head.note_count):
        note = book.notes[k]
        journal = work.journal(note.member)
        fold_note(journal.chains, note, 0 if note.counterpart == NONE else work.id_hash(note.counterpart))
        work.notes(note.member, journal.notes, [note_row(note)])
        journal.notes += 1
    head.entry_count = head.note_count = 0


class Settled(NamedTuple):
    """What was settled: how many requests, and which draws were held."""

    requests: int
    draws: tuple[str, ...]


def pass_days(law: Law, names: Names, work: Transaction, day: int, secrets: Mapping[str, bytes]) -> Settled:
    """Settle what the days before ``day`` left open and hold their draws."""
    held: list[str] = []
    requests = _settle(law, work)
    draw = next_draw(law, work.book)
    while draw != NONE and law.draws[draw].draws_day < day:
        held.append(_hold(law, names, work, draw, secrets))
        requests += _settle(law, work)
        draw = next_draw(law, work.book)
    return Settled(requests, tuple(held))


def _settle(law: Law, work: Transaction) -> int:
    """Settle the requests of the book's day, one after the other; return how many."""
    work.gather()
    head = work.book.head[0]
    count = head.request_count
    while head.settled_count < head.request_count:
        settle_next(law, work.book)
        _written(work)
    if count:
        work.settled(head.day)
    return count


def _hold(law: Law, names: Names, work: Transaction, draw: int, secrets: Mapping[str, bytes]) -> str:
    """Hold a draw: by its secret, or else by a key that everybody can know, as a replay does."""
    work.entrants(draw)
    book = work.book
    name = next(name for name, row in names.draws.items() if row == draw)
    rows = [row for row in range(len(book.tickets)) if book.tickets[row].draw == draw]
    tickets = [(work.journal(book.tickets[row].member).member_id, book.tickets[row].entry) for row in rows]
    hold_draw(law, book, [rows[place] for place in rank_tickets(name, secrets.get(name), tickets)])
    return name


def carry_on(law: Law, work: Transaction, m: int, day: int) -> None:
    """Post what fell due for a member up to ``day``, and project where he will stand."""
    book = work.book
    if book.members[m].events == 0:
        return
    advance(law, book, m, day)
    if book.standings:
        project(law, book, m, day)
    _written(work)
