"""Privileges of a tier: express deliveries with their cost, a head start in sales, birthday tokens."""

from __future__ import annotations

from .calendar import next_anniversary
from .codes import AS_COMPUTED, ISSUE, NO_CAUSE, NOTE_EXPRESS, PER_MONTH, RULE_BIRTHDAY
from .counters import count, used
from .journal import note
from .lots import grant
from .records import NONE, Book, Event, Law, Terms
from .standing import tiers_run


def privileged_level(terms: Terms, book: Book, m: int, day: int) -> int:
    """Return the row of the tier whose privileges a member has on a day, NONE without."""
    tier = book.standings[m].tier
    if tier == NONE or not tiers_run(terms, day):
        return NONE
    return terms.level_first + tier


def express_left(law: Law, terms: Terms, book: Book, m: int, day: int) -> int:
    """Return how many express deliveries a member has left in the month, NONE without limit."""
    row = privileged_level(terms, book, m, day)
    if row == NONE:
        return 0
    orders = law.levels[row].express_orders
    if orders == NONE:
        return NONE
    return max(0, orders - used(book, terms, m, terms.express_counter, PER_MONTH, day))


def early_minutes(law: Law, terms: Terms, book: Book, m: int, day: int) -> int:
    """Return a member's head start in sales, in minutes."""
    row = privileged_level(terms, book, m, day)
    if row == NONE:
        return 0
    return law.levels[row].early_minutes


def use_express(law: Law, terms: Terms, book: Book, order_row: int, day: int) -> None:
    """Let a delivery be express while the member's tier gives any; note what it costs."""
    order = book.orders[order_row]
    m = order.member
    if express_left(law, terms, book, m, day) == 0:
        return
    count(book, terms, m, terms.express_counter, PER_MONTH, day, 1)
    uses = used(book, terms, m, terms.express_counter, PER_MONTH, day)
    row = privileged_level(terms, book, m, day)
    tier, cost = row - terms.level_first, law.levels[row].express_cost
    note(book, m, day, NOTE_EXPRESS, NO_CAUSE, tier, uses, NONE, cost, order.number)


def learn_birthday(book: Book, event: Event, day: int) -> None:
    """Remember a member's day of birth, the first that is told."""
    standing = book.standings[event.member]
    if event.birthday == NONE or standing.birthday != NONE:
        return
    standing.birthday = event.birthday
    standing.gift_day = next_anniversary(event.birthday, day + 1)


def give_birthday(law: Law, terms: Terms, book: Book, m: int, day: int) -> None:
    """Grant a member's birthday tokens and look to the next birthday."""
    standing = book.standings[m]
    standing.gift_day = next_anniversary(standing.birthday, day + 1)
    row = privileged_level(terms, book, m, day)
    if row != NONE and law.levels[row].birthday_tokens > 0:
        tokens = law.levels[row].birthday_tokens
        grant(book, terms, m, day, day, ISSUE, tokens, RULE_BIRTHDAY, AS_COMPUTED, NONE)
