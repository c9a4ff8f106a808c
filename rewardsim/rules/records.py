"""What the law writes, and the events it reads; each field described once.

Units are those of ``terms``, whose records can be had from here too. Records are reached by index
(``book.members[i]``), so that one source serves a list of these objects, a numpy structured
array, and rows fetched from a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .terms import BP, NEVER, NONE, Band, Campaign, DrawTerms, Item, Law, Level, Limit, PoolTerms, Prize, Terms

__all__ = [
    "BP", "NEVER", "NONE", "Band", "Book", "Campaign", "Counter", "Deed", "DrawTerms", "Entry", "Event",
    "EventLine", "Head", "Holding", "Item", "Law", "Level", "Limit", "Lot", "Member", "Note", "Order",
    "OrderLine", "Piece", "Pool", "PoolTerms", "Prize", "Request", "Reward", "Standing", "Terms", "Ticket",
    "Tie",
]  # fmt: skip


@dataclass(slots=True)
class Event:
    """One thing that happened to one member. Read-only for the law."""

    type: int = 0  # event type, see codes.EVENT_TYPES; its number is also the priority within a second
    member: int = 0  # index of the member
    day: int = 0  # local calendar day on which it occurred
    second: int = 0  # second within that day
    prior: int = 0  # what is known of this event id: codes.NEW, SAME_PAYLOAD or OTHER_PAYLOAD
    number: int = 0  # global number of the event in its table
    amount: int = 0  # order: total before discounts; return: value returned; redeem: order total
    discount: int = 0  # part of the order's amount not paid, tokens excluded
    tokens: int = 0  # redeem: tokens requested; adjust: signed tokens; opening: tokens
    order: int = NONE  # index of the order, NONE where the order is not known
    channel: int = 0  # code of the channel, 0 where the programme does not name it
    item: int = NONE  # index of the exchange item at the event's day, or of the draw; NONE where unknown
    counterpart: int = NONE  # index of the other member, NONE where there is none
    expiry_day: int = NONE  # opening: the day the tokens expire, NONE where the policy decides
    line_first: int = 0  # index of the event's first line
    line_count: int = 0  # number of its lines; at least 1 for order, return and use
    birthday: int = NONE  # enrol: day of birth, NONE where unknown
    hashtag: int = 0  # draw entry: code of the post's hashtag, 0 where the programme does not name it
    tags: int = 0  # draw entry: friends named in the post
    public: int = 0  # draw entry: 1 if everybody can read the post


@dataclass(slots=True)
class EventLine:
    """One line of an order, return or use. The last three fields are the law's scratch paper."""

    number: int = 0  # line number within the order
    category: int = 0  # code of the category, 0 where the programme does not name it
    amount: int = 0  # line value before discounts; return: value returned of this line
    discount: int = 0  # part of the line's amount not paid
    basis: int = 0  # scratch: what the line earns on
    weight: int = 0  # scratch: the line's weight in an apportionment
    share: int = 0  # scratch: what an apportionment gave the line


@dataclass(slots=True)
class Head:
    """The book's own counters: the day, the next free rows, and the last event's two figures."""

    day: int = -NEVER  # latest day seen; -NEVER before the first event
    cause: int = NONE  # number of the event whose entries are being written
    ordinal: int = 0  # its number within its member
    entry_count: int = 0  # entries written since the last flush
    entry_mark: int = 0  # entries written when the effect of the event began
    request_count: int = 0  # requests waiting for settlement
    settled_count: int = 0  # of these, already settled
    lot_free: int = NONE  # first free lot
    lot_spare: int = 0  # free lots left
    order_free: int = NONE  # first free order
    order_spare: int = 0  # free orders left
    line_free: int = NONE  # first free order line
    line_spare: int = 0  # free order lines left
    piece_free: int = NONE  # first free piece
    piece_spare: int = 0  # free pieces left
    holding_free: int = NONE  # first free holding
    holding_spare: int = 0  # free holdings left
    deed_free: int = NONE  # first free deed
    deed_spare: int = 0  # free deeds left
    reward_free: int = NONE  # first free reward
    reward_spare: int = 0  # free rewards left
    ticket_free: int = NONE  # first free ticket
    ticket_spare: int = 0  # free tickets left
    note_count: int = 0  # notes written since the last flush
    draws_done: int = 0  # draws held; rows stand in their order
    draw_due: int = 0  # 1 while the loop waits for the driver to rank a draw's tickets
    desired: int = 0  # tokens the event would have moved without caps, stock or balance
    applied: int = 0  # tokens it moved
    proposed: int = 0  # tokens or pieces it asked of a pool


@dataclass(slots=True)
class Member:
    """One account. Lots and unreleased orders hang on it as linked lists."""

    status: int = 0  # codes.UNKNOWN_MEMBER, ENROLLED or CLOSED
    enrolled_day: int = NEVER  # day of enrolment
    clock_day: int = -NEVER  # latest day posted
    events: int = 0  # events seen, whatever their outcome; numbers the member's entries
    active: int = 0  # 1 once anything but enrolment and opening balances was applied
    welcomed: int = 0  # 1 once the welcome reward was decided
    pending: int = 0  # tokens awarded, not yet spendable
    available: int = 0  # tokens that may be spent
    held: int = 0  # tokens set aside for an exchange not yet settled
    debt: int = 0  # tokens owed after a claw-back
    shortfall: int = 0  # tokens that could not be clawed back, ever
    lot_first: int = NONE  # first lot in order of expiry, NONE without
    lot_last: int = NONE  # last lot
    lot_count: int = 0  # open lots
    sliding_count: int = 0  # of these, lots whose expiry slides
    lots_made: int = 0  # lots ever opened; the next lot's serial
    order_first: int = NONE  # first order with pending tokens
    order_last: int = NONE  # last of these
    release_day: int = NEVER  # earliest release day among them
    order_count: int = 0  # orders with pending tokens
    holding_first: int = NONE  # first coupon or code held
    agenda_day: int = NEVER  # next day on which time alone changes something but lots and orders
    ticket_first: int = NONE  # first ticket of a draw


@dataclass(slots=True)
class Lot:
    """Available tokens of one expiry. Grants of equal expiry share a lot."""

    serial: int = 0  # number of the lot within its member, never reused
    tokens: int = 0  # what remains
    expiry_day: int = 0  # first day on which they can no longer be spent
    slide: int = 0  # 0 fixed; n > 0 slides n days, n < 0 slides -n months after each activity
    next: int = NONE  # next lot of the member, or next free row


@dataclass(slots=True)
class Order:
    """A purchase as it was awarded. Returns refer to it, never to today's rules."""

    number: int = NONE  # number of the order in the event table; the ledger names it so
    member: int = NONE  # index of the member, NONE on a fresh row
    status: int = 0  # codes.NO_ORDER, PLACED or CANCELLED
    day: int = 0  # day of purchase
    placed_by: int = NONE  # number within the member of the event that placed it, NONE once void
    counted_day: int = NEVER  # day it was counted among the rewarded orders, NEVER if it was not
    delivered_day: int = NEVER  # day of delivery, NEVER before
    amount: int = 0  # value before discounts
    returned: int = 0  # value returned so far
    terms: int = NONE  # row of the terms it was awarded under
    earned: int = 0  # tokens awarded, voided ones excluded
    pending: int = 0  # of these, not yet released
    clawed: int = 0  # tokens claimed back so far, shortfall included
    release_day: int = NEVER  # day the pending tokens are released, NEVER while unknown
    released: int = 0  # 1 once released: later awards on it go straight to available
    lot: int = NONE  # serial of the lot its tokens were released into, NONE before
    spent: int = 0  # tokens redeemed on it
    spent_value: int = 0  # their value in minor units
    given_back: int = 0  # of the tokens spent, given back on returns
    piece_first: int = NONE  # lots those tokens came from, last taken first
    line_first: int = NONE  # lines on record (clawback by line), NONE without
    requests: int = 0  # open requests that name it
    asked: int = 0  # of these, made by its present placing
    paid: int = 0  # what the member paid: discounts and tokens spent taken off
    deed_day: int = NEVER  # posting day under which it counts for standing, NEVER if it does not
    deed_value: int = 0  # what it counts now, in the criterion's unit
    referral: int = 0  # 1 if it qualified a referral
    final: int = 0  # engine: 1 once no later event of the table names it
    next: int = NONE  # next order of the member with pending tokens, or next free row
    previous: int = NONE  # the order of the member with pending tokens before it


@dataclass(slots=True)
class OrderLine:
    """A line of an order on record, kept where claw-back goes by line."""

    number: int = 0  # line number
    category: int = 0  # category code
    amount: int = 0  # value before discounts
    returned: int = 0  # value returned so far
    earned: int = 0  # tokens awarded on it
    next: int = NONE  # next line of the order, or next free row


@dataclass(slots=True)
class Piece:
    """Tokens taken from one lot by a redemption or a hold, to be put back there if undone."""

    tokens: int = 0  # tokens taken and not yet put back
    serial: int = 0  # serial of the lot
    expiry_day: int = 0  # its expiry day
    slide: int = 0  # its slide
    next: int = NONE  # next piece, or next free row


@dataclass(slots=True)
class Holding:
    """A coupon or code in a member's hands."""

    kind: int = 0  # kind of the item
    item: int = 0  # row of the item it was granted under
    expiry_day: int = 0  # first day on which it can no longer be used
    next: int = NONE  # next holding of the member, or next free row


@dataclass(slots=True)
class Counter:
    """Use of a limit by one member in one period."""

    period: int = -NEVER  # number of the period counted
    used: int = 0  # tokens or pieces used in it


@dataclass(slots=True)
class Standing:
    """A member's tier, and what it rests on. One row a member, under his index."""

    tier: int = NONE  # place of the tier among the levels, NONE below the first
    since_day: int = NEVER  # day the tier was gained or lost, NEVER before the tiers begin
    review_day: int = NEVER  # day of the next review
    grace_day: int = NEVER  # day on which a failed review takes effect
    granted: int = NONE  # what qualified for the tier, NONE where it rests on leniency
    granted_day: int = NEVER  # day as of which that was counted
    qualifying: int = 0  # sum of the deeds
    window_day: int = -NEVER  # day as of which older deeds were forgotten
    deed_first: int = NONE  # oldest deed in the window
    deed_last: int = NONE  # latest deed
    birthday: int = NONE  # day of birth, NONE where unknown
    gift_day: int = NEVER  # next birthday
    projected: int = NONE  # tier after the next review if nothing happens until then
    to_keep: int = 0  # what is missing then to keep the tier
    to_rise: int = NONE  # what is missing now to the next tier, NONE in the highest


@dataclass(slots=True)
class Deed:
    """What a member's orders of one day count for his standing."""

    day: int = 0  # posting day
    value: int = 0  # minor units, tokens or orders
    next: int = NONE  # next deed of the member, or next free row


@dataclass(slots=True)
class Tie:
    """Who brought a member, and what came of it. One row a member, under his index."""

    state: int = 0  # codes.NOT_REFERRED, ASKED, LINKED, QUALIFIED, FAILED or REVOKED
    referrer: int = NONE  # index of the member who brought him, once accepted
    invited_by: int = NONE  # index of the member whose invitation stands
    linked_day: int = NEVER  # day of acceptance
    enrolled_second: int = 0  # second of the day on which the member enrolled
    friends: int = 0  # members he brought
    reward_first: int = NONE  # rewards his qualification made
    due_first: int = NONE  # rewards he is to be paid, earliest first
    due_count: int = 0  # how many


@dataclass(slots=True)
class Reward:
    """Tokens granted for a referral."""

    member: int = 0  # index of the member who is paid
    tokens: int = 0  # how many
    reason: int = 0  # codes.REASONS
    due_day: int = 0  # day of posting
    posted: int = 0  # 1 once posted
    lot: int = NONE  # serial of the lot they went to
    event: int = NONE  # number of the event that qualified
    ordinal: int = NONE  # that event's number within the friend
    next: int = NONE  # next reward of the same referral, or next free row
    next_due: int = NONE  # next reward of the same member to be posted


@dataclass(slots=True)
class Ticket:
    """One entry in a draw."""

    draw: int = NONE  # row of the draw, NONE on a free row
    member: int = 0  # index of the member
    entry: int = 0  # 1 for the member's first entry in the draw, and so on
    order: int = NONE  # number of the order that made it, NONE for other entries
    event: int = NONE  # number of the event that made it
    ordinal: int = NONE  # that event's number within its member
    next: int = NONE  # next ticket of the member, or next free row


@dataclass(slots=True)
class Pool:
    """Use of a shared budget or stock in one period."""

    period: int = -NEVER  # number of the period counted
    used: int = 0  # tokens or pieces granted in it


@dataclass(slots=True)
class Request:
    """A wish for something shared, proposed during the day and settled at its end."""

    day: int = 0  # day proposed
    second: int = 0  # second within that day
    type: int = 0  # type of the event that proposed it
    number: int = 0  # number of that event; with day, second and type the order of settlement
    member: int = 0  # index of the member
    ordinal: int = 0  # the event's number within its member
    pool: int = NONE  # index of the pool, NONE where no pool is asked
    order: int = NONE  # index of the order (campaign, referral), NONE for others
    campaign: int = NONE  # index of the campaign
    item: int = NONE  # row of the item, or of the draw
    wanted: int = 0  # tokens (campaign, prize) or 1 (exchange)
    kind: int = 0  # codes.ASK_BUDGET and its like
    counterpart: int = NONE  # referral: index of the other member
    rank: int = NONE  # prize: rank of the ticket, the best being 0
    piece_first: int = NONE  # exchange: the lots the held tokens came from


@dataclass(slots=True)
class Entry:
    """One line of the ledger: tokens > 0 moved from one account to another. Immutable."""

    event: int = NONE  # global number of the event that caused it, NONE where time did
    ordinal: int = NONE  # that event's number within its member, NONE where time did
    member: int = 0  # index of the member
    day: int = 0  # day on which it takes effect
    source: int = 0  # account the tokens leave, codes.ACCOUNTS
    target: int = 0  # account they enter
    tokens: int = 0  # how many, always > 0
    lot: int = NONE  # serial of the lot on the available side, NONE without
    expiry_day: int = NONE  # expiry day of that lot, NONE without
    rule: int = 0  # code of the rule behind it
    reason: int = 0  # codes.REASONS
    order: int = NONE  # number of the order, NONE without


@dataclass(slots=True)
class Note:
    """One line of the journal: a fact that moved no token. Immutable."""

    event: int = NONE  # global number of the event that caused it, NONE where time did
    ordinal: int = NONE  # that event's number within its member, NONE where time did
    member: int = 0  # index of the member
    day: int = 0  # day on which it takes effect
    kind: int = 0  # codes.NOTES
    cause: int = 0  # codes.CAUSES
    before: int = NONE  # tier before; row of the draw
    after: int = NONE  # tier after; entry in the draw, rank of a winner; express deliveries this month
    counterpart: int = NONE  # index of the other member
    amount: int = 0  # what qualified (tiers); tokens (referral, draw); cost in minor units (express)
    order: int = NONE  # number of the order, NONE without


class Book(NamedTuple):
    """All tables the rules write. ``head`` has one row."""

    head: list[Head]
    members: list[Member]
    lots: list[Lot]
    orders: list[Order]
    lines: list[OrderLine]
    pieces: list[Piece]
    holdings: list[Holding]
    counters: list[Counter]
    pools: list[Pool]
    requests: list[Request]
    entries: list[Entry]
    standings: list[Standing]
    deeds: list[Deed]
    ties: list[Tie]
    rewards: list[Reward]
    tickets: list[Ticket]
    notes: list[Note]
