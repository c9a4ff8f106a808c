"""Random programmes: small numbers, so that every boundary is met."""

from __future__ import annotations

import math
from random import Random

from rewardsim.rules import codes
from rewardsim.rules.records import (
    NEVER,
    NONE,
    Band,
    Campaign,
    DrawTerms,
    Item,
    Law,
    Level,
    Limit,
    PoolTerms,
    Prize,
    Terms,
)

from .laws_social import add_social

CHANNELS = 3
CATEGORIES = 4
SPAN = 70
FIRST_DAYS = (17_200, 17_500, 18_280, 18_310, 19_030)  # 2017, 2017-11-30, a leap February, 2022
PERIODS = (codes.PER_DAY, codes.PER_WEEK, codes.PER_MONTH, codes.PER_YEAR, codes.PER_PROGRAMME, codes.PER_ORDER)
RATIOS = ((1, 1), (1, 2), (3, 1), (2, 3), (1, 20), (10, 3))
EXCESS = (codes.REDUCE, codes.REJECT)


def maybe(rng: Random, chance: float, value: int, other: int) -> int:
    """``value`` with the chance, else ``other``."""
    return value if rng.random() < chance else other


def random_set(rng: Random, width: int) -> list[int]:
    """A set of codes as ones and zeros; often all."""
    if rng.random() < 0.4:
        return [1] * width
    return [int(rng.random() < 0.7) for _ in range(width)]


class Maker:
    """The tables of one programme while they are made."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.start = rng.choice(FIRST_DAYS) + rng.randrange(8)
        self.counters = 2  # orders and shares come first
        self.bands: list[Band] = []
        self.limits: list[Limit] = []
        self.campaigns: list[Campaign] = []
        self.items: list[Item] = []
        self.pools: list[PoolTerms] = []
        self.levels: list[Level] = []
        self.draws: list[DrawTerms] = []
        self.prizes: list[Prize] = []
        self.channel_sets = [[1] * CHANNELS] + [random_set(rng, CHANNELS) for _ in range(3)]
        self.category_sets = [[1] * CATEGORIES] + [random_set(rng, CATEGORIES) for _ in range(3)]
        self.factors = [[10_000] * CATEGORIES] + [
            [rng.choice((0, 5_000, 10_000, 10_000, 15_000, 20_001)) for _ in range(CATEGORIES)] for _ in range(2)
        ]

    def counter(self) -> int:
        """A counter of its own."""
        self.counters += 1
        return self.counters - 1

    def pool(self, stock: bool) -> int:
        """A new or an old shared pool."""
        rng = self.rng
        row = PoolTerms(
            size=rng.randrange(4) if stock else rng.choice((0, 5, 20, 60)),
            period=rng.choice(PERIODS[:5]),
            excess=rng.choice(EXCESS),
        )
        self.pools.append(row)
        return len(self.pools) - 1

    def window(self) -> dict[str, int]:
        """A half-open stretch of days near the programme's start."""
        first = self.start + self.rng.randrange(-6, SPAN // 2)
        return {"from_day": first, "to_day": first + self.rng.choice((1, 5, 30, 400))}

    def add_bands(self) -> dict[str, int]:
        """A plain rate or up to three bands."""
        rng = self.rng
        count = rng.choice((1, 1, 1, 2, 3))
        uppers = [*sorted(rng.sample(range(5, 120), count - 1)), NONE]
        rates = [(rng.choice((0, 1, 1, 2, 5, 7)), rng.choice((1, 3, 7, 10, 25))) for _ in uppers]
        common = math.lcm(*(per for _, per in rates))
        first = len(self.bands)
        for upper, (tokens, per) in zip(uppers, rates, strict=True):
            self.bands.append(
                Band(upper=upper, tokens=tokens, per=per, common=tokens * (common // per), denominator=common)
            )
        return {"band_first": first, "band_count": count}

    def add_limits(self, shared: list[tuple[int, int]]) -> dict[str, int]:
        """Some caps; the k-th of every stretch shares counter and period."""
        rng = self.rng
        count = rng.choice((0, 0, 0, 1, 2, 3))
        while len(shared) < count:
            shared.append((self.counter(), rng.choice(PERIODS)))
        first = len(self.limits)
        for counter, period in shared[:count]:
            self.limits.append(
                Limit(
                    tokens=rng.choice((0, 3, 10, 25, 60, 200)),
                    period=period,
                    excess=rng.choice(EXCESS),
                    counter=counter,
                )
            )
        return {"limit_first": first, "limit_count": count}

    def add_campaigns(self) -> None:
        """Up to four campaigns in canonical order."""
        rng = self.rng
        rows = []
        for _ in range(rng.choice((0, 1, 2, 4))):
            rows.append(
                Campaign(
                    **self.window(),
                    weekdays=rng.choice((127, 127, rng.randrange(1, 128))),
                    category_set=rng.randrange(4),
                    channel_set=rng.randrange(4),
                    minimum_order=rng.choice((0, 0, 10, 30)),
                    factor_bp=rng.choice((10_000, 15_000, 20_000, 25_001)),
                    bonus_tokens=rng.choice((0, 0, 4, 11)),
                    stacking=rng.choice((codes.ADD, codes.ADD, codes.MULTIPLY, codes.EXCLUSIVE)),
                    priority=rng.randrange(4),
                    limit_tokens=maybe(rng, 0.4, rng.randrange(25), NONE),
                    limit_period=rng.choice(PERIODS),
                    limit_excess=rng.choice(EXCESS),
                    limit_counter=self.counter(),
                    pool=NONE,
                )
            )
        rows.sort(key=lambda row: -row.priority)
        for k, row in enumerate(rows):
            row.rule = codes.RULE_CAMPAIGN_BASE + k
            if rng.random() < 0.4:
                known = [c.pool for c in rows if c.pool != NONE]
                row.pool = rng.choice(known) if known and rng.random() < 0.3 else self.pool(False)
        self.campaigns = rows

    def add_items(self) -> None:
        """Up to four rows of up to three items."""
        rng = self.rng
        for k in range(rng.choice((0, 1, 3, 4))):
            self.items.append(
                Item(
                    **self.window(),
                    tokens=rng.choice((1, 4, 10)),
                    valid_days=rng.choice((NONE, 0, 1, 5, 20)),
                    category_set=rng.randrange(4),
                    transferable=rng.randrange(2),
                    per_member_max=rng.choice((NONE, NONE, 0, 1, 2)),
                    per_member_period=rng.choice(PERIODS[:5]),
                    counter=self.counter(),
                    pool=self.pool(True) if rng.random() < 0.5 else NONE,
                    kind=k % 3,
                    rule=codes.RULE_ITEM_BASE + k % 3,
                )
            )

    def expiry(self) -> dict[str, int]:
        """One of the families of expiry."""
        rng = self.rng
        month = rng.choice((12, 12, 2, rng.randrange(1, 13)))
        days = rng.choice((0, 3, 10, 30))
        return {
            "expiry_kind": rng.randrange(4),
            "expiry_month": month,
            "expiry_dom": {12: 31, 2: 29}.get(month, 15),
            "expiry_years": rng.choice((0, 0, 1)),
            "expiry_days": days,
            "expiry_months": 0 if days else rng.randrange(1, 4),
            "expiry_from": rng.randrange(2),
        }

    def earning(self) -> dict[str, int]:
        """How purchases earn and are released."""
        rng = self.rng
        return {
            "earn_on": maybe(rng, 0.95, 1, 0),
            "basis": rng.randrange(3),
            "proration": rng.randrange(2),
            "rounding": rng.randrange(4),
            "round_at": rng.randrange(2),
            "minimum_order": rng.choice((0, 0, 0, 5, 20)),
            "channel_set": rng.choice((0, 0, 1)),
            "category_set": rng.choice((0, 0, 1)),
            "factor_row": rng.choice((0, 1, 2)),
            "counts_from_day": maybe(rng, 0.5, NEVER, self.start + rng.randrange(-5, 4)),
            "release_kind": rng.randrange(5),
            "release_days": rng.choice((0, 1, 2, 7)),
            "release_day": self.start + rng.randrange(40),
            "orders_max": maybe(rng, 0.3, rng.randrange(4), NONE),
            "orders_period": rng.choice(PERIODS[:5]),
            "orders_counted_on": rng.randrange(2),
            "welcome_tokens": rng.choice((0, 0, 6, 15)),
            "share_tokens": rng.choice((0, 2, 3)),
            "share_limit": rng.choice((NONE, 0, 1, 2)),
            "share_period": rng.choice(PERIODS[:5]),
        }

    def spending(self) -> dict[str, int]:
        """How tokens are spent, claimed back and lost."""
        rng = self.rng
        num, den = rng.choice(RATIOS)
        return {
            "redeem_on": maybe(rng, 0.9, 1, 0),
            "redeem_value_num": num,
            "redeem_value_den": den,
            "redeem_min": rng.choice((0, 1, 1, 5)),
            "redeem_step": rng.choice((1, 1, 3)),
            "redeem_share_bp": rng.choice((10_000, 10_000, 5_000, 3_333)),
            "redeem_excess": rng.choice(EXCESS),
            "consumption": rng.randrange(2),
            "clawback": rng.randrange(2),
            "claw_rounding": rng.randrange(4),
            "when_spent": rng.randrange(3),
            "debt_limit": rng.choice((NONE, NONE, 0, 8)),
            "spent_tokens": rng.randrange(3),
            "window_days": rng.choice((NONE, 5, 20, 20)),
            "unlinked": rng.randrange(2),
        }

    def terms(self) -> list[Terms]:
        """One to three stretches of effective dates."""
        rng = self.rng
        count = rng.choice((1, 1, 2, 3))
        cuts = [self.start + cut for cut in sorted(rng.sample(range(1, SPAN), count - 1))]
        fixed = {
            "starts_day": self.start,
            "ends_day": maybe(rng, 0.3, self.start + SPAN - 15, NEVER),
            "enrolment": maybe(rng, 0.2, codes.BY_EVENT, codes.AUTOMATIC),
            "late": rng.randrange(2),
            "amount_max": rng.choice((150, 100_000)),
            "tokens_max": rng.choice((60, 100_000)),
            "category_width": CATEGORIES,
            "channel_width": CHANNELS,
        }
        shared: list[tuple[int, int]] = []
        rows = []
        for first, last in zip([self.start, *cuts], [*cuts, NEVER], strict=True):
            rows.append(
                Terms(
                    from_day=first,
                    to_day=last,
                    **fixed,
                    **self.earning(),
                    **self.expiry(),
                    **self.spending(),
                    **self.add_bands(),
                    **self.add_limits(shared),
                )
            )
        for row in rows:
            row.orders_period = rows[0].orders_period
            row.share_period = rows[0].share_period
        return rows


def random_law(rng: Random, social: bool = False) -> Law:
    """A programme drawn from ``rng`` alone; a social one has referral, tiers and draws, most often."""
    maker = Maker(rng)
    maker.add_campaigns()
    maker.add_items()
    terms = maker.terms()
    add_social(maker, terms, social)
    for row in terms:
        row.counter_width = maker.counters
    return Law(
        terms=terms,
        bands=maker.bands,
        limits=maker.limits,
        campaigns=maker.campaigns,
        items=maker.items,
        pools=maker.pools,
        channel_sets=maker.channel_sets,
        category_sets=maker.category_sets,
        category_factors=maker.factors,
        levels=maker.levels,
        draws=maker.draws,
        prizes=maker.prizes,
    )
