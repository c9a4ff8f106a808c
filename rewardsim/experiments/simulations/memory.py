"""How much memory a simulation takes, told before it starts, and how many members would fit."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from rewardsim.behaviour.measures import MEASURES
from rewardsim.behaviour.records import Parcel, Person
from rewardsim.programme import Programme
from rewardsim.programme.faults import Fault, Place
from rewardsim.rules import records as r
from rewardsim.rules.records import NEVER

MEMINFO = Path("/proc/meminfo")
FIXED = 400 << 20
"""Bytes of libraries and machine code."""
WORD = 8
# Rows of growing tables a member has at most at one time, with what doubling leaves unused.
ROWS = {r.Lot: 2, r.Order: 1, r.OrderLine: 1, r.Piece: 1, r.Holding: 1, Parcel: 1}
TIER_ROWS = {r.Standing: 1, r.Deed: 2}
REFERRAL_ROWS = {r.Tie: 1, r.Reward: 1}
AUDIT = 9 + 2 + 1 + 3 + 2 + 1  # words of balances, chains, lots, kinds, notes' chain and id that the auditor keeps
OBJECT = 7  # bytes of an interpreted record per byte of an array's
SPARE = 1.15  # of arrays, for what growing them leaves unused; 1.4 GiB were measured at 1 million members
KEPT = 30  # bytes of a person kept of each arm
PROCESS = 2_000  # bytes of a SimPy process


def memory_faults(plan: Any, engine: str) -> list[Fault]:
    """Return a fault where a plan's members, and the friends they may bring, would not fit into free memory."""
    free = available()
    if free is None:
        return []
    fixed, each = _needed(plan, engine)
    if fixed + plan.members * each <= free:
        return []
    fit = int(max(free - fixed, 0) / each)
    found = f"{plan.members:,}, which take about {in_gib(fixed + plan.members * each)} where {in_gib(free)} are free"
    todo = f"simulate {fit:,} members or fewer, or free memory" if fit else "free memory"
    return [Fault(Place("members"), "too_many_members", found, f"{fit:,} or fewer", todo)]


def share_faults(plan: Any, limits: list[int]) -> list[Fault]:
    """Return a fault where a part of a plan's members would not fit into the memory of a worker with a limit."""
    limited = [limit for limit in limits if limit]
    if not limited:
        return []
    fixed, each = _needed(plan, "compiled")
    size = fixed + plan.members / len(limits) * each
    if size <= min(limited):
        return []
    fit = int(max(min(limited) - fixed, 0) / each) * len(limits)
    found = f"{plan.members:,}, of which a part takes about {in_gib(size)} where a worker has {in_gib(min(limited))}"
    todo = f"simulate {fit:,} members or fewer, or start more workers"
    return [Fault(Place("members"), "too_many_members", found, f"{fit:,} or fewer", todo)]


def _needed(plan: Any, engine: str) -> tuple[int, float]:
    """Return the bytes that members do not change, and those that a member adds."""
    needs = [_needs(plan, arm, engine) for arm in plan.arms]
    return FIXED + max(fixed for fixed, _ in needs), max(each for _, each in needs) + KEPT * len(plan.arms)


def _needs(plan: Any, arm: Any, engine: str) -> tuple[int, float]:
    """Return the bytes of an arm that members do not change, and those a member adds."""
    shared = arm.population.tables(arm.programme, plan.first_day, plan.last_day, plan.members)
    friends = shared["pool"] / plan.members if arm.programme else 0
    tiers = len(arm.programme.law().levels) + 1 if arm.programme else 1
    tally = plan.days * tiers * len(shared["cohort_names"]) * len(MEASURES) * WORD
    return 2 * tally, (1 + friends) * bytes_per_member(arm.programme, engine)


def bytes_per_member(programme: Programme | None, engine: str) -> int:
    """Return about how much memory a person takes, with what he has under way."""
    rows: dict[type, int] = {Person: 1, Parcel: ROWS[Parcel]}
    extra = 2 * WORD
    if programme is not None:
        law = programme.law()
        rows |= {r.Member: 1, **ROWS, r.Counter: law.terms[0].counter_width}
        rows |= TIER_ROWS if len(law.levels) else {}
        rows |= REFERRAL_ROWS if any(terms.referral_from != NEVER for terms in law.terms) else {}
        extra += AUDIT * WORD + WORD
    size = sum(count * len(fields(record)) * WORD for record, count in rows.items())
    return size * OBJECT + PROCESS + extra if engine == "simpy" else int(SPARE * size) + extra


def available() -> int | None:
    """Return the bytes of memory that are free for a program, None where the system does not say."""
    try:
        rows = (line.split() for line in MEMINFO.read_text(encoding="ascii").splitlines())
        kib = next((int(row[1]) for row in rows if row and row[0] == "MemAvailable:"), None)
        if kib is not None:
            return kib << 10
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def in_gib(size: float) -> str:
    """Return a size for people."""
    return f"{size / (1 << 30):,.1f} GiB"
