"""Pictures of a run: tables in (pandas), a plotly ``Figure`` out; nothing here shows or writes one.

Reading order: ``style`` (the one template, colours and marks), ``tokens`` (a run's tokens by day and
by expiry), ``difference`` (two runs), ``outcomes`` (what became of the events), ``phases`` (what
tokens were issued for), ``invited`` and ``referral`` (who brought whom), ``tiers`` (members between
tiers), ``privileges`` (what tiers cost).

Tokens come in the token's smallest unit, as runs store them; ``decimals`` says how many digits of
it stand after the point. Amounts come in minor units, with ``digits``. What a programme assumes is
handed over as ``assumed`` and stands below the title.
"""

from __future__ import annotations

from rewardsim.figures.difference import difference_over_time
from rewardsim.figures.outcomes import outcomes
from rewardsim.figures.phases import phases
from rewardsim.figures.privileges import privilege_cost
from rewardsim.figures.referral import referral_refusals, referral_tree
from rewardsim.figures.style import TEMPLATE
from rewardsim.figures.tiers import tier_flows
from rewardsim.figures.tokens import lots_by_expiry, tokens_over_time

__all__ = [
    "TEMPLATE",
    "difference_over_time",
    "lots_by_expiry",
    "outcomes",
    "phases",
    "privilege_cost",
    "referral_refusals",
    "referral_tree",
    "tier_flows",
    "tokens_over_time",
]
