"""Order, delivery, return and cancellation."""

from __future__ import annotations

from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.codes import ISSUE, PENDING
from rewardsim.rules.records import NEVER, NONE, Terms

from .accounts import activity, credit, expiry_for, release
from .draws import enter_by
from .earning import cap_campaign, cap_purchase, extras, lines_of, share_later, share_out, shares_of, tokens_of
from .referral import ask_to_qualify
from .requests import propose
from .tiers import count_order, express, recount, tier_extra
from .world import ORDERS_COUNTER, Event, Member, Order, World, new_order, use_up, used

BY_DELIVERY = (codes.ON_DELIVERY, codes.DAYS_AFTER_DELIVERY)


def record_of(world: World, event: Event) -> Order | None:
    """The order on record the event names, if any."""
    return world.orders.get(event["order"]) if event["order"] is not None else None


def order_refused(world: World, member: Member, event: Event) -> int | None:
    """Why an order is rejected."""
    order = record_of(world, event)
    if order is None:
        return None
    if order["member"] != member["number"]:
        return codes.OTHER_MEMBERS_ORDER
    return codes.ORDER_EXISTS if order["status"] == codes.PLACED else None


def terms_of_order(world: World, day: int) -> Terms:
    """Terms of the day; for early orders that may count, those of the first day."""
    terms = world.stretch(day)
    if day >= terms.starts_day:
        return terms
    first = world.stretch(terms.starts_day)
    return first if first.counts_from_day != NEVER else terms


def place(world: World, member: Member, event: Event, terms: Terms) -> Order:
    """Put the order on record, earning nothing yet; tokens spent on it stay on it."""
    old = record_of(world, event)
    order = new_order(member["number"])
    if old is not None:
        for field in ("spent", "spent_value", "given_back", "pieces", "placement"):
            order[field] = old[field]
    order.update(
        status=codes.PLACED,
        day=event["day"],
        amount=event["amount"],
        terms=terms,
        retro=event["day"] < terms.starts_day,
        placement=order["placement"] + 1,
        paid=max(0, event["amount"] - event["discount"] - order["spent_value"]),
    )
    order["lines"] = [{**line, "returned": 0, "earned": 0, "clawed": 0} for line in event["lines"]]
    world.orders[event["order"]] = order
    return order


def why_nothing(world: World, member: Member, event: Event, terms: Terms, worth: int, day: int) -> int | None:
    """The first reason why the order earns nothing."""
    early = event["day"] < terms.starts_day
    if not terms.earn_on:
        return codes.RULE_OFF
    if early and terms.counts_from_day == NEVER:
        return codes.BEFORE_START
    if early and terms.release_kind not in BY_DELIVERY and event["day"] < terms.counts_from_day:
        return codes.BEFORE_START
    if event["day"] >= terms.ends_day:
        return codes.AFTER_END
    if not world.law.channel_sets[terms.channel_set][event["channel"]]:
        return codes.CHANNEL_EXCLUDED
    if worth < terms.minimum_order:
        return codes.BELOW_MINIMUM_ORDER
    if (
        terms.orders_max != NONE
        and terms.orders_counted_on == codes.COUNT_ON_ORDER
        and used(member, ORDERS_COUNTER, terms.orders_period, day) >= terms.orders_max
    ):
        return codes.ORDERS_LIMIT
    return None


def release_day_of(order: Order, terms: Terms) -> int:
    """First day the order's tokens may be spent, as far as the purchase decides it."""
    if terms.release_kind in BY_DELIVERY:
        return NEVER
    planned = order["day"]
    if terms.release_kind == codes.DAYS_AFTER_PURCHASE:
        planned += terms.release_days
    if terms.release_kind == codes.ON_DATE:
        planned = terms.release_day
    return max(planned, terms.starts_day)


def grant(
    world: World,
    member: Member,
    name: Any,
    tokens: int,
    day: int,
    rule: int,
    reason: int,
    weights: list[int] | None = None,
    categories: list[int] | None = None,
) -> None:
    """Post an award of an order: available where it is released, pending otherwise."""
    order = world.orders[name]
    if tokens == 0:
        return
    if weights is not None:
        share_out(order, tokens, weights)
    if categories is not None:
        share_later(order, tokens, categories)
    if order["released"]:
        lot = credit(world, member, ISSUE, tokens, day, expiry_for(order, day), rule=rule, reason=reason, order=name)
        if order["lot"] == NONE:
            order["lot"] = lot
        return
    activity(member, day)
    if order["pending"] == 0:
        world.turn += 1
        order["turn"] = world.turn
    order["pending"] += tokens
    member["pending"] += tokens
    world.post(member, day, ISSUE, PENDING, tokens, rule=rule, reason=reason, order=name)


def order_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Record the order, award it, and let it count for standing and draws."""
    outcome = award_order(world, member, event, day)
    count_order(world, member, event, day)
    enter_by(world, member, event, day, codes.BY_PURCHASE)
    return outcome


def award_order(world: World, member: Member, event: Event, day: int) -> int:
    """Put the order on record with what it earns: purchase, tier, campaigns."""
    terms = terms_of_order(world, event["day"])
    order = place(world, member, event, terms)
    lines = lines_of(world, terms, event, order["spent_value"])
    reason = why_nothing(world, member, event, terms, sum(line["basis"] for line in lines), day)
    if reason is not None:
        return reason
    order["release_day"] = release_day_of(order, terms)
    order["released"] = order["release_day"] <= day
    purchase = tokens_of(world, terms, lines)
    by_tier, rule = tier_extra(world, member, event, day, purchase)
    awarded = cap_purchase(world, member, terms, purchase + by_tier, day)
    weights = shares_of(world, terms, lines, terms.category_set)
    first, rest = min(purchase, awarded), max(0, awarded - purchase)
    grant(world, member, event["order"], first, day, codes.RULE_PURCHASE, why_cut(first < purchase), weights)
    grant(world, member, event["order"], rest, day, rule, why_cut(rest < by_tier), weights)
    wanted, given, proposed = purchase + by_tier, awarded, 0
    for k, extra in extras(world, terms, event, lines, purchase + by_tier):
        campaign = world.law.campaigns[k]
        let = cap_campaign(member, campaign, extra, day)
        wanted += extra
        if campaign.pool == NONE:
            given += let
            weights = shares_of(world, terms, lines, campaign.category_set)
            grant(world, member, event["order"], let, day, campaign.rule, why_cut(let < extra), weights)
        elif let > 0:
            proposed += let
            propose(world, member, event, day, codes.ASK_BUDGET, campaign=k, wanted=let, pool=campaign.pool)
    return close_award(member, order, day, wanted, given, proposed)


def why_cut(cut: bool) -> int:
    """The reason on an item that a cap may have cut."""
    return codes.CUT_BY_LIMIT if cut else codes.AS_COMPUTED


def close_award(member: Member, order: Order, day: int, wanted: int, given: int, proposed: int) -> int:
    """Count the order and say what came of it."""
    terms = order["terms"]
    counts = terms.orders_counted_on == codes.COUNT_ON_ORDER and terms.orders_max != NONE
    if counts and given + proposed > 0:
        use_up(member, ORDERS_COUNTER, terms.orders_period, day, 1)
        order["counted"] = day
    if wanted == 0:
        return codes.NOTHING_EARNED
    if given == 0:
        return codes.PROPOSED if proposed else codes.LIMIT_REACHED
    return codes.APPLIED if given + proposed == wanted else codes.APPLIED_IN_PART


def deliver_refused(world: World, member: Member, event: Event) -> int | None:
    """Why a delivery is rejected."""
    order = record_of(world, event)
    if order is None:
        return codes.UNKNOWN_ORDER
    if order["member"] != member["number"]:
        return codes.OTHER_MEMBERS_ORDER
    if order["status"] == codes.NO_ORDER:
        return codes.ORDER_NOT_PLACED
    return codes.ORDER_CANCELLED if order["status"] == codes.CANCELLED else None


def void(world: World, member: Member, name: Any, day: int, reason: int) -> None:
    """Take pending tokens away for good: the order did not earn them after all."""
    order = world.orders[name]
    tokens = order["pending"]
    order.update(pending=0, voided=True, earned=order["earned"] - tokens)
    member["pending"] -= tokens
    for line in order["lines"]:
        line["earned"] = line["clawed"]
    world.post(member, day, PENDING, codes.CLAWED, tokens, rule=codes.RULE_PURCHASE, reason=reason, order=name)


def deliver_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Take in the delivery, and note it where it was express."""
    outcome = take_delivery(world, member, event, day)
    if outcome != codes.ALREADY_DELIVERED:
        recount(world, member, event["order"], day)
        express(world, member, event, day)
        ask_to_qualify(world, member, event, day)
    return outcome


def take_delivery(world: World, member: Member, event: Event, day: int) -> int:
    """Record the delivery; release or plan the release of what waited for it."""
    order = world.orders[event["order"]]
    terms = order["terms"]
    if order["delivered"] != NEVER:
        return codes.ALREADY_DELIVERED
    order["delivered"] = event["day"]
    if terms.release_kind not in BY_DELIVERY:
        return codes.APPLIED
    if order["retro"] and event["day"] < terms.counts_from_day:
        void(world, member, event["order"], day, codes.VOID_BEFORE_COUNT)
        return codes.APPLIED
    asked = any(
        request["order"] == event["order"] and request["placement"] == order["placement"] for request in world.requests
    )
    counts = terms.orders_max != NONE and terms.orders_counted_on == codes.COUNT_ON_DELIVERY
    if counts and (order["pending"] > 0 or asked):
        if used(member, ORDERS_COUNTER, terms.orders_period, day) >= terms.orders_max:
            void(world, member, event["order"], day, codes.VOID_ORDERS_LIMIT)
            return codes.APPLIED
        use_up(member, ORDERS_COUNTER, terms.orders_period, day, 1)
    wait = terms.release_days if terms.release_kind == codes.DAYS_AFTER_DELIVERY else 0
    order["release_day"] = max(event["day"] + wait, terms.starts_day)
    order["released"] = order["release_day"] <= day
    if order["released"] and order["pending"] > 0:
        release(world, member, event["order"], day)
    return codes.APPLIED
