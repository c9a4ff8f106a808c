"""What is said when a population cannot be used."""

from __future__ import annotations

from rewardsim.programme.faults import ProgrammeError


class PopulationError(ProgrammeError):
    """A population that cannot be used, with every fault found in it, in order of place."""
