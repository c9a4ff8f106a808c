"""What is wrong with a factor: by itself, and in the eyes of the programme and population it varies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rewardsim.programme.faults import Fault, Place, show

from .change import faults_of
from .factors import EXTRA, LEVELS_MAX, Factor
from .faults import ScenarioError
from .notation import WORDS, Notation, common, read

if TYPE_CHECKING:
    from .scenario import Builder

PROBE = 0.3723
"""A share of a range whose value needs every digit there is."""
Words = tuple[str, str, str, str]
"""Code, found, allowed and todo of a fault."""


def factor_faults(factor: Factor, file: str) -> list[Fault]:
    """What is wrong with a factor before any programme is looked at, each at its path."""
    found = list(faults_of([factor.change(None)], file))
    return found or [Fault(Place(file, 0, factor.path), *words) for words in _wrong(factor)]


def _wrong(factor: Factor) -> Iterator[Words]:
    ranged = [factor.low, factor.high, factor.step] != [None] * 3
    if (factor.values is not None) == ranged:
        found = "both a range and `values`" if ranged else "neither a range nor `values`"
        yield "either-or", found, "`low` and `high`, or `values`", "give one of the two"
    elif factor.values is not None:
        yield from _wrong_values(factor.values, factor.log)
    elif factor.low is None or factor.high is None:
        yield "missing", "one end of a range", "both `low` and `high`", "add the other one"
    else:
        yield from _wrong_range(factor)


def _wrong_values(values: tuple[Any, ...], log: bool) -> Iterator[Words]:
    if not 1 <= len(values) <= LEVELS_MAX:
        yield "out-of-range", f"{len(values):,} values", f"1 to {LEVELS_MAX:,} values", "correct the list"
    written = [repr(value) for value in values]
    if len(set(written)) < len(written):
        twice = next(value for value, text in zip(values, written, strict=True) if written.count(text) > 1)
        yield "repeated", f"{show(twice)} twice", "each value once", "remove one"
    if log:
        yield "inconsistent", "`log` with `values`", "`log` with a range", "leave `log` out"


def _wrong_range(factor: Factor) -> Iterator[Words]:
    first, second = read(factor.low), read(factor.high)
    found = f"{show(factor.low)} to {show(factor.high)}"
    if first is None or second is None:
        odd = show(factor.low if first is None else factor.high)
        yield "wrong-type", odd, ", ".join(WORDS.values()), "write such an end, or list `values`"
    elif (kind := common(first[0], second[0])) is None:
        yield "wrong-unit", found, "two ends written alike", "write both in the same way"
    elif first[1] >= second[1]:
        yield "inconsistent", found, "`low` below `high`", "correct one of them"
    elif factor.log and (first[1] <= 0 or kind.kind == "date" or factor.step is not None):
        allowed = "numbers above 0, without `step`, where `log` is true"
        yield "inconsistent", f"`log` for {found}", allowed, "leave `log` out"
    elif factor.step is not None:
        yield from _wrong_step(factor, kind)
    elif (factor.count or 0) > LEVELS_MAX:
        yield "too-many", f"{factor.count:,} values", f"at most {LEVELS_MAX:,}", "write a larger `step`"


def _wrong_step(factor: Factor, kind: Notation) -> Iterator[Words]:
    step, days = read(factor.step), kind.kind == "date"
    low, high = factor.ends
    if step is None or not _fits(step[0], kind):
        allowed = "a whole number of days" if days else WORDS[kind.kind]
        yield "wrong-unit", show(factor.step), allowed, "write the step as the ends are written"
    elif not 0 < step[1] <= high - low:
        found, allowed = f"a step of {show(factor.step)}", "a step above 0, at most the whole range"
        yield "out-of-range", found, allowed, "correct the step"
    elif (factor.count or 0) > LEVELS_MAX:
        yield "too-many", f"{factor.count:,} values", f"at most {LEVELS_MAX:,}", "write a larger `step`"


def _fits(step: Notation, kind: Notation) -> bool:
    """Whether a step is written as its ends are; that of dates is a number of days."""
    return step.kind == "whole" if kind.kind == "date" else common(step, kind) is not None


def fitted(factor: Factor, builder: Builder, file: str) -> Factor:
    """The factor with as many digits as the files allow; every value of a list and both ends are tried alone.

    Raises ScenarioError with what the programme or the population forbids, and which end it is.
    """
    faults = factor_faults(factor, file)
    if faults:
        raise ScenarioError(faults)
    if factor.values is None and factor.distance is None:
        factor = _with_digits(factor, builder)
    if factor.values is None:
        tried = {"as `low`": factor.at(0.0), "as `high`": factor.at(1.0), "between them": factor.at(PROBE)}
    else:
        tried = {f"as value {place + 1}": value for place, value in enumerate(factor.values)}
    refused = {where: builder.faults([factor.change(value)], file) for where, value in tried.items()}
    if any(refused.values()):
        raise ScenarioError(list(_told(refused)))
    return factor


def _with_digits(factor: Factor, builder: Builder) -> Factor:
    """The factor with the most digits with which a value between its ends is taken."""
    written = factor.written.digits
    if factor.written.kind == "whole":
        # whole numbers of a population are continuous unless the file takes whole ones only
        choices = [factor, replace(factor, step=1)]
        return next((one for one in choices if not builder.faults([one.change(one.at(PROBE))], "")), factor)
    choices = [factor, *(replace(factor, digits=written + extra) for extra in range(EXTRA - 1, -1, -1))]
    return next((one for one in choices if not builder.faults([one.change(one.at(PROBE))], "")), choices[-1])


def _told(refused: dict[str, list[Fault]]) -> Iterator[Fault]:
    """Each fault once; where not every value has it, with the value that has."""
    seen: set[tuple[str, str, str]] = set()
    for where, faults in refused.items():
        for fault in faults:
            same = (fault.code, fault.allowed, fault.todo)
            everywhere = all(same in [(f.code, f.allowed, f.todo) for f in others] for others in refused.values())
            if same not in seen:
                yield fault if everywhere else replace(fault, found=f"{fault.found} {where}")
            seen.add(same)
