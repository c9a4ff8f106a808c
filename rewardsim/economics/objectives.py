"""What may be asked of a life: every measure with its unit and meaning, defined once for reports, guards and tuning.

A life is one arm (a programme, or none) on one population under one replicate's luck; it is known by
its integer totals. A measure reads them, and for what a programme adds also the totals of the same
people under the same luck without it. A ratio is the ratio of means over replicates, never a mean
of ratios: replicates in which little happened must not weigh most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan

from rewardsim.programme.faults import Fault, Place, closest, listing, show

from .intervals import mean
from .purposes import OTHER, PURPOSES

COUNT, MONEY, TOKENS, SHARE = "count", "money", "tokens", "share"
MORE, LESS = "more", "less"
TIER, TIER_SHARE = "tier:", "tier_share:"
QUANTITIES = {
    "purchases": COUNT,
    "revenue": MONEY,
    "returned": MONEY,
    "kept_revenue": MONEY,
    "margin": MONEY,
    "spent_value": MONEY,
    "discounts": MONEY,
    "express_cost": MONEY,
    "cost": MONEY,
    "net": MONEY,
    "person_days": COUNT,
    "present": COUNT,
    "enrolled": COUNT,
    "referred": COUNT,
    "issued": TOKENS,
    **{f"issued_{purpose}": TOKENS for purpose in (*PURPOSES, OTHER)},
    "redeemed": TOKENS,
    "exchanged": TOKENS,
    "expired": TOKENS,
    "clawed_back": TOKENS,
    "outstanding": TOKENS,
    "liability": MONEY,
    "liability_expected": MONEY,
}
"""Totals of a life that are compared everywhere, with their unit; money is in minor units."""
_COUNTED = (
    "persons", "converted", "arrived", "left", "members", "extra", "forgone", "returns", "coupons", "redemptions",
    "exchanges", "visits", "invitations", "accepted", "joined", "shares", "posts",
)  # fmt: skip
_MOVED = (
    "voided", "released", "given_back", "adjusted", "pending", "available", "held", "debt", "clawback_shortfall",
)  # fmt: skip
UNITS = QUANTITIES | dict.fromkeys(_COUNTED, COUNT) | dict.fromkeys(_MOVED, TOKENS)
"""Every total of a life, with its unit."""
INCREMENTAL = {
    "revenue": "revenue that there would not be without the programme",
    "margin": "margin, before the programme's cost, that there would not be without it",
    "net": "margin less cost, against margin without the programme",
    "purchases": "purchases nobody would have made without the programme",
}
_WANTED = {
    **dict.fromkeys(("revenue", "kept_revenue", "margin", "net", "purchases", "enrolled", "referred", "members"), MORE),
    **dict.fromkeys(("cost", "liability", "liability_expected", "outstanding", "returned", "left"), LESS),
}
_MEANING = {
    "kept_revenue": "revenue less what was returned",
    "margin": "margin on kept revenue, before the programme's cost",
    "cost": "what members are given off their prices: tokens at checkout, coupons, express deliveries",
    "net": "margin less cost",
    "spent_value": "tokens spent at checkout, at face value",
    "person_days": "days on which people who came by themselves could buy",
    "present": "people who may still buy on the last day",
    "enrolled": "people who became members",
    "referred": "friends whom members brought by invitation",
    "joined": "members brought by invitation",
    "outstanding": "tokens that are owed on the last day",
    "liability": "tokens outstanding on the last day, at face value",
    "liability_expected": "tokens outstanding on the last day, at what tokens that ended did cost",
    "exchanged": "tokens exchanged for coupons and codes",
    "redeemed": "tokens spent at checkout",
}
Totals = Mapping[str, int]
Reading = Callable[[Totals, Totals], int]


class MeasureError(ValueError):
    """A measure that there is not, or that cannot be told from what is at hand."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


@dataclass(frozen=True)
class Measure:
    """One number of a life: ``above``, or where ``below`` is given the ratio of the two.

    Both read the life's own totals ("tier:<level>" among them) and those of the counterfactual, which
    are an empty mapping unless ``counterfactual`` says that they are needed. ``wanted`` says whether
    "more" or "less" of it is better, "" where neither is.
    """

    name: str
    unit: str
    wanted: str
    meaning: str
    above: Reading
    below: Reading | None = None
    counterfactual: bool = False


def spent_tokens(totals: Totals) -> int:
    """Return the tokens members made use of: at checkout or for coupons, less what returns gave back."""
    return totals["redeemed"] + totals["exchanged"] - totals["given_back"]


def ended_tokens(totals: Totals) -> int:
    """Return the tokens whose fate is known: spent or expired; those taken back never were the member's."""
    return spent_tokens(totals) + totals["expired"]


def _total(name: str) -> Reading:
    return lambda own, without: own[name]


def _gain(name: str) -> Reading:
    return lambda own, without: own[name] - without[name]


def _said(name: str) -> str:
    return _MEANING.get(name, name.replace("_", " "))


def _on_level(level: str) -> Reading:
    return lambda own, without: own.get(f"{TIER}{level}", 0)


def _ranked(level: str) -> Reading:
    """Return the reading of how many members stand on any level; none where a programme has not this one."""

    def reading(own: Totals, without: Totals) -> int:
        counts = (count for name, count in own.items() if name.startswith(TIER))
        return sum(counts) if f"{TIER}{level}" in own else 0

    return reading


_RATIOS = (
    Measure(
        "roi", SHARE, MORE, "what each unit of cost brings beyond itself: incremental net, of the cost",
        _gain("net"), _gain("cost"), True,
    ),
    Measure(
        "cost_per_incremental_revenue", SHARE, LESS,
        "what the programme costs for each unit of revenue there would not be without it",
        _gain("cost"), _gain("revenue"), True,
    ),
    Measure(
        "incremental_share", SHARE, MORE, "share of revenue that there would not be without the programme",
        _gain("revenue"), _total("revenue"), True,
    ),
    Measure(
        "cost_per_token", MONEY, "",
        "measured: what a token costs when it is spent (tokens at checkout and coupons at face value)",
        lambda own, without: own["cost"] - own["express_cost"], lambda own, without: spent_tokens(own),
    ),
    Measure(
        "expected_redemption", SHARE, "", "measured: share of the tokens that ended which were spent",
        lambda own, without: spent_tokens(own), lambda own, without: ended_tokens(own),
    ),
    Measure(
        "breakage", SHARE, "", "measured: share of the tokens that ended which expired",
        _total("expired"), lambda own, without: ended_tokens(own),
    ),
    Measure(
        "referral_growth", SHARE, MORE, "members brought by invitation, for each who joined without one",
        _total("joined"), lambda own, without: own["enrolled"] - own["joined"],
    ),
)  # fmt: skip
_PLAIN = (
    *(Measure(name, unit, _WANTED.get(name, ""), _said(name), _total(name)) for name, unit in UNITS.items()),
    Measure("active_members", COUNT, MORE, "members who may still buy on the last day", _total("members")),
    *(
        Measure(f"incremental_{name}", UNITS[name], MORE, meaning, _gain(name), None, True)
        for name, meaning in INCREMENTAL.items()
    ),
)
MEASURES: dict[str, Measure] = {one.name: one for one in (*_PLAIN, *_RATIOS)}
"""Every measure by name, but for ``tier_share:<level>``, of which there is one for each level of a programme."""


def measure(name: str, place: Place | None = None, levels: Sequence[str] | None = None) -> Measure:
    """Return a measure by name; raise MeasureError for an unknown one, naming the closest.

    ``tier_share:<level>`` is the share of members with a tier who are on that level: not a number under a
    programme that has no such level. Give ``levels``, those of all programmes at hand, to have it checked.
    """
    shares = [f"{TIER_SHARE}{level}" for level in levels] if levels is not None else [f"{TIER_SHARE}<level>"]
    if isinstance(name, str) and name.startswith(TIER_SHARE) and (levels is None or name in shares):
        level = name.removeprefix(TIER_SHARE)
        meaning = f"share of members with a tier who are on {level}"
        return Measure(name, SHARE, "", meaning, _on_level(level), _ranked(level))
    if name not in MEASURES:
        raise MeasureError([_unknown(name, [*MEASURES, *shares], place)])
    return MEASURES[name]


def above_and_below(
    measure: Measure, own: Sequence[Totals], without: Sequence[Totals] | None = None
) -> tuple[list[int], list[int] | None]:
    """Return the measure's ``above`` and ``below`` (None where it is no ratio) in every replicate, as they are.

    Raises MeasureError where the counterfactual is needed and not given.
    """
    if measure.counterfactual and without is None:
        found, allowed = "lives under the programme alone", "lives without the programme beside them"
        fault = Fault(Place(measure.name), "no-twin", found, allowed, "simulate with the counterfactual")
        raise MeasureError([fault])
    pairs = list(zip(own, without, strict=True)) if without is not None else [(one, {}) for one in own]
    above = [measure.above(*pair) for pair in pairs]
    return above, None if measure.below is None else [measure.below(*pair) for pair in pairs]


def values(measure: Measure, own: Sequence[Totals], without: Sequence[Totals] | None = None) -> list[float]:
    """Return the measure in every replicate, so that means, t intervals and paired differences are those of it.

    A ratio is given by its linearised values r + (above - r below) / mean(below), whose mean is r, the
    ratio of means, and whose variance is the delta method's. Where ``below`` is not positive on average
    there is no such ratio (a cost without a gain has no price per unit gained): not-a-number, each.
    """
    above, below = above_and_below(measure, own, without)
    return [float(value) for value in above] if below is None else linearised(above, below)


def linearised(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Return the linearised values of a ratio of means; not-a-number where the lower mean is not positive."""
    under = mean(below)
    if under <= 0:
        return [nan] * len(above)
    ratio = mean(above) / under
    return [ratio + (one - ratio * other) / under for one, other in zip(above, below, strict=True)]


def _unknown(name: str, known: Sequence[str], place: Place | None = None) -> Fault:
    """Return the fault of a measure that there is not."""
    near = closest(str(name), known)
    todo = f'did you mean "{near}"?' if near else "choose one of them"
    return Fault(place or Place("measure"), "unknown-measure", show(name), listing(known, 60), todo)
