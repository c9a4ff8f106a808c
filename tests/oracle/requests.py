"""Wishes for what members share, and for what concerns two of them: answered at the day's end."""

from __future__ import annotations

from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import NONE

from .world import Event, Member, World


def propose(world: World, member: Member, event: Event, day: int, kind: int, **wish: Any) -> None:
    """Put a wish for something shared on the list of the day."""
    request = {
        "day": day,
        "second": event["second"],
        "type": codes.EVENT_TYPES[event["type"]],
        "number": event["number"],
        "member": member["number"],
        "ordinal": world.ordinal,
        "order": event["order"],
        "campaign": NONE,
        "item": NONE,
        "pieces": [],
        "placement": NONE,
        "kind": kind,
        "counterpart": NONE,
    }
    request.update(wish)
    if kind == codes.ASK_BUDGET:
        request["placement"] = world.orders[event["order"]]["placement"]
    world.requests.append(request)
