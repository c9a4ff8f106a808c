"""Return and cancellation: claims on the award as it was recorded."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.codes import REDEEMED
from rewardsim.rules.records import NEVER, NONE

from .accounts import claw, credit, put_back
from .dates import expiry_from
from .draws import withdraw
from .earning import lines_of, rounded, tokens_of
from .orders import deliver_refused, record_of
from .referral import ask_to_revoke
from .tiers import recount
from .world import ORDERS_COUNTER, Event, Member, Order, World, hand_back


def linked(world: World, event: Event) -> bool:
    """Whether the event names an order that was placed."""
    order = record_of(world, event)
    return order is not None and order["status"] != codes.NO_ORDER


def return_refused(world: World, member: Member, event: Event) -> int | None:
    """Why a return is rejected."""
    if not linked(world, event):
        terms = world.stretch(event["day"])
        return codes.UNKNOWN_ORDER if terms.unlinked == codes.REJECT else None
    order = world.orders[event["order"]]
    terms = order["terms"]
    if order["member"] != member["number"]:
        return codes.OTHER_MEMBERS_ORDER
    if order["status"] == codes.CANCELLED:
        return codes.ORDER_CANCELLED
    since = order["day"] if order["delivered"] == NEVER else order["delivered"]
    if terms.window_days != NONE and event["day"] > since + terms.window_days:
        return codes.RETURN_TOO_LATE
    if event["amount"] > order["amount"] - order["returned"]:
        return codes.RETURN_EXCEEDS_ORDER
    return lines_refused(order, event) if terms.clawback == codes.BY_LINE else None


def lines_refused(order: Order, event: Event) -> int | None:
    """Why the lines of a return do not fit the order's lines."""
    known = {line["number"]: line["amount"] - line["returned"] for line in order["lines"]}
    for line in event["lines"]:
        if line["number"] not in known:
            return codes.UNKNOWN_LINE
    for line in event["lines"]:
        known[line["number"]] -= line["amount"]
    return codes.RETURN_EXCEEDS_ORDER if min(known.values()) < 0 else None


def target(earned: int, returned: int, amount: int, mode: int, touched: bool) -> int:
    """Tokens that must have been claimed back once ``returned`` of ``amount`` came back."""
    if not touched:
        return 0
    return earned if amount == 0 else rounded(Fraction(earned * returned, amount), mode)


def claim(order: Order) -> int:
    """Tokens to claim now so that the order, or each of its lines, meets its target."""
    terms = order["terms"]
    parts = order["lines"] if terms.clawback == codes.BY_LINE else [order]
    total = 0
    for part in parts:
        touched = part["returned"] > 0 or part.get("touched", False)
        goal = target(part["earned"], part["returned"], part["amount"], terms.claw_rounding, touched)
        more = max(0, goal - part["clawed"])
        part["clawed"] += more
        total += more
    if terms.clawback == codes.BY_LINE:
        order["clawed"] += total
    return total


def settle_claim(world: World, member: Member, name: Any, day: int, rule: int) -> int:
    """Claim what is due on the order; answers the shortfall."""
    order = world.orders[name]
    return claw(world, member, order, claim(order), day, order["terms"], rule=rule, order=name)


def give_back(world: World, member: Member, name: Any, day: int, event: Event, rule: int) -> None:
    """Give back tokens spent on the order, in proportion to what came back."""
    order = world.orders[name]
    policy = order["terms"].spent_tokens
    if policy == codes.KEEP_SPENT:
        return
    share = Fraction(order["returned"], order["amount"]) if order["amount"] else Fraction(1)
    tokens = math.floor(order["spent"] * share) - order["given_back"]
    order["given_back"] += tokens
    more = {"rule": rule, "reason": codes.GIVEN_BACK, "order": name}
    if policy == codes.REISSUE:
        if tokens:
            credit(world, member, REDEEMED, tokens, day, expiry_from(world.stretch(event["day"]), day), **more)
        return
    put_back(world, member, REDEEMED, order["pieces"], tokens, day, **more)


def undo(world: World, member: Member, event: Event, day: int, rule: int) -> int:
    """Claim back, give back, and say what came of it."""
    name = event["order"]
    before = len(world.entries)
    short = settle_claim(world, member, name, day, rule)
    give_back(world, member, name, day, event, rule)
    if short:
        return codes.APPLIED_IN_PART
    return codes.APPLIED if len(world.entries) > before else codes.NOTHING_TO_TAKE


def return_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Take a return on record and post its effects."""
    if not linked(world, event):
        return unlinked(world, member, event, day)
    order = world.orders[event["order"]]
    order["returned"] += event["amount"]
    order["touched"] = True
    if order["terms"].clawback == codes.BY_LINE:
        for back in event["lines"]:
            for line in order["lines"]:
                if line["number"] == back["number"]:
                    line["returned"] += back["amount"]
                    line["touched"] = True
    outcome = undo(world, member, event, day, codes.RULE_RETURN)
    recount(world, member, event["order"], day)
    ask_to_revoke(world, member, event, day)
    withdraw(world, member, event, day)
    return outcome


def unlinked(world: World, member: Member, event: Event, day: int) -> int:
    """A return without a known order, at today's rate."""
    terms = world.stretch(event["day"])
    if event["day"] < terms.starts_day:
        return codes.BEFORE_START
    tokens = tokens_of(world, terms, lines_of(world, terms, event, 0))
    before = len(world.entries)
    short = claw(world, member, None, tokens, day, terms, rule=codes.RULE_RETURN)
    if short:
        return codes.APPLIED_IN_PART
    return codes.APPLIED if len(world.entries) > before else codes.NOTHING_TO_TAKE


def cancel_refused(world: World, member: Member, event: Event) -> int | None:
    """Why a cancellation is rejected."""
    reason = deliver_refused(world, member, event)
    if reason is not None:
        return reason
    delivered = world.orders[event["order"]]["delivered"] != NEVER
    return codes.ORDER_DELIVERED if delivered else None


def cancel_effect(world: World, member: Member, event: Event, day: int) -> int:
    """A return of everything left; the order is off the record but for its name."""
    order = world.orders[event["order"]]
    order.update(returned=order["amount"], touched=True)
    for line in order["lines"]:
        line.update(returned=line["amount"], touched=True)
    outcome = undo(world, member, event, day, codes.RULE_CANCEL)
    if order["counted"] is not None:
        hand_back(member, ORDERS_COUNTER, order["terms"].orders_period, order["counted"], 1)
    order.update(status=codes.CANCELLED, spent=0, spent_value=0, given_back=0, pieces=[])
    recount(world, member, event["order"], day)
    withdraw(world, member, event, day)
    return outcome
