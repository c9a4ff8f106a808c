"""Rewards of a referral: granted at a day's end, posted on their due day, taken back if revoked."""

from __future__ import annotations

from .codes import ISSUE, RULE_REFERRAL
from .lots import grant
from .records import NONE, Book, Law
from .returns import claw_available
from .stretch import stretch_at


def new_reward(book: Book, payee: int, referee: int, tokens: int, reason: int, due_day: int) -> int:
    """Put a reward on the friend's record, after the others of the same referral; return its row."""
    head = book.head[0]
    row = head.reward_free
    reward = book.rewards[row]
    head.reward_free = reward.next
    head.reward_spare -= 1
    reward.member = payee
    reward.tokens = tokens
    reward.reason = reason
    reward.due_day = due_day
    reward.posted = 0
    reward.lot = NONE
    reward.event = head.cause
    reward.ordinal = head.ordinal
    reward.next = NONE
    reward.next_due = NONE
    last = book.ties[referee].reward_first
    if last == NONE:
        book.ties[referee].reward_first = row
        return row
    while book.rewards[last].next != NONE:
        last = book.rewards[last].next
    book.rewards[last].next = row
    return row


def post_reward(law: Law, book: Book, row: int, day: int) -> None:
    """Pay a reward. It is caused by the event that qualified, however much later it is paid."""
    head = book.head[0]
    cause, ordinal = head.cause, head.ordinal
    reward = book.rewards[row]
    head.cause = reward.event
    head.ordinal = reward.ordinal
    reward.posted = 1
    terms = law.terms[stretch_at(law, day)]
    reward.lot = grant(
        book, terms, reward.member, day, day, ISSUE, reward.tokens, RULE_REFERRAL, reward.reason, NONE
    )
    head.cause = cause
    head.ordinal = ordinal


def schedule(book: Book, row: int) -> None:
    """Enter a reward among those its payee waits for, by due day, after equals."""
    reward = book.rewards[row]
    tie = book.ties[reward.member]
    tie.due_count += 1
    before = NONE
    after = tie.due_first
    while after != NONE and book.rewards[after].due_day <= reward.due_day:
        before = after
        after = book.rewards[after].next_due
    reward.next_due = after
    if before == NONE:
        tie.due_first = row
    else:
        book.rewards[before].next_due = row


def unschedule(book: Book, row: int) -> None:
    """Take a reward out of those its payee waits for."""
    tie = book.ties[book.rewards[row].member]
    before = NONE
    at = tie.due_first
    while at != row:
        before = at
        at = book.rewards[at].next_due
    after = book.rewards[row].next_due
    if before == NONE:
        tie.due_first = after
    else:
        book.rewards[before].next_due = after
    tie.due_count -= 1


def pay_due(law: Law, book: Book, m: int, day: int) -> None:
    """Pay the reward a member has waited for longest."""
    row = book.ties[m].due_first
    unschedule(book, row)
    post_reward(law, book, row, day)


def lapse_due(book: Book, m: int) -> None:
    """Let what a closing account still waits for lapse."""
    while book.ties[m].due_first != NONE:
        row = book.ties[m].due_first
        unschedule(book, row)
        book.rewards[row].posted = 1
        book.rewards[row].tokens = 0


def take_back(law: Law, book: Book, row: int, day: int, asked_day: int) -> None:
    """Take a posted reward back: from its own lot first, then as a return would."""
    reward = book.rewards[row]
    terms = law.terms[stretch_at(law, asked_day)]
    claw_available(book, terms, reward.member, day, reward.tokens, reward.lot, RULE_REFERRAL, NONE)


def forget_rewards(book: Book, referee: int) -> None:
    """Free the rewards of a referral."""
    head = book.head[0]
    tie = book.ties[referee]
    while tie.reward_first != NONE:
        row = tie.reward_first
        tie.reward_first = book.rewards[row].next
        book.rewards[row].next = head.reward_free
        head.reward_free = row
        head.reward_spare += 1
