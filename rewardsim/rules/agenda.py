"""What time alone brings a member beside releases and expiries, each on its own day."""

from __future__ import annotations

from .codes import ENROLLED
from .privileges import give_birthday
from .records import NEVER, NONE, Book, Law
from .rewards import pay_due
from .stretch import stretch_at
from .tiers import begin, begin_day, end_grace, review


def set_agenda(law: Law, book: Book, m: int) -> None:
    """Note the next day on which something is due."""
    member = book.members[m]
    day = NEVER
    if member.status == ENROLLED:
        if len(book.ties) > 0 and book.ties[m].due_first != NONE:
            day = book.rewards[book.ties[m].due_first].due_day
        if len(book.standings) > 0:
            standing = book.standings[m]
            day = min(day, begin_day(law, book, m), standing.grace_day)
            day = min(day, standing.review_day, standing.gift_day)
    member.agenda_day = day


def keep_agenda(law: Law, book: Book, m: int, day: int) -> None:
    """Do the first of what is due: rewards, then standing, then the birthday."""
    if len(book.ties) > 0 and _reward_due(book, m, day):
        pay_due(law, book, m, day)
    elif len(book.standings) > 0:
        _keep_standing(law, book, m, day)
    set_agenda(law, book, m)


def _reward_due(book: Book, m: int, day: int) -> bool:
    row = book.ties[m].due_first
    return row != NONE and book.rewards[row].due_day <= day


def _keep_standing(law: Law, book: Book, m: int, day: int) -> None:
    standing = book.standings[m]
    terms = law.terms[stretch_at(law, day)]
    if begin_day(law, book, m) <= day:
        begin(law, terms, book, m, day)
    elif standing.grace_day <= day:
        end_grace(law, terms, book, m, day)
    elif standing.review_day <= day:
        review(law, terms, book, m, day)
    elif standing.gift_day <= day:
        give_birthday(law, terms, book, m, day)
