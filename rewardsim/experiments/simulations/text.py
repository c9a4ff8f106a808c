"""A simulation in words: for a terminal and for a machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardsim.economics.objectives import COUNT, MONEY, QUANTITIES, SHARE
from rewardsim.economics.profit import break_even
from rewardsim.economics.purposes import OTHER, PURPOSES
from rewardsim.programme import Programme

from .effects import Effect
from .growth import REPRODUCTION_MAX, described
from .plan import PROGRAMME, WITHOUT
from .totals import reproduction

if TYPE_CHECKING:
    from .run import SimulationRun

TOKEN_TOTALS = (
    "issued", "released", "redeemed", "exchanged", "given_back", "voided", "expired", "clawed_back",
    "clawback_shortfall", "adjusted", "debt", "pending", "available", "held", "outstanding",
)  # fmt: skip
WHOLE = 1_000
"""Figures from here on are shown without decimals."""
SHOWN: dict[str, dict[str, str]] = {
    "purchases": {},
    "revenue": {"part": "  of it ", "tier": "  among those now "},
    "incremental_share": {},
    "returned": {},
    "margin": {},
    "cost": {},
    "spent_value": {},
    "discounts": {},
    "express_cost": {},
    "net": {},
    "roi": {},
    "person_days": {},
    "referred": {},
    **{name: {} for name in QUANTITIES if name.startswith("issued")},
    **{name: {} for name in ("redeemed", "exchanged", "expired", "outstanding", "liability", "liability_expected")},
}
"""Quantities of the summary in their order, each with the groups shown below it and how they are announced."""
NAMES = {
    "incremental_share": "share of sales that is extra",
    "margin": "margin, before the cost",
    "cost": "cost of the programme",
    "spent_value": "  of it paid with tokens",
    "discounts": "  of it coupons",
    "express_cost": "  of it express deliveries",
    "net": "margin less cost",
    "roi": "return on the cost",
    "person_days": "days people stayed",
    "referred": "friends who joined",
    "issued": "tokens issued",
    **{f"issued_{name}": f"  for {name.replace('_', ' ')}" for name in (*PURPOSES, OTHER)},
    "outstanding": "tokens outstanding",
    "liability": "these at face value",
    "liability_expected": "these as others ended",
}
BASIS = "per replicate: mean, and its 95 % interval over {} paired replicates"
ALONE = "one replicate: no interval can be given; ask for more replicates"


def json_of(run: SimulationRun) -> dict[str, Any]:
    """Return a run's totals (of its first replicate) and effects (over all), as plain values."""
    first, programme = run.manifest["summary"], run.programme
    totals = {name: values[0] for name, values in run.totals(PROGRAMME).items()}
    said = {
        **first,
        "replicates": run.manifest["inputs"]["replicates"],
        "tokens": {name: totals[name] for name in TOKEN_TOTALS},
        "purchases": totals["purchases"],
        "revenue": programme.amount_text(totals["revenue"]),
        "referred": totals["referred"],
        "phi": run.manifest["population"]["phi"],
        "reproduction": round(reproduction_of(run), 4),
        "reproduction_implied": next(arm["reproduction_implied"] for arm in run.manifest["arms"]),
    }
    if (PROGRAMME, WITHOUT) in run.contrasts:
        said["effect"] = effects_said(run.contrasts[PROGRAMME, WITHOUT], programme, "all")
    said["effects"] = {
        f"{arm} against {against}": {
            by: effects_said(found, programme, by) for by in ("all", "part", "tier", "cohort")
        }
        for (arm, against), found in run.contrasts.items()
    }
    return said


def effects_said(found: Sequence[Effect], programme: Programme, by: str) -> dict[str, Any]:
    """Return effects as plain values by quantity, or by group and quantity; money in decimal strings."""
    said: dict[str, Any] = {}
    for one in found:
        if one.by != by:
            continue
        interval = one.interval
        values = {"estimate": interval.estimate, "low": interval.low, "high": interval.high}
        if one.unit == MONEY:
            values = {name: None if v is None else programme.amount_text(round(v)) for name, v in values.items()}
        where = said if by == "all" else said.setdefault(one.group, {})
        where[one.quantity] = {"unit": one.unit, **values, "replicates": interval.replicates}
    return said


def text_of(run: SimulationRun) -> str:
    """Return a summary a person can read."""
    inputs, manifest, programme = run.manifest["inputs"], run.manifest, run.programme
    people = manifest["population"]
    lines = [
        f"{programme.name} on {people['name']}: {inputs['members']:,} members, {inputs['from']} to {inputs['until']},"
        f" {inputs['replicates']} replicate(s), seed {inputs['seed']}",
        *first_lines(run),
    ]
    for (arm, against), found in run.contrasts.items():
        basis = ALONE if inputs["replicates"] == 1 else BASIS.format(inputs["replicates"])
        lines += ["", f"what {arm_said(run, arm)} changes against {arm_said(run, against)}"]
        lines += [f"({basis}; money in {programme.currency}, tokens in {programme.token}s)"]
        lines += effect_table(found, programme)
        lines += comments_on(run, arm, against, found)
    if not run.contrasts:
        lines += ["", "nothing to compare with: simulated without the counterfactual"]
    expected = run.manifest["arms"][0]["reproduction_implied"]
    lines += ["", f"each member brought {reproduction_of(run):.2f} friends who buy, in the days simulated"]
    lines[-1] += f" (the settings imply at most {expected:.2f})"
    lines += [*warnings_of(run), *assumptions_of(run)]
    lines += [f"run      {run.path}", f"digest   {run.digest}", f"seconds  {manifest['summary']['seconds']}"]
    return "\n".join(lines)


class EffectRow(NamedTuple):
    """An effect in words: of what, how much, its interval, and its share of the base; "" for none."""

    label: str
    estimate: str
    between: str
    relative: str
    sure: bool


def effect_table(found: Sequence[Effect], programme: Programme) -> list[str]:
    """Return effects as aligned lines: quantity, estimate, interval, share of the base."""
    return [
        f"  {row.label:<32}{row.estimate:>16}   {row.between:<34}{row.relative:>9}".rstrip()
        for row in effect_rows(found, programme)
    ]


def effect_rows(found: Sequence[Effect], programme: Programme) -> list[EffectRow]:
    """Return effects in words, in the order of SHOWN; what is a part of another stands below it, indented."""
    rows = []
    for quantity, below in SHOWN.items():
        whole = [one for one in found if one.by == "all" and one.quantity == quantity]
        groups = [one for by in below for one in found if one.by == by and one.quantity == quantity]
        groups.sort(key=lambda one: (list(below).index(one.by), _rank(one, programme)))
        rows += [_row(one, programme) for one in (*whole, *groups)]
    return rows


def _rank(one: Effect, programme: Programme) -> int:
    """Return a group's place: tiers from the lowest, others as they come."""
    levels = ["not enrolled", "no tier", *programme.names.levels]
    return levels.index(one.group) if one.by == "tier" and one.group in levels else 0


def _row(one: Effect, programme: Programme) -> EffectRow:
    name = SHOWN[one.quantity].get(one.by, "") + (one.group or NAMES.get(one.quantity, one.quantity.replace("_", " ")))
    low, high = one.interval.low, one.interval.high
    between = "" if low is None or high is None else f"{amount(low, one, programme)} to {amount(high, one, programme)}"
    relative = f"{one.interval.estimate / abs(one.base):+.2%}" if one.base else ""
    return EffectRow(name, amount(one.interval.estimate, one, programme), between, relative, one.interval.sure)


def amount(value: float, one: Effect, programme: Programme) -> str:
    """Return a figure with its sign in the unit of its quantity; large sums of money without their smallest unit."""
    if one.unit == SHARE:
        return f"{value:+.2%}"
    if one.unit == MONEY:
        value /= 10**programme.minor_digits
        return f"{value:+,.{programme.minor_digits if abs(value) < WHOLE else 0}f}"
    digits = 1 if one.unit == COUNT else programme.token_decimals
    scale = 1 if one.unit == COUNT else 10**programme.token_decimals
    return f"{value / scale:+,.{digits if abs(value) < WHOLE * scale else 0}f}"


def warnings_of(run: SimulationRun) -> list[str]:
    """Return what must not be overlooked: what the settings imply, and what came about."""
    implied = {arm["name"]: arm["reproduction_implied"] for arm in run.manifest["arms"]}
    brought = {name: reproduction_of(run, name) for name in implied}
    return [
        f"warning: with {arm_said(run, arm)} {described(number)}"
        for arm, number in implied.items()
        if number > REPRODUCTION_MAX
    ] + [
        f"warning: with {arm_said(run, arm)} each member brought {number:.2f} friends who buy, more than"
        f" {REPRODUCTION_MAX}"
        for arm, number in brought.items()
        if number > REPRODUCTION_MAX
    ]


def reproduction_of(run: SimulationRun, arm: str = PROGRAMME) -> float:
    """Return how many friends who buy a member brought in the days simulated, over all replicates."""
    totals = run.totals(arm)
    return reproduction({name: sum(totals[name]) for name in ("converted", "enrolled")})


def first_lines(run: SimulationRun) -> list[str]:
    """Return what happened in the first replicate."""
    first, programme = run.manifest["summary"], run.programme
    totals = {name: values[0] for name, values in run.totals(PROGRAMME).items()}
    revenue = totals["revenue"] / 10**programme.minor_digits
    digits, scale = programme.token_decimals, 10**programme.token_decimals
    moved = [f"{totals[name] / scale:,.{digits}f} {name.replace('_', ' ')}" for name in TOKEN_TOTALS if totals[name]]
    lines = [
        f"first replicate: {first['members']:,} enrolled, {totals['purchases']:,} purchases,"
        f" {programme.currency} {revenue:,.0f} revenue, {totals['referred']:,} friends who joined",
        f"tokens   {', '.join(moved) or 'none'}",
    ]
    if first.get("tiers"):
        lines.append("tiers    " + ", ".join(f"{count:,} {name}" for name, count in first["tiers"].items()))
    return lines


def arm_said(run: SimulationRun, name: str) -> str:
    """Return what an arm is called."""
    if name == WITHOUT:
        return "no programme"
    return run.programme.name if name == PROGRAMME else f'variant "{name}"'


def comments_on(run: SimulationRun, arm: str, against: str, found: Sequence[Effect]) -> list[str]:
    """Return what belongs beside the figures: phi beside the return, break-even, how narrow the intervals are."""
    people, lines = run.manifest["population"], []
    (phi,) = (one["phi"] for one in run.manifest["arms"] if one["name"] == arm)
    by_name = {one.quantity: one for one in found if one.by == "all"}
    if "roi" in by_name:
        share_said = f"phi = {phi:g} of extra purchases are new, the rest borrowed from later ones"
        lines.append(f"  the return assumes that {share_said}")
    cost, base = by_name["cost"].interval.estimate, by_name["revenue"].base
    share = break_even(round(cost), round(base or 0), people["margin_bp"])
    if against == WITHOUT and share and cost > 0:
        lines.append(f"  to pay for itself, the programme must raise revenue by {float(share):.2%}")
    needed = by_name["revenue"].needed
    if needed is not None and by_name["revenue"].interval.replicates > 1:
        lines.append(f"  replicates for the effect on revenue to within 1 %: {needed:,}")
    return lines


def assumptions_of(run: SimulationRun) -> list[str]:
    """Return the assumptions a reader must know."""
    people = run.manifest["population"]
    margin = f"{people['margin_bp'] / 100:g} %"
    lines = [f'assumed: behaviour of preset "{people["preset"]}", phi = {people["phi"]:g}']
    source = "assumed, the population does not say" if people["margin_assumed"] else "as the population says"
    lines.append(f"assumed: margin {margin} of revenue after returns ({source})")
    return lines + [f"assumed: {text}" for text in people["assumptions"]]
