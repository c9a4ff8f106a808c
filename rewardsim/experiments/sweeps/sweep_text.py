"""A sweep in words: for a terminal, a notebook and a machine."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from rewardsim.economics.guards import HELD, Verdict
from rewardsim.economics.objectives import MONEY, measure
from rewardsim.programme import Programme

from .sweep_tables import HEADS, Block, Row, between, blocks_of, none, said

if TYPE_CHECKING:
    from .sweep_run import SweepRun

FAILURES_SHOWN = 5
NOTES = (
    "change: mean of the differences to the base by replicate, under the same luck, with its interval",
    "share: of the base's value; needed: replicates at which the interval is +- 1 % of the base's value",
    "of all together: an interval that leaves out zero alone, but not when those of all scenarios are to hold at once",
)


def text_of(run: SweepRun) -> str:
    """Return a sweep for a terminal."""
    blocks = list(blocks_of(run))
    rows = [HEADS, *(_cells(row) for block in blocks for row in block.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    lines = [*_head(run), "", _aligned(HEADS, widths)] if blocks else _head(run)
    for block in blocks:
        lines += [block.measure, *(_aligned(_cells(row), widths) for row in block.rows), *_left_out(block)]
    return "\n".join([*lines, "", *NOTES, *_below(run)])


def _cells(row: Row) -> tuple[str, ...]:
    return row[: len(HEADS)]


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    """Return cells as a line: names to the left, figures to the right."""
    last = len(cells) - 1
    padded = (
        text.ljust(width) if place in (0, last) else text.rjust(width)
        for place, (text, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"  {'  '.join(padded)}".rstrip()


def _left_out(block: Block) -> list[str]:
    return [f"  and {block.left_out:,} more scenarios, which change less: see effects"] if block.left_out else []


def _below(run: SweepRun) -> list[str]:
    """Return what stands below the effects."""
    return [*_ranking(run), *_driven(run), *_guards(run), *_failures(run), *assumptions_of(run), *_tail(run)]


def html_of(run: SweepRun) -> str:
    """Return a sweep for a notebook; changes that all scenarios' intervals hold together for are bold."""
    head = "".join(f"<th>{escape(name)}</th>" for name in HEADS)
    body = ""
    for block in blocks_of(run):
        body += f'<tr><th colspan={len(HEADS)} title="{escape(block.meaning)}">{escape(block.measure)}</th></tr>'
        for row in block.rows:
            cells = "".join(f"<td>{escape(text)}</td>" for text in _cells(row))
            body += f"<tr{' style=font-weight:bold' if row.sure else ''}>{cells}</tr>"
        body += "".join(f"<tr><td colspan={len(HEADS)}>{escape(line)}</td></tr>" for line in _left_out(block))
    above = "<br>".join(escape(line) for line in _head(run))
    below = "<br>".join(escape(line) for line in [*NOTES, *_below(run)])
    return f"<div><p>{above}</p><table><tr>{head}</tr>{body}</table><p><small>{below}</small></p></div>"


def _head(run: SweepRun) -> list[str]:
    inputs, manifest = run.manifest["inputs"], run.manifest
    name = f'sweep "{manifest["name"]}": ' if manifest["name"] else "sweep: "
    counts = sorted({len(run.observed.replicates(one)) for one in run.names})
    replicates = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return [
        f"{name}{len(run.names):,} scenario(s), {inputs['members']:,} members, {inputs['from']} to {inputs['until']},"
        f" {replicates} replicate(s), seed {inputs['seed']}",
        f"base: {run.base}, {run.programme.name} on {manifest['population']['name']};"
        f" money in {run.programme.currency}, tokens in {run.programme.token}s",
    ]


def _ranking(run: SweepRun) -> list[str]:
    if run.ranking is None:
        return []
    asked = run.manifest["best"]
    rows = run.ranking.head(FAILURES_SHOWN).to_string(index=False).splitlines()
    return ["", f"which is best by {asked['measure'].replace('_', ' ')} ({asked['method'].upper()})", *rows]


def _driven(run: SweepRun) -> list[str]:
    """Return which factor drives what, where that was asked for."""
    told = run.manifest["told"]
    return ["", "which factor drives it", *(f"  {line}" for line in told)] if told else []


def _guards(run: SweepRun) -> list[str]:
    """Return a line a guard."""
    return ["", *(f"guard {_verdict(one, run.programme)}" for one in run.guards)] if run.guards else []


def _verdict(one: Verdict, programme: Programme) -> str:
    unit = measure(one.guard.measure).unit
    limits = {"at least": one.guard.at_least, "at most": one.guard.at_most}
    told = " and ".join(
        f"{word} {said(limit, unit, programme).removeprefix('+')}"
        for word, limit in limits.items()
        if limit is not None
    )
    shown = said(one.interval.estimate, unit, programme).removeprefix("+") or "not defined"
    around = between(one.interval.low, one.interval.high, unit, programme).replace("+", "")
    line = f"{one.status}: {one.guard.measure.replace('_', ' ')} {told} in {one.scenario}: {shown}"
    line += f" ({around})" if around else ""
    return f"{line}, {one.needed:,} replicates would decide" if one.needed and one.status != HELD else line


def _failures(run: SweepRun) -> list[str]:
    """Return what failed, and how to see it again."""
    if run.complete:
        return []
    rows = run.failures.drop_duplicates("life").to_dict("records")  # a counterfactual has its place in every scenario
    lines = ["", f"{len(rows):,} lives failed; the same call again lives them, and no other"]
    for row in rows[:FAILURES_SHOWN]:
        where = f"{row['scenario']}, replicate {row['replicate']} ({row['arm']})"
        lines.append(f"  {where}, {row['stage']}: {row['error']}")
    return lines + (["  and more: see failures"] if len(rows) > FAILURES_SHOWN else [])


def assumptions_of(run: SweepRun) -> list[str]:
    """Return the assumptions a reader must know."""
    people = run.manifest["population"]
    lines = [
        f'assumed: behaviour of preset "{people["preset"]}", phi = {people["phi"]:g}, but where a scenario varies it'
    ]
    if people["margin_bp"] is None:
        lines.append("assumed: margin on revenue, which the population does not say")
    return ["", *lines, *(f"assumed: {text}" for text in people["assumptions"])]


def _tail(run: SweepRun) -> list[str]:
    summary = run.manifest["summary"]
    took = f"seconds  {summary['seconds']} in {summary['lives']:,} lives"
    return [f"run      {run.path}", f"digest   {run.digest}", took]


def json_of(run: SweepRun) -> dict[str, Any]:
    """Return a sweep as plain values; money in decimal strings."""
    rows = run.effects.to_dict("records")
    return {
        "name": run.manifest["name"],
        "base": run.base,
        "complete": run.complete,
        "scenarios": run.manifest["scenarios"],
        "members": run.manifest["inputs"]["members"],
        "effects": [_effect_json(row, run.programme) for row in rows],
        "guards": [one.to_dict() for one in run.guards],
        "ranking": None if run.ranking is None else [plain_row(row) for row in run.ranking.to_dict("records")],
        "sensitivity": [plain_row(row) for row in run.sensitivity.to_dict("records")],
        "failures": [plain_row(row) for row in run.failures.to_dict("records")],
        "assumptions": run.manifest["population"]["assumptions"],
        "seconds": run.manifest["summary"]["seconds"],
        "lives": run.manifest["summary"]["lives"],
    }


def _effect_json(row: dict[str, Any], programme: Programme) -> dict[str, Any]:
    """Return a row of effects for JSON: nothing where a cell is empty, money as decimal text."""
    figures = ("value", "base", "estimate", "low", "high", "simultaneous_low", "simultaneous_high")
    found = plain_row(row)
    for name in figures if row["unit"] == MONEY else ():
        found[name] = None if found[name] is None else programme.amount_text(round(found[name]))
    return found


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return a frame's row as plain values, None for empty cells."""
    return {name: None if none(value) else getattr(value, "item", lambda v=value: v)() for name, value in row.items()}
