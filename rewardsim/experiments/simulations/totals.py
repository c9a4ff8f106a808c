"""The totals of one life: what was bought, what tokens did, what it brought and cost; integers throughout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rewardsim.behaviour.measures import MEASURES
from rewardsim.behaviour.records import REFERRED
from rewardsim.economics.objectives import ended_tokens
from rewardsim.economics.profit import MARGIN_ASSUMED_BP, expected_cost, face_value, margin_of, owed, spent_value
from rewardsim.economics.purposes import by_purpose
from rewardsim.economics.totals import figures, totals
from rewardsim.rules.codes import NOTE_EXPRESS

from .lives import Lives
from .tables import Life, flows_of

SHORTFALL = "shortfall"


def totals_of(life: Life, lives: Lives) -> dict[str, int]:
    """Return the totals of one replicate of one arm, by name."""
    return totals_from(life, people_of(life, lives))


def people_of(life: Life, lives: Lives) -> dict[str, int]:
    """Return what totals are made of that only the people themselves tell; it adds up over parts of them."""
    persons = life.done.persons
    referred = persons["kind"] == REFERRED
    return {
        "persons": len(persons),
        "person_days": int(lives.days[~lives.referred].sum(dtype="int64")),  # of those who come by themselves
        "referred": int(referred.sum()),
        "converted": int((referred & (persons["rate"] > 0)).sum()),
        SHORTFALL: int(life.done.tables["members"][SHORTFALL].sum()) if life.arm.programme else 0,
    }


def totals_from(life: Life, people: Mapping[str, int]) -> dict[str, int]:
    """Return the totals of a life whose people are known by their sums."""
    counted = life.done.tally.sum(axis=(0, 1, 2))
    found = {name: int(counted[place]) for name, place in MEASURES.items()}
    found |= {name: value for name, value in people.items() if name != SHORTFALL}
    moved = _tokens(life, people[SHORTFALL])
    return found | moved | _money(life, found, moved)


def _tokens(life: Life, shortfall: int) -> dict[str, int]:
    """Return token totals by kind and by purpose; all 0 without a programme."""
    found = totals(flows_of(life), shortfall)
    issued: list[tuple[str, int]] = []
    if life.arm.programme:
        rules = life.arm.programme.names.rules
        sums = life.done.auditor.issued.sum(axis=0)
        issued = [(rules[code], int(tokens)) for code, tokens in zip(sorted(rules), sums, strict=True)]
    return found | {f"issued_{purpose}": tokens for purpose, tokens in by_purpose(issued).items()}


def _money(life: Life, counted: dict[str, int], moved: dict[str, int]) -> dict[str, int]:
    """Return margin, cost and liability in minor units."""
    kept = counted["revenue"] - counted["returned"]
    margin = margin_of(kept, margin_rate(life.arm.population))
    spent, express, value = 0, 0, 0
    if life.arm.programme:
        flows = figures(life.done.auditor.flows)
        spent = spent_value(life.arm.programme, flows["redeemed"] - flows["given_back"], life.done.first_day)
        express = int(life.done.chains.amounts[NOTE_EXPRESS])
        value = face_value(life.arm.programme, life.done.last_day)
    cost = spent + counted["discounts"] + express
    return {
        "kept_revenue": kept,
        "margin": margin,
        "spent_value": spent,
        "express_cost": express,
        "cost": cost,
        "net": margin - cost,
        "liability": owed(moved["outstanding"], value),
        "liability_expected": expected_cost(moved["outstanding"], value, cost - express, ended_tokens(moved)),
    }


def margin_rate(population: Any) -> int:
    """Return the margin on revenue in basis points; assumed where the population does not say."""
    return MARGIN_ASSUMED_BP if population.margin_bp is None else int(population.margin_bp)


def reproduction(row: dict[str, Any]) -> float:
    """Return how many friends who buy a member brought, over the days simulated: the mean offspring."""
    return row["converted"] / row["enrolled"] if row["enrolled"] else 0.0
