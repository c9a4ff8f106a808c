"""From the words of a case file to the tables of a programme and its events."""

from __future__ import annotations

from datetime import date
from typing import Any

from oracle.dates import to_date, to_day
from oracle.ledger import example
from oracle.world import Entry, Event

from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, Band, Campaign, Item, Law, Limit, PoolTerms, Terms

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
        self.counters = 2
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
        given = dict(case.get("terms", {}))
        bands = case.get("bands", [{"tokens": 1, "per": 100}])
        limits = case.get("limits", [])
        rows = [self.stretch(given, bands, limits)]
        rows[0].from_day, rows[0].to_day = rows[0].starts_day, NEVER
        for change in case.get("changes", []):
            given.update(change.get("terms", {}))
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
        )


def events_of(case: dict[str, Any]) -> list[Event]:
    """The events of a case; an order, return or use without lines has one, of category 0."""
    told = []
    for k, given in enumerate(case["events"]):
        fields = {key: v for key, v in given.items() if key != "expect"}
        for key in ("day", "expiry_day"):
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


RULES = {rule: name for name, rule in codes.RULES.items()}
ACCOUNTS = {account: name for name, account in codes.ACCOUNTS.items()}


def sentence(entry: Entry) -> str:
    """An entry as case files write it."""
    rule = entry["rule"]
    name = RULES.get(rule) or (
        f"campaign{rule - codes.RULE_CAMPAIGN_BASE}"
        if rule < codes.RULE_ITEM_BASE
        else f"item{rule - codes.RULE_ITEM_BASE}"
    )
    move = f"{ACCOUNTS[entry['source']]} -> {ACCOUNTS[entry['target']]}"
    return f"{to_date(entry['day'])} m{entry['member']} {move} {entry['tokens']} {name}"
