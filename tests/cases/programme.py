"""From the words of a case file to the tables of a programme and its events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from oracle.dates import to_day
from oracle.ledger import example
from oracle.world import Event

from rewardsim.draws import rank_tickets
from rewardsim.rules import codes
from rewardsim.rules.records import (
    BP,
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

CATEGORIES = 4
CHANNELS = 4
RELEASES = {"purchase": 0, "delivery": 1, "days_after_purchase": 2, "days_after_delivery": 3, "date": 4}
WORDS = {
    "enrolment": codes.ENROLMENTS,
    "late": codes.LATE_POLICIES,
    "basis": codes.BASES,
    "proration": codes.PRORATIONS,
    "rounding": codes.ROUNDINGS,
    "claw_rounding": codes.ROUNDINGS,
    "round_at": codes.ROUND_PLACES,
    "release_kind": RELEASES,
    "orders_counted_on": codes.COUNTED_ON,
    "redeem_excess": codes.EXCESSES,
    "excess": codes.EXCESSES,
    "limit_excess": codes.EXCESSES,
    "consumption": codes.CONSUMPTIONS,
    "expiry_kind": codes.EXPIRIES,
    "expiry_from": codes.COUNTED_FROM,
    "clawback": codes.CLAWBACKS,
    "when_spent": codes.WHEN_SPENT,
    "spent_tokens": codes.SPENT_TOKENS,
    "unlinked": codes.UNLINKED,
    "stacking": codes.STACKINGS,
    "qualifies_on": codes.QUALIFIES_ON,
    "referral_limit_unit": {"friends": codes.LIMIT_FRIENDS, "tokens": codes.LIMIT_TOKENS},
    "referral_excess": codes.EXCESSES,
    "criterion": codes.CRITERIA,
    "tier_window": codes.TIER_WINDOWS,
    "upgrade": codes.UPGRADES,
    "rate_applies": codes.RATES_APPLY,
    "downgrade": codes.DOWNGRADES,
    "entry": codes.DRAW_ENTRIES,
}
START = date(2020, 1, 1)
USUAL_TERMS: dict[str, Any] = {
    "starts_day": START,
    "ends_day": NEVER,
    "amount_max": 10**9,
    "tokens_max": 10**9,
    "category_width": CATEGORIES,
    "channel_width": CHANNELS,
    "earn_on": 1,
    "rounding": "half_up",
    "counts_from_day": NEVER,
    "orders_max": NONE,
    "share_limit": NONE,
    "redeem_on": 1,
    "redeem_value_num": 1,
    "redeem_value_den": 1,
    "redeem_min": 1,
    "redeem_step": 1,
    "redeem_share_bp": 10_000,
    "claw_rounding": "half_up",
    "debt_limit": NONE,
    "window_days": NONE,
    "unlinked": "reject",
}
USUAL_CAMPAIGN = {
    "from_day": START,
    "to_day": NEVER,
    "weekdays": 127,
    "factor_bp": 10_000,
    "limit_tokens": NONE,
    "pool": NONE,
}
USUAL_ITEM = {"from_day": START, "to_day": NEVER, "tokens": 1, "valid_days": NONE, "per_member_max": NONE, "pool": NONE}
USUAL_REFERRAL = {
    "referral_from": START,
    "referrer_tokens": 100,
    "referee_tokens": 20,
    "qualifies_on": "first_delivered_order",
    "referral_levels": 1,
    "level_share_1": BP,
    "referral_revoke": 1,
}
USUAL_TIERS = {
    "tiers_from": START,
    "criterion": "spend",
    "tier_window": "rolling_months",
    "tier_months": 12,
    "review_months": 12,
    "downgrade": "reassess",
    "requalify": 1,
}
USUAL_DRAW = {"entry": "social_post", "entries_max": 1}


def number(field: str, value: Any) -> int:
    """The number behind a word, a date or a number of a case file."""
    if isinstance(value, date):
        return to_day(value)
    if isinstance(value, str):
        table = codes.PERIODS if field.endswith("period") else WORDS[field]
        return table[value]
    return int(value)


class Tables:
    """The tables of one case's programme while they are made."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.sets: dict[str, list[list[int]]] = {
            "category_set": [[1] * CATEGORIES],
            "channel_set": [[1] * CHANNELS],
            "factor_row": [[10_000] * CATEGORIES],
        }
        self.bands: list[Band] = []
        self.limits: list[Limit] = []
        self.pools: list[PoolTerms] = []
        self.counters = 4
        self.levels: list[Level] = []
        self.prizes: list[Prize] = []
        self.draws = [self.draw(k, row) for k, row in enumerate(case.get("draws", []))]
        self.campaigns = [self.campaign(k, row) for k, row in enumerate(case.get("campaigns", []))]
        self.items = [self.item(k, row) for k, row in enumerate(case.get("items", []))]
        self.terms = self.stretches(case)

    def value(self, field: str, value: Any) -> int:
        """Any field's number; sets, factors and pools get a row of their own."""
        if field in self.sets and isinstance(value, list):
            width = len(self.sets[field][0])
            row = value if field == "factor_row" else [int(k in value) for k in range(width)]
            self.sets[field].append(row)
            return len(self.sets[field]) - 1
        if field == "pool" and isinstance(value, dict):
            self.pools.append(PoolTerms(**{key: number(key, v) for key, v in value.items()}))
            return len(self.pools) - 1
        return number(field, value)

    def values(self, usual: dict[str, Any], given: dict[str, Any]) -> dict[str, int]:
        """All fields of a row."""
        return {field: self.value(field, value) for field, value in {**usual, **given}.items()}

    def counter(self) -> int:
        """A counter of its own."""
        self.counters += 1
        return self.counters - 1

    def campaign(self, k: int, given: dict[str, Any]) -> Campaign:
        """One campaign; files list them in canonical order."""
        return Campaign(
            **self.values(USUAL_CAMPAIGN, given), rule=codes.RULE_CAMPAIGN_BASE + k, limit_counter=self.counter()
        )

    def item(self, k: int, given: dict[str, Any]) -> Item:
        """One exchange item."""
        return Item(**self.values(USUAL_ITEM, given), kind=k, rule=codes.RULE_ITEM_BASE + k, counter=self.counter())

    def draw(self, k: int, given: dict[str, Any]) -> DrawTerms:
        """One draw; its prizes are pairs of how many and how much, best first."""
        fields = {key: v for key, v in given.items() if key not in ("id", "secret", "prizes")}
        first, upto = len(self.prizes), 0
        for count, tokens in given["prizes"]:
            upto += count
            self.prizes.append(Prize(upto=upto, tokens=tokens))
        return DrawTerms(
            **self.values(USUAL_DRAW, fields),
            winners=upto,
            prize_first=first,
            prize_count=len(given["prizes"]),
            rule=codes.RULE_DRAW_BASE + k,
        )

    def tiers(self, levels: list[dict[str, int]]) -> dict[str, int]:
        """The rows of some tiers, lowest first."""
        first = len(self.levels)
        self.levels += [Level(**row, rule=codes.RULE_LEVEL_BASE + k) for k, row in enumerate(levels)]
        return {"level_first": first, "level_count": len(levels)}

    def stretch(self, given: dict[str, Any], bands: list[dict[str, int]], limits: list[dict[str, Any]]) -> Terms:
        """Terms of one stretch with its bands and limits."""
        common = max(band["per"] for band in bands)
        terms = Terms(
            **self.values(USUAL_TERMS, given),
            band_first=len(self.bands),
            band_count=len(bands),
            limit_first=len(self.limits),
            limit_count=len(limits),
        )
        for band in bands:
            assert common % band["per"] == 0
            self.bands.append(
                Band(
                    upper=band.get("upper", NONE),
                    tokens=band["tokens"],
                    per=band["per"],
                    common=band["tokens"] * (common // band["per"]),
                    denominator=common,
                )
            )
        for limit in limits:
            self.limits.append(Limit(**self.values({}, limit), counter=self.counter()))
        return terms

    def stretches(self, case: dict[str, Any]) -> list[Terms]:
        """One stretch, and one more from the date of each change."""
        given = {"referral_counter": 2, "express_counter": 3, **case.get("terms", {})}
        given |= USUAL_REFERRAL | case["referral"] if "referral" in case else {}
        if "levels" in case:
            given |= USUAL_TIERS | case.get("tiers", {}) | self.tiers(case["levels"])
        bands = case.get("bands", [{"tokens": 1, "per": 100}])
        limits = case.get("limits", [])
        rows = [self.stretch(given, bands, limits)]
        rows[0].from_day, rows[0].to_day = rows[0].starts_day, NEVER
        for change in case.get("changes", []):
            given |= change.get("terms", {})
            given |= self.tiers(change["levels"]) if "levels" in change else {}
            rows.append(self.stretch(given, change.get("bands", bands), limits))
            rows[-2].to_day = rows[-1].from_day = to_day(change["from"])
            rows[-1].to_day = NEVER
        for row in rows:
            row.counter_width = self.counters
        return rows

    def law(self) -> Law:
        """The programme."""
        return Law(
            terms=self.terms,
            bands=self.bands,
            limits=self.limits,
            campaigns=self.campaigns,
            items=self.items,
            pools=self.pools,
            channel_sets=self.sets["channel_set"],
            category_sets=self.sets["category_set"],
            category_factors=self.sets["factor_row"],
            levels=self.levels,
            draws=self.draws,
            prizes=self.prizes,
        )


def ranking(case: dict[str, Any]) -> Callable[[int, list[tuple[int, int]]], list[int]]:
    """How the case's draws rank tickets: by their secrets, members being called ``m0``, ``m1`` and so on."""

    def rank(row: int, tickets: list[tuple[int, int]]) -> list[int]:
        draw = case["draws"][row]
        secret = draw["secret"].encode() if "secret" in draw else None
        return rank_tickets(draw["id"], secret, [(f"m{member}", entry) for member, entry in tickets])

    return rank


def events_of(case: dict[str, Any]) -> list[Event]:
    """The events of a case; an order, return or use without lines has one, of category 0."""
    told = []
    for k, given in enumerate(case["events"]):
        fields = {key: v for key, v in given.items() if key != "expect"}
        for key in ("day", "expiry_day", "birthday"):
            if key in fields:
                fields[key] = to_day(fields[key])
        if "again" in fields:
            told.append({**told[fields["again"]], "number": k, "prior": fields.get("prior", codes.SAME_PAYLOAD)})
            continue
        rows = fields.pop("lines", [{"amount": fields.get("amount", 0), "discount": fields.get("discount", 0)}])
        lines = [{"number": n, "category": 0, "discount": 0, **line} for n, line in enumerate(rows, 1)]
        fields.setdefault("amount", sum(line["amount"] for line in lines))
        fields.setdefault("discount", sum(line["discount"] for line in lines))
        told.append(example(number=k, lines=lines, **fields))
    return told
