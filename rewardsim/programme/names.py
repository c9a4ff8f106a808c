"""Words for the numbers of a law: their home is ``scoring``, which goes into production without this room."""

from __future__ import annotations

from rewardsim.scoring.names import Names, base_rules, folded

__all__ = ["Names", "base_rules", "folded"]
