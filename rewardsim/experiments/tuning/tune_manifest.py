"""What the manifest of a tuning says: the advice, how it was found, and what speaks for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.economics.objectives import MEASURES
from rewardsim.economics.power import trial_size
from rewardsim.experiments.simulations.totals import margin_rate
from rewardsim.programme.toml_out import value_text

from . import tables
from .robust import better_in, worst
from .trials import DONE, FAILED, REFUSED, SHIPPED, VALUELESS

if TYPE_CHECKING:
    from rewardsim.population import Population
    from rewardsim.programme import Programme

    from .advice import Advice, Strain
    from .tune import Tuned

RECOMMENDED = "recommended.toml"
"""File of a tuning with the programme that is recommended."""
STATES = (DONE, REFUSED, FAILED, VALUELESS)


def manifest_of(done: Tuned, programme: Programme | None) -> dict[str, Any]:
    """Return what the manifest says besides key, inputs and digest."""
    plan, seen = done.plan, (done.search, done.fresh, done.assumed)
    return {
        **({"programme": _described(programme, RECOMMENDED)} if programme else {}),
        "name": plan.name,
        "shipped": _described(plan.programme, Path(plan.programme.source.name).name),
        "population": _people(plan.population),
        "objectives": [{"measure": one.measure, "goal": one.goal} for one in plan.objectives],
        "constraints": [str(one) for one in plan.constraints],
        "levels": {
            str(one.number): {path: value_text(value) for path, value in one.levels.items()} for one in done.trials.all
        },
        "measures": tables.measures_of(plan),
        "parameters": [one.name for one in done.trials.parameters.space.dimensions],
        "advice": _advice(done.advice),
        "search": _search(done),
        "base": {name: vars(found) for name, found in tables.base_values(plan, done.fresh).items()},
        "robustness": _robustness(done),
        "trial_sizes": _trial_sizes(done),
        "lives": len({life.key for one in seen for life in one.found.values()}),
        "seconds": round(sum(one.seconds for one in seen), 3),
        "text": plan.text,
    }


def _described(programme: Programme, file: str) -> dict[str, str]:
    return {
        "id": programme.id,
        "name": programme.name,
        "hash": programme.hash,
        "file": file,
        "text": programme.to_toml(),
    }


def _people(people: Population) -> dict[str, Any]:
    return {
        "id": people.id,
        "name": people.name,
        "preset": people.preset,
        "phi": people.habits_values()["incremental"],
        "assumptions": list(people.assumptions),
        "margin_bp": margin_rate(people),
        "margin_assumed": people.margin_bp is None,
        "text": people.text,
    }


def _advice(advice: Advice) -> dict[str, Any]:
    """Return the advice, its leaders by number of trial."""
    leaders = {"trial": advice.leader, "best": advice.best, "winner": advice.winner}
    numbers = {name: one.trial.number if one else None for name, one in leaders.items()}
    return {
        "kind": advice.kind,
        "reason": advice.reason,
        **numbers,
        "strains": [_strain(one) for one in advice.strains],
    }


def _search(done: Tuned) -> dict[str, Any]:
    """Return how much was searched, and how the search ended; the size of the space may be beyond what JSON holds."""
    states = [one.state for one in done.trials.all]
    return {
        "space": str(done.trials.parameters.space.size),
        "trials": len(states),
        "states": {state: states.count(state) for state in STATES},
        "settled": done.searched.settled,
        "front": done.front,
    }


def _strain(one: Strain) -> dict[str, Any]:
    said = {"constraint": str(one.constraint), "broken": one.broken, "trials": one.trials}
    return said | {"least_excess": one.least, "nearest": one.nearest}


def _robustness(done: Tuned) -> list[dict[str, Any]]:
    """Return, for each objective, the share of samples in which the recommendation is better, and the worst sample."""
    found = []
    for place, one in enumerate(done.plan.objectives if done.samples else ()):
        share, least = better_in(done.samples, place, one.sign), worst(done.samples, place, one.sign)
        said = {"measure": one.measure, "share": share.estimate, "low": share.low, "high": share.high}
        gain = least.gains[place]
        lowest = {"sample": least.number, "levels": {path: str(value) for path, value in least.levels.items()}}
        lowest |= {"gain": gain.estimate, "low": gain.low, "high": gain.high}
        found.append({**said, "samples": len(done.samples), "worst": lowest})
    return found


def _trial_sizes(done: Tuned) -> list[dict[str, Any]]:
    """Return the members an A/B test of the recommendation would need, for each objective that it surely changes."""
    if not done.advice.found or done.advice.leader is None:
        return []
    pair = [done.fresh.own(name) for name in (done.advice.leader.trial.name, SHIPPED)]
    found = []
    for one in (gain.objective for gain in done.advice.leader.gains if gain.fresh.sure):
        # What a programme adds cannot be seen in one member of a test; the total it adds to can.
        total = one.measure.removeprefix("incremental_")
        asked = MEASURES.get(total)
        if asked is None or asked.below is not None or asked.counterfactual:
            continue
        tuned, shipped = ([asked.above(totals, {}) for totals in lives] for lives in pair)
        said = trial_size(tuned, shipped, done.plan.setting.members)
        found.append({"measure": total, **said.to_dict(), "said": str(said)})
    return found
