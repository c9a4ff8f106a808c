"""What counts for standing: deeds within a window of time, their sum, and the tier it reaches.

A deed is what the orders of one posting day count, so that a tier is a pure function of the deeds
in its window. Deeds that have left the window for good are forgotten.
"""

from __future__ import annotations

from .calendar import add_months, last_anniversary, month_start, year_of
from .codes import ANNIVERSARY, BY_ORDERS, BY_TOKENS_EARNED, CALENDAR_YEAR, CANCELLED, LIFETIME
from .paid import is_undone, left_to_pay
from .records import NEVER, NONE, Book, Law, Order, Terms


def tiers_run(terms: Terms, day: int) -> bool:
    """Tell whether tiers stand on a day."""
    return terms.tiers_from <= day < terms.tiers_to


def level_of(law: Law, terms: Terms, qualifying: int) -> int:
    """Return the highest tier that begins at or below ``qualifying``, NONE below the first."""
    level = terms.level_count - 1
    while level >= 0 and law.levels[terms.level_first + level].start > qualifying:
        level -= 1
    return level


def contribution(terms: Terms, order: Order) -> int:
    """Return what an order counts now: paid amount, tokens earned, or 1; 0 once it was cancelled."""
    if order.status == CANCELLED:
        return 0
    if terms.criterion == BY_TOKENS_EARNED:
        return order.earned - order.clawed * terms.requalify
    if terms.criterion == BY_ORDERS:
        if terms.requalify == 1 and is_undone(order):
            return 0
        return 1
    if terms.requalify == 1:
        return left_to_pay(order)
    return order.paid


def window_start(terms: Terms, book: Book, m: int, day: int) -> int:
    """Return the first day of the window that ends with ``day``."""
    if terms.tier_window == LIFETIME:
        return -NEVER
    if terms.tier_window == CALENDAR_YEAR:
        return month_start(year_of(day) * 12)
    if terms.tier_window == ANNIVERSARY:
        return last_anniversary(book.members[m].enrolled_day, day)
    return add_months(day, -terms.tier_months) + 1


def qualifying(terms: Terms, book: Book, m: int, day: int) -> int:
    """Return what counts as of a day. Days asked for never go back, so older deeds are dropped."""
    standing = book.standings[m]
    if standing.window_day == day:
        return standing.qualifying
    standing.window_day = day
    start = window_start(terms, book, m, day)
    head = book.head[0]
    while standing.deed_first != NONE and book.deeds[standing.deed_first].day < start:
        row = standing.deed_first
        deed = book.deeds[row]
        standing.qualifying -= deed.value
        standing.deed_first = deed.next
        deed.next = head.deed_free
        head.deed_free = row
        head.deed_spare += 1
    if standing.deed_first == NONE:
        standing.deed_last = NONE
    return standing.qualifying


def open_deed(terms: Terms, book: Book, m: int, day: int) -> None:
    """Make sure that the member's latest deed is that of ``day``. A lifetime needs only the sum."""
    standing = book.standings[m]
    last = standing.deed_last
    if terms.tier_window == LIFETIME or (last != NONE and book.deeds[last].day == day):
        return
    head = book.head[0]
    row = head.deed_free
    deed = book.deeds[row]
    head.deed_free = deed.next
    head.deed_spare -= 1
    deed.day = day
    deed.value = 0
    deed.next = NONE
    standing.deed_last = row
    if last == NONE:
        standing.deed_first = row
    else:
        book.deeds[last].next = row


def add_to_deed(terms: Terms, book: Book, m: int, day: int, change: int) -> None:
    """Change the deed of a day, if it is still kept."""
    standing = book.standings[m]
    if terms.tier_window == LIFETIME:
        standing.qualifying += change
        return
    row = standing.deed_last
    if row == NONE or book.deeds[row].day != day:
        row = standing.deed_first
    while row != NONE and book.deeds[row].day != day:
        row = book.deeds[row].next
    if row != NONE:
        book.deeds[row].value += change
        standing.qualifying += change
