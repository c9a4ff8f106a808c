"""Every parameter of behaviour: default, range, unit, evidence, meaning; and sets of them with a name.

Plain Python, never compiled. A parameter stands here under the name of its field in
``records.Habits``. Effects are on the log scale: 0 is no effect, and effects add up. What differs
between people (how many pursue goals, reluctance, patience, inclination to invite) is drawn by the
population; ``trait`` names what of it a parameter works through.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

JUDGEMENT = "judgement; belongs in every sensitivity analysis"
LOG, WEEKS, SHARE, FACTOR = "log factor", "weeks", "share", "factor"
RATE, HAZARD, ODDS = "log factor on the purchase rate", "log factor on attrition", "log-odds"


@dataclass(frozen=True)
class Parameter:
    """One parameter of behaviour."""

    name: str
    default: float
    low: float
    high: float
    unit: str
    evidence: str
    meaning: str
    trait: str = ""


_ALL = (
    Parameter(
        "goal", 0.25, 0.0, 0.6, RATE,
        "Kivetz, Urminsky & Zheng 2006: last interval 20 % shorter gives .248, card done 16 % earlier .412",
        "goal gradient, from the start of a goal to its end; 0 for cash-like tokens without thresholds", "goal",
    ),
    Parameter(
        "goal_shape", 1.0, 0.1, 3.0, "exponent",
        "below 1 fits both figures of Kivetz et al. 2006 (.145 with goal .227)",
        "curvature of the gradient: pull = progress ** shape", "goal",
    ),
    Parameter(
        "goal_reach", 2.0, 0.0, 6.0, "standard deviations",
        "Hartmann & Viard 2008: infrequent buyers rarely get there; " + JUDGEMENT,
        "luck beyond expected purchases with which a goal still counts as within reach", "goal",
    ),
    Parameter(
        "endowed", 0.2, 0.0, 0.8, RATE, "Nunes & Drèze 2006: completion 34 % instead of 19 %, odds ratio 2.2",
        "added while on the first goal: tokens given for nothing look like progress", "goal",
    ),
    Parameter(
        "rewarded", 0.05, 0.0, 0.15, RATE, "Taylor & Neslin 2005; Dorotic et al. 2014 (direction)",
        "added just after a redemption or exchange",
    ),
    Parameter(
        "rewarded_weeks", 4.0, 2.0, 8.0, WEEKS, "Taylor & Neslin 2005 (direction)",
        "time in which that effect wanes by e",
    ),
    Parameter(
        "membership", math.log(1.02), 0.0, 0.05, RATE,
        "Gopalakrishnan et al. 2021: frequency at most a fifth of the effect; factor 1.02, range 1 to 1.05",
        "added for being a member",
    ),
    Parameter(
        "tier_step", 0.02, 0.0, 0.1, RATE, "Kopalle et al. 2012; Wang et al. 2016 (direction); size: " + JUDGEMENT,
        "added by each tier reached",
    ),
    Parameter(
        "coupon", 0.05, 0.0, 0.3, RATE, "Lewis 2004 (direction); size: " + JUDGEMENT,
        "added while a coupon or code is held",
    ),
    Parameter(
        "expiring", 0.05, 0.0, 0.3, RATE,
        "Breugelmans & Liu-Thompkins 2017: only customers able to adapt; size: " + JUDGEMENT,
        "added while tokens expire within 30 days",
    ),
    Parameter(
        "loss_aversion", 2.0, 1.5, 2.5, FACTOR, "Wagner et al. 2009; Ramaseshan & Ouschan 2017: loss outweighs gain",
        "what a lost tier takes away for a while, beside its step",
    ),
    Parameter("demoted_weeks", 8.0, 2.0, 26.0, WEEKS, JUDGEMENT, "time in which that effect wanes by e"),
    Parameter(
        "incremental", 0.6, 0.0, 1.0, SHARE, JUDGEMENT,
        "of extra purchases, those not borrowed from the future; reported next to every return on investment",
    ),
    Parameter("repay", 0.5, 0.0, 1.0, SHARE, JUDGEMENT, "of what is borrowed, what the next purchase repays"),
    Parameter(
        "multiplier_min", 0.25, 0.05, 1.0, FACTOR, "our convention", "least factor on the purchase rate"
    ),
    Parameter("multiplier_max", 4.0, 1.0, 10.0, FACTOR, "our convention", "largest factor on the purchase rate"),
    Parameter(
        "stay_member", -math.log(0.9), 0.0, -math.log(0.6), HAZARD,
        "Gopalakrishnan et al. 2021: attrition x .623 reproduces +30 % of value, 80 % of it by attrition",
        "taken off once a member has had tokens; default factor .90",
    ),
    Parameter(
        "stay_tier_step", 0.05, 0.0, 0.2, HAZARD, "Wang et al. 2016 (direction); size: " + JUDGEMENT,
        "taken off by each tier reached",
    ),
    Parameter(
        "stay_balance", 0.02, 0.0, 0.1, HAZARD,
        "Hartmann & Viard 2008: switching costs are small for most; size: " + JUDGEMENT,
        "taken off by each unit of ln(1 + worth of tokens / mean basket)",
    ),
    Parameter(
        "stay_referrer", -math.log(0.82), 0.0, 0.4, HAZARD,
        "Schmitt, Skiera & Van den Bulte 2011: churn 18 % lower; Van den Bulte et al. 2018: while the referrer stays",
        "taken off while the member who brought him is there",
    ),
    Parameter(
        "leave_demoted", 0.2, 0.0, 0.6, HAZARD, "Wagner et al. 2009 (direction); size: " + JUDGEMENT,
        "added for a while after losing a tier",
    ),
    Parameter(
        "leave_missed", 0.1, 0.0, 0.4, HAZARD, "Wang et al. 2016: failure lowers purchases; size: " + JUDGEMENT,
        "added for a while after missing a goal",
    ),
    Parameter("leave_weeks", 8.0, 2.0, 26.0, WEEKS, JUDGEMENT, "how long these two last"),
    Parameter(
        "basket", 0.0, 0.0, 0.03, "log factor on the basket", "Gopalakrishnan et al. 2021: spend per visit about 0",
        "added to a member's basket; only for explicit price effects",
    ),
    Parameter(
        "top_up_within", 0.1, 0.0, 0.5, SHARE, "Lewis 2004 (thresholds move baskets); size: " + JUDGEMENT,
        "how far above a basket a threshold may lie to be seen",
    ),
    Parameter("top_up", 0.1, 0.0, 1.0, "probability", JUDGEMENT, "of raising a basket to such a threshold"),
    Parameter(
        "redeem_value", 0.8, 0.0, 2.0, ODDS, "Stourm, Bradlow & Fader 2015",
        "of redeeming, for each unit of ln(1 + worth of tokens / purchase)", "reluctance",
    ),
    Parameter(
        "redeem_expiring", 0.7, 0.0, 1.5, ODDS, "Breugelmans & Liu-Thompkins 2017 (direction)",
        "of redeeming or exchanging, while tokens expire within 30 days", "reluctance",
    ),
    Parameter(
        "redeem_all", 0.8, 0.0, 1.0, "probability",
        "Dorotic et al. 2014: partial redemption is common; size: " + JUDGEMENT,
        "of redeeming all that the rules allow, else a uniform share of it",
    ),
    Parameter(
        "token_worth", 0.8, 0.5, 1.3, FACTOR, "Rossi 2018 (above cash for some); Stourm et al. 2015 (below)",
        "worth of a token to a member, as a share of what it buys",
    ),
    Parameter(
        "exchange_value", 0.8, 0.0, 2.0, ODDS, "as redeem_value; " + JUDGEMENT,
        "of exchanging, for each unit of ln(1 + worth of the item / mean basket)", "reluctance",
    ),
    Parameter(
        "convert", 0.6, 0.0, 1.0, "probability",
        "Kumar, Petersen & Leone 2007: 12 to 14 % of referrals become customers",
        "that a friend who accepts ever buys",
    ),
    Parameter(
        "accept", -1.4, -20.0, 20.0, ODDS, "Kumar, Petersen & Leone 2007, together with convert",
        "of accepting an invitation without a reward; 20 is certain, -20 impossible",
    ),
    Parameter(
        "accept_reward", 0.2, 0.0, 1.0, ODDS, JUDGEMENT,
        "of accepting, for each unit of ln(1 + reward / 100 of currency)",
    ),
    Parameter(
        "accept_pool", 1.0, 0.0, 1.0, SHARE, "Bass 1969: the pool is finite",
        "of acceptance that is lost once everybody was brought",
    ),
    Parameter(
        "invite_shape", 0.5, 0.0, 5.0, "shape", "few invite much: negative binomial, .3 to 1; " + JUDGEMENT,
        "of the number of invitations on a visit; 0 means Poisson", "invites",
    ),
    Parameter(
        "invite_once", 0.0, 0.0, 50.0, "invitations", "none: for comparison with branching processes",
        "if above 0, exactly so many on the first visit and none later", "invites",
    ),
    Parameter(
        "invite_referred", 1.4, 1.0, 1.6, FACTOR, "Gershon & Jiang: referred customers make 31 to 57 % more referrals",
        "on the invitations of members who were brought themselves", "invites",
    ),
    Parameter(
        "friend_margin", 0.1, -0.1, 0.25, SHARE,
        "Schmitt et al. 2011: +25 % at first; Armelini et al. 2015, Wolters & Gedenk 2019: below 0",
        "added to the early baskets of members who were brought",
    ),
    Parameter(
        "friend_margin_weeks", 52.0, 13.0, 104.0, WEEKS, "Schmitt et al. 2011: gap largest in the first year",
        "time in which that effect wanes by e",
    ),
)  # fmt: skip
PARAMETERS: dict[str, Parameter] = {parameter.name: parameter for parameter in _ALL}

# What moves purchases, stays or baskets; with all of these at 0 a programme changes none of them.
EFFECTS = (
    "goal", "endowed", "rewarded", "membership", "tier_step", "coupon", "expiring",
    "stay_member", "stay_tier_step", "stay_balance", "stay_referrer", "leave_demoted", "leave_missed",
    "basket", "top_up", "friend_margin",
)  # fmt: skip

_REFERENCE = {name: parameter.default for name, parameter in PARAMETERS.items()}
_NO_RESPONSE = _REFERENCE | dict.fromkeys(EFFECTS, 0.0) | {"accept": -20.0}
PRESETS: dict[str, dict[str, float]] = {
    # Nothing the programme does changes purchases, stays or baskets, and nobody accepts an invitation.
    "no_response": _NO_RESPONSE,
    # Half of each effect, and half of what is extra is new.
    "conservative": _REFERENCE
    | {name: _REFERENCE[name] / 2 for name in EFFECTS}
    | {"incremental": 0.3, "accept": -2.0, "invite_referred": 1.2},
    # The defaults.
    "reference": _REFERENCE,
    # A stamp card (Kivetz et al. 2006), if everybody pursues goals: the last interval is 20 % shorter than the
    # first, and the card is full after 24.6 days instead of 29.4.
    "cafe": _NO_RESPONSE | {"goal": 0.226583, "goal_shape": 0.145169, "goal_reach": 6.0, "incremental": 1.0},
    # A programme without tiers in a hair salon (Gopalakrishnan et al. 2021), if everybody is a member: +28 to 31 %
    # of value in five years, at least 80 % of it by attrition.
    "salon": _NO_RESPONSE | {"stay_member": -math.log(0.623), "membership": math.log(1.048), "incremental": 1.0},
    # Tokens as good as cash ("Separating customer heterogeneity, points pressure and rewarded behavior...", 2021;
    # Zhang & Breugelmans 2012): 1 to 4 % of sales, 1.74 % at once and some by staying, nothing by points pressure.
    "cash_token": _NO_RESPONSE
    | {"membership": math.log(1.0174), "rewarded": 0.02, "stay_member": -math.log(0.98), "incremental": 1.0},
}


def ceiling(values: Mapping[str, float], tiers: int) -> float:
    """Return what no purchase multiplier of these parameters exceeds, with so many tiers; 1 without any effect."""
    step = values["tier_step"]
    pressure = values["membership"] + max(step * tiers, -step * values["loss_aversion"], 0.0)
    pressure += sum(max(0.0, values[name]) for name in ("goal", "endowed", "rewarded", "coupon", "expiring"))
    if pressure <= 0.0:
        return 1.0
    if pressure >= math.log(values["multiplier_max"]):
        return values["multiplier_max"]
    # A hair more, because floating-point sums depend on their order.
    return min(values["multiplier_max"], math.exp(pressure) * (1.0 + 1e-9))
