"""Proof that no intermediate product of the rules leaves 63 bits under a programme's bounds.

Compiled rules count in 64-bit integers and overflow silently, so the largest value of every
product is computed here in advance. A rule that multiplies needs its line in ``products``. Shares
of referral rewards need none: ``arithmetic.share_of`` forms no product larger than its result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isqrt

from rewardsim.programme.faults import Fault
from rewardsim.programme.reach import DEEDS_MAX
from rewardsim.programme.source import Source
from rewardsim.programme.units import in_major
from rewardsim.rules import codes
from rewardsim.rules.records import BP, NEVER, Band, Campaign, Law, Terms

LIMIT = 2**63 - 1
LINES_MAX = 10_000
"""Order lines allowed for where each line rounds by itself."""

AMOUNT, TOKENS = ("bounds", "amount_max"), ("bounds", "tokens_max")


AMOUNT_DIGITS = range(8, 2, -1)
"""Digits after the first of the amount taken when a programme names none: 100 million to a thousand."""


@dataclass(frozen=True)
class Product:
    """The largest value an intermediate number can take, and the bound it grows with."""

    what: str
    value: int
    bound: tuple[str, str]
    power: int = 1


def overflows(source: Source, law: Law, digits: int, decimals: int) -> Iterator[Fault]:
    """One fault for each bound that is too large, with a bound that would do."""
    worst: dict[tuple[str, str], tuple[int, Product]] = {}
    for terms in law.terms:
        for product in products(terms, law):
            size = lowered(product, terms)
            if product.value > LIMIT and (product.bound not in worst or size < worst[product.bound][0]):
                worst[product.bound] = (size, product)
    for bound, (size, product) in sorted(worst.items()):
        shown = f'"{in_major(size, digits)}"' if bound == AMOUNT else str(max(size // 10**decimals, 1))
        found = f"numbers of up to {len(str(product.value))} digits in {product.what}"
        todo = f"set {'.'.join(bound)} to {shown} or less"
        yield source.fault(bound, "overflow", found, "less than 2^63 (19 digits)", todo)


def fit_amount(law: Law, digits: int) -> None:
    """Give the terms the largest usual bound of amounts under which nothing overflows."""
    for power in AMOUNT_DIGITS:
        for terms in law.terms:
            terms.amount_max = 10 ** (power + digits)
        found = (product for terms in law.terms for product in products(terms, law))
        if all(product.bound != AMOUNT or product.value <= LIMIT for product in found):
            return


def lowered(product: Product, terms: Terms) -> int:
    """The largest power of ten that is small enough as a bound."""
    now = terms.amount_max if product.bound == AMOUNT else terms.tokens_max
    ratio = product.value // LIMIT + 1
    enough = now // (isqrt(ratio) + 1 if product.power == 2 else ratio + 1)
    return int(10 ** (len(str(enough)) - 1)) if enough else 1


def products(terms: Terms, law: Law) -> Iterator[Product]:
    """Every product of the rules at its largest, for one stretch."""
    amount, tokens = terms.amount_max, terms.tokens_max
    yield Product("the tokens of an account", tokens * BP, TOKENS)
    yield Product("the value of an order", amount * BP, AMOUNT)
    if law.levels or terms.referral_from != NEVER:
        yield Product("what was paid for the part of an order that came back", amount * amount, AMOUNT, 2)
    if law.levels:
        yield Product("what a member's orders count for his tier", amount * DEEDS_MAX, AMOUNT)
    if terms.earn_on:
        bands = law.bands[terms.band_first : terms.band_first + terms.band_count]
        weight = amount * max(factor_row(terms, law))
        yield from award_products(terms, bands, weight)
        award = largest_award(terms, bands, weight)
        earned = largest_earned(award, largest_factor(terms, law), law.campaigns)
        yield Product("the tokens of an order with its campaigns", earned * BP, AMOUNT)
        yield Product("the claw-back of an order", earned * amount, AMOUNT, 2)
        if law.levels:
            yield from tier_products(terms, law, award, earned)
        if terms.clawback == codes.BY_LINE:
            share = award if terms.round_at == codes.AT_LINE else weight // BP
            yield Product("an award divided among order lines", earned * share, AMOUNT, 2)
    if terms.redeem_on:
        yield from redemption_products(terms)


def factor_row(terms: Terms, law: Law) -> list[int]:
    """The category factors of a stretch, never less than one."""
    first = terms.factor_row * terms.category_width
    return [BP, *law.category_factors[first : first + terms.category_width]]


def award_products(terms: Terms, bands: list[Band], weight: int) -> Iterator[Product]:
    """The division that turns order value into tokens."""
    yield Product("the bands of the rate", max(max(band.upper, 0) for band in bands) * BP, AMOUNT)
    divisor = max(max(band.per, band.denominator) for band in bands) * BP
    yield Product("the step of the rate", divisor, AMOUNT)
    if terms.proration == codes.PRO_RATA:
        most = max(band.common for band in bands)
        yield Product("the tokens of an order", weight * most, AMOUNT)


def largest_award(terms: Terms, bands: list[Band], weight: int) -> int:
    """Most tokens an order can earn before campaigns."""
    most = max(weight * band.tokens // (band.per * BP) + band.tokens for band in bands)
    return most + (LINES_MAX if terms.round_at == codes.AT_LINE else 1)


def largest_factor(terms: Terms, law: Law) -> int:
    """The best tier's factor."""
    levels = law.levels[terms.level_first : terms.level_first + terms.level_count]
    return max([BP, *(level.factor_bp for level in levels)])


def tier_products(terms: Terms, law: Law, award: int, earned: int) -> Iterator[Product]:
    """What a tier adds to an award, split where an order crosses a threshold."""
    yield Product("the tier's factor of an award", award * largest_factor(terms, law), AMOUNT)
    if terms.rate_applies == codes.RATE_MARGINAL:
        # an award divided at a threshold: by the money paid, or by the award itself
        added = {codes.BY_SPEND: terms.amount_max, codes.BY_TOKENS_EARNED: award, codes.BY_ORDERS: 1}
        power = 1 if terms.criterion == codes.BY_ORDERS else 2
        yield Product("the parts of an award in each tier", award * added[terms.criterion], AMOUNT, power)
    if terms.criterion == codes.BY_TOKENS_EARNED:
        yield Product("what a member's tokens count for his tier", earned * DEEDS_MAX, AMOUNT)


def largest_earned(award: int, factor_bp: int, campaigns: list[Campaign]) -> int:
    """Most tokens of one order in the best tier, under all campaigns that run on the same day."""
    extra = award * (factor_bp - BP) // BP + 1 if factor_bp > BP else 0
    most = award + extra
    for day in {campaign.from_day for campaign in campaigns}:
        running = [c for c in campaigns if c.from_day <= day < c.to_day]
        most = max(most, with_campaigns(award, extra, running))
    return most


def with_campaigns(award: int, extra: int, running: list[Campaign]) -> int:
    """An award and its tier's extra with every running campaign, multiplied ones upon all before."""
    total = award + extra
    for campaign in running:
        if campaign.stacking != codes.MULTIPLY:
            total += award * (campaign.factor_bp - BP) // BP + 1 + campaign.bonus_tokens
    for campaign in running:
        if campaign.stacking == codes.MULTIPLY:
            total += total * (campaign.factor_bp - BP) // BP + 1 + campaign.bonus_tokens
    return total


def redemption_products(terms: Terms) -> Iterator[Product]:
    """Paying with tokens, and giving them back."""
    amount, tokens = terms.amount_max, terms.tokens_max
    value = amount * terms.redeem_share_bp // BP
    spent = min(tokens, value * terms.redeem_value_den // terms.redeem_value_num + 1)
    yield Product("the value of an account's tokens", tokens * terms.redeem_value_num, TOKENS)
    yield Product(
        "the tokens an order can take", amount * max(terms.redeem_value_den, terms.redeem_share_bp), AMOUNT
    )
    yield Product("tokens given back on a return", spent * amount, AMOUNT, 2)
    if terms.basis == codes.NET_OF_TOKENS:
        yield Product("tokens' value divided among order lines", value * amount, AMOUNT, 2)
