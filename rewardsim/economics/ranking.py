"""Which of several is best: who need not be looked at any more (KN), and where to look next (OCBA).

Values are one a replicate, and more is better: turn the sign where less is wanted. KN eliminates, with
a guarantee: if the best is better than every other by the indifference zone, it is selected with
the probability stated; its stages compare replicates under common luck. OCBA has no such guarantee, but spends a
budget where the doubt is. Sources: Kim & Nelson (2001), with c = 1; Chen, Lin, Yuecesan & Chick (2000).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from .intervals import Numbers, mean, variance

Samples = Mapping[str, Numbers]


def kn_survivors(samples: Samples, first: int, indifference: float, level: float = 0.95) -> dict[str, int | None]:
    """Return each system with the replicate after which KN eliminated it, None while it survives.

    ``first`` replicates are the first stage, from which the variances of differences are taken. The
    procedure is gone through from there on, so that the answer depends on the values alone, not on how they
    came. A system that was eliminated may have fewer values. One survivor is the selection. Raises
    ValueError without a positive indifference zone or with less than two first replicates.
    """
    if first < 2 or not indifference > 0:
        raise ValueError(f"KN takes two first replicates and an indifference zone, not {first} and {indifference}")
    gone: dict[str, int | None] = dict.fromkeys(samples)
    if len(samples) < 2 or min(len(values) for values in samples.values()) < first:
        return gone
    import numpy as np

    names, longest = list(samples), max(len(values) for values in samples.values())
    table = np.full((len(names), longest), np.nan)
    for row, values in zip(table, samples.values(), strict=True):
        row[: len(values)] = values
    eta = ((2 * (1 - level) / (len(names) - 1)) ** (-2 / (first - 1)) - 1) / 2
    doubt = 2 * eta * (first - 1) * _spread_of_differences(table[:, :first])
    sums, alive = np.cumsum(table, axis=1), np.arange(len(names))
    for stage in range(first, longest + 1):
        total = sums[alive, stage - 1]
        if len(alive) == 1 or np.isnan(total).any():  # without a value of every survivor nobody may be judged
            break
        allowed = np.maximum(0.0, (doubt[np.ix_(alive, alive)] / indifference - indifference * stage) / 2)
        behind = (total[:, None] - total[None, :] < -allowed).any(axis=1)
        gone |= dict.fromkeys([names[place] for place in alive[behind]], stage)
        alive = alive[~behind]
    return gone


def ocba_shares(means: Sequence[float], deviations: Sequence[float]) -> list[float]:
    """Return which share of a budget each system should get, so that the best is most probably seen as such.

    N_i is proportional to (deviation / distance to the best) squared, N_best to its deviation times
    the root of the sum of (N_i / deviation_i) squared. A system as good as the best would take everything:
    it is held to be a little behind.
    """
    best = max(range(len(means)), key=means.__getitem__)
    others = [i for i in range(len(means)) if i != best]
    span = max(means) - min(means)
    near = max(span, max(abs(one) for one in means), 1.0) * 1e-9
    floor = max(max(deviations), near) * 1e-6  # what shows no spread yet gets a little
    spread = [max(one, floor) for one in deviations]
    weights = [0.0] * len(means)
    for i in others:
        weights[i] = (spread[i] / max(means[best] - means[i], near)) ** 2
    weights[best] = spread[best] * sqrt(sum((weights[i] / spread[i]) ** 2 for i in others)) if others else 1.0
    return [weight / sum(weights) for weight in weights]


def ocba_next(samples: Samples, more: int) -> dict[str, int]:
    """Return how many of ``more`` replicates each system gets next, by OCBA's shares of all there will then be."""
    names, counts = list(samples), [len(values) for values in samples.values()]
    shares = ocba_shares(
        [mean(values) for values in samples.values()], [sqrt(variance(values)) for values in samples.values()]
    )
    total = sum(counts) + more
    short = [max(0.0, share * total - count) for share, count in zip(shares, counts, strict=True)]
    exact = [more * one / sum(short) for one in short]
    given = [int(one) for one in exact]
    by_rest = sorted(range(len(names)), key=lambda i: given[i] - exact[i])
    for i in by_rest[: more - sum(given)]:
        given[i] += 1
    return dict(zip(names, given, strict=True))


def probability_correct(samples: Samples, indifference: float = 0.0) -> float:
    """Return a lower bound on the probability that the best so far is best, by Bonferroni and the normal.

    Systems within ``indifference`` of the best count as best. Systems are taken as independent, which
    understates it under common luck.
    """
    from scipy.special import ndtr

    means = {name: mean(values) for name, values in samples.items()}
    errors = {name: variance(values) / len(values) for name, values in samples.items()}
    best = max(means, key=means.__getitem__)
    wrong = 0.0
    for name in samples:
        if name != best:
            ahead, error = means[best] - means[name] + indifference, sqrt(errors[best] + errors[name])
            wrong += float(ndtr(-ahead / error)) if error else float(ahead <= 0) / 2
    return max(0.0, 1 - wrong)


def _spread_of_differences(table: Any) -> Any:
    """Return the sample variance of the difference of every two rows."""
    import numpy as np

    # Luck that all share is taken off first: it would drown small differences in rounding.
    shared = np.cov(table - table.mean(axis=0))
    own = np.diag(shared)
    return np.maximum(own[:, None] + own[None, :] - 2 * shared, 0.0)
