"""Intervals of a proportion that is counted, as the share of members who redeem in production.

Wilson's interval stays within 0 and 1 and keeps its level for few and rare cases, where the usual one
(estimate +- 1.96 standard errors) does not. Source: Wilson (1927); Brown, Cai & DasGupta (2001).
"""

from __future__ import annotations

from .intervals import LEVEL, Interval


def wilson_interval(count: int, of: int, level: float = LEVEL) -> Interval:
    """Return the share ``count / of`` with Wilson's interval; ``replicates`` are the cases. Raises ValueError."""
    from scipy.stats import binomtest

    found = binomtest(count, of).proportion_ci(level, method="wilson")
    return Interval(count / of, float(found.low), float(found.high), of, level)
