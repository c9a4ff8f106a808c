"""The loop over members, one text for both engines: interpreted as it stands, compiled from outside.

A day is lived member by member: behaviour proposes, the law decides, behaviour takes note. Where
the tables lack room for what may come next, the loop stops and says so, and its driver makes room.
"""

from __future__ import annotations

from rewardsim.behaviour.inviting import INVITATIONS_MAX
from rewardsim.behaviour.life import AGAIN, OVER, propose, react
from rewardsim.behaviour.presence import notice_tier
from rewardsim.behaviour.records import FRIEND_COUNT, PARCEL_SPARE, SEEN_COUNT, SEEN_KEPT, World
from rewardsim.rules.apply import apply
from rewardsim.rules.clock import advance, next_due
from rewardsim.rules.codes import ENROLLED, ORDER, REDEEM
from rewardsim.rules.draws import hold_draw
from rewardsim.rules.records import NONE, Book, Event, Law
from rewardsim.rules.settlement import takes_from_pool

from .loop import DRAW, FINISH, SETTLE, draw_waits, finish, open_order, retire, settle_day, sweep, undone_row
from .room import has_room

LIVE, ASK = 10, 11
NUMBERS = 1 << 24  # events, or orders, of one member


def step(
    task: int, law: Law, book: Book, world: World, numbers: list[int], start: int, day: int, shard: int, shards: int
) -> int:
    """Do one of the loop's tasks; the single entry, so that everything is compiled once.

    LIVE lets members of one shard from ``start`` on live through ``day`` and what follows; ``numbers``
    holds the first member not meant, how many stand side by side in a shard, and the last day. ASK
    writes into ``numbers`` a 1 for each of the day's requests that takes from a pool. The other tasks
    are those of ``loop.step``; there ``numbers`` are a draw's tickets.
    """
    if task == LIVE:
        return live_on(law, book, world, numbers, start, day, shard, shards)
    if task == ASK:
        return ask_pools(book, numbers)
    if task == SETTLE:
        if settle_day(law, book) and not draw_waits(law, book, day):
            return 1
        return 0
    if task == DRAW:
        hold_draw(law, book, numbers)
        return 0
    if task == FINISH:
        return finish(law, book, day, start)
    sweep(book)
    return 0


def live_on(
    law: Law, book: Book, world: World, numbers: list[int], start: int, day: int, shard: int, shards: int
) -> int:
    """Let a shard's members live, one after the other; return the first that could not for lack of room.

    Each lives through all the days at once: where nothing is shared, nobody waits for anybody.
    """
    head = book.head[0]
    if head.day < day:
        head.day = day
    members, block, last = numbers[0], numbers[1], numbers[2]
    m = start
    while m < members:
        m, count = gather(world, members, block, m, last, shard, shards)
        for i in range(count):
            look_ahead(law, book, world, i, count)
            member = world.due[i]
            while world.wakes[member] <= last:
                if not live(law, book, world, member, max(day, world.wakes[member])):
                    return member
    return members


def ask_pools(book: Book, takes: list[int]) -> int:
    """Write down which of the day's requests take from a pool; return how many do."""
    count = 0
    for i in range(book.head[0].request_count):
        takes[i] = 0
        if takes_from_pool(book, book.requests[i]):
            takes[i] = 1
            count += 1
    return count


def gather(
    world: World, members: int, block: int, start: int, day: int, shard: int, shards: int
) -> tuple[int, int]:
    """Write down a shard's next members whose day it is; return where the search stopped, and how many."""
    m = start
    count = 0
    while m < members and count < len(world.due):
        if (m // block) % shards != shard:
            m = (m // block + 1) * block
            continue
        end = min(members, (m // block + 1) * block)
        while m < end and count < len(world.due):
            if world.wakes[m] <= day:
                world.due[count] = m
                count += 1
            m += 1
    return m, count


def look_ahead(law: Law, book: Book, world: World, i: int, count: int) -> None:
    """Before the i-th member's turn, ask memory for what later ones will touch; see ``ahead`` for the compiled form."""


def live(law: Law, book: Book, world: World, m: int, day: int) -> bool:
    """Let one member live through a day, or through the rest of it; False where room runs out on the way."""
    if world.habits[0].programme == 1 and book.members[m].status == ENROLLED:
        if next_due(book, book.members[m]) <= day:
            if not has_room(law, book, m, day, 1, NONE):
                return False
            advance(law, book, m, day)
        if len(book.standings) > 0:
            notice_tier(book, world, m, day)
    while _has_room_to_act(world):
        proposed = propose(law, book, world, m, day)
        if proposed == OVER:
            return True
        if proposed == AGAIN:
            continue
        event = world.events[0]
        outcome = happens(law, book, world, event)
        if outcome == NONE:
            return False
        react(law, book, world, m, day, outcome)
        # At once, so that a member who had to wait for room in mid-day sees no more than others do.
        if len(book.standings) > 0 and book.members[m].status == ENROLLED:
            notice_tier(book, world, m, day)
        if event.order != NONE:
            retire(book, event.order)
    return False


def _has_room_to_act(world: World) -> bool:
    """Tell whether behaviour's own tables have rows for the most that one step takes."""
    counts = world.counts
    if counts[SEEN_KEPT] == 1 and counts[SEEN_COUNT] >= len(world.seen):
        return False
    return counts[PARCEL_SPARE] > 0 and len(world.friends) - counts[FRIEND_COUNT] >= INVITATIONS_MAX


def happens(law: Law, book: Book, world: World, event: Event) -> int:
    """Have the law apply the proposed event; return its outcome, NONE where the book lacks room for it."""
    m = event.member
    if not has_room(law, book, m, event.day, 1, undone_row(event, event.order)):
        return NONE
    event.number = m * NUMBERS + book.members[m].events + 1
    if event.order == NONE and (event.type == ORDER or event.type == REDEEM):
        event.order = open_order(book, m * NUMBERS + world.persons[m].orders + 1)
        world.hands[0].order = event.order
    outcome = apply(law, book, event, world.lines)
    world.outcomes[outcome] = world.outcomes[outcome] + 1
    if world.counts[SEEN_KEPT] == 1:
        _keep(book, world, event, outcome)
    return outcome


def _keep(book: Book, world: World, event: Event, outcome: int) -> None:
    """Keep the event as it was, with what became of it."""
    seen = world.seen[world.counts[SEEN_COUNT]]
    world.counts[SEEN_COUNT] = world.counts[SEEN_COUNT] + 1
    seen.member = event.member
    seen.ordinal = book.members[event.member].events
    seen.type = event.type
    seen.day = event.day
    seen.second = event.second
    seen.amount = event.amount
    seen.discount = event.discount
    seen.tokens = event.tokens
    seen.order = NONE
    if event.order != NONE:
        seen.order = book.orders[event.order].number
    seen.item = event.item
    seen.counterpart = event.counterpart
    seen.birthday = event.birthday
    seen.category = world.lines[0].category
    seen.channel = event.channel
    seen.code = outcome
    seen.desired = book.head[0].desired
    seen.applied = book.head[0].applied
