"""The recommendation as a page a manager can read: what changes, what it brings, how sure that is, what is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rewardsim.economics.intervals import LEVEL
from rewardsim.experiments.sweeps.sweep_text import between, said
from rewardsim.programme.toml_out import value_text

from .advice import CHANGE, KEEP
from .meaning import meaning, written

if TYPE_CHECKING:
    import pandas as pd

    from rewardsim.programme import Programme

    from .tune import Tuned

TITLES = {CHANGE: "Recommended: change the programme", KEEP: "Recommended: keep the programme as it is"}
NO_ADVICE = "No recommendation"
WORDS = {"held": "held", "broken": "broken", "undecided": "not known yet"}


def difference(done: Tuned, frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> str:
    """Return the page, in Markdown."""
    programme, advice = done.plan.programme, done.advice
    setting = done.plan.setting
    parts = [
        [f"# {programme.name}: {done.plan.name}"],
        [f"**{TITLES.get(advice.kind, NO_ADVICE)}.** {_sentence(advice.reason)}"],
        [
            f"Judged by {done.plan.fresh_replicates} replicates of {setting.members:,} members each,"
            f" {setting.first} to {setting.last}, that the search had not seen. Money in {programme.currency},"
            f" tokens in {programme.token}s; intervals hold with {LEVEL:.0%}."
        ],
        list(_changes(done)),
        list(_effects(frames["effects"], programme)),
        list(_limits(frames["constraints"], done, programme)),
        list(_sureness(done, frames, manifest)),
        list(_assumptions(manifest["population"])),
        list(_behind(manifest)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _changes(done: Tuned) -> Iterator[str]:
    """Yield the parameters that change, and those that stay."""
    if done.advice.kind != CHANGE or done.advice.leader is None:
        return
    yield "## What changes"
    yield ""
    rows, stays = [], []
    for change in done.trials.parameters.changes(done.advice.leader.trial.point):
        before, after = written(done.plan.programme, change.path), value_text(change.value)
        days = "".join([f" from {change.start}" if change.start else "", f" until {change.end}" if change.end else ""])
        name = change.path.removeprefix("programme.")
        if before == after and not days:
            stays.append(f"`{name}` ({after})")
        else:
            rows.append([f"`{name}`", f"`{before}`", f"`{after}`{days}", meaning(change.path)])
    yield from table(["what", "before", "after", "what it does"], rows)
    if stays:
        yield ""
        yield f"Tried, and left as it is: {', '.join(stays)}."


def _effects(effects: pd.DataFrame, programme: Programme) -> Iterator[str]:
    """Yield what the change brings."""
    if not len(effects):
        return
    yield "## What it brings, against the programme as it is"
    yield ""
    rows = [
        [
            _name(row["measure"]),
            said(row["base"], row["unit"], programme).removeprefix("+"),
            said(row["value"], row["unit"], programme).removeprefix("+"),
            said(row["estimate"], row["unit"], programme),
            between(row["low"], row["high"], row["unit"], programme),
        ]
        for row in effects.to_dict("records")
    ]
    yield from table(["measure", "as it is", "recommended", "change", "95 % interval"], rows)


def _limits(constraints: pd.DataFrame, done: Tuned, programme: Programme) -> Iterator[str]:
    """Yield how the recommended programme, or else the shipped one, stands to the limits, and how much room is left."""
    if not len(constraints):
        return
    leader = done.advice.leader or done.leaders[0]
    whose = "recommended programme" if done.advice.leader else "programme as it is"
    yield f"## Limits ({whose})"
    yield ""
    rows = []
    for row in constraints[constraints["trial"] == leader.trial.number].to_dict("records"):
        limits = [(word, row[key]) for word, key in (("at most", "at_most"), ("at least", "at_least"))]
        told = [f"{word} {_level(value, row['unit'], programme)}" for word, value in limits if value == value]
        found = between(row["low"], row["high"], row["unit"], programme).replace("+", "")
        rows.append(
            [
                _name(row["measure"]),
                " and ".join(told),
                WORDS[row["status"]],
                _level(row["estimate"], row["unit"], programme),
                found,
                _level(row["room"], row["unit"], programme),
            ]
        )
    yield from table(["measure", "limit", "verdict", "found", "interval, all leaders considered", "room left"], rows)


def _sureness(done: Tuned, frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the result was found, and what speaks against trusting it."""
    programme, plan = done.plan.programme, done.plan
    yield "## How sure that is"
    yield ""
    yield (
        f"- Tried: {len(done.trials.all) - 1} of {int(manifest['search']['space']):,} points, each on"
        f" {plan.replicates} replicates under the same luck; {done.searched.settled}."
    )
    yield from _promises(done, frames)
    for row in manifest["robustness"]:
        unit, worst = _unit(frames, row["measure"]), row["worst"]
        levels = ", ".join(f"{path.removeprefix('population.')} {value}" for path, value in worst["levels"].items())
        yield (
            f"- If people respond otherwise: better in {_name(row['measure'])} in {row['share']:.0%} of"
            f" {row['samples']} samples of the assumptions (95 % interval {row['low']:.0%} to {row['high']:.0%});"
            f" at worst {said(worst['gain'], unit, programme)}, with {levels}."
        )
    for row in manifest["trial_sizes"]:
        yield f"- To see it in an A/B test, by {_name(row['measure'])}: {row['said']}."


def _promises(done: Tuned, frames: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """Yield what the search promised too much, and what is left of it for the best leader, all of them considered."""
    programme, best, winner = done.plan.programme, done.advice.best, done.advice.winner
    for gain in winner.gains if winner else ():
        unit = _unit(frames, gain.objective.measure)
        interval = between(gain.curse.low, gain.curse.high, unit, programme)
        yield (
            f"- Winner's curse in {_name(gain.objective.measure)}: for the search's best, trial {winner.trial.number},"
            f" it promised {said(gain.search.estimate, unit, programme)}, fresh luck gave"
            f" {said(gain.fresh.estimate, unit, programme)}: {said(gain.curse.estimate, unit, programme)} too much"
            f" (95 % interval {interval})."
        )
    for gain in best.gains if best else ():
        unit = _unit(frames, gain.objective.measure)
        what = "recommended" if done.advice.found else "not recommended"
        interval = between(gain.together.low, gain.together.high, unit, programme)
        yield (
            f"- Trial {best.trial.number}, {what}, is the best of {len(done.leaders) - 1} leaders on fresh luck. An"
            f" interval that holds for all of them together, in {_name(gain.objective.measure)}: {interval}"
            + (f"; {gain.needed:,} fresh replicates would decide." if gain.needed else ".")
        )


def _assumptions(people: Mapping[str, Any]) -> Iterator[str]:
    """Yield what all of it rests on."""
    yield "## Assumptions"
    yield ""
    yield f'- assumed: people are those of {people["name"]}, and respond by the preset "{people["preset"]}"'
    yield f"- assumed: {people['phi']:.0%} of extra purchases are new, the others borrowed from later"
    source = "the population does not say" if people["margin_assumed"] else "as the population says"
    yield f"- assumed: margin {people['margin_bp'] / 100:g} % of revenue after returns ({source})"
    for text in people["assumptions"]:
        yield f"- assumed: {text}"


def _behind(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield where the evidence lies."""
    yield "## Behind it"
    yield ""
    yield (
        f"{manifest['lives']:,} lives; their keys and totals are in `search.parquet`, `fresh.parquet` and"
        " `assumed.parquet` beside this page, all trials in `trials.parquet`."
    )
    yield f"Shipped programme {manifest['shipped']['hash'][:16]}, digest {manifest['digest'][:16]}."


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table of Markdown."""
    for row in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


def _level(value: Any, unit: str, programme: Programme) -> str:
    return said(value, unit, programme).removeprefix("+")


def _unit(frames: Mapping[str, pd.DataFrame], name: str) -> str:
    leaders = frames["leaders"]
    return str(leaders.loc[leaders["measure"] == name, "unit"].iloc[0])


def _name(measure: str) -> str:
    return measure.replace("_", " ")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
