"""Production beside its forecast, in words: for a terminal and for a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardsim.economics.profit import face_value, owed
from rewardsim.experiments.simulations.plan import EPOCH

from .judge import Finding, Total
from .measures import unit

if TYPE_CHECKING:
    from .drift import Drift

OUTSTANDING = "tokens outstanding"
SHOWN_MAX = 10
"""Differences of the ledger that are listed."""
BASIS = (
    "forecast: mean of {} replicates and the 95 % interval of one world of production's size (not of the mean);\n"
    "p: Student's t over replicates, moderated by the sampling of members, adjusted for the number of measures\n"
    "(Holm): a false alarm in at most 5 % of comparisons; seen from: the least change that would have been told"
)
IN = {"value of purchases": "money", "tokens for purchases": "tokens", "tokens outstanding": "tokens"}
LEGS = {"people": "person", "everybody": "member", "came": "enrolment", "weeks": "week", "orders": "purchase"}
RISES = {"came": "enrolments", "weeks": "weeks", "everybody": "members", "orders": "purchases", "revenue": "value"}


def json_of(drift: Drift) -> dict[str, Any]:
    """Return a comparison as plain values."""
    return {
        "forecast": str(drift.forecast.path),
        "actual": str(drift.actual.path),
        "digest": drift.actual.digest,
        "first": drift.span.first.isoformat(),
        "last": drift.span.last.isoformat(),
        "people": drift.people,
        "people_forecast": drift.crowds[0].people,
        "members": drift.production.world.members,
        "replicates": len(drift.crowds),
        "holds": drift.holds,
        "ledger": {
            "checked": drift.differences is not None,
            "members_different": len(drift.differences or []),
            "not_posted_yet": drift.unposted,
            "differences": [{**vars(one), "day": one.day.isoformat()} for one in (drift.differences or [])[:SHOWN_MAX]],
        },
        "broken": [{"measure": one.measure.name, "assumptions": list(one.measure.assumptions)} for one in drift.causes],
        "assumptions": drift.assumptions,
        "unanswered_invitations_known": drift.unanswered,
        "measures": [_plain(one, _unit(drift, one)) for one in drift.findings],
        "totals": [_total_plain(drift, one) for one in drift.totals],
    }


def _plain(one: Finding, scale: float) -> dict[str, Any]:
    names = ("actual", "actual_low", "actual_high", "forecast", "low", "high", "detectable")
    values = {name: getattr(one, name) for name in names}
    return {
        "measure": one.measure.name,
        "per": one.measure.per,
        **{name: None if value is None else value * scale for name, value in values.items()},
        "p": one.p,
        "p_adjusted": one.adjusted,
        "broken": one.broken,
        "follows": list(one.follows),
        "assumptions": list(one.measure.assumptions),
    }


def _unit(drift: Drift, one: Finding) -> float:
    return unit(one.measure, drift.forecast.programme.minor_digits, drift.forecast.programme.token_decimals)


def _total_plain(drift: Drift, one: Total) -> dict[str, Any]:
    """Return a total in whole units of currency or in tokens."""
    programme = drift.forecast.programme
    scale = {"money": 10.0**-programme.minor_digits, "tokens": 10.0**-programme.token_decimals}
    by = scale.get(IN.get(one.name, ""), 1.0)
    values = {name: getattr(one, name) * by for name in ("actual", "forecast", "low", "high")}
    said = {"name": one.name, **values, "factors": one.factors}
    if one.name == OUTSTANDING:
        face = face_value(programme, (drift.span.last - EPOCH).days)
        said["face_value"] = programme.amount_text(owed(round(one.actual), face))
        said["face_value_forecast"] = programme.amount_text(owed(round(one.forecast), face))
    return said


def text_of(drift: Drift) -> str:
    """Return a comparison a person can read: the ledger first, then what broke, then everything."""
    inputs = drift.forecast.manifest["inputs"]
    lines = [
        f"{drift.forecast.programme.name}, {drift.span.first} to {drift.span.last}: production's "
        f"{drift.production.world.members:,} members against {len(drift.crowds)} replicates of {inputs['members']:,} "
        "people",
        _scale(drift),
        *_ledger(drift),
        "",
        *_verdict(drift),
        "",
        BASIS.format(len(drift.crowds)),
        f"{'':<24}{'production':>12}{'forecast':>12}{'from':>12}{'to':>12}{'p':>8}{'seen from':>12}  per",
        *(_row(one, _unit(drift, one)) for one in drift.findings),
        "",
        "totals, and what their ratio to the forecast is made of:",
        *(_total(_total_plain(drift, one), drift.forecast.programme.currency) for one in drift.totals),
    ]
    return "\n".join(lines)


def _scale(drift: Drift) -> str:
    there = drift.crowds[0].people
    if drift.people == there:
        return f"people within reach: {there:,}, as forecast (say otherwise with people); all else is per member"
    return f"people within reach: {drift.people:,}; the forecast of {there:,} is scaled; all else is per member"


def _ledger(drift: Drift) -> list[str]:
    if drift.differences is None:
        return ["ledger: production sent none, so its events alone are compared"]
    if not drift.differences:
        later = f"; {drift.unposted:,} entries fell due but are not posted yet" if drift.unposted else ""
        return [f"ledger: every entry is the one that the rules make of the events{later}"]
    shown = [f"  {one}" for one in drift.differences[:SHOWN_MAX]]
    more = len(drift.differences) - len(shown)
    head = f"LEDGER: {len(drift.differences):,} member(s) have entries that the rules do not make of the events:"
    return [head, *shown, *([f"  ... and {more:,} more"] if more else [])]


def _verdict(drift: Drift) -> list[str]:
    broken = [one for one in drift.findings if one.broken]
    if not broken:
        return ["within the forecast: no assumption is seen to be broken; see below from which change on it would be"]
    lines = ["broken, causes first:"]
    for one in broken:
        if one.cause:
            lines.append(f"  {one.measure.name}: {_moved(one)}; look at {', '.join(one.measure.assumptions)}")
        else:
            lines.append(f"  {one.measure.name}: {_moved(one)}; may follow from {', '.join(one.follows)}")
    return lines


def _moved(one: Finding) -> str:
    if not one.forecast or one.actual is None:
        return "there, where none was forecast" if one.actual else "none"
    return f"{one.actual / one.forecast:.2f} times the forecast"


def _row(one: Finding, scale: float) -> str:
    low = one.low if one.low is None or min(one.actual or 0, one.forecast or 0) < 0 else max(one.low, 0)
    values = (one.actual, one.forecast, low, one.high)
    cells = "".join(f"{'-' if value is None else _number(value * scale):>12}" for value in values)
    p = "" if one.adjusted is None else f"{one.adjusted:.3f}"
    seen = f"+-{one.detectable / one.forecast:.0%}" if one.forecast and one.detectable is not None else "-"
    mark = "*" if one.cause else "~" if one.broken else " "
    return f"{mark} {one.measure.name:<22}{cells}{p:>8}{seen:>12}  {one.measure.per}"


def _total(one: dict[str, Any], currency: str) -> str:
    made = " x ".join(f"{_leg(name)} {factor:.2f}" for name, factor in one["factors"].items())
    ratio = f"{one['actual'] / one['forecast']:.2f}" if one["forecast"] else "-"
    expected = f"{one['forecast']:,.0f} ({max(one['low'], 0):,.0f} to {one['high']:,.0f})"
    owed_at = f"; at face value {currency} {one['face_value']}" if "face_value" in one else ""
    return f"  {one['name']:<22}{one['actual']:>14,.0f}, forecast {expected}: {ratio} = {made}{owed_at}"


def _leg(name: str) -> str:
    upper, _, lower = name.partition(" per ")
    return f"{RISES.get(upper, 'tokens')} per {LEGS.get(lower, 'unit of value')}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
