"""A quote: what a basket would earn a member, and what may be redeemed on it, by the very same rules."""

from __future__ import annotations

from typing import Any

from rewardsim.scoring import Fault, InvalidEvent
from rewardsim.scoring.checks import faults_of
from rewardsim.scoring.faults import did_you_mean, pointer, shown

from .trial import Glass

FIELDS = (
    "member_id", "occurred_day", "second", "amount_minor", "discount_minor", "channel", "category", "lines", "tokens",
)  # fmt: skip
ORDER_ID = "(quote)"


def quote(glass: Glass, asked: Any) -> dict[str, Any]:
    """Return what would be earned and redeemed. Raises InvalidEvent with every fault of what was asked."""
    order = _event_of(asked)
    with glass.transaction() as work:
        _carry(glass, work, order)
        may = _most(glass, work, order)
    with glass.transaction() as work:
        _carry(glass, work, order)
        took = _happen(glass, work, {**order, "type": "redeem"}) if order["tokens"] else None
        earned = _happen(glass, work, {**order, "tokens": 0})
    issued = [entry for entry in earned["entries"] if entry["event"] is not None and entry["source"] == "ISSUE"]
    return {
        "member_id": order["member_id"],
        "day": order["occurred_day"],
        "bundle": glass.scorer.bundle_hash,
        "earn": {
            "outcome": earned["outcome"],
            "tokens": sum(entry["tokens"] for entry in issued),
            "proposed": earned["proposed"],
            "rules": [{key: entry[key] for key in ("rule", "reason", "tokens")} for entry in issued],
        },
        "may_redeem": may,
        "redeem": took and {key: took[key] for key in ("outcome", "desired", "applied")},
        "after": {key: earned[key] for key in ("balances", "tier", "projected_tier", "to_keep", "to_rise")},
    }


def _carry(glass: Glass, work: Any, order: dict[str, Any]) -> None:
    """Bring the copy to the day of the order: the days before it are settled."""
    told = glass.code("scoring.told").Told(order, glass.names)
    if told.day > work.book.head[0].day:
        glass.code("scoring.desk").pass_days(glass.law, glass.names, work, told.day, glass.scorer.secrets)


def _most(glass: Glass, work: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Return the most that may be redeemed on the order, and why not more."""
    code, law = glass.code, glass.law
    told = code("scoring.told").Told(order, glass.names)
    m = work.member(told.member_id)
    member = work.book.members[m]
    if member.events:
        code("rules.clock").advance(law, work.book, m, max(told.day, member.clock_day))
    terms = law.terms[code("rules.stretch").stretch_at(law, told.day)]
    redeemable, have = code("rules.redemption").redeemable, member.available
    most = redeemable(terms, have, have, told.record.amount, 0) if terms.redeem_on else 0
    said = _happen(glass, work, {**order, "type": "redeem", "tokens": most or 1})
    spent = work.book.orders[work.order(ORDER_ID, True)].spent_value  # as the rule wrote it down
    return {"outcome": said["outcome"], "tokens": said["applied"], "value_minor": spent}


def _happen(glass: Glass, work: Any, event: dict[str, Any]) -> dict[str, Any]:
    """Let an event happen in the copy; return what it did in words."""
    code = glass.code
    done = code("scoring.desk").happen(glass.law, work, code("scoring.told").Told(event, glass.names), work.FRESH)
    words = code("scoring.reply")
    return {"outcome": words.OUTCOMES[done.outcome], **words.in_words(done, glass.names)}


def _event_of(asked: Any) -> dict[str, Any]:
    """Return what is asked as the order it would be; raise InvalidEvent with every fault."""
    if type(asked) is not dict:
        raise InvalidEvent([Fault("type", "", shown(asked), "an object", "send one basket")])
    faults = []
    for name in asked:
        if name not in FIELDS:
            todo = did_you_mean(str(name), FIELDS, "take it out")
            faults.append(Fault("unknown_key", pointer(name), shown(name), ", ".join(FIELDS), todo))
    known = {name: value for name, value in asked.items() if name in FIELDS}
    event = {"tokens": 0, **known, "event_id": ORDER_ID, "type": "order", "order_id": ORDER_ID}
    faults += faults_of(event)
    if faults:
        raise InvalidEvent(faults)
    return event
