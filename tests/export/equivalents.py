"""Why a number of a law may change by one without anything else changing: the reasons, and where each holds.

Every reason is checked by the law itself; a mutant that no vector notices and no reason explains is a
gap in the vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rewardsim.export.mutants import Mutant
from rewardsim.export.stories.tiers import review_of
from rewardsim.rules import codes
from rewardsim.rules.arithmetic import share_of
from rewardsim.rules.calendar import month_start, period_of, weekday, year_of
from rewardsim.rules.records import BP, NEVER, NONE, Law, Terms

# Choices by field, for the largest number that means something.
CHOICES = {
    "enrolment": 1, "late": 1, "earn_on": 1, "basis": 2, "proration": 1, "rounding": 3, "round_at": 1,
    "release_kind": 4, "orders_counted_on": 1, "redeem_on": 1, "redeem_excess": 1, "consumption": 1, "expiry_kind": 3,
    "expiry_from": 1, "clawback": 1, "claw_rounding": 3, "when_spent": 2, "spent_tokens": 2, "unlinked": 1,
    "invitation_required": 1, "qualifies_on": 2, "referral_limit_unit": 1, "referral_excess": 1, "referral_revoke": 1,
    "criterion": 2, "tier_window": 3, "upgrade": 1, "rate_applies": 2, "downgrade": 2, "requalify": 1, "excess": 1,
    "stacking": 2, "limit_excess": 1, "transferable": 1, "entry": 2, "public": 1,
    "orders_period": 5, "share_period": 5, "referral_period": 5, "limit_period": 5, "per_member_period": 5, "period": 5,
}  # fmt: skip
FOUR_YEARS = 1461  # days after which years repeat
DAYS = ("referral_from", "referral_to", "tiers_from", "tiers_to", "ends_day")
OF_TIERS = (
    "criterion", "tier_window", "tier_months", "upgrade", "rate_applies", "review_months", "downgrade", "grace_days",
    "requalify", "level_first", "level_count", "express_counter",
)  # fmt: skip
PERIODS = ("orders_period", "share_period", "referral_period", "limit_period", "per_member_period")
ROWS = ("band_first", "factor_row", "limit_first", "limit_count", "category_set", "channel_set", "level_first")
UNREAD = {"to_day": "terms", "priority": "campaigns", "early_minutes": "levels"}
OFF: dict[str, Callable[[Terms], bool]] = {
    "release_days": lambda t: t.release_kind not in (codes.DAYS_AFTER_PURCHASE, codes.DAYS_AFTER_DELIVERY),
    "release_day": lambda t: t.release_kind != codes.ON_DATE,
    "orders_period": lambda t: t.orders_max == NONE,
    "orders_counted_on": lambda t: t.orders_max == NONE,
    "limit_first": lambda t: t.limit_count == 0,
    "share_limit": lambda t: t.share_tokens == 0,
    "share_period": lambda t: t.share_tokens == 0 or t.share_limit == NONE,
    "expiry_month": lambda t: t.expiry_kind != codes.CALENDAR,
    "expiry_dom": lambda t: t.expiry_kind != codes.CALENDAR or t.expiry_dom == 31,
    "expiry_years": lambda t: t.expiry_kind != codes.CALENDAR,
    "expiry_days": lambda t: t.expiry_kind in (codes.CALENDAR, codes.EXPIRES_NEVER),
    "expiry_months": lambda t: t.expiry_kind in (codes.CALENDAR, codes.EXPIRES_NEVER) or t.expiry_days > 0,
    "debt_limit": lambda t: t.when_spent != codes.TO_DEBT,
    "referral_excess": lambda t: t.referral_limit_unit == codes.LIMIT_FRIENDS,
    "level_share_2": lambda t: t.referral_levels < 2,
    "level_share_3": lambda t: t.referral_levels < 3,
    "tier_months": lambda t: t.tier_window != codes.ROLLING_MONTHS,
    "grace_days": lambda t: t.downgrade == codes.NEVER_DOWN,
}


def reason(law: Law, mutant: Mutant) -> str | None:
    """Return why a change cannot matter, None where it should."""
    rows = getattr(law, mutant.table)
    row = rows[mutant.row]
    value = row if mutant.field == "value" else getattr(row, mutant.field)
    changed = value + mutant.side
    if UNREAD.get(mutant.field) == mutant.table:
        return "the rules do not read it: stretches begin where the next one does, rows stand in order, a quote"
    if abs(value) == NEVER or (value == NONE and changed < NONE):
        return "no such day or record, on either side"
    if mutant.field in CHOICES and not 0 <= changed <= CHOICES[mutant.field]:
        return "no choice has that number; what it is taken for is a neighbour's"
    if mutant.field == "value":
        return _of_set(law, mutant, value, changed)
    if mutant.field in PERIODS and {value, changed} <= {codes.PER_PROGRAMME, codes.PER_ORDER}:
        return "both never turn"
    return _of_table(law, mutant, row, changed)


def _of_set(law: Law, mutant: Mutant, value: int, changed: int) -> str | None:
    """A cell of a set: any number but zero says yes; what never earns, no other set can let in."""
    if mutant.table == "category_factors":
        return _of_factor(law, mutant)
    if value != 0 and changed != 0:
        return "a set says yes or no"
    wide, field = (
        ("channel_width", "channel_set") if mutant.table == "channel_sets" else ("category_width", "category_set")
    )
    cells, terms = getattr(law, mutant.table), law.terms[0]
    row, code = divmod(mutant.row, getattr(terms, wide))
    askers = [record for table in (law.terms, law.campaigns, law.items) for record in table]
    if all(getattr(record, field, NONE) != row for record in askers):
        return "nothing asks this set"
    bought = [item for item in law.items if field == "category_set" and item.category_set == row]
    earning = {getattr(stretch, field) for stretch in law.terms}
    never = all(cells[own * getattr(terms, wide) + code] == 0 for own in earning)
    return "what never earns is not let in by a campaign" if never and not bought and row not in earning else None


def _of_factor(law: Law, mutant: Mutant) -> str | None:
    """A category's factor: read where a stretch asks its row, and the category earns at all."""
    row, code = divmod(mutant.row, law.terms[0].category_width)
    asking = [terms for terms in law.terms if terms.factor_row == row]
    earns = any(law.category_sets[terms.category_set * terms.category_width + code] for terms in asking)
    return None if earns else "no stretch asks this row, or its category never earns"


def _of_table(law: Law, mutant: Mutant, row: object, changed: int) -> str | None:
    ask = {"terms": _of_terms, "bands": _of_band, "campaigns": _of_campaign, "items": _of_item, "levels": _of_level}
    ask |= {"limits": _of_limit, "pools": _of_pool, "draws": _of_draw, "prizes": _of_prize}
    found = ask.get(mutant.table)
    return None if found is None else found(law, mutant, row, changed)


def _of_terms(law: Law, mutant: Mutant, terms: Terms, changed: int) -> str | None:
    if mutant.field in OFF and OFF[mutant.field](terms):
        return "switched off by another choice"
    if mutant.field == "from_day" and mutant.row == 0:
        return "the first stretch reaches back for ever"
    if mutant.row > 0 and mutant.field == "starts_day":
        return "long past"
    if mutant.field in DAYS and not terms.from_day <= min(getattr(terms, mutant.field), changed) < terms.to_day:
        return "a day of another stretch"
    if mutant.field == "expiry_days" and changed <= 0:
        return "months count where there are no days"
    if mutant.field == "expiry_from" and terms.expiry_kind == codes.SLIDING:
        return "what slides counts from the latest activity"
    if mutant.field == "grace_days" and changed < 0:
        return "no grace at all"
    if mutant.field in OF_TIERS and (terms.to_day <= terms.tiers_from or terms.from_day >= terms.tiers_to):
        return "no tiers in this stretch"
    if mutant.field == "redeem_min" and mutant.side < 0 and terms.redeem_step > 1:
        return "between two steps"
    if mutant.field in ("counter_width", "category_width", "channel_width") and mutant.side > 0:
        return "more room than is used"
    if mutant.field in ROWS and changed < 0:
        return "no such row"
    if mutant.field == "minimum_order" and changed <= 0:
        return "an amount is never below zero"
    if mutant.field == "proration" and all(band.tokens == 1 for band in law.bands) and terms.rounding == codes.FLOOR:
        return "one token a step, rounded down: whole steps and shares of them are the same"
    if mutant.field == "referral_levels" and terms.level_share_2 == 0:
        return "the next referrer's share is nothing"
    if mutant.field in ("level_share_1", "referrer_tokens"):
        return "rounded away" if _paid(terms) == _paid(replace(terms, **{mutant.field: changed})) else None
    if mutant.field in ("review_months", "downgrade", "grace_days"):
        return _of_review(law, terms, mutant, changed)
    if mutant.field == "referral_delay" and changed == 0:
        return "settled on the next day at the soonest"
    return None


def _paid(terms: Terms) -> list[int]:
    """What referrers are paid for a friend, up the chain."""
    shares = (terms.level_share_1, terms.level_share_2, terms.level_share_3)
    return [share_of(terms.referrer_tokens, share) for share in shares[: terms.referral_levels]]


def _of_review(law: Law, terms: Terms, mutant: Mutant, changed: int) -> str | None:
    """Reviews at the turn of a year judge the whole of it: one gained in it is never lost at its end."""
    if terms.tier_window != codes.CALENDAR_YEAR:
        return None
    first_day = max(terms.from_day, terms.tiers_from)
    days = range(first_day, min(terms.to_day, terms.tiers_to, first_day + FOUR_YEARS))
    if mutant.field == "review_months":
        pairs = {(review_of(terms, day, terms.review_months), review_of(terms, day, changed)) for day in days}
        same = all(one == other or min(one, other) >= terms.tiers_to for one, other in pairs)
        return "the same day, or both after the tiers have ended" if same else None
    reviews = [day for day in days if day == month_start(year_of(day) * 12)]
    first = all(year_of(day) == year_of(terms.tiers_from) + 1 for day in reviews)
    return "no review, or only the first, of the year in which every tier was gained" if first else None


def _of_band(law: Law, mutant: Mutant, band: object, changed: int) -> str | None:
    ways = {terms.proration for terms in law.terms}
    if mutant.field in ("common", "denominator") and ways == {codes.STEP}:
        return "read for shares of a step only"
    if mutant.field in ("tokens", "per") and ways == {codes.PRO_RATA}:
        return "read for whole steps only"
    last = mutant.row in {terms.band_first + terms.band_count - 1 for terms in law.terms}
    return "all bands have one; that of the last is read" if mutant.field == "denominator" and not last else None


def _of_limit(law: Law, mutant: Mutant, row: object, changed: int) -> str | None:
    limit = law.limits[mutant.row]
    if mutant.field == "counter" and limit.period == codes.PER_ORDER:
        return "an order's cap counts nothing"
    idle = mutant.field == "counter" and changed in _idle_counters(law)
    return "a counter that nothing else counts in" if idle else None


def _idle_counters(law: Law) -> set[int]:
    return {limit.counter for limit in law.limits if limit.period == codes.PER_ORDER}


def _of_campaign(law: Law, mutant: Mutant, row: object, changed: int) -> str | None:
    campaign = law.campaigns[mutant.row]
    if mutant.field in ("limit_period", "limit_excess", "limit_counter") and campaign.limit_tokens == NONE:
        return "without a limit"
    if mutant.field == "minimum_order" and changed <= 1:
        return "a basis is above zero already"
    affected = min(getattr(campaign, mutant.field), changed)
    if mutant.field in ("from_day", "to_day"):
        if not campaign.weekdays >> weekday(affected) & 1:
            return "a weekday on which it never fires"
        if affected < law.terms[0].starts_day:
            return "before the programme nothing is earned"
    if mutant.field in ROWS and changed < 0:
        return "no such row"
    if mutant.field == "limit_counter" and changed in _idle_counters(law):
        return "a counter that nothing else counts in"
    whole = campaign.factor_bp == BP and campaign.limit_tokens % campaign.bonus_tokens == 0
    if mutant.field == "limit_excess" and whole:
        return "whole bonuses only: none is ever cut"
    if mutant.field == "channel_set":
        return "another set that lets the same channels through, or no such row"
    if mutant.field == "limit_period" and campaign.to_day - campaign.from_day < 32:
        return "the window lies within one such period"
    return None


def _of_item(law: Law, mutant: Mutant, row: object, changed: int) -> str | None:
    item = law.items[mutant.row]
    if mutant.field in ("per_member_period", "counter") and item.per_member_max == NONE:
        return "without a limit"
    if mutant.field == "from_day" and item.from_day <= law.terms[0].starts_day:
        return "offered from the programme's first day; nothing is exchanged before it"
    same = [other for other in law.items if other.kind == item.kind]
    edges = {"from_day": {other.to_day for other in same}, "to_day": {other.from_day for other in same}}
    if mutant.field in edges and getattr(item, mutant.field) in edges[mutant.field]:
        return "of an item with several rows, names say which one a day has"
    ends = [max(item.from_day, law.terms[0].starts_day), item.to_day - 1]
    if mutant.field == "per_member_period" and all(
        len({period_of(period, day) for day in ends}) == 1 for period in (item.per_member_period, changed)
    ):
        return "the window lies within one such period"
    if mutant.field == "kind" and changed not in {other.kind for other in law.items}:
        return "a name of its own, whichever"
    return None


def _of_level(law: Law, mutant: Mutant, row: object, changed: int) -> str | None:
    level = law.levels[mutant.row]
    if mutant.field == "express_cost" and level.express_orders == 0:
        return "no delivery is express"
    if mutant.field == "rule" and level.factor_bp == 10_000:
        return "adds nothing, so that no entry names it"
    return "nothing below zero" if mutant.field in ("start", "birthday_tokens") and changed < 0 else None


def _of_pool(law: Law, mutant: Mutant, row: object, changed: int) -> str | None:
    never = {codes.PER_PROGRAMME, codes.PER_ORDER}
    if mutant.field == "period" and {law.pools[mutant.row].period, changed} <= never:
        return "both never turn"
    stocks = {item.pool for item in law.items}
    return "a piece cannot be cut" if mutant.field == "excess" and mutant.row in stocks else None


def _of_draw(law: Law, mutant: Mutant, row: object, changed: int) -> str | None:
    draw = law.draws[mutant.row]
    if mutant.field == "opens_day" and changed < law.terms[0].starts_day:
        return "before the programme"
    if mutant.field in ("hashtag", "tags_min", "public") and draw.entry != codes.BY_POST:
        return "not entered by a post"
    if mutant.field == "prize_first" and changed < 0:
        return "no such row"
    if mutant.field == "entries_max" and mutant.side > 0 and draw.entry == codes.BY_ENROL:
        return "nobody enrols twice"
    return "every rank has its prize already" if mutant.field == "prize_count" and mutant.side > 0 else None


def _of_prize(law: Law, mutant: Mutant, row: object, changed: int) -> str | None:
    last = any(mutant.row + 1 == draw.prize_first + draw.prize_count for draw in law.draws)
    return "nobody wins beyond it" if mutant.field == "upto" and last and mutant.side > 0 else None
