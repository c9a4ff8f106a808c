"""``rs.tune``: find the values of parameters that serve best within limits, and say how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rewardsim.economics.objectives import measure
from rewardsim.experiments.simulations.plan import plan as plan_of_simulation
from rewardsim.experiments.store import find, key_of
from rewardsim.experiments.sweeps.lives import Lives
from rewardsim.experiments.sweeps.observed import Observed
from rewardsim.experiments.sweeps.progress import Progress
from rewardsim.experiments.sweeps.runner import Runner
from rewardsim.experiments.sweeps.workers import PROCESSES, Workers
from rewardsim.experiments.sweeps.workers import workers as workers_of

from .advice import CHANGE, Advice, advised
from .leaders import Leader, front_of, judged
from .plan import TunePlan
from .planned import Planned
from .robust import Sample, robust
from .study import Searched, search
from .trials import Trials
from .tune_run import TuneRun


@dataclass(frozen=True)
class Tuned:
    """All that came of a tuning, before it is stored."""

    plan: TunePlan
    trials: Trials
    searched: Searched
    leaders: list[Leader]
    front: list[int]
    advice: Advice
    samples: list[Sample]
    search: Observed
    fresh: Observed
    assumed: Observed


def tune(
    plan: TunePlan | str | Path,
    *,
    members: int | None = None,
    start: date | str | None = None,
    until: date | str | None = None,
    seed: int | None = None,
    trials: int | None = None,
    replicates: int | None = None,
    fresh_replicates: int | None = None,
    workers: str | Executor | Workers = PROCESSES,
    jobs: int | None = None,
    out: str | Path = "runs",
    progress: Callable[[Progress], None] | None = None,
) -> TuneRun:
    """Tune a programme and return the stored result; an identical one is found, not recomputed.

    ``plan`` is a file of a tuning, or what it says; the other options change what it says. ``until`` is
    the last day. ``workers`` and ``jobs`` never change a result. Whatever ends a tuning, the same
    call goes on with what is missing. Raises ValueErrors that carry every fault.
    """
    from .tune_file import load_tune
    from .tune_store import store

    asked = load_tune(plan) if isinstance(plan, (str, Path)) else plan
    setting = {"members": members, "first": start, "last": until, "seed": seed}
    effort = {"trials": trials, "replicates": replicates, "fresh_replicates": fresh_replicates}
    asked = _with(asked, setting, effort)
    found = find(Path(out), key_of(asked.inputs()))
    if found:
        return TuneRun(found)
    lives = Lives(out)
    meter = Planned(asked, progress)
    with workers_of(workers, jobs) as crew:
        done = _tuned(asked, lambda: _runner(asked, crew, lives, meter))
    meter.end()
    return TuneRun(store(done, Path(out)))


def _with(plan: TunePlan, setting: dict[str, Any], effort: dict[str, Any]) -> TunePlan:
    """Return the plan with what is given otherwise; raise where nobody could live so, or nothing be learnt."""
    from .tune_file import refuse_effort

    changed = replace(plan.setting, **{name: value for name, value in setting.items() if value is not None})
    seen = plan_of_simulation(
        plan.programme, plan.population, members=changed.members, start=changed.first, until=changed.last,
        seed=changed.seed, replicates=1, counterfactual=changed.counterfactual,
    )  # fmt: skip
    asked = [*plan.objectives, *plan.constraints]
    twin = any(measure(one.measure).counterfactual for one in asked)
    changed = replace(changed, first=seen.first, last=seen.last, counterfactual=twin)
    given = {name: value for name, value in effort.items() if value is not None}
    refuse_effort(given)
    return replace(plan, setting=changed, **given)


def _runner(plan: TunePlan, crew: Workers, lives: Lives, meter: Planned) -> Runner:
    """Return a runner that counts on with the others."""
    runner = Runner(plan.setting, crew, lives)
    runner.meter = meter
    return runner


def _tuned(plan: TunePlan, runner: Callable[[], Runner]) -> Tuned:
    """Search, judge the leaders anew, and advise. Each of the three has luck of its own to look at."""
    searching, judging, assuming = runner(), runner(), runner()
    trials = Trials(plan, searching)
    searched = search(
        trials.parameters.space,
        trials.evaluate,
        [one.goal for one in plan.objectives],
        trials=plan.trials,
        batch=plan.batch,
        sampler=plan.sampler,
        seed=plan.setting.seed,
        start=trials.shipped_point(),
    )
    leaders = judged(plan, trials.all, searching.observed, judging)
    front = front_of(plan, leaders)
    advice = advised(plan, trials.all, leaders, front)
    samples: list[Sample] = []
    if plan.robustness and advice.kind == CHANGE and advice.leader:
        samples = robust(plan, plan.robustness, advice.leader.trial, assuming)
    seen = (searching.observed, judging.observed, assuming.observed)
    return Tuned(plan, trials, searched, leaders, front, advice, samples, *seen)
