"""The [accounting] section: how the promise is shown in the books."""

from __future__ import annotations

from typing import Literal

from rewardsim.programme.units import Table


class Accounting(Table):
    """How the promise is shown in the books."""

    recognition: Literal["ifrs15", "incremental_cost"] = "ifrs15"
    """A share of the price deferred, or the cost of what is owed."""
    breakage: Literal["estimate", "when_remote"] = "estimate"
    """Whether tokens that will never be used are estimated in advance."""
