"""Changing any number of a programme by one unit fails a vector, or there is a reason why it cannot."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from export.branches import lines_of_functions, run_lines
from export.conftest import PROGRAMMES
from export.equivalents import reason
from rewardsim.export import mutants
from rewardsim.export.origin import read_origin
from rewardsim.export.stories.made import make_vectors
from rewardsim.rules import codes
from rewardsim.scoring.vectors import differences

LINES_LEAST = 0.95  # of all lines of the rules, by the vectors of both programmes
# Of one programme alone: what it switches off, no vector can run.
OWN_LEAST = {"reward-mi": 0.83, "tea-club": 0.86}


def unexplained(name: str, part: slice) -> tuple[list[str], Counter[str]]:
    """Mutants of a programme that pass unnoticed without a reason; and the reasons of the others."""
    origin = read_origin(PROGRAMMES / f"{name}.toml")
    files = make_vectors(origin.law, origin.names)
    chosen = list(mutants.mutants(origin.law))[part]
    left = mutants.unnoticed(origin.law, origin.names, files, chosen)
    reasons = {mutant: reason(origin.law, mutant) for mutant in left}
    return [str(mutant) for mutant, why in reasons.items() if why is None], Counter(filter(None, reasons.values()))


@pytest.mark.parametrize(("name", "every"), [("reward-mi", 6), ("tea-club", 150)])
def test_a_sample_of_numbers(name: str, every: int) -> None:
    assert unexplained(name, slice(1, None, every))[0] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN_LEAST)
def test_every_number(name: str) -> None:
    gaps, reasons = unexplained(name, slice(None))
    print("explained", sum(reasons.values()), dict(reasons))
    assert gaps == []


@pytest.mark.slow
def test_lines_and_outcomes() -> None:
    every, seen, outcomes = lines_of_functions(), set(), set()
    for name, least in OWN_LEAST.items():
        origin = read_origin(PROGRAMMES / f"{name}.toml")
        files = make_vectors(origin.law, origin.names)
        own = run_lines(lambda origin=origin, files=files: list(differences(origin.law, origin.names, files)))
        assert len(own & every) >= least * len(every)
        seen |= own
        for text in files.values():
            steps = [json.loads(line) for line in text.splitlines()]
            outcomes |= {step.get("reply", step).get("status") for step in steps if "event" in step}
    print(len(seen & every), "of", len(every), "lines;", sorted(set(codes.OUTCOMES) - outcomes), "unreached")
    assert len(seen & every) >= LINES_LEAST * len(every)
