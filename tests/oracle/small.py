"""Small programmes and histories in few words, and what became of them as sentences."""

from __future__ import annotations

from datetime import date
from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import BP, NEVER, NONE, Band, DrawTerms, Law, Level, Prize, Terms

from .dates import to_day
from .ledger import Result, example
from .world import Event

START = to_day(date(2020, 1, 1))
USUAL = {
    "from_day": START,
    "starts_day": START,
    "amount_max": 10**9,
    "tokens_max": 10**9,
    "counter_width": 4,
    "category_width": 1,
    "channel_width": 1,
    "earn_on": 1,
    "band_count": 1,
    "counts_from_day": NEVER,
    "orders_max": NONE,
    "share_limit": NONE,
    "redeem_on": 1,
    "redeem_value_num": 1,
    "redeem_value_den": 1,
    "redeem_step": 1,
    "redeem_share_bp": BP,
    "debt_limit": NONE,
    "window_days": NONE,
    "unlinked": codes.REJECT,
    "referral_counter": 2,
    "express_counter": 3,
    "requalify": 1,
}
REFERRAL = {
    "referral_from": START,
    "referrer_tokens": 100,
    "referee_tokens": 20,
    "qualifies_on": codes.BY_FIRST_DELIVERY,
    "referral_levels": 1,
    "level_share_1": BP,
    "referral_revoke": 1,
    "earn_on": 0,
}
TIERS = {"tiers_from": START, "tier_window": codes.ROLLING_MONTHS, "tier_months": 12, "review_months": 12}
KINDS = {number: name for name, number in codes.NOTES.items()}
CAUSES = {number: name for name, number in codes.CAUSES.items()}
ACCOUNTS = {number: name for name, number in codes.ACCOUNTS.items()}


def programme(
    levels: list[dict[str, int]] | None = None,
    draws: list[dict[str, int]] | None = None,
    changes: list[tuple[int, dict[str, Any]]] | None = None,
    **terms: int,
) -> Law:
    """A programme of one token a hundred; ``changes`` begin so many days after the start."""
    rows = [Terms(**{**USUAL, **terms})]
    table = [level(k, row) for k, row in enumerate(levels or [])]
    rows[0].level_count = len(table)
    for after, change in changes or []:
        given = {**USUAL, **terms, **{k: v for k, v in change.items() if k != "levels"}}
        given.update(from_day=START + after, level_first=rows[-1].level_first, level_count=rows[-1].level_count)
        if "levels" in change:
            given["level_first"] = len(table)
            table += [level(k, row) for k, row in enumerate(change["levels"])]
        rows[-1].to_day = START + after
        rows.append(Terms(**given))
    prizes = [Prize(upto=row["winners"], tokens=row.get("tokens", 10)) for row in draws or []]
    return Law(
        terms=rows,
        bands=[Band(upper=NONE, tokens=1, per=100, common=1, denominator=100)],
        limits=[],
        campaigns=[],
        items=[],
        pools=[],
        channel_sets=[[1]],
        category_sets=[[1]],
        category_factors=[[BP]],
        levels=table,
        draws=[draw(k, row) for k, row in enumerate(draws or [])],
        prizes=prizes,
    )


def level(k: int, given: dict[str, int]) -> Level:
    """One tier."""
    return Level(**given, rule=codes.RULE_LEVEL_BASE + k)


def draw(k: int, given: dict[str, int]) -> DrawTerms:
    """One draw with one row of prizes; its days count from the start."""
    row = {name: START + v if name.endswith("_day") else v for name, v in given.items() if name != "tokens"}
    return DrawTerms(**row, prize_first=k, prize_count=1, rule=codes.RULE_DRAW_BASE + k)


def on(day: int, kind: str, member: int = 0, **more: Any) -> Event:
    """An event so many days after the start; money comes in one line."""
    event = example(type=kind, day=START + day, member=member, **more)
    if kind in ("order", "return") and not event["lines"]:
        line = {"number": 1, "category": 0, "amount": event["amount"], "discount": event["discount"]}
        event["lines"] = [line]
    return event


def history(*events: Event) -> list[Event]:
    """The events with their numbers."""
    for number, event in enumerate(events):
        event["number"] = number
    return list(events)


def journal(result: Result, *kinds: str) -> list[str]:
    """The journal as sentences, or those of some kinds only."""
    return [told(note) for note in result.notes if not kinds or KINDS[note["kind"]] in kinds]


def told(note: dict[str, Any]) -> str:
    """A note as a sentence: day, member, kind, cause, before and after, the other member, amount, order."""
    parts = [f"{note['day'] - START} m{note['member']}", KINDS[note["kind"]], CAUSES[note["cause"]]]
    if (note["before"], note["after"]) != (NONE, NONE):
        parts.append(f"{note['before']}>{note['after']}")
    if note["counterpart"] != NONE:
        parts.append(f"m{note['counterpart']}")
    if note["amount"]:
        parts.append(str(note["amount"]))
    if note["order"] is not None:
        parts.append(note["order"])
    return " ".join(part for part in parts if part)


def moves(result: Result) -> list[str]:
    """The ledger as sentences: day, member, accounts, tokens, rule, and reason where it is not plain."""
    reasons = {number: f" {name}" for name, number in codes.REASONS.items() if number != codes.AS_COMPUTED}
    rules = {number: name for name, number in codes.RULES.items()}
    lines = []
    for entry in result.entries:
        way = f"{ACCOUNTS[entry['source']]}>{ACCOUNTS[entry['target']]}"
        rule = rules.get(entry["rule"], entry["rule"])
        where = f"{entry['day'] - START} m{entry['member']}"
        lines.append(f"{where} {way} {entry['tokens']} {rule}{reasons.get(entry['reason'], '')}")
    return lines
