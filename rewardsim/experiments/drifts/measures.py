"""What is compared of two worlds, in the order of causes, and which assumptions stand behind each measure.

Every measure is a ratio whose lower part is what came before: purchases for each member and week, value for
each purchase, tokens for each unit of value. So what a broken cause brings with it is divided out again,
and a measure that breaks by itself says which assumption is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .world import World

PEOPLE = "people"
"""The lower part that no world counts: how many people the programme could reach."""
WEEKS, MEMBERS, ORDERS = "weeks", "everybody", "orders"
RULES = "the programme's rules"
"""What stands behind a measure that follows from events by the rules alone: the mix of events, or other rules."""
MONEY = ("revenue", "returned", "redeemed_at")
TOKENS = ("tokens_at", "released", "spent", "expired", "outstanding")
"""Facts in minor units of money, and in smallest units of tokens; also those that begin with ``issued:``."""
BUYING = ("purchases_before", "basket")
PAYING = ("redemptions", "share_of_order", "item:*")
"""What is paid with tokens or a coupon earns none under many programmes."""


@dataclass(frozen=True)
class Measure:
    """A ratio of two facts; ``after`` names the measures that may have caused a change of it."""

    name: str
    above: str
    below: str
    per: str
    assumptions: tuple[str, ...]
    after: tuple[str, ...] = ()


FIRST = (
    Measure(
        "enrolments", "came", PEOPLE, "person, friends apart",
        ("population.members", "arrival", "enrolment.existing", "enrolment.arriving"),
    ),
    Measure(
        "purchases_before", "orders_before", "weeks_before", "member and week, until tokens of a purchase are usable",
        ("purchases.r", "purchases.alpha_weeks", "season", "correlation.rate_enrolment"),
    ),
    Measure(
        "basket", "revenue", ORDERS, "purchase",
        ("basket.v", "basket.p", "basket.q", "categories", "behaviour.basket", "behaviour.top_up"),
    ),
    Measure("delivery", "delivery_days", "delivered", "delivered purchase, in days", ("delivery.days",)),
    Measure(
        "returns", "returns", "delivered", "delivered purchase",
        ("returns.share", "returns.concentration", "returns.after_days"), ("delivery",),
    ),
    Measure(
        "purchases_after", "orders_after", "weeks_after", "member and week, from then on",
        ("response.goal_share", "behaviour.goal", "behaviour.membership", "lifetime"), ("purchases_before", "delivery"),
    ),
    Measure(
        "active", "active", MEMBERS, "member, bought in the last 13 weeks",
        ("lifetime.s", "lifetime.beta_weeks", "behaviour.stay_member"),
        ("purchases_before", "enrolments", "purchases_after"),
    ),
    Measure("shares", "shares", WEEKS, "member and week", ("response.shares",), ("active",)),
    Measure("posts", "posts", WEEKS, "member and week", ("response.posts",), ("active",)),
)  # fmt: skip
ALL_INVITATIONS = (
    Measure(
        "invitations", "sent", WEEKS, "member and week", ("response.invites", "behaviour.invite_referred"),
    ),
    Measure(
        "acceptance", "joined", "sent", "invitation", ("behaviour.accept", "referral.pool", "referral.days")
    ),
)  # fmt: skip
ANSWERED = (
    Measure(
        "acceptance", "joined", WEEKS, "member and week: friends who joined",
        ("behaviour.accept", "response.invites", "referral.pool", "referral.days"),
    ),
)  # fmt: skip
"""Where only invitations that were accepted are known: how many are sent and how many accept is one measure."""
FRIENDS = (
    Measure(
        "conversion", "converted", "joined", "friend who joined",
        ("behaviour.convert", "purchases.r", "purchases.alpha_weeks"), ("acceptance", "purchases_before"),
    ),
    Measure(
        "offspring", "converted", MEMBERS, "member: friends who bought", ("behaviour.accept", "behaviour.convert"),
        ("invitations", "acceptance", "conversion", "enrolments"),
    ),
)  # fmt: skip
SPENDING = (
    Measure(
        "redemptions", "redemptions", ORDERS, "purchase",
        ("response.reluctance", "behaviour.redeem_value"), (*BUYING, "returns", "purchases_after", "delivery"),
    ),
    Measure(
        "share_of_order", "tokens_at", "redeemed_at", "unit of currency of an order paid with tokens",
        ("behaviour.redeem_all", "response.reluctance"), (*BUYING, "redemptions", "purchases_after"),
    ),
)  # fmt: skip
LAST = (
    Measure(
        "redemption_rate", "spent", "released", "token that became usable",
        ("response.reluctance", "response.patience"),
        (*BUYING, "redemptions", "share_of_order", "item:*"),
    ),
    Measure(
        "breakage", "expired", "released", "token that became usable",
        ("response.reluctance", "response.patience", "behaviour.redeem_expiring"),
        (*BUYING, "redemptions", "share_of_order", "item:*", "redemption_rate"),
    ),
    Measure(
        "liability", "outstanding", MEMBERS, "member: tokens outstanding",
        ("response.reluctance", RULES), (*BUYING, "returns", "delivery", "purchases_after", "issued:*", "tier:*",
        "redemptions", "share_of_order", "item:*", "redemption_rate", "breakage", "acceptance", "enrolments"),
    ),
)  # fmt: skip
ISSUED = {
    "purchases": ("revenue", "unit of currency bought", (*BUYING, "purchases_after", "enrolments", *PAYING)),
    "campaigns": ("revenue", "unit of currency bought", (*BUYING, "purchases_after", "enrolments", *PAYING)),
    "extra_by_tier": ("revenue", "unit of currency bought", (*BUYING, "purchases_after", "returns", *PAYING, "tier:*")),
    "welcome": ("enrolled", "enrolment", ("enrolments",)),
    "shares": ("shares", "share", ("shares",)),
    "referral": ("joined", "friend who joined", (*BUYING, "acceptance", "conversion", "returns", "delivery")),
    "birthdays": (WEEKS, "member and week", (*BUYING, "tier:*")),
    "draws": (WEEKS, "member and week", ("posts", "shares", "enrolments")),
}
"""Purpose of tokens -> what they are given for, and what causes it."""
BIRTHDAYS = ("birthdays.known", RULES)


def measures(worlds: Iterable[World], unanswered: bool) -> list[Measure]:
    """Return what there is to compare in some worlds, causes first; ``unanswered`` invitations are on record."""
    names = sorted({name for world in worlds for name in world.facts})
    found = [*FIRST, *(ALL_INVITATIONS if unanswered else ANSWERED), *FRIENDS, *SPENDING]
    found += [_of_item(name) for name in names if name.startswith("item:")]
    found += [_of_tier(name) for name in names if name.startswith("tier:")]
    found += [_of_purpose(name) for name in names if name.startswith("issued:")]
    found += LAST
    return [one for one in found if one.above in names]


def _of_item(name: str) -> Measure:
    assumptions = (f"worths.{name.removeprefix('item:')}", "response.reluctance", "response.patience")
    return Measure(name, name, WEEKS, "member and week", assumptions, (*BUYING, "purchases_after", "redemptions"))


def _of_tier(name: str) -> Measure:
    causes = (*BUYING, "purchases_after", "active", "returns", "enrolments", "delivery")
    return Measure(name, name, MEMBERS, "member, at the end", (RULES,), causes)


def _of_purpose(name: str) -> Measure:
    purpose = name.removeprefix("issued:")
    below, per, after = ISSUED.get(purpose, (WEEKS, "member and week", ()))
    return Measure(name, name, below, per, BIRTHDAYS if purpose == "birthdays" else (RULES,), after)


def follows(one: Measure, broken: Iterable[str]) -> list[str]:
    """Return which of the broken measures may have caused another to break."""
    whole = [name for name in one.after if not name.endswith("*")]
    begun = tuple(name[:-1] for name in one.after if name.endswith("*"))
    return [name for name in broken if name in whole or (begun and name.startswith(begun))]


def unit(one: Measure, digits: int, decimals: int) -> float:
    """Return what a measure is multiplied by to be told in whole units of currency and in tokens."""
    return _unit(one.above, digits, decimals) / _unit(one.below, digits, decimals)


def _unit(fact: str, digits: int, decimals: int) -> float:
    if fact in MONEY:
        return 10.0**-digits
    return 10.0**-decimals if fact in TOKENS or fact.startswith("issued:") else 1.0
