"""A life: one programme, or none, on one population, in one replicate. The unit of work, as plain text.

A life's key is made of what its outcome depends on and of nothing else: which scenario asked for it, and
where and when it is run, are not among it. So whatever was lived once is never lived again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rewardsim.experiments.simulations.plan import sources
from rewardsim.experiments.store import key_of

if TYPE_CHECKING:
    from rewardsim.experiments.scenarios.plan import Setting
    from rewardsim.experiments.scenarios.scenario import Scenario

KIND = "life"
LIVES_VERSION = 1
"""Raise where an outcome means something else than before."""


@dataclass(frozen=True)
class Job:
    """One life as text and numbers: all that another machine must be told."""

    programme: str  # TOML text, "" for none
    population: str  # TOML text
    members: int
    first_day: int  # days since 1970-01-01
    last_day: int
    seed: int
    replicate: int
    key: str

    def to_json(self) -> str:
        """Return the job as a text."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Return the job that a text is of."""
        return cls(**json.loads(text))


def job_of(scenario: Scenario, setting: Setting, replicate: int, without: bool = False) -> Job:
    """Return a scenario's life in a replicate; ``without`` the programme: its counterfactual.

    People live the same without a programme however they would respond to one: one
    counterfactual serves every scenario on people of that nature.
    """
    none = without or not scenario.programme_key
    arm = arm_inputs(
        "" if none else scenario.programme_key,
        () if none else scenario.words,
        scenario.population_nature if none else scenario.population_key,
    )
    numbers = (setting.members, setting.first_day, setting.last_day, setting.seed, replicate)
    text = "" if none else scenario.programme_text
    return Job(text, scenario.population_text, *numbers, key_of(life_inputs(arm, *numbers)))


def arm_inputs(programme: str, words: Sequence[str], population: str) -> dict[str, Any]:
    """Return what a life's key says of its arm: the programme's key and words, the population's key or nature."""
    return {"programme": programme, "words": list(words), "population": population}


def life_inputs(
    arm: dict[str, Any], members: int, first_day: int, last_day: int, seed: int, replicate: int
) -> dict[str, Any]:
    """Return all that a life depends on."""
    return {
        "kind": KIND,
        "tables": LIVES_VERSION,
        "sources": sources(),
        "arm": arm,
        "members": members,
        "from": first_day,
        "until": last_day,
        "seed": seed,
        "replicate": replicate,
    }
