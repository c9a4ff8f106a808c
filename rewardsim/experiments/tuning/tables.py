"""A tuning as tables: its trials, leaders, constraints, samples of assumptions. Money in minor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import TYPE_CHECKING, Any

from rewardsim.economics.intervals import Interval, mean
from rewardsim.economics.objectives import measure, values
from rewardsim.experiments.scenarios.cells import cell_of
from rewardsim.programme.toml_out import value_text

from .scoring import observed as observed_values

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.experiments.sweeps.observed import Observed

    from .advice import Advice
    from .leaders import Leader
    from .plan import TunePlan
    from .robust import Sample
    from .trials import Trial

SHIPPED, LEADER, RECOMMENDED = "shipped", "leader", "recommended"
"""Roles of a trial; "" for the others."""


def measures_of(plan: TunePlan) -> list[str]:
    """Return the measures of objectives and constraints, each once."""
    return list(dict.fromkeys(one.measure for one in (*plan.objectives, *plan.constraints)))


def roles_of(leaders: Sequence[Leader], advice: Advice) -> dict[int, str]:
    """Return the role of every trial that has one."""
    roles = {one.trial.number: LEADER for one in leaders}
    return roles | ({advice.leader.trial.number: RECOMMENDED} if advice.leader else {}) | {0: SHIPPED}


def trials_table(
    plan: TunePlan, trials: Sequence[Trial], seen: Observed, roles: Mapping[int, str], front: Sequence[int]
) -> pd.DataFrame:
    """One row a trial: values of parameters, means of measures over the search's replicates, how it fared."""
    import pandas as pd

    rows = []
    for one in trials:
        lives = seen.observations(one.name) if one.score else None
        found = {name: mean(values(measure(name), *lives)) if lives else nan for name in measures_of(plan)}
        fair = one.score is not None and not one.score.violation
        rows.append(
            {"trial": one.number, **shown(one.levels), **found}
            | {"feasible": fair, "front": one.number in front, "role": roles.get(one.number, "")}
            | {"state": one.state, "said": one.said}
        )
    return pd.DataFrame(rows)


def leaders_table(
    plan: TunePlan, leaders: Sequence[Leader], roles: Mapping[int, str], search: Observed, fresh: Observed
) -> pd.DataFrame:
    """One row a leader and measure: searched and fresh level, and what it changes against the shipped programme."""
    import pandas as pd

    from rewardsim.economics.intervals import mean_interval

    rows = []
    for one in leaders:
        gains = {gain.objective.measure: gain for gain in one.gains}
        for name in measures_of(plan):
            asked = measure(name)
            found = mean_interval(values(asked, *fresh.observations(one.trial.name)))
            before = mean(values(asked, *search.observations(one.trial.name)))
            row = {"trial": one.trial.number, "role": roles[one.trial.number], "measure": name, "unit": asked.unit}
            row |= {"searched": before, **_ends(found), "replicates": found.replicates}
            gain = gains.get(name)
            for word in ("fresh", "together", "search", "curse"):
                row |= _ends(getattr(gain, word) if gain else None, {"fresh": "gain"}.get(word, word))
            rows.append(row | {"needed": gain.needed if gain else None})
    return pd.DataFrame(rows).astype({"needed": "Int64"})


def constraints_table(leaders: Sequence[Leader], roles: Mapping[int, str]) -> pd.DataFrame:
    """One row a leader and constraint, on fresh replicates: the verdict, and how far the estimate is from the limit."""
    import pandas as pd

    rows = []
    for one in leaders:
        for verdict in one.verdicts:
            said = verdict.to_dict()
            limits = ((said["at_most"], 1), (said["at_least"], -1))
            room = min(sign * (limit - said["estimate"]) for limit, sign in limits if limit is not None)
            row = {"trial": one.trial.number, "role": roles[one.trial.number], **said, "room": room}
            del row["scenario"]
            rows.append({**row, "unit": measure(verdict.guard.measure).unit, "level": verdict.interval.level})
    table = pd.DataFrame(rows)
    return table.astype({"at_most": "float64", "at_least": "float64", "needed": "Int64"}) if rows else table


def robustness_table(plan: TunePlan, samples: Sequence[Sample]) -> pd.DataFrame:
    """One row a sample of assumptions and objective: what the recommendation changes."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"sample": one.number, **shown(one.levels), "measure": objective.measure}
            | {"goal": objective.goal, **_ends(gain, "gain"), "replicates": gain.replicates}
            for one in samples
            for objective, gain in zip(plan.objectives, one.gains, strict=True)
        ]
    )


def base_values(plan: TunePlan, fresh: Observed) -> dict[str, Interval]:
    """Return the shipped programme's objectives on fresh replicates."""
    from rewardsim.economics.intervals import mean_interval

    return {one.measure: mean_interval(observed_values(one, fresh.observations(SHIPPED))) for one in plan.objectives}


def shown(levels: Mapping[str, Any]) -> dict[str, Any]:
    """Return levels as a table can hold them; whole tables of a file as their text."""
    return {
        path: value_text(value) if isinstance(value, (dict, list)) else cell_of(value) for path, value in levels.items()
    }


def _ends(interval: Interval | None, name: str = "") -> dict[str, float | None]:
    """Return an interval as three columns."""
    names = (name, f"{name}_low", f"{name}_high") if name else ("estimate", "low", "high")
    found = (interval.estimate, interval.low, interval.high) if interval else (None, None, None)
    return dict(zip(names, found, strict=True))
