"""Any programme and any people: choices drawn at random from what files may say, by a seed."""

from __future__ import annotations

import random
from typing import Any

from rewardsim.behaviour.parameters import PARAMETERS
from rewardsim.population import Population
from rewardsim.programme import Programme, ProgrammeError
from simulation.everything import programme, town

CHOICES: dict[str, list[Any]] = {
    "programme.enrolment": ["automatic", "event"],
    "programme.late_events": ["post", "reject"],
    "earning.purchase.basis": ["gross", "net_of_discounts", "net_of_tokens"],
    "earning.purchase.proration": ["step", "pro_rata"],
    "earning.purchase.rounding": ["floor", "half_up", "half_even", "ceil"],
    "earning.purchase.round_at": ["order", "line"],
    "earning.purchase.released_on": ["delivery", {"days": 0, "after": "delivery"}, {"days": 9, "after": "delivery"}],
    "redemption.checkout.when_exceeded": ["reduce", "reject"],
    "redemption.checkout.consumption": ["earliest_expiry_first", "oldest_first"],
    "redemption.checkout.share_of_order_max": ["10%", "50%", "100%"],
    "exchange.mug.stock": [{"count": 1, "replenish": "never"}, {"count": 1, "replenish": "day"}, None],
    "campaigns.spring.budget.when_exceeded": ["reduce", "reject"],
    "expiry": [
        {"policy": "never"},
        {"policy": "rolling", "days": 30},
        {"policy": "sliding", "months": 2},
        {"policy": "calendar", "at": "06-30", "years_after": 0},
        {"policy": "rolling", "months": 3, "counted_from": "earn"},
    ],
    "returns.clawback": ["value_share", "line"],
    "returns.when_spent": ["debt", "available_only", "pending_only"],
    "returns.spent_tokens": ["reverse", "reissue", "none"],
    "returns.requalify_tier": [True, False],
    "referral.invitation": ["optional", "required"],
    "referral.qualifies_on": ["first_delivered_order", "delivered_order"],
    "referral.limit_per_referrer": [None, {"tokens": 70, "period": "year", "when_exceeded": "reduce"}],
    "referral.revoke_if_returned": [True, False],
    "tiers.window": [
        {"kind": "rolling_months", "count": 2},
        {"kind": "calendar_year"},
        {"kind": "anniversary"},
        {"kind": "lifetime"},
    ],
    "tiers.upgrade": ["immediate", "at_review"],
    "tiers.rate_applies": ["before", "after", "marginal"],
    "tiers.downgrade": ["one_step", "reassess", "never"],
    "tiers.grace_days": [0, 15],
}


def any_programme(draw: random.Random) -> Programme:
    """The full programme with about half of its choices made anew."""
    while True:
        changes = {path: draw.choice(values) for path, values in CHOICES.items() if draw.random() < 0.5}
        try:
            return programme().vary(changes)
        except ProgrammeError:
            continue  # choices that contradict each other


def any_town(draw: random.Random) -> Population:
    """The town with habits from anywhere within their ranges."""
    habits = {
        name: round(draw.uniform(one.low, one.high), 4) for name, one in PARAMETERS.items() if draw.random() < 0.6
    }
    habits |= {"accept": draw.uniform(-3, 3), "invite_once": draw.choice([0, 0, 2])}
    people = {
        "purchases.alpha_weeks": draw.choice([0.8, 2.0, 6.0]),
        "returns.share": draw.choice(["0%", "30%"]),
        "delivery.days": draw.choice([[0], [0, 1, 9], [3]]),
        "returns.after_days": draw.choice([[0], [0, 3, 25]]),
        "referral": {"pool": draw.choice([0, 0.2, 2]), "days": draw.choice([0, 5])},
        "response.goal_share": draw.choice(["0%", "100%"]),
    }
    said = {f"behaviour.{name}": value for name, value in habits.items()}
    return town().vary({**people, **said})
