"""What a scenario changes as time goes by: paired differences by period, with intervals over replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardsim.behaviour.measures import MEASURES
from rewardsim.economics.intervals import differences, mean, mean_interval
from rewardsim.economics.objectives import UNITS
from rewardsim.economics.totals import DAILY
from rewardsim.experiments.simulations.plan import PROGRAMME, WITHOUT
from rewardsim.programme.faults import Fault, Place, closest, listing, show

if TYPE_CHECKING:
    import pandas as pd

    from .sweep_run import SweepRun

QUANTITIES = (*MEASURES, *DAILY)
RUNNING = ("present", "members")
"""Counted as changes: what there is at a period's end is their sum so far."""
BALANCES = ("pending", "available", "held", "debt", "outstanding")
EVERY = ("day", "week", "month", "quarter", "year")


class PeriodError(ValueError):
    """A course of time that cannot be told as asked, with every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def over_time(run: SweepRun, quantity: str, scenario: str, every: str, against: str | None) -> pd.DataFrame:
    """Return what a scenario changes by period; see ``SweepRun.over_time``."""
    import pandas as pd

    other = against or (run.base if scenario != run.base else WITHOUT)
    faults = [
        *unknown("measure", quantity, QUANTITIES),
        *unknown("scenario", scenario, run.names),
        *unknown("against", other, [*run.names, WITHOUT]),
        *unknown("every", every, EVERY),
    ]
    if not faults and other == WITHOUT and True not in run.observed.arms(scenario):
        found, todo = "lives under the programme alone", "sweep with the counterfactual, or name a scenario"
        faults.append(Fault(Place("against"), "no-twin", found, "lives without a programme", todo))
    if faults:
        raise PeriodError(faults)
    own = _by_period(run, quantity, scenario, PROGRAMME, every)
    base = _by_period(run, quantity, *((scenario, WITHOUT) if other == WITHOUT else (other, PROGRAMME)), every)
    said = {"scenario": scenario, "against": other, "measure": quantity, "unit": UNITS[quantity]}
    return pd.DataFrame([said | _row(period, own[period], base[period]) for period in sorted(own)])


def _row(period: Any, own: dict[int, int], base: dict[int, int]) -> dict[str, Any]:
    """Return a period's figures over the replicates both sides have."""
    both = sorted(set(own) & set(base))
    mine, others = [own[number] for number in both], [base[number] for number in both]
    interval = mean_interval(differences(mine, others))
    return {
        "from": period,
        "value": mean(mine),
        "base": mean(others),
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "replicates": interval.replicates,
    }


def _by_period(run: SweepRun, quantity: str, scenario: str, arm: str, every: str) -> dict[Any, dict[int, int]]:
    """Return a quantity by the first day of the period and the replicate."""
    value = f"max_by(d.{quantity}, day)" if quantity in BALANCES else f"sum(d.{quantity})::BIGINT"
    rows = run.sql(
        f"SELECT greatest(date_trunc('{every}', day)::DATE, DATE '{run.manifest['inputs']['from']}') AS period,"
        f" replicate, {value} AS value FROM replicates r JOIN days d ON d.life = left(r.life, 16)"
        f" WHERE scenario = {_quoted(scenario)} AND arm = '{arm}' GROUP BY ALL ORDER BY replicate, period"
    )
    found: dict[Any, dict[int, int]] = {}
    so_far: dict[int, int] = {}
    for period, replicate, amount in rows.itertuples(index=False):
        so_far[replicate] = amount + (so_far.get(replicate, 0) if quantity in RUNNING else 0)
        found.setdefault(period.date(), {})[replicate] = int(so_far[replicate])
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def unknown(what: str, word: str, known: Any) -> list[Fault]:
    """Return the fault of a word that is not known, nothing for one that is."""
    if word in known:
        return []
    near = closest(str(word), list(known))
    todo = f'did you mean "{near}"?' if near else "choose one of them"
    return [Fault(Place(what), "bad_choice", show(word), listing(list(known), 50), todo)]
