"""Tokens for a referral: granted with a day, posted on it, and taken back."""

from __future__ import annotations

from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import NONE

from .accounts import claw, credit
from .dates import expiry_from
from .world import Member, World

Reward = dict[str, Any]


def pay(world: World, member: Member, reward: Reward, day: int) -> None:
    """Post a reward in the name of the event that qualified the friend."""
    caused = (world.event, world.ordinal)
    world.event, world.ordinal = reward["event"], reward["ordinal"]
    expiry = expiry_from(world.stretch(day), day)
    why = {"rule": codes.RULE_REFERRAL, "reason": reward["reason"]}
    reward["lot"] = credit(world, member, codes.ISSUE, reward["tokens"], day, expiry, **why)
    reward["posted"] = True
    world.event, world.ordinal = caused


def new_reward(world: World, payee: int, tokens: int, reason: int, due_day: int) -> Reward:
    """A reward in the name of the event at work."""
    return {
        "member": payee,
        "tokens": tokens,
        "reason": reason,
        "due_day": due_day,
        "posted": False,
        "lot": NONE,
        "event": world.event,
        "ordinal": world.ordinal,
    }


def take_back(world: World, member: Member, reward: Reward, day: int, request_day: int) -> None:
    """Claim a posted reward from its payee; one still to come is struck off."""
    if not reward["posted"]:
        member["due"] = [other for other in member["due"] if other is not reward]
        return
    if member["status"] != codes.CLOSED:
        terms = world.stretch(request_day)
        award = {"pending": 0, "lot": reward["lot"]}
        claw(world, member, award, reward["tokens"], day, terms, rule=codes.RULE_REFERRAL)
