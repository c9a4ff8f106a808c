"""Pictures of a run: tables in (pandas), a plotly ``Figure`` out; nothing here shows or writes one.

Reading order: ``style`` (the one template, colours and marks), ``tokens`` (a run's tokens by day and
by expiry), ``difference`` (two runs), ``outcomes`` (what became of the events).

Tokens come in the token's smallest unit, as runs store them; ``decimals`` says how many digits of
it stand after the point.
"""

from __future__ import annotations

from rewardsim.figures.difference import difference_over_time
from rewardsim.figures.outcomes import outcomes
from rewardsim.figures.style import TEMPLATE
from rewardsim.figures.tokens import lots_by_expiry, tokens_over_time

__all__ = ["TEMPLATE", "difference_over_time", "lots_by_expiry", "outcomes", "tokens_over_time"]
