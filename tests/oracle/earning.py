"""What an order is worth: basis, rate, limits and campaigns, in exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import BP, NONE, Campaign, Terms

from .dates import to_date
from .world import Event, Member, Order, World, use_up, used

Line = dict[str, Any]


def rounded(value: Fraction, mode: int) -> int:
    """A whole number by the named rounding; values are never negative."""
    floor = math.floor(value)
    rest = value - floor
    if mode == codes.FLOOR or rest == 0:
        return floor
    if mode == codes.CEIL:
        return floor + 1
    if rest == Fraction(1, 2):
        return floor + 1 if mode == codes.HALF_UP else floor + floor % 2
    return floor + (1 if rest > Fraction(1, 2) else 0)


def apportion(total: int, weights: list[int]) -> list[int]:
    """Split ``total`` by weights: largest remainder, ties by position. No weight, no share."""
    whole = sum(weights)
    if whole == 0:
        return [0 for _ in weights]
    exact = [Fraction(total * weight, whole) for weight in weights]
    shares = [math.floor(part) for part in exact]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


def tokens_for(world: World, terms: Terms, weight: int) -> int:
    """Tokens of a weighted value (minor units times basis points)."""
    lower = 0
    exact = Fraction(0)
    steps = 0
    for row in range(terms.band_first, terms.band_first + terms.band_count):
        band = world.law.bands[row]
        upper = weight if band.upper == NONE else min(weight, band.upper * BP)
        part = max(0, upper - lower)
        lower = max(lower, upper)
        steps += part // (band.per * BP) * band.tokens
        exact += Fraction(part * band.tokens, band.per * BP)
    return steps if terms.proration == codes.STEP else rounded(exact, terms.rounding)


def lines_of(world: World, terms: Terms, event: Event, spent_value: int) -> list[Line]:
    """The event's lines with their basis and weight."""
    paid = [line["amount"] - line["discount"] for line in event["lines"]]
    by_tokens = apportion(spent_value, paid) if terms.basis == codes.NET_OF_TOKENS else [0] * len(paid)
    allowed = world.law.category_sets[terms.category_set]
    factors = world.law.category_factors[terms.factor_row]
    lines = []
    for line, net, tokens in zip(event["lines"], paid, by_tokens, strict=True):
        basis = line["amount"] if terms.basis == codes.GROSS else max(0, net - tokens)
        if not allowed[line["category"]]:
            basis = 0
        lines.append({**line, "basis": basis, "weight": basis * int(factors[line["category"]])})
    return lines


def tokens_of(world: World, terms: Terms, lines: list[Line]) -> int:
    """Tokens of lines at the terms' place of rounding."""
    if terms.round_at == codes.AT_LINE:
        return sum(tokens_for(world, terms, line["weight"]) for line in lines)
    return tokens_for(world, terms, sum(line["weight"] for line in lines))


def capped(wanted: int, left: int, excess: int) -> int:
    """What a cap lets through."""
    if wanted <= left:
        return wanted
    return 0 if excess == codes.REJECT else max(0, left)


def cap_purchase(world: World, member: Member, terms: Terms, tokens: int, day: int) -> int:
    """Purchase tokens after every limit, which count what is awarded in the end."""
    limits = [world.law.limits[terms.limit_first + k] for k in range(terms.limit_count)]
    for limit in limits:
        left = limit.tokens
        if limit.period != codes.PER_ORDER:
            left -= used(member, limit.counter, limit.period, day)
        tokens = capped(tokens, left, limit.excess)
    for limit in limits:
        if limit.period != codes.PER_ORDER:
            use_up(member, limit.counter, limit.period, day, tokens)
    return tokens


def lines_in(world: World, campaign: Campaign, lines: list[Line]) -> list[Line]:
    """The lines in the campaign's categories."""
    allowed = world.law.category_sets[campaign.category_set]
    return [line for line in lines if allowed[line["category"]]]


def fires(world: World, campaign: Campaign, event: Event, lines: list[Line]) -> bool:
    """Whether the campaign's conditions hold for the order."""
    worth = sum(line["basis"] for line in lines_in(world, campaign, lines))
    return bool(
        campaign.from_day <= event["day"] < campaign.to_day
        and campaign.weekdays >> to_date(event["day"]).weekday() & 1
        and world.law.channel_sets[campaign.channel_set][event["channel"]]
        and worth >= campaign.minimum_order
        and worth > 0
    )


def chosen(world: World, event: Event, lines: list[Line]) -> list[int]:
    """Campaigns that count, adding ones before multiplying ones, else in canonical order."""
    rows = [k for k, campaign in enumerate(world.law.campaigns) if fires(world, campaign, event, lines)]
    alone = [k for k in rows if world.law.campaigns[k].stacking == codes.EXCLUSIVE]
    if alone:
        return alone[:1]
    return sorted(rows, key=lambda k: world.law.campaigns[k].stacking == codes.MULTIPLY)


def extras(world: World, terms: Terms, event: Event, lines: list[Line], purchase: int) -> list[tuple[int, int]]:
    """Each campaign that counts with its extra tokens, before its own limit."""
    total = purchase
    found = []
    for k in chosen(world, event, lines):
        campaign = world.law.campaigns[k]
        base = total
        if campaign.stacking != codes.MULTIPLY:
            base = tokens_of(world, terms, lines_in(world, campaign, lines))
        extra = rounded(Fraction(base * (campaign.factor_bp - BP), BP), terms.rounding)
        extra += campaign.bonus_tokens
        total += extra
        found.append((k, extra))
    return found


def cap_campaign(member: Member, campaign: Campaign, tokens: int, day: int) -> int:
    """A campaign's extra after its member limit, which counts what is let through."""
    if campaign.limit_tokens == NONE:
        return tokens
    if campaign.limit_period == codes.PER_ORDER:
        return capped(tokens, campaign.limit_tokens, campaign.limit_excess)
    left = campaign.limit_tokens - used(member, campaign.limit_counter, campaign.limit_period, day)
    tokens = capped(tokens, left, campaign.limit_excess)
    use_up(member, campaign.limit_counter, campaign.limit_period, day, tokens)
    return tokens


def share_later(order: Order, tokens: int, categories: list[int]) -> None:
    """Write a budget's grant on the lines of these categories: floors of cumulative shares by value."""
    order["earned"] += tokens
    values = [line["amount"] if categories[line["category"]] else 0 for line in order["lines"]]
    given = 0
    for k, line in enumerate(order["lines"]):
        up_to = tokens * sum(values[: k + 1]) // sum(values)
        line["earned"] += up_to - given
        given = up_to


def shares_of(world: World, terms: Terms, lines: list[Line], category_set: int) -> list[int]:
    """What each line weighs when tokens of these categories are split: worth, else amount, else the first."""
    allowed = world.law.category_sets[category_set]
    weights = []
    for line in lines:
        weight = line["weight"] // BP
        if terms.round_at == codes.AT_LINE:
            weight = tokens_for(world, terms, line["weight"])
        weights.append(weight if allowed[line["category"]] else 0)
    if sum(weights) == 0:
        weights = [line["amount"] if allowed[line["category"]] else 0 for line in lines]
    return weights if sum(weights) else [1] + [0] * (len(lines) - 1)


def share_out(order: Order, tokens: int, weights: list[int]) -> None:
    """Write tokens awarded to the order on its lines."""
    order["earned"] += tokens
    for line, share in zip(order["lines"], apportion(tokens, weights), strict=True):
        line["earned"] += share
