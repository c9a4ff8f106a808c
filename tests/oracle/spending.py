"""Redemption, exchange, coupons, share, adjustment, opening balance, enrolment, closing."""

from __future__ import annotations

from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.codes import ADJUSTED, AVAILABLE, DEBT, EXPIRED, HELD, ISSUE, PENDING, REDEEMED
from rewardsim.rules.records import BP, NEVER, NONE, Item, Terms

from .accounts import activity, available, credit, lots, pending_orders, take
from .dates import expiry_from
from .draws import take_out
from .orders import record_of
from .requests import propose
from .world import SHARES_COUNTER, Event, Member, World, new_order, use_up, used


def redeem_refused(world: World, member: Member, event: Event) -> int | None:
    """Why a redemption is rejected."""
    terms = world.stretch(event["day"])
    order = record_of(world, event)
    if not terms.redeem_on:
        return codes.REDEMPTION_OFF
    if event["order"] is None:
        return codes.UNKNOWN_ORDER
    if order is not None and order["member"] != member["number"]:
        return codes.OTHER_MEMBERS_ORDER
    if order is not None and order["status"] == codes.PLACED:
        return codes.ORDER_EXISTS
    if member["debt"] > 0:
        return codes.IN_DEBT
    if available(member) < max(1, terms.redeem_min):
        return codes.INSUFFICIENT_TOKENS
    if terms.redeem_excess == codes.REJECT:
        if event["tokens"] > available(member):
            return codes.INSUFFICIENT_TOKENS
        if event["tokens"] > order_room(world, event, terms):
            return codes.BEYOND_ORDER_SHARE
    tokens = redeemable(world, member, event, terms)
    if tokens < terms.redeem_min or tokens <= 0:
        return codes.BELOW_REDEMPTION_MINIMUM
    return None


def order_room(world: World, event: Event, terms: Terms) -> int:
    """Most tokens the order can still be paid with."""
    order = record_of(world, event)
    spent_value = order["spent_value"] if order is not None else 0
    room = event["amount"] * terms.redeem_share_bp // BP - spent_value
    return max(0, room) * terms.redeem_value_den // terms.redeem_value_num


def redeemable(world: World, member: Member, event: Event, terms: Terms) -> int:
    """The request after the clamps: balance, share of the order, whole steps."""
    tokens = min(event["tokens"], available(member), order_room(world, event, terms))
    return tokens - tokens % terms.redeem_step


def redeem_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Spend tokens on an order that is about to be placed."""
    terms = world.stretch(event["day"])
    tokens = redeemable(world, member, event, terms)
    name = event["order"]
    order = world.orders.setdefault(name, new_order(member["number"]))
    order["spent"] += tokens
    order["spent_value"] += tokens * terms.redeem_value_num // terms.redeem_value_den
    activity(member, day)
    order["pieces"] += take(
        world, member, REDEEMED, tokens, day, terms.consumption, rule=codes.RULE_REDEMPTION, order=name
    )
    return codes.APPLIED if tokens == event["tokens"] else codes.APPLIED_IN_PART


def exchange_refused(world: World, member: Member, event: Event) -> int | None:
    """Why an exchange is rejected."""
    if event["item"] == NONE:
        return codes.UNKNOWN_ITEM
    item = world.law.items[event["item"]]
    day = max(event["day"], member["clock"])
    if not item.from_day <= event["day"] < item.to_day:
        return codes.ITEM_NOT_OFFERED
    if item.per_member_max != NONE and used(member, item.counter, item.per_member_period, day) >= item.per_member_max:
        return codes.ITEM_LIMIT
    if member["debt"] > 0:
        return codes.IN_DEBT
    return codes.INSUFFICIENT_TOKENS if available(member) < item.tokens else None


def hand_over(world: World, member: Member, row: int, day: int) -> None:
    """Put a coupon or code in the member's hands."""
    item: Item = world.law.items[row]
    until = NEVER if item.valid_days == NONE else day + item.valid_days
    member["holdings"].append({"kind": item.kind, "item": row, "expiry": until})


def exchange_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Pay for an item, or set tokens aside until the stock is known."""
    terms = world.stretch(event["day"])
    item = world.law.items[event["item"]]
    if item.per_member_max != NONE:
        use_up(member, item.counter, item.per_member_period, day, 1)
    target = REDEEMED if item.pool == NONE else HELD
    activity(member, day)
    pieces = take(world, member, target, item.tokens, day, terms.consumption, rule=item.rule)
    if item.pool == NONE:
        hand_over(world, member, event["item"], day)
        return codes.APPLIED
    member["held"] += item.tokens
    propose(
        world,
        member,
        event,
        day,
        codes.ASK_STOCK,
        item=event["item"],
        wanted=1,
        pool=item.pool,
        order=None,
        pieces=pieces,
    )
    return codes.PROPOSED


def coupon_of(world: World, member: Member, event: Event) -> dict[str, Any] | None:
    """The member's soonest-ending valid coupon of the kind."""
    kind = world.law.items[event["item"]].kind
    valid = [h for h in member["holdings"] if h["kind"] == kind and event["day"] < h["expiry"]]
    return min(valid, key=lambda h: h["expiry"]) if valid else None


def use_refused(world: World, member: Member, event: Event) -> int | None:
    """Why the use of a coupon is rejected."""
    if event["item"] == NONE:
        return codes.UNKNOWN_ITEM
    coupon = coupon_of(world, member, event)
    if coupon is None:
        return codes.NO_VALID_COUPON
    item = world.law.items[coupon["item"]]
    if event["counterpart"] not in (NONE, member["number"]) and not item.transferable:
        return codes.NOT_TRANSFERABLE
    allowed = world.law.category_sets[item.category_set]
    if not any(allowed[line["category"]] for line in event["lines"]):
        return codes.CATEGORY_NOT_ELIGIBLE
    return None


def use_effect(world: World, member: Member, event: Event, day: int) -> int:
    """The coupon is gone; no tokens move."""
    coupon = coupon_of(world, member, event)
    kept = [h for h in member["holdings"] if h is not coupon]
    member["holdings"] = kept
    return codes.APPLIED


def share_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Reward a share within its limit."""
    terms = world.stretch(event["day"])
    if terms.share_tokens == 0:
        return codes.RULE_OFF
    if event["day"] >= terms.ends_day:
        return codes.AFTER_END
    if terms.share_limit != NONE:
        if used(member, SHARES_COUNTER, terms.share_period, day) >= terms.share_limit:
            return codes.LIMIT_REACHED
        use_up(member, SHARES_COUNTER, terms.share_period, day, 1)
    credit(world, member, ISSUE, terms.share_tokens, day, expiry_from(terms, day), rule=codes.RULE_SHARE)
    return codes.APPLIED


def adjust_refused(world: World, member: Member, event: Event) -> int | None:
    """Why an adjustment is rejected."""
    return codes.INSUFFICIENT_TOKENS if available(member) < -event["tokens"] else None


def adjust_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Add or take tokens by hand."""
    terms = world.stretch(event["day"])
    tokens = event["tokens"]
    if tokens == 0:
        return codes.NOTHING_EARNED
    if tokens > 0:
        credit(world, member, ADJUSTED, tokens, day, expiry_from(terms, day), rule=codes.RULE_ADJUST)
    else:
        activity(member, day)
        take(world, member, ADJUSTED, -tokens, day, terms.consumption, rule=codes.RULE_ADJUST)
    return codes.APPLIED


def opening_refused(world: World, member: Member, event: Event) -> int | None:
    """Why an opening balance is rejected."""
    return codes.OPENING_NOT_FIRST if member["active"] else None


def opening_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Tokens brought along from before."""
    if event["tokens"] <= 0:
        return codes.NOTHING_EARNED
    dated = event["expiry_day"] != NONE
    expiry = (event["expiry_day"], 0) if dated else expiry_from(world.stretch(event["day"]), day)
    credit(world, member, ADJUSTED, event["tokens"], day, expiry, not dated, rule=codes.RULE_OPENING)
    return codes.APPLIED


def close_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Forfeit everything; held tokens wait for the settlement."""
    why = {"rule": codes.RULE_CLOSE, "reason": codes.ON_CLOSE}
    for expiry, serial in lots(member):
        gone = sum(g["tokens"] for g in member["grants"] if g["serial"] == serial)
        world.post(member, day, AVAILABLE, EXPIRED, gone, lot=serial, expiry_day=expiry, **why)
    for name in pending_orders(world, member):
        order = world.orders[name]
        world.post(member, day, PENDING, EXPIRED, order["pending"], order=name, **why)
        order["pending"] = 0
    world.post(member, day, ADJUSTED, DEBT, member["debt"], **why)
    take_out(world, member, day, list(member["tickets"]))
    member.update(status=codes.CLOSED, grants=[], pending=0, debt=0, holdings=[], due=[])
    return codes.APPLIED
