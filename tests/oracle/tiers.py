"""A member's tier, from the log: what qualifies is added up anew over all orders each time it is asked."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import BP, NEVER, NONE, Level, Terms

from .accounts import credit
from .dates import add_months, expiry_from, to_date, to_day
from .earning import rounded
from .world import Event, Member, Order, World, use_up, used

Standing = dict[str, Any]


def running(world: World, day: int) -> bool:
    """Whether tiers are in force on a day."""
    terms = world.stretch(day)
    return bool(terms.tiers_from <= day < terms.tiers_to)


def levels_of(world: World, terms: Terms) -> list[Level]:
    """The tiers of some terms, lowest first."""
    return list(world.law.levels[terms.level_first : terms.level_first + terms.level_count])


def level_of(levels: list[Level], amount: int) -> int:
    """The highest tier that begins at or below the amount, NONE below the first."""
    return max((k for k, level in enumerate(levels) if level.start <= amount), default=NONE)


def contribution(world: World, order: Order) -> int:
    """What an order counts for standing, as things are."""
    terms = order["terms"]
    if order["status"] == codes.CANCELLED:
        return 0
    amount, returned = order["amount"], order["returned"] if terms.requalify else 0
    all_back = returned >= amount > 0
    if terms.criterion == codes.BY_ORDERS:
        return 0 if all_back else 1
    if terms.criterion == codes.BY_TOKENS_EARNED:
        return int(order["earned"] - (order["clawed"] if terms.requalify else 0))
    if all_back:
        return 0
    return int(order["paid"] - (order["paid"] * returned // amount if amount else 0))


def window_start(world: World, member: Member, day: int) -> int:
    """First day whose orders count on ``day``."""
    terms = world.law.terms[0]
    if terms.tier_window == codes.LIFETIME:
        return -NEVER
    if terms.tier_window == codes.ROLLING_MONTHS:
        return add_months(day, -terms.tier_months) + 1
    if terms.tier_window == codes.CALENDAR_YEAR:
        return to_day(date(to_date(day).year, 1, 1))
    return max(start for start in anniversaries(member, day) if start <= day)


def anniversaries(member: Member, day: int) -> list[int]:
    """The anniversaries of enrolment in the years around a day."""
    enrolled = member["enrolled"]
    years = to_date(day).year - to_date(enrolled).year
    return [add_months(enrolled, 12 * k) for k in range(years - 2, years + 3)]


def qualifying(world: World, member: Member, day: int) -> int:
    """What counts as of a day: every order of the window, added up."""
    start = window_start(world, member, day)
    return sum(
        contribution(world, order)
        for order in world.orders.values()
        if order["member"] == member["number"] and start <= order["deed_day"] <= day
    )


def next_review(world: World, member: Member, tier: int, since: int) -> int:
    """The day of the review after ``since``."""
    terms = world.stretch(since)
    if terms.review_months == NONE or not reviewed(world, terms, tier):
        return NEVER
    base = add_months(since, terms.review_months)
    if terms.tier_window == codes.CALENDAR_YEAR:
        this = to_date(base)
        return base if (this.month, this.day) == (1, 1) else to_day(date(this.year + 1, 1, 1))
    if terms.tier_window == codes.ANNIVERSARY:
        return min(start for start in anniversaries(member, base) if start >= base)
    return base


def reviewed(world: World, terms: Terms, tier: int) -> bool:
    """Whether a tier is ever looked at again: where it could be neither lost nor gained, it is not."""
    lowest = tier == NONE or levels_of(world, terms)[tier].start == 0
    return not (terms.upgrade == codes.IMMEDIATE and lowest)


def set_tier(
    world: World, member: Member, day: int, tier: int, cause: int, amount: int, granted: int, as_of: int
) -> None:
    """Move the member to a tier, with a new stretch of time before the next review."""
    standing = member["standing"]
    if tier != standing["tier"]:
        moved = {"before": standing["tier"], "after": tier, "amount": amount}
        world.note(member, day, codes.NOTE_TIER, cause=cause, **moved)
    standing.update(tier=tier, since=day, granted=granted, granted_day=as_of, grace_day=NEVER)
    standing["review_day"] = next_review(world, member, tier, day)


def keep_tier(world: World, member: Member, day: int, cause: int, amount: int, granted: int) -> None:
    """The member stays where he is until the next review."""
    standing = member["standing"]
    tier = standing["tier"]
    world.note(member, day, codes.NOTE_KEPT, cause=cause, before=tier, after=tier, amount=amount)
    standing.update(granted=granted, granted_day=day - 1, grace_day=NEVER)
    standing["review_day"] = next_review(world, member, tier, day)


def begins_on(world: World, member: Member) -> int:
    """The day the member's standing begins, NEVER if it does not."""
    terms = world.law.terms[0]
    if member["enrolled"] is None or not world.law.levels:
        return NEVER
    day = max(terms.tiers_from, member["enrolled"])
    return int(day) if day < terms.tiers_to else NEVER


def begin(world: World, member: Member, day: int) -> None:
    """Give the member the tier that his orders before the day are worth."""
    amount = qualifying(world, member, day - 1)
    member["standing"] = {"tier": NONE}
    tier = level_of(levels_of(world, world.stretch(day)), amount)
    set_tier(world, member, day, tier, codes.WHY_BEGINS, amount, amount, day - 1)


def counts(order: Order, event: Event) -> bool:
    """Whether an order counts for standing: since the programme's start, or as early orders earn."""
    terms = order["terms"]
    if event["day"] >= terms.starts_day:
        return True
    by_delivery = terms.release_kind in (codes.ON_DELIVERY, codes.DAYS_AFTER_DELIVERY)
    return bool(terms.counts_from_day != NEVER and (by_delivery or event["day"] >= terms.counts_from_day))


def count_order(world: World, member: Member, event: Event, day: int) -> None:
    """An order counts from now on."""
    order = world.orders[event["order"]]
    if world.law.levels and counts(order, event):
        order["deed_day"] = day
        recount(world, member, event["order"], day)


def recount(world: World, member: Member, name: Any, day: int) -> None:
    """An order may count more or less than before: rise, or fall."""
    order = world.orders[name]
    if order["deed_day"] == NEVER:
        return
    change = contribution(world, order) - order["deed_value"]
    order["deed_value"] += change
    if member["standing"] is None or member["status"] == codes.CLOSED:
        return
    if change > 0:
        rise(world, member, day)
    if change < 0:
        fall(world, member, order, -change, day)


def rise(world: World, member: Member, day: int) -> None:
    """Reach a higher tier at once where the programme says so."""
    terms = world.stretch(day)
    if terms.upgrade != codes.IMMEDIATE or not running(world, day):
        return
    amount = qualifying(world, member, day)
    tier = level_of(levels_of(world, terms), amount)
    if tier > member["standing"]["tier"]:
        set_tier(world, member, day, tier, codes.WHY_ROSE, amount, amount, day)


def fall(world: World, member: Member, order: Order, lost: int, day: int) -> None:
    """Lose the tier that rested on what came back, unless today's orders bear it."""
    standing = member["standing"]
    if standing["granted"] == NONE or not running(world, day):
        return
    start = window_start(world, member, standing["granted_day"])
    if not start <= order["deed_day"] <= standing["granted_day"]:
        return
    standing["granted"] -= lost
    terms = world.stretch(day)
    levels = levels_of(world, terms)
    amount = qualifying(world, member, day)
    by_grant = level_of(levels, standing["granted"])
    supported = max(by_grant, level_of(levels, amount))
    if supported >= standing["tier"]:
        return
    if by_grant != supported:
        standing.update(granted=amount, granted_day=day)
    moved = {"before": standing["tier"], "after": supported, "amount": standing["granted"]}
    world.note(member, day, codes.NOTE_TIER, cause=codes.WHY_RETURNED, **moved)
    standing["tier"] = supported
    if not reviewed(world, terms, supported):
        standing["review_day"] = NEVER


def review(world: World, member: Member, day: int) -> None:
    """Look whether the tier is still deserved."""
    standing = member["standing"]
    standing["review_day"] = NEVER
    if not running(world, day):
        return
    terms = world.stretch(day)
    amount = qualifying(world, member, day - 1)
    target = level_of(levels_of(world, terms), amount)
    if target > standing["tier"]:
        set_tier(world, member, day, target, codes.WHY_REVIEW, amount, amount, day - 1)
    elif target == standing["tier"]:
        keep_tier(world, member, day, codes.WHY_REVIEW, amount, amount)
    elif terms.downgrade == codes.NEVER_DOWN:
        keep_tier(world, member, day, codes.WHY_DEMOTION_OFF, amount, NONE)
    elif terms.grace_days > 0:
        waits = {"before": standing["tier"], "after": target, "amount": amount}
        world.note(member, day, codes.NOTE_GRACE, cause=codes.WHY_REVIEW, **waits)
        standing["grace_day"] = day + terms.grace_days
    else:
        demote(world, member, day, target, codes.WHY_REVIEW, amount)


def grace_over(world: World, member: Member, day: int) -> None:
    """The failed review takes effect, unless the tier was earned back."""
    standing = member["standing"]
    standing["grace_day"] = NEVER
    if not running(world, day):
        return
    terms = world.stretch(day)
    amount = qualifying(world, member, day - 1)
    target = level_of(levels_of(world, terms), amount)
    if target < standing["tier"] and terms.downgrade == codes.NEVER_DOWN:
        keep_tier(world, member, day, codes.WHY_DEMOTION_OFF, amount, NONE)
    elif target < standing["tier"]:
        demote(world, member, day, target, codes.WHY_GRACE_OVER, amount)
    elif target > standing["tier"]:
        set_tier(world, member, day, target, codes.WHY_GRACE_OVER, amount, amount, day - 1)
    else:
        keep_tier(world, member, day, codes.WHY_GRACE_OVER, amount, amount)


def demote(world: World, member: Member, day: int, target: int, cause: int, amount: int) -> None:
    """One step down, or all the way; a tier above what was deserved rests on leniency."""
    tier = lower(world.stretch(day), member["standing"]["tier"], target)
    granted = amount if tier == target else NONE
    set_tier(world, member, day, tier, cause, amount, granted, day - 1)


def lower(terms: Terms, tier: int, target: int) -> int:
    """The tier after a demotion."""
    return tier - 1 if terms.downgrade == codes.ONE_STEP else target


def tier_extra(world: World, member: Member, event: Event, day: int, purchase: int) -> tuple[int, int]:
    """Extra tokens of the member's tier on an order's base award, and their rule."""
    order = world.orders[event["order"]]
    terms = order["terms"]
    if member["standing"] is None or not running(world, day) or purchase == 0:
        return 0, 0
    levels = levels_of(world, terms)
    parts = [(k, part) for k, part in split(world, member, order, day, purchase) if k != NONE and part > 0]
    if not parts:
        return 0, 0
    exact = sum(Fraction(part * (levels[k].factor_bp - BP), BP) for k, part in parts)
    return rounded(Fraction(exact), terms.rounding), levels[max(k for k, _ in parts)].rule


def split(world: World, member: Member, order: Order, day: int, purchase: int) -> list[tuple[int, int]]:
    """The base award by the tiers that apply to its parts."""
    terms = order["terms"]
    levels = levels_of(world, terms)
    tier = member["standing"]["tier"]
    adds = {codes.BY_SPEND: order["paid"], codes.BY_TOKENS_EARNED: purchase, codes.BY_ORDERS: 1}[terms.criterion]
    if terms.rate_applies == codes.RATE_BEFORE or terms.upgrade == codes.AT_REVIEW or adds == 0:
        return [(tier, purchase)]
    before = qualifying(world, member, day)
    if terms.rate_applies == codes.RATE_AFTER:
        return [(max(tier, level_of(levels, before + adds)), purchase)]
    cuts = [0, *sorted(level.start - before for level in levels if 0 < level.start - before < adds), adds]
    parts = []
    for low, high in pairwise(cuts):
        tokens = purchase * high // adds - purchase * low // adds
        parts.append((max(tier, level_of(levels, before + low)), tokens))
    return parts


def learn_birthday(world: World, member: Member, event: Event, day: int) -> None:
    """Keep the day of birth of who enrols."""
    if event["birthday"] != NONE and member["birthday"] == NONE:
        member["birthday"] = event["birthday"]
        start = world.law.terms[0].tiers_from
        if world.law.levels and start < NEVER:
            member["gift_day"] = birthday_from(event["birthday"], max(start, day + 1))


def birthday_from(born: int, day: int) -> int:
    """The first birthday on or after a day."""
    year = to_date(day).year
    return min(found for found in (birthday_in(born, year), birthday_in(born, year + 1)) if found >= day)


def birthday_in(born: int, year: int) -> int:
    """The birthday of a year; 28 February where it has no 29th."""
    anchor = to_date(born)
    return add_months(to_day(date(anchor.year, anchor.month, anchor.day)), 12 * (year - anchor.year))


def present_birthday(world: World, member: Member, day: int) -> None:
    """Birthday tokens of the member's tier."""
    member["gift_day"] = birthday_from(member["birthday"], day + 1)
    standing = member["standing"]
    if standing is None or standing["tier"] == NONE or not running(world, day):
        return
    terms = world.stretch(day)
    tokens = levels_of(world, terms)[standing["tier"]].birthday_tokens
    if tokens:
        credit(world, member, codes.ISSUE, tokens, day, expiry_from(terms, day), rule=codes.RULE_BIRTHDAY)


def express(world: World, member: Member, event: Event, day: int) -> None:
    """Note a delivery that was express by the member's tier."""
    standing = member["standing"]
    if standing is None or standing["tier"] == NONE or not running(world, day):
        return
    terms = world.stretch(day)
    level = levels_of(world, terms)[standing["tier"]]
    so_far = used(member, terms.express_counter, codes.PER_MONTH, day)
    if level.express_orders != NONE and so_far >= level.express_orders:
        return
    use_up(member, terms.express_counter, codes.PER_MONTH, day, 1)
    facts = {"before": standing["tier"], "after": so_far + 1, "amount": level.express_cost}
    world.note(member, day, codes.NOTE_EXPRESS, order=event["order"], **facts)


def projection(world: World, member: Member, day: int) -> dict[str, int]:
    """Where the member stands, and where he will if nothing happens any more."""
    standing = member["standing"]
    tier = standing["tier"]
    now = levels_of(world, world.stretch(day))
    found = {"tier": tier, "projected": tier, "to_keep": 0, "to_rise": NONE}
    if running(world, day) and tier < len(now) - 1:
        found["to_rise"] = max(0, now[tier + 1].start - qualifying(world, member, day))
    then = min(standing["review_day"], standing["grace_day"])
    if then >= NEVER or not running(world, then):
        return found
    terms = world.stretch(then)
    levels = levels_of(world, terms)
    amount = qualifying(world, member, then - 1)
    target = level_of(levels, amount)
    if target > tier:
        found["projected"] = target
    if target < tier and terms.downgrade != codes.NEVER_DOWN:
        found["projected"] = lower(terms, tier, target)
    if tier != NONE:
        found["to_keep"] = max(0, levels[tier].start - amount)
    return found
