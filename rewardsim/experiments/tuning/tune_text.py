"""A tuning in words: for a terminal, a notebook and a machine."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from rewardsim.economics.objectives import MONEY, measure
from rewardsim.experiments.sweeps.sweep_text import between, plain_row, said
from rewardsim.programme import Programme

from .advice import CHANGE, KEEP
from .meaning import written

if TYPE_CHECKING:
    from .tune_run import TuneRun

TITLES = {CHANGE: "recommended: change the programme", KEEP: "recommended: keep the programme as it is"}
NO_ADVICE = "no recommendation"


def text_of(run: TuneRun) -> str:
    """Return a tuning for a terminal."""
    return "\n".join([*_head(run), *_changes(run), *_effects(run), *_limits(run), *_sureness(run), *_tail(run)])


def html_of(run: TuneRun) -> str:
    """Return a tuning for a notebook."""
    return f"<pre>{escape(text_of(run))}</pre>"


def _head(run: TuneRun) -> list[str]:
    inputs, search = run.manifest["inputs"], run.manifest["search"]
    goals = ", ".join(f"{one['goal']} {one['measure'].replace('_', ' ')}" for one in run.manifest["objectives"])
    return [
        f'tuning "{run.manifest["name"]}" of {run.shipped.name} on {run.manifest["population"]["name"]}: {goals}',
        f"{inputs['members']:,} members, {inputs['from']} to {inputs['until']}, seed {inputs['seed']};"
        f" {search['trials'] - 1:,} of {int(search['space']):,} points tried ({search['settled']})",
        "",
        f"{TITLES.get(run.advice['kind'], NO_ADVICE)}: {run.advice['reason']}",
    ]


def _changes(run: TuneRun) -> Iterator[str]:
    """Yield what is recommended, parameter by parameter."""
    if not run.found:
        return
    for column, value in run.manifest["levels"][str(run.advice["trial"])].items():
        path = column.partition("@")[0]
        yield f"  {column.removeprefix('programme.'):<44}{written(run.shipped, path):>30}  ->  {value}"


def _effects(run: TuneRun) -> Iterator[str]:
    """Yield what the recommendation changes."""
    if not len(run.effects):
        return
    count = run.manifest["inputs"]["fresh_replicates"]
    yield ""
    yield (
        f"what it changes against the programme as it is ({count} replicates the search has not seen;"
        f" money in {run.shipped.currency}, tokens in {run.shipped.token}s)"
    )
    for row in run.effects.to_dict("records"):
        name, unit = row["measure"].replace("_", " "), row["unit"]
        value = said(row["estimate"], unit, run.shipped)
        yield f"  {name:<32}{value:>16}   {between(row['low'], row['high'], unit, run.shipped)}".rstrip()


def _limits(run: TuneRun) -> Iterator[str]:
    """Yield how the recommended programme, or else the shipped one, stands to the limits."""
    number = run.advice["trial"] or 0
    rows = run.constraints[run.constraints["trial"] == number].to_dict("records") if len(run.constraints) else []
    if rows:
        yield ""
    for row in rows:
        shown = {word: row[key] for word, key in (("at most", "at_most"), ("at least", "at_least"))}
        told = [f"{word} {_level(value, row['unit'], run.shipped)}" for word, value in shown.items() if value == value]
        ends = between(row["low"], row["high"], row["unit"], run.shipped).replace("+", "")
        whose = f"trial {number}" if number else "the programme as it is"
        found = _level(row["estimate"], row["unit"], run.shipped)
        name = row["measure"].replace("_", " ")
        yield f"limit {row['status']}: {name} {' and '.join(told)}, {whose}: {found} ({ends})"


def _sureness(run: TuneRun) -> Iterator[str]:
    """Yield the winner's curse, robustness, and what a test would need."""
    yield ""
    for row in _gains(run, "best") if not run.found else ():
        ends = between(row["together_low"], row["together_high"], row["unit"], run.shipped)
        name, gain = row["measure"].replace("_", " "), said(row["gain"], row["unit"], run.shipped)
        more = f"; {int(row['needed']):,} fresh replicates would decide" if row["needed"] else ""
        yield f"best that was tried, trial {row['trial']}, {name}: {gain} ({ends}){more}"
    for row in _gains(run, "winner"):
        unit, name = row["unit"], row["measure"].replace("_", " ")
        ends = between(row["curse_low"], row["curse_high"], unit, run.shipped)
        promised, curse = said(row["search"], unit, run.shipped), said(row["curse"], unit, run.shipped)
        yield f"winner's curse, {name}: trial {row['trial']} was promised {promised}, too much by {curse} ({ends})"
    for row in run.manifest["robustness"]:
        unit = measure(row["measure"]).unit
        yield (
            f"robustness, {row['measure'].replace('_', ' ')}: better in {row['share']:.0%} of {row['samples']} samples"
            f" of the assumptions ({row['low']:.0%} to {row['high']:.0%}); at worst"
            f" {said(row['worst']['gain'], unit, run.shipped)}"
        )
    for row in run.manifest["trial_sizes"]:
        yield f"A/B test, {row['measure'].replace('_', ' ')}: {row['said']}"


def _gains(run: TuneRun, role: str) -> list[dict[str, Any]]:
    """Return what a leader, the best or the search's winner, gains in each objective."""
    rows = run.leaders[run.leaders["trial"] == run.advice[role]]
    return [plain_row(row) for row in rows[rows["gain"].notna()].to_dict("records")]


def _tail(run: TuneRun) -> list[str]:
    people = run.manifest["population"]
    assumed = [f'behaviour of preset "{people["preset"]}", phi = {people["phi"]:g}', *people["assumptions"]]
    file = [f"programme {run.path / 'recommended.toml'}"] if run.recommended else []
    return [
        "",
        *(f"assumed: {text}" for text in assumed),
        *file,
        f"read      {run.path / 'difference.md'}",
        f"run       {run.path}",
        f"digest    {run.digest}",
        f"seconds   {run.manifest['seconds']} in {run.manifest['lives']:,} lives",
    ]


def json_of(run: TuneRun) -> dict[str, Any]:
    """Return a tuning as plain values; money in decimal strings."""
    manifest = run.manifest
    recommended = str(run.path / "recommended.toml") if run.recommended else None
    return {
        "name": manifest["name"],
        "advice": run.advice,
        "recommended": recommended,
        "difference": str(run.path / "difference.md"),
        "hash": run.recommended.hash if run.recommended else None,
        "base": {
            "programme": manifest["shipped"]["id"],
            "hash": manifest["shipped"]["hash"],
            **{name: _interval(found, measure(name).unit, run.shipped) for name, found in manifest["base"].items()},
        },
        "parameters": manifest["levels"].get(str(run.advice["trial"]), {}),
        "effects": {
            row["measure"]: {"unit": row["unit"], **_interval(row, row["unit"], run.shipped)}
            for row in run.effects.to_dict("records")
        },
        "constraints": [_constraint(row, run.shipped) for row in run.constraints.to_dict("records")],
        "front": manifest["search"]["front"],
        "search": manifest["search"],
        "robustness": [_robust(row, run.shipped) for row in manifest["robustness"]],
        "trial_sizes": manifest["trial_sizes"],
        "assumptions": manifest["population"]["assumptions"],
        "members": manifest["inputs"]["members"],
        "lives": manifest["lives"],
        "seconds": manifest["seconds"],
    }


def _interval(row: dict[str, Any], unit: str, programme: Programme) -> dict[str, Any]:
    """Return an interval as plain values."""
    found = plain_row({name: row[name] for name in ("estimate", "low", "high", "replicates")})
    return {name: _money(value, unit, programme) if name != "replicates" else value for name, value in found.items()}


def _constraint(row: dict[str, Any], programme: Programme) -> dict[str, Any]:
    names = ("at_most", "at_least", "estimate", "low", "high", "room")
    found = plain_row(row)
    return found | {name: _money(found[name], row["unit"], programme) for name in names}


def _robust(row: dict[str, Any], programme: Programme) -> dict[str, Any]:
    unit, worst = measure(row["measure"]).unit, row["worst"]
    return {**row, "worst": worst | {name: _money(worst[name], unit, programme) for name in ("gain", "low", "high")}}


def _money(value: Any, unit: str, programme: Programme) -> Any:
    return programme.amount_text(round(value)) if unit == MONEY and value is not None else value


def _level(value: Any, unit: str, programme: Programme) -> str:
    return said(value, unit, programme).removeprefix("+")
