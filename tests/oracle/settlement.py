"""The day's end: what members share is given out in one stated order."""

from __future__ import annotations

from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.codes import EXPIRED, HELD, REDEEMED
from rewardsim.rules.records import NONE

from .accounts import put_back
from .clock import advance
from .dates import period_of
from .draws import hold_draws
from .earning import capped
from .orders import grant
from .referral import settle_accept, settle_invite, settle_qualify, settle_revoke
from .returns import settle_claim
from .spending import hand_over
from .tiers import recount
from .world import Member, World, hand_back

Request = dict[str, Any]


def pool_left(world: World, request: Request) -> int:
    """What is left of a pool in the request's period."""
    rules = world.law.pools[request["pool"]]
    period = period_of(rules.period, request["day"])
    pool = world.pools.get(request["pool"])
    if pool is None or pool["period"] != period:
        pool = world.pools[request["pool"]] = {"period": period, "used": 0}
    return int(rules.size - pool["used"])


def end_days(world: World, until: int) -> None:
    """Let the latest day end: its requests, then every draw before ``until``."""
    if world.day is not None:
        settle(world, world.day + 1)
    hold_draws(world, until)


def settle(world: World, day: int) -> None:
    """Answer every request of the day that ends, dated the day after."""
    requests = sorted(world.requests, key=lambda r: (r["second"], r["type"], r["number"]))
    world.requests = []
    for request in requests:
        world.event, world.ordinal = request["number"], request["ordinal"]
        member = world.member(request["member"])
        advance(world, member, max(day, member["clock"]))
        ANSWERS[request["kind"]](world, member, request, member["clock"])
        advance(world, member, member["clock"])
    world.event, world.ordinal = NONE, NONE


def settle_budget(world: World, member: Member, request: Request, day: int) -> None:
    """Grant a campaign's extra as far as its budget goes."""
    campaign = world.law.campaigns[request["campaign"]]
    order = world.orders[request["order"]]
    rules = world.law.pools[request["pool"]]
    granted = capped(request["wanted"], pool_left(world, request), rules.excess)
    gone = order["status"] != codes.PLACED or order["placement"] != request["placement"]
    if gone or order["voided"] or member["status"] == codes.CLOSED:
        granted = 0
    if campaign.limit_tokens != NONE and campaign.limit_period != codes.PER_ORDER:
        hand_back(member, campaign.limit_counter, campaign.limit_period, request["day"], request["wanted"] - granted)
    if granted == 0:
        return
    world.pools[request["pool"]]["used"] += granted
    reason = codes.CUT_BY_BUDGET if granted < request["wanted"] else codes.AS_COMPUTED
    categories = world.law.category_sets[campaign.category_set]
    grant(world, member, request["order"], granted, day, campaign.rule, reason, categories=categories)
    settle_claim(world, member, request["order"], day, codes.RULE_RETURN)
    recount(world, member, request["order"], day)


def settle_stock(world: World, member: Member, request: Request, day: int) -> None:
    """Hand over a piece of the stock, or put the held tokens back."""
    item = world.law.items[request["item"]]
    member["held"] -= item.tokens
    if member["status"] == codes.CLOSED:
        for piece in reversed(request["pieces"]):
            world.post(
                member,
                day,
                HELD,
                EXPIRED,
                piece["tokens"],
                lot=piece["serial"],
                expiry_day=piece["expiry"],
                rule=item.rule,
                reason=codes.ON_CLOSE,
            )
        return
    if pool_left(world, request) > 0:
        world.pools[request["pool"]]["used"] += 1
        for piece in reversed(request["pieces"]):
            world.post(
                member,
                day,
                HELD,
                REDEEMED,
                piece["tokens"],
                lot=piece["serial"],
                expiry_day=piece["expiry"],
                rule=item.rule,
            )
        hand_over(world, member, request["item"], day)
        return
    if item.per_member_max != NONE:
        hand_back(member, item.counter, item.per_member_period, request["day"], 1)
    put_back(world, member, HELD, request["pieces"], item.tokens, day, rule=item.rule, reason=codes.REFUSED_BY_STOCK)


ANSWERS = {
    codes.ASK_BUDGET: settle_budget,
    codes.ASK_STOCK: settle_stock,
    codes.ASK_INVITE: settle_invite,
    codes.ASK_ACCEPT: settle_accept,
    codes.ASK_QUALIFY: settle_qualify,
    codes.ASK_REVOKE: settle_revoke,
}
