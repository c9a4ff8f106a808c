"""Pictures of a run: tables in (pandas), a plotly ``Figure`` out; nothing here shows or writes one.

Reading order: ``style`` (the one template, colours and marks). Of any run: ``tokens`` (by day and by
expiry), ``difference`` (two runs), ``outcomes`` (what became of the events), ``phases`` (what tokens
were issued for), ``invited`` and ``referral`` (who brought whom), ``tiers`` (members between tiers),
``privileges`` (what tiers cost). Of simulations: ``replicated`` (days of several replicates) and
``weighing`` (effects in words), then ``effects``, ``revenue_parts``, ``cohorts`` and ``variants`` (what
a programme changes), ``purchases`` and ``people`` (day by day, with it and without), ``purposes``,
``tier_members`` and ``friends`` (with it). Of sweeps and searches: ``scaled`` (measures in their
unit), ``scenarios`` (each against the base), ``effect_over_time``, ``tornado`` and ``sensitivity`` (what
drives the answer), ``front``, ``coordinates`` and ``robustness`` (what a search tried, and how far it
holds). ``drift`` lays production over its forecast. ``report`` alone writes: a page of a simulation.

Tokens come in the token's smallest unit, as runs store them; ``decimals`` says how many digits of
it stand after the point. Amounts come in minor units, with ``digits``. What a programme or population
assumes is handed over as ``assumed`` and stands below the title.
"""

from __future__ import annotations

from rewardsim.figures.cohorts import effect_by_cohort
from rewardsim.figures.coordinates import parallel_coordinates
from rewardsim.figures.difference import difference_over_time
from rewardsim.figures.drift import drift
from rewardsim.figures.effect_over_time import effect_over_time
from rewardsim.figures.effects import effects
from rewardsim.figures.friends import referral_funnel
from rewardsim.figures.front import pareto_front
from rewardsim.figures.outcomes import outcomes
from rewardsim.figures.people import people_over_time
from rewardsim.figures.phases import phases
from rewardsim.figures.privileges import privilege_cost
from rewardsim.figures.purchases import purchases_over_time
from rewardsim.figures.purposes import tokens_by_purpose
from rewardsim.figures.referral import referral_refusals, referral_tree
from rewardsim.figures.report import report
from rewardsim.figures.revenue_parts import revenue_parts
from rewardsim.figures.robustness import robustness
from rewardsim.figures.scenarios import scenario_effects
from rewardsim.figures.sensitivity import sensitivity
from rewardsim.figures.style import TEMPLATE
from rewardsim.figures.tier_members import members_by_tier
from rewardsim.figures.tiers import tier_flows
from rewardsim.figures.tokens import lots_by_expiry, tokens_over_time
from rewardsim.figures.tornado import tornado
from rewardsim.figures.variants import effect_by_arm

__all__ = [
    "TEMPLATE",
    "difference_over_time",
    "drift",
    "effect_by_arm",
    "effect_by_cohort",
    "effect_over_time",
    "effects",
    "lots_by_expiry",
    "members_by_tier",
    "outcomes",
    "parallel_coordinates",
    "pareto_front",
    "people_over_time",
    "phases",
    "privilege_cost",
    "purchases_over_time",
    "referral_funnel",
    "referral_refusals",
    "referral_tree",
    "report",
    "revenue_parts",
    "robustness",
    "scenario_effects",
    "sensitivity",
    "tier_flows",
    "tokens_by_purpose",
    "tokens_over_time",
    "tornado",
]
