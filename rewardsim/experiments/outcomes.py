"""What became of a run's events: outcomes gathered into the classes every run reports."""

from __future__ import annotations

from collections.abc import Mapping

from rewardsim.rules.codes import OUTCOMES

CLASSES = {"applied": range(10), "no_op": range(10, 50), "rejected": range(60, 1000)}
"""Classes of outcome codes; duplicates and conflicts are counted by themselves."""


def event_counts(outcomes: Mapping[str, int]) -> dict[str, int]:
    """Return how many events were read, and how many of each class, given how many had each outcome."""
    classes = {name: sum(n for word, n in outcomes.items() if OUTCOMES[word] in c) for name, c in CLASSES.items()}
    alone = {name: outcomes.get(name, 0) for name in ("duplicate", "conflict")}
    return {"read": sum(outcomes.values()), **classes, **alone}
