"""What time alone brings to a member: one thing after the other, each on its own day."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE

from .accounts import expire, lots, pending_orders, release
from .rewards import pay
from .tiers import begin, begins_on, grace_over, present_birthday, review
from .world import Member, World

Due = tuple[int, Callable[[int], None]]


def agenda(world: World, member: Member) -> Iterator[Due]:
    """Each kind of thing to come with its day; kinds of one day stand in the order in which they happen."""
    names = pending_orders(world, member)
    if names:
        soonest = min(world.orders[name]["release_day"] for name in names)
        yield soonest, lambda now: release_one(world, member, now)
    if member["grants"]:
        yield lots(member)[0][0], lambda now: expire(world, member, now)
    if member["due"]:
        yield member["due"][0]["due_day"], lambda now: pay(world, member, member["due"].pop(0), now)
    standing = member["standing"]
    if standing is None:
        yield begins_on(world, member), lambda now: begin(world, member, now)
    else:
        yield standing["grace_day"], lambda now: grace_over(world, member, now)
        yield standing["review_day"], lambda now: review(world, member, now)
    yield member["gift_day"], lambda now: present_birthday(world, member, now)


def release_one(world: World, member: Member, now: int) -> None:
    """Release the first order whose day has come."""
    ready = [name for name in pending_orders(world, member) if world.orders[name]["release_day"] <= now]
    release(world, member, ready[0], now)


def advance(world: World, member: Member, day: int) -> None:
    """Do what fell due up to and including ``day``. Time is behind it, so it names no event."""
    caused, world.event, world.ordinal = (world.event, world.ordinal), NONE, NONE
    while member["status"] != codes.CLOSED:
        things = list(agenda(world, member))
        soonest = min((due for due, _ in things), default=NEVER)
        if soonest > day or soonest >= NEVER:
            break
        now = member["clock"] = max(soonest, member["clock"])
        act = next(act for due, act in things if due <= now)
        act(now)
    member["clock"] = max(member["clock"], day)
    world.event, world.ordinal = caused
