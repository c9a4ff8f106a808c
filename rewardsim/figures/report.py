"""A simulation as a page: what the programme changes, in words, figures and tables, and on what it rests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardsim.figures.page import cards, code, folded, heading, listed, page, paragraph, picture, table
from rewardsim.figures.replicated import PROGRAMME, WITHOUT
from rewardsim.figures.weighing import MONEY, in_words

if TYPE_CHECKING:
    from rewardsim.experiments.simulations.run import SimulationRun

COMPARED = ("effects", "parts", "purchases", "people", "cohorts")
"""Pictures of the programme against none."""
ALONE = ("purposes", "tiers", "referral")
"""Pictures of the programme."""
KEY = ("revenue", "net", "cost", "roi")
"""Quantities that stand above all others."""
OTHER = "other"
"""The variant that the command line calls so."""
GROUPS = ("enrolled", "not enrolled", "gap", "no tier")
SELECTED = (
    "Members buy more than others, and those in a high tier more than those below: heavy buyers enrol first and rise "
    "first. What the same people would have spent without the programme stands beside it; only the difference of the "
    "two is an effect."
)


def report(run: SimulationRun, path: str | Path) -> Path:
    """Write a simulation as one HTML file that needs nothing else and asks no server for anything; return its path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(report_text(run), encoding="utf-8")
    return path


def report_text(run: SimulationRun) -> str:
    """Return the page as text; the same run gives the same bytes."""
    title = f"{run.programme.name} on {run.manifest['population']['name']}"
    parts = (_opening(run, title), _answers(run), _happened(run), _pictures(run), _selection(run), _rests_on(run))
    return page(title, chain.from_iterable(parts))


def _opening(run: SimulationRun, title: str) -> Iterator[str]:
    from rewardsim.experiments.simulations.text import warnings_of

    inputs = run.manifest["inputs"]
    yield heading(title, 1)
    yield paragraph(
        f"A simulation of {inputs['members']:,} members, {inputs['from']} to {inputs['until']},"
        f" {inputs['replicates']} replicate(s), seed {inputs['seed']}",
        "soft",
    )
    for text in warnings_of(run):
        yield paragraph(text, "warn")


def _happened(run: SimulationRun) -> Iterator[str]:
    """Return what happened in the first replicate."""
    from rewardsim.experiments.simulations.text import first_lines

    yield heading("What happened under the programme")
    yield listed(" ".join(text.split()) for text in first_lines(run))


def _answers(run: SimulationRun) -> Iterator[str]:
    """Return, for each pair of arms, what the one changes against the other."""
    from rewardsim.experiments.simulations.text import arm_said

    if not run.contrasts:
        yield paragraph("Nothing to compare with: simulated without the counterfactual.", "warn")
    for (arm, against), found in run.contrasts.items():
        yield heading(f"What {arm_said(run, arm)} changes against {arm_said(run, against)}")
        if (arm, against) == (PROGRAMME, WITHOUT):
            yield cards(_keys(run, found))
            yield _sentences(run, arm, against, found)
            yield _effects(run, found)
        else:
            yield _sentences(run, arm, against, found)
            yield folded("all figures", _effects(run, found))


def _keys(run: SimulationRun, found: Any) -> Iterator[tuple[str, str, str]]:
    """Return the key figures, each with its interval."""
    from rewardsim.experiments.simulations.text import amount

    whole = {one.quantity: one for one in found if one.by == "all"}
    for quantity in KEY:
        one = whole.get(quantity)
        if one is None:
            continue
        low, high = one.interval.low, one.interval.high
        unit = f" {run.programme.currency}" if one.unit == MONEY else ""
        alone = low is None or high is None
        more = [] if alone else [f"{amount(low, one, run.programme)} to {amount(high, one, run.programme)}"]
        more += [f"{one.interval.estimate / abs(one.base):+.2%}"] if one.base else []
        yield in_words(quantity), amount(one.interval.estimate, one, run.programme) + unit, "; ".join(more)


def _sentences(run: SimulationRun, arm: str, against: str, found: Any) -> str:
    """Return whether it pays, and what belongs beside that."""
    from rewardsim.experiments.simulations.text import comments_on

    net = next(one.interval for one in found if one.by == "all" and one.quantity == "net")
    if net.low is None:
        verdict = "one replicate: nothing is known of how sure these figures are; ask for more replicates"
    elif net.low == net.high == 0:
        verdict = "margin less cost: nothing changes, in any replicate"
    elif not net.sure:
        verdict = "margin less cost: the interval contains zero, so it is not sure whether anything is gained or lost"
    else:
        verdict = f"margin less cost: {'gained' if net.estimate > 0 else 'lost'}, and the interval leaves out zero"
    return listed([verdict, *(text.strip() for text in comments_on(run, arm, against, found))])


def _effects(run: SimulationRun, found: Any) -> str:
    from rewardsim.experiments.simulations.text import ALONE, BASIS, effect_rows

    replicates, programme = run.manifest["inputs"]["replicates"], run.programme
    basis = ALONE if replicates == 1 else BASIS.format(replicates)
    rows = [(row.label, row.estimate, row.between, row.relative) for row in effect_rows(found, programme)]
    said = f"{basis}; money in {programme.currency}, tokens in {programme.token}s"
    return paragraph(said, "soft") + table(("quantity", "change", "95 % interval", "of what it was"), rows)


def _pictures(run: SimulationRun) -> Iterator[str]:
    names = [*(COMPARED if (PROGRAMME, WITHOUT) in run.contrasts else ()), *ALONE]
    variants = len({arm for arm, against in run.contrasts if against == WITHOUT}) > 1
    drawn = [(name, getattr(run.plot, name)()) for name in names]
    if variants:
        drawn[2:2] = [(f"variants-{name}", run.plot.variants(quantity=name)) for name in ("revenue", "net")]
    yield heading("In pictures")
    yield from (picture(figure, f"figure-{name}") for name, figure in drawn if figure.data)


def _selection(run: SimulationRun) -> Iterator[str]:
    """Return the gaps between groups, never without the warning that they are selection."""
    if (PROGRAMME, WITHOUT) not in run.contrasts:
        return
    found, digits = run.selection(), run.programme.minor_digits
    yield heading("Members and others: selection, not effect")
    yield paragraph(found.label, "warn")
    yield paragraph(SELECTED)
    order = [name for name in (*GROUPS, *run.programme.names.levels) if name in found.table.index]
    lines = found.table.loc[order].itertuples()
    rows = [
        (
            str(line.Index) if line.Index in GROUPS[:3] else f"  {line.Index}",
            _shown(line.persons, 0),
            _shown(line.with_programme / 10**digits, digits),
            _shown(line.without_programme / 10**digits, digits),
        )
        for line in lines
    ]
    per_day = f"{run.programme.currency} a person-day"
    yield table(("group at the end", "people", f"with, {per_day}", f"without, {per_day}"), rows)


def _shown(value: float, digits: int) -> str:
    return "" if isnan(value) else f"{value:,.{digits}f}"


def _rests_on(run: SimulationRun) -> Iterator[str]:
    """Return assumptions, and how to get the same figures again."""
    from rewardsim.experiments.simulations.text import assumptions_of

    manifest, people = run.manifest, run.manifest["population"]
    yield heading("On what this rests")
    yield listed(text.removeprefix("assumed: ") for text in assumptions_of(run))
    yield heading("How to get the same figures again")
    yield paragraph("Save the files below under their names; the digest must come out the same.")
    yield code(_command(run))
    yield code(f"digest   {run.digest}\nversions {', '.join(' '.join(pair) for pair in manifest['versions'].items())}")
    yield folded(f"{manifest['programme']['file']}: the programme", code(manifest["programme"]["text"]))
    yield folded(f"{people['id']}.toml: the population", code(people["text"]))
    for arm in manifest["arms"]:
        if arm["programme"] and arm["programme"]["text"] != manifest["programme"]["text"]:
            yield folded(f"the programme of variant \u201c{arm['name']}\u201d", code(arm["programme"]["text"]))


def _command(run: SimulationRun) -> str:
    """Return the command that simulates the same; where it knows no such variants, what they are."""
    inputs, arms = run.manifest["inputs"], {arm["name"]: arm for arm in run.manifest["arms"]}
    words = [
        f"rewardsim simulate {run.manifest['programme']['file']} --population {run.manifest['population']['id']}.toml",
        f"--members {inputs['members']} --from {inputs['from']} --until {inputs['until']}",
        f"--seed {inputs['seed']} --replicates {inputs['replicates']}",
    ]
    variants = [name for name in arms if name not in (PROGRAMME, WITHOUT)]
    words += [] if WITHOUT in arms else ["--no-counterfactual"]
    words += ["--ledger"] if inputs["ledger"] else []
    if variants == [OTHER]:
        words += [f"--against {arms[OTHER]['programme']['file']}"]
    elif variants:
        return " \\\n    ".join(words) + f"\n# the digest is that with the variants, from Python: {', '.join(variants)}"
    return " \\\n    ".join(words)
