"""From validated stretches to the flat integers of the law."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any

from rewardsim.programme.check import Stretch
from rewardsim.programme.earning import Purchase, Release
from rewardsim.programme.life import life, section
from rewardsim.programme.lower_referral import limit_key, referral_terms
from rewardsim.programme.lower_tiers import level_rows, tier_terms
from rewardsim.programme.model import ProgrammeFile
from rewardsim.programme.sections import Checkout
from rewardsim.programme.tables import Tables, integers, numbered_limits
from rewardsim.programme.units import Scale
from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, Band, Law, Level, Limit, Terms


class Lowering:
    """Builds the law of a programme; ``law`` is the result, ``tables.names()`` its dictionary."""

    def __init__(self, stretches: tuple[Stretch, ...], scale: Scale) -> None:
        self.stretches = stretches
        self.scale = scale
        self.tables = Tables(stretches)
        self.bands: list[tuple[int, ...]] = []
        self.limits: list[tuple[int, ...]] = []
        self.levels: list[tuple[int, ...]] = []
        self.terms: list[Terms] = []
        for index in range(len(stretches)):
            self.add(self.stretch(index))

    def law(self) -> Law:
        """All tables."""
        tables = self.tables
        return Law(
            terms=self.terms,
            bands=[record(Band, row) for row in self.bands],
            limits=[record(Limit, row) for row in self.limits],
            campaigns=tables.campaigns,
            items=tables.items,
            pools=tables.pool_rows(),
            channel_sets=tables.channels.flat(),
            category_sets=tables.categories.flat(),
            category_factors=tables.factors.flat(),
            levels=[record(Level, row) for row in self.levels],
            draws=tables.draws.rows,
            prizes=tables.draws.prizes,
        )

    def add(self, terms: Terms) -> None:
        """One more stretch; it lengthens the one before if it says the same."""
        if self.terms and integers(self.terms[-1])[2:] == integers(terms)[2:]:
            self.terms[-1].to_day = terms.to_day
        else:
            self.terms.append(terms)

    def stretch(self, index: int) -> Terms:
        """The terms of one stretch."""
        stretch = self.stretches[index]
        file = stretch.file
        fields = {
            "from_day": stretch.from_day,
            "to_day": stretch.to_day,
            **self.head(file),
            **self.purchase(file, stretch.from_day),
            **self.gifts(file, stretch.from_day),
            **self.checkout(file, stretch.from_day),
            **expiry(file),
            **returns(file),
            **self.referral(index),
            **self.tiers(index),
        }
        return Terms(**fields)

    def head(self, file: ProgrammeFile) -> dict[str, int]:
        """What holds for the whole life."""
        head = file.programme
        return {
            "starts_day": head.starts,
            "ends_day": head.ends if head.ends is not None else NEVER,
            "enrolment": codes.ENROLMENTS[head.enrolment],
            "late": codes.LATE_POLICIES[head.late_events],
            "amount_max": file.bounds.amount(self.scale.digits),
            "tokens_max": file.bounds.tokens(),
            "counter_width": self.tables.counters.end,
            "category_width": self.tables.categories.width,
            "channel_width": self.tables.channels.width,
        }

    def purchase(self, file: ProgrammeFile, day: int) -> dict[str, int]:
        """Earning on orders."""
        rule = file.earning.purchase
        fields = {"orders_max": NONE, "counts_from_day": NEVER, "release_day": NEVER}
        if rule is None or not is_on(file, rule.phase, day):
            return fields
        tables = self.tables
        category_mask = tables.categories.mask(rule.categories, rule.exclude_categories)
        fields |= {
            "earn_on": 1,
            "basis": codes.BASES[rule.basis],
            "band_first": self.block(self.bands, band_rows(rule)),
            "band_count": len(band_rows(rule)),
            "proration": codes.PRORATIONS[rule.proration],
            "rounding": codes.ROUNDINGS[rule.rounding],
            "round_at": codes.ROUND_PLACES[rule.round_at],
            "minimum_order": rule.minimum_order,
            "channel_set": tables.channels.row(tables.channels.mask(rule.channels)),
            "category_set": tables.categories.row(category_mask),
            "factor_row": tables.factors.row(tables.factors.of(rule.category_multipliers)),
            "counts_from_day": rule.counts_from if rule.counts_from is not None else NEVER,
            "limit_first": self.block(self.limits, self.limit_rows(rule)),
            "limit_count": len(rule.limits),
        }
        if rule.orders_max:
            fields["orders_max"] = rule.orders_max.count
            fields["orders_period"] = codes.PERIODS[rule.orders_max.period]
            fields["orders_counted_on"] = codes.COUNTED_ON[rule.orders_max.counted_on]
        return fields | release(rule.released_on)

    def limit_rows(self, rule: Purchase) -> list[tuple[int, ...]]:
        """Caps on purchase tokens in their order."""
        return [
            (
                limit.tokens,
                period,
                codes.EXCESSES[limit.when_exceeded],
                self.tables.limit_slot(period, ordinal),
            )
            for limit, (period, ordinal) in zip(rule.limits, numbered_limits(rule), strict=True)
        ]

    def block(self, table: list[tuple[int, ...]], rows: list[tuple[int, ...]]) -> int:
        """First row of a run of rows, found or added; 0 for no rows."""
        if not rows:
            return 0
        for first in range(len(table) - len(rows) + 1):
            if table[first : first + len(rows)] == rows:
                return first
        table.extend(rows)
        return len(table) - len(rows)

    def gifts(self, file: ProgrammeFile, day: int) -> dict[str, int]:
        """Welcome and share."""
        welcome, share = file.earning.welcome, file.earning.share
        fields = {"share_limit": NONE}
        if welcome and is_on(file, welcome.phase, day):
            fields["welcome_tokens"] = welcome.tokens
        if share and is_on(file, share.phase, day):
            fields["share_tokens"] = share.tokens
            if share.limit:
                fields |= {
                    "share_limit": share.limit.count,
                    "share_period": codes.PERIODS[share.limit.period],
                }
        return fields

    def checkout(self, file: ProgrammeFile, day: int) -> dict[str, int]:
        """Paying with tokens. The order of consumption holds for exchanges even where this is off."""
        rule = file.redemption.checkout
        fields = {"redeem_value_den": 1, "redeem_step": 1}
        if rule is None:
            return fields
        fields["consumption"] = codes.CONSUMPTIONS[rule.consumption]
        if not rule.enabled or not is_on(file, rule.phase, day):
            return fields
        value = token_value(rule, self.scale)
        return fields | {
            "redeem_on": 1,
            "redeem_value_num": value.numerator,
            "redeem_value_den": value.denominator,
            "redeem_min": rule.tokens_min,
            "redeem_step": rule.tokens_step or 1,
            "redeem_share_bp": rule.share_of_order_max,
            "redeem_excess": codes.EXCESSES[rule.when_exceeded],
        }


    def referral(self, index: int) -> dict[str, int]:
        """Bringing friends."""
        rule = section(self.stretches, index, "referral")
        key = limit_key(rule) if rule else None
        counter = self.tables.counters.of(("referral", key)) if key else NONE
        return referral_terms(rule, life(self.stretches, "referral"), counter)

    def tiers(self, index: int) -> dict[str, int]:
        """Standing of members."""
        rule = section(self.stretches, index, "tiers")
        requalify = self.stretches[index].file.returns.requalify_tier
        days = life(self.stretches, "tiers")
        fields = tier_terms(rule, days, requalify, self.tables.express_counter)
        return fields | {"level_first": self.block(self.levels, level_rows(rule, self.scale))}


def record(kind: Any, row: tuple[int, ...]) -> Any:
    """A record from its fields in order."""
    return kind(**dict(zip(kind.__slots__, row, strict=True)))


def is_on(file: ProgrammeFile, phase: str | None, day: int) -> bool:
    """Whether a section stands on a day."""
    first, last = file.window(phase)
    return first <= day < last


def band_rows(rule: Purchase) -> list[tuple[int, ...]]:
    """The rate as bands. Pro rata is reduced, because only the quotient counts there; steps are not."""
    if rule.rate:
        pairs = [(NONE, rule.rate.tokens, rule.rate.per)]
    else:
        pairs = [(band.up_to if band.up_to is not None else NONE, *band.pair()) for band in rule.bands or []]
    if rule.proration == "pro_rata":
        pairs = [(upper, tokens // gcd(tokens, per), per // gcd(tokens, per)) for upper, tokens, per in pairs]
    common = lcm(*(per for _, _, per in pairs))
    return [(upper, tokens, per, tokens * (common // per), common) for upper, tokens, per in pairs]


def release(rule: Release) -> dict[str, int]:
    """When awards become spendable."""
    if rule.date is not None:
        return {"release_kind": codes.ON_DATE, "release_day": rule.date}
    kinds = {
        ("purchase", False): codes.ON_PURCHASE,
        ("delivery", False): codes.ON_DELIVERY,
        ("purchase", True): codes.DAYS_AFTER_PURCHASE,
        ("delivery", True): codes.DAYS_AFTER_DELIVERY,
    }
    days = rule.days or 0
    return {"release_kind": kinds[rule.after, days > 0], "release_days": days}


def token_value(rule: Checkout, scale: Scale) -> Fraction:
    """Minor units that the smallest unit of a token is worth."""
    return Fraction(rule.value_per_token) * 10**scale.digits / 10**scale.decimals


def expiry(file: ProgrammeFile) -> dict[str, int]:
    """When tokens are lost."""
    rule = file.expiry
    month, dom = rule.at or (0, 0)
    return {
        "expiry_kind": codes.EXPIRIES[rule.policy],
        "expiry_month": month,
        "expiry_dom": dom,
        "expiry_years": rule.years_after or 0,
        "expiry_days": rule.days or 0,
        "expiry_months": rule.months or 0,
        "expiry_from": codes.COUNTED_FROM[rule.counted_from],
    }


def returns(file: ProgrammeFile) -> dict[str, int]:
    """What happens when goods come back."""
    rule = file.returns
    return {
        "clawback": codes.CLAWBACKS[rule.clawback],
        "claw_rounding": codes.ROUNDINGS[rule.rounding],
        "when_spent": codes.WHEN_SPENT[rule.when_spent],
        "debt_limit": rule.debt_limit if rule.debt_limit is not None else NONE,
        "spent_tokens": codes.SPENT_TOKENS[rule.spent_tokens],
        "window_days": rule.window_days if rule.window_days is not None else NONE,
        "unlinked": codes.UNLINKED[rule.unlinked],
    }
