"""Things a programme may say, and probably does not mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from rewardsim.programme.check import Stretch
from rewardsim.programme.faults import Hint
from rewardsim.programme.lint_members import MEMBER_CHECKS, Finding
from rewardsim.programme.model import ProgrammeFile
from rewardsim.programme.sections import Exchange
from rewardsim.programme.source import Source
from rewardsim.programme.units import WEEKDAYS, day_date
from rewardsim.rules.records import NEVER, Law

CONVEX = Fraction(2)
"""A token in a large exchange may be worth this many times one in a small exchange before we say so."""
WEEK = 7
SHORT_DAYS = 30
"""A delivery may take this long."""


def hints(source: Source, stretches: tuple[Stretch, ...], law: Law) -> tuple[Hint, ...]:
    """Every warning once, in order of place."""
    found: set[Hint] = set()
    for stretch in stretches:
        for check in CHECKS:
            found |= {Hint(source.place(path), text) for path, text in check(stretch.file, law)}
    return tuple(sorted(found))


def convex_exchange(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Large coupons so good that nobody sensible takes a small one."""
    coupons = [(index, row) for index, row in enumerate(file.exchange) if row.value is not None]
    for index, row in coupons:
        smaller = [other for _, other in coupons if other.tokens < row.tokens and together(row, other)]
        better = [worth(row) / worth(other) for other in smaller]
        if better and max(better) >= CONVEX:
            times = float_free(max(better))
            text = f"a token is worth {times} times as much as in a smaller exchange: members will wait"
            yield ("exchange", index, "value"), text


def worth(row: Exchange) -> Fraction:
    """Minor units for the smallest unit of a token."""
    return Fraction(row.value or 0, row.tokens)


def together(one: Exchange, other: Exchange) -> bool:
    """Whether two rows are offered on a common day."""
    return max(one.starts or 0, other.starts or 0) < min(one.ends or NEVER, other.ends or NEVER)


def float_free(number: Fraction) -> str:
    """A positive fraction with one digit after the point."""
    tenths = int(number * 10)
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def small_caps(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Caps that not even one step of the rate fits in."""
    rule = file.earning.purchase
    if rule is None or rule.proration == "pro_rata":
        return
    step = rule.rate.tokens if rule.rate else min(band.pair()[0] for band in rule.bands or [])
    for index, limit in enumerate(rule.limits):
        if limit.tokens < step:
            yield (
                ("earning", "purchase", "limits", index, "tokens"),
                "the cap is smaller than one step of the rate",
            )


def outside(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Windows that the programme or a phase leaves nothing of."""
    ends = file.programme.ends if file.programme.ends is not None else NEVER
    for index, campaign in enumerate(file.campaigns):
        first, last = file.window(campaign.phase, campaign.starts, campaign.ends)
        if first >= min(last, ends):
            yield ("campaigns", index), "never runs: its window lies outside the programme or its phase"
    for index, row in enumerate(file.exchange):
        first, last = file.window(row.phase, row.starts, row.ends)
        if first >= last:
            yield ("exchange", index), "is never offered: its window lies outside the programme or its phase"


def weekdays(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Weekdays that a short window does not contain."""
    for index, campaign in enumerate(file.campaigns):
        first, last = file.window(campaign.phase, campaign.starts, campaign.ends)
        if first < last < first + WEEK:
            inside = {(day + 3) % WEEK for day in range(first, last)}
            chosen = {bit for bit in range(WEEK) if campaign.weekdays >> bit & 1}
            if chosen != set(range(WEEK)) and chosen - inside:
                names = ", ".join(WEEKDAYS[bit] for bit in sorted(chosen - inside))
                yield ("campaigns", index, "weekdays"), f"{names}: no such day between its dates"


def early_expiry(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Tokens that expire before they can be spent."""
    rule, purchase = file.expiry, file.earning.purchase
    if purchase is None:
        return
    delay = purchase.released_on.days or 0
    if rule.counted_from == "earn" and rule.days is not None and delay >= rule.days:
        yield (
            ("expiry", "days"),
            f"tokens expire {rule.days} days after the order and are released after {delay}",
        )
    late = rule.counted_from == "earn" and purchase.released_on.after == "delivery"
    if late and (rule.years_after == 0 or (rule.days is not None and rule.days < SHORT_DAYS)):
        yield ("expiry", "counted_from"), "a late delivery may release tokens that have expired already"
    day = purchase.released_on.date
    if day is not None and rule.counted_from == "earn" and day > file.programme.starts + (rule.days or NEVER):
        yield ("expiry", "days"), f"the first tokens expire before their release on {day_date(day)}"


def minimum_too_high(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Redemption that nobody reaches."""
    rule = file.redemption.checkout
    if rule is None:
        return
    if rule.tokens_min > law.terms[0].tokens_max:
        yield (
            ("redemption", "checkout", "tokens_min"),
            "more tokens than bounds.tokens_max lets a member hold",
        )
    purchase = file.earning.purchase
    caps = [limit.tokens for limit in (purchase.limits if purchase else []) if limit.period == "programme"]
    if caps and rule.tokens_min > min(caps) + (file.earning.welcome.tokens if file.earning.welcome else 0):
        yield (
            ("redemption", "checkout", "tokens_min"),
            "more tokens than a member can earn by orders under `limits`",
        )
    if rule.tokens_step and rule.tokens_min % rule.tokens_step:
        text = "not a multiple of `tokens_step`: the next multiple is the real minimum"
        yield ("redemption", "checkout", "tokens_min"), text


def codes_without_stock(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Access to something scarce, without end."""
    for index, row in enumerate(file.exchange):
        if row.kind == "code" and row.stock is None:
            yield ("exchange", index), "a code without `stock`: any number will be given out"


def unreachable_tier(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """A tier beyond what a member can do."""
    rule, purchase = file.tiers, file.earning.purchase
    if rule is None:
        return
    if (
        rule.criterion == "orders"
        and purchase
        and purchase.orders_max
        and purchase.orders_max.period == "programme"
    ):
        for index, level in enumerate(rule.levels):
            if level.from_ > purchase.orders_max.count:
                yield (
                    ("tiers", "levels", index, "from"),
                    "more orders than `earning.purchase.orders_max` rewards",
                )
    if rule.review is not None and rule.review.months > (rule.window.count or rule.review.months):
        text = "reviews are further apart than the window is long: some months never count"
        yield ("tiers", "review"), text


def idle_bands(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Bands above the largest amount, and factors that reward nothing."""
    purchase = file.earning.purchase
    if purchase is None:
        return
    for index, band in enumerate(purchase.bands or []):
        if band.up_to is not None and band.up_to > law.terms[0].amount_max:
            yield ("earning", "purchase", "bands", index, "up_to"), "beyond bounds.amount_max"
    for name in purchase.category_multipliers:
        if name in purchase.exclude_categories or (purchase.categories and name not in purchase.categories):
            yield ("earning", "purchase", "category_multipliers", name), "this category does not earn at all"


def idle_budget(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """Budgets smaller than what one member may get."""
    for index, row in enumerate(file.campaigns):
        if row.budget and row.limit_per_member and row.budget.tokens < row.limit_per_member.tokens:
            yield ("campaigns", index, "budget"), "one member's limit is more than the whole budget"


def empty_welcome(file: ProgrammeFile, law: Law) -> Iterator[Finding]:
    """A programme in which nobody earns anything."""
    given = any(terms.earn_on or terms.welcome_tokens or terms.share_tokens for terms in law.terms)
    friends = any(terms.referrer_tokens or terms.referee_tokens for terms in law.terms)
    earns = given or friends or bool(law.draws) or any(level.birthday_tokens for level in law.levels)
    if not earns:
        yield ("earning",), "nobody earns anything"
    no_way_out = all(not terms.redeem_on for terms in law.terms) and not law.items
    if earns and no_way_out:
        yield (
            ("redemption",),
            "tokens can be earned but never used: neither [redemption.checkout] nor [[exchange]]",
        )


CHECKS: tuple[Callable[[ProgrammeFile, Law], Iterator[Finding]], ...] = (
    convex_exchange,
    small_caps,
    outside,
    weekdays,
    early_expiry,
    minimum_too_high,
    codes_without_stock,
    unreachable_tier,
    idle_bands,
    idle_budget,
    empty_welcome,
    *MEMBER_CHECKS,
)
