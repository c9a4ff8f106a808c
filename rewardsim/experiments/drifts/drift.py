"""``rs.drift``: what production did against what was forecast, and which assumption broke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rewardsim
from rewardsim.experiments.run import Run
from rewardsim.experiments.simulations.plan import SimulationError, day_from
from rewardsim.experiments.simulations.run import SimulationRun
from rewardsim.programme.faults import Fault, Place, show

from .actual import Actual, Difference, actual_of
from .forecast import crowds
from .judge import Crowd, Finding, Total, judge, totals
from .measures import measures
from .text import json_of, text_of
from .world import Span, measured

if TYPE_CHECKING:
    import pandas as pd

UNANSWERED_MIN, UNANSWERED_SHARE = 5, 0.1
"""From so many, and from such a share of all, unanswered invitations are held to be on record."""


@dataclass(frozen=True)
class Drift:
    """Production beside its forecast: measures in the order of causes, totals, and the check of the ledger."""

    forecast: SimulationRun
    actual: Run
    span: Span
    people: int
    findings: list[Finding]
    totals: list[Total]
    differences: list[Difference] | None
    unposted: int
    unanswered: bool
    crowds: list[Crowd]
    production: Crowd

    @property
    def holds(self) -> bool:
        """Whether production is within its forecast, and its ledger what its events make by the rules."""
        return not self.differences and not any(one.broken for one in self.findings)

    @property
    def causes(self) -> list[Finding]:
        """What broke by itself, as far as can be told."""
        return [one for one in self.findings if one.cause]

    @property
    def assumptions(self) -> list[str]:
        """The assumptions behind what broke by itself, the likeliest of each first."""
        named = [name for one in self.causes for name in one.measure.assumptions]
        return list(dict.fromkeys(named))

    @property
    def table(self) -> pd.DataFrame:
        """The measures as a frame."""
        import pandas as pd

        return pd.DataFrame(self.to_dict()["measures"]).set_index("measure")

    def daily(self) -> pd.DataFrame:
        """Return sums by day: replicate (-1: production), day, fact, amount, scaled to production's people."""
        import pandas as pd

        parts = [(-1, self.production.world.daily, 1.0)]
        parts += [(k, one.world.daily, self.people / one.people) for k, one in enumerate(self.crowds)]
        return pd.concat(
            [table.assign(replicate=k, amount=table["amount"] * scale) for k, table, scale in parts], ignore_index=True
        )

    def plot(self, **options: Any) -> Any:
        """Draw production's weeks over the band of the forecast's."""
        money = {"currency": self.forecast.programme.currency, "digits": self.forecast.programme.minor_digits}
        token = {"token": self.forecast.programme.token, "decimals": self.forecast.programme.token_decimals}
        return rewardsim._figure("drift")(self.daily(), **{**money, **token, **options})

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return json_of(self)

    def __str__(self) -> str:
        return text_of(self)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(text_of(self))}</pre>"


def drift(
    run: SimulationRun | str | Path,
    actual: str | Path,
    *,
    until: date | str | None = None,
    people: int | None = None,
    out: str | Path | None = None,
    secrets: Mapping[str, bytes] | None = None,
) -> Drift:
    """Compare what production did with what was forecast, and say which assumption broke.

    ``run`` is a simulation with two replicates or more; its worlds are lived again, to be counted as production
    is. ``actual`` is what production exported: the folder of ``rewardsim records`` (or its ``events.jsonl``), an
    event table, or a replay of it. The events are replayed under the run's programme, and production's own
    entries, where they are there, must be the replay's. Days are those both have, up to ``until``; ``people``
    is how many production could reach, as many as were simulated where not given. Replays go to ``out``, else
    beside the run; ``secrets`` are those of the draws that production held, by id. Raises SimulationError,
    TransactionError or RunError for bad input, with every fault.
    """
    run = run if isinstance(run, SimulationRun) else SimulationRun(run)
    last = _checked(run, until, people)
    found = actual_of(actual, run.programme, last, Path(out) if out else run.path.parent, secrets)
    span = _span(run, found, last, str(actual))
    production = Crowd(measured(found.folder, found.people(), span), people or run.manifest["inputs"]["members"])
    return against(run, crowds(run, span), found, production, span)


def against(run: SimulationRun, forecast: list[Crowd], found: Actual, production: Crowd, span: Span) -> Drift:
    """Return production, as counted, beside a forecast, as counted."""
    known = _keeps_unanswered(production)
    compared = measures([production.world, *(crowd.world for crowd in forecast)], known)
    return Drift(
        forecast=run,
        actual=found.run,
        span=span,
        people=production.people,
        findings=judge(compared, forecast, production),
        totals=totals(forecast, production),
        differences=found.differences,
        unposted=found.unposted,
        unanswered=known,
        crowds=forecast,
        production=production,
    )


def _keeps_unanswered(production: Crowd) -> bool:
    """Tell whether production's events hold invitations that nobody followed, too."""
    left, answered = (production.total(name) for name in ("unanswered", "answered"))
    return left >= UNANSWERED_MIN and left >= UNANSWERED_SHARE * (left + answered)


def _checked(run: SimulationRun, until: date | str | None, people: int | None) -> date | None:
    """Return the last day asked for; raise SimulationError with every fault of the request."""
    faults: list[Fault] = []
    last = day_from("until", until, faults)
    if run.manifest["inputs"]["replicates"] < 2:
        found, allowed = "one replicate", "two or more: one world has no spread to judge by"
        faults.append(Fault(Place(str(run.path)), "one_replicate", found, allowed, "simulate with --replicates 16"))
    if people is not None and (not isinstance(people, int) or isinstance(people, bool) or people < 1):
        allowed = "a whole number from 1 on"
        faults.append(Fault(Place("people"), "out_of_range", show(people), allowed, "say how many could be reached"))
    if faults:
        raise SimulationError(faults)
    return last


def _span(run: SimulationRun, found: Actual, until: date | None, place: str) -> Span:
    """Return the days both have; refuse a production that has none of the forecast's."""
    inputs = run.manifest["inputs"]
    first, last = (date.fromisoformat(inputs[name]) for name in ("from", "until"))
    begun, ended = found.days()
    span = Span(max(first, begun), min(last, until or ended))
    if span.days < 1:
        said, allowed = f"days {begun} to {until or ended}", f"days of the forecast, {first} to {last}"
        todo = "name the export of those days, or simulate the days of production"
        raise SimulationError([Fault(Place(place), "other_days", said, allowed, todo)])
    return span
