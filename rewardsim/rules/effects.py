"""What an event means beyond its own tokens: for standing, referral, draws and privileges."""

from __future__ import annotations

from .agenda import set_agenda
from .clock import advance
from .codes import BY_ENROL, BY_PURCHASE
from .draws import enter_otherwise, withdraw
from .orders import counts_before_start
from .paid import is_undone
from .privileges import learn_birthday, use_express
from .records import NONE, Book, Event, Law, Terms
from .referral import ask_to_qualify, ask_to_revoke, enrol_by_invitation
from .rewards import lapse_due
from .stretch import stretch_at
from .tiers import count_order, keep_standing


def after_enrolment(law: Law, terms: Terms, book: Book, event: Event, day: int) -> None:
    """A member has just enrolled."""
    if len(book.ties) > 0:
        enrol_by_invitation(terms, book, event, day)
    if len(book.standings) > 0:
        learn_birthday(book, event, day)
    if len(law.draws) > 0:
        enter_otherwise(law, book, event, BY_ENROL, day)
    set_agenda(law, book, event.member)
    advance(law, book, event.member, day)


def after_closing(law: Law, book: Book, m: int, day: int) -> None:
    """An account has just been closed."""
    if len(book.ties) > 0:
        lapse_due(book, m)
    withdraw(law, book, m, NONE, day)
    set_agenda(law, book, m)


def after_order(law: Law, book: Book, event: Event, day: int) -> None:
    """An order has just gone on record."""
    terms = law.terms[book.orders[event.order].terms]
    if len(book.standings) > 0 and (event.day >= terms.starts_day or counts_before_start(terms, event.day)):
        count_order(law, book, event.order, day)
        set_agenda(law, book, event.member)
    if len(law.draws) > 0:
        enter_otherwise(law, book, event, BY_PURCHASE, day)


def after_delivery(law: Law, terms: Terms, book: Book, event: Event, day: int) -> None:
    """An order has just been delivered."""
    if len(book.standings) > 0:
        keep_standing(law, book, event.order, day)
        set_agenda(law, book, event.member)
        use_express(law, law.terms[stretch_at(law, day)], book, event.order, day)
    if len(book.ties) > 0:
        ask_to_qualify(terms, book, event, day)


def after_undoing(law: Law, book: Book, event: Event, day: int) -> None:
    """An order has just been returned in part or whole, or cancelled."""
    if len(book.standings) > 0:
        keep_standing(law, book, event.order, day)
        set_agenda(law, book, event.member)
    if len(book.ties) > 0:
        ask_to_revoke(law, book, event, day)
    order = book.orders[event.order]
    if len(law.draws) > 0 and is_undone(order):
        withdraw(law, book, event.member, order.number, day)
