"""How tokens move: credits, takings, claw-backs, releases and expiry. ``clock.py`` says when."""

from __future__ import annotations

from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.codes import AVAILABLE, CLAWED, DEBT, EXPIRED, PENDING
from rewardsim.rules.records import NONE, Terms

from .dates import expiry_from, slid
from .world import Member, Order, World

Piece = dict[str, int]


def available(member: Member) -> int:
    """Tokens that may be spent."""
    return sum(grant["tokens"] for grant in member["grants"])


def lots(member: Member) -> list[tuple[int, int]]:
    """Open lots as (expiry day, serial), soonest first."""
    return sorted({(grant["expiry"], grant["serial"]) for grant in member["grants"]})


def credit(
    world: World,
    member: Member,
    source: int,
    tokens: int,
    day: int,
    expiry: tuple[int, int],
    by_policy: bool = True,
    **more: Any,
) -> int:
    """Add tokens: debt first, then a lot. Answers the lot's serial, NONE where debt took all.

    A grant whose expiry the policy decides is an activity; one that brings its own date is not.
    """
    until, slide = expiry
    if by_policy:
        activity(member, day)
    if slide != 0:
        until = slid(slide, day)
    absorbed = min(member["debt"], tokens)
    member["debt"] -= absorbed
    owed = {**more, "reason": codes.ABSORBED_BY_DEBT}
    world.post(member, day, source, DEBT, absorbed, **owed)
    rest = tokens - absorbed
    if rest == 0:
        return NONE
    grant = {"tokens": rest, "expiry": until, "slide": slide, "serial": NONE}
    alike = [g for g in member["grants"] if g["slide"] == slide and (slide != 0 or g["expiry"] == until)]
    if alike:
        first = max(alike, key=lambda g: g["serial"])
        assert first["expiry"] == until
        grant["serial"] = first["serial"]
    else:
        grant["serial"] = member["lots_made"]
        member["lots_made"] += 1
    member["grants"].append(grant)
    more.setdefault("reason", codes.AS_COMPUTED)
    world.post(member, day, source, AVAILABLE, rest, lot=grant["serial"], expiry_day=grant["expiry"], **more)
    return int(grant["serial"])


def take(
    world: World,
    member: Member,
    target: int,
    tokens: int,
    day: int,
    consumption: int,
    first_lot: int = NONE,
    **more: Any,
) -> list[Piece]:
    """Take tokens from lots in the stated order; answers what came from each."""
    order = lots(member)
    if consumption == codes.OLDEST_FIRST:
        order.sort(key=lambda lot: lot[1])
    order.sort(key=lambda lot: lot[1] != first_lot)
    pieces: list[Piece] = []
    for expiry, serial in order:
        grants = [g for g in member["grants"] if g["serial"] == serial]
        piece = {"tokens": 0, "serial": serial, "expiry": expiry, "slide": grants[0]["slide"]}
        for grant in grants:
            part = min(grant["tokens"], tokens)
            grant["tokens"] -= part
            piece["tokens"] += part
            tokens -= part
        if piece["tokens"]:
            pieces.append(piece)
            world.post(member, day, AVAILABLE, target, piece["tokens"], lot=serial, expiry_day=expiry, **more)
    member["grants"] = [g for g in member["grants"] if g["tokens"] > 0]
    assert tokens == 0
    return pieces


def put_back(
    world: World, member: Member, source: int, pieces: list[Piece], tokens: int, day: int, **more: Any
) -> None:
    """Return tokens to the lots they were taken from, last taken first; debt comes before all."""
    absorbed = min(member["debt"], tokens)
    member["debt"] -= absorbed
    owed = {**more, "reason": codes.ABSORBED_BY_DEBT}
    world.post(member, day, source, DEBT, absorbed, **owed)
    for piece in reversed(pieces):
        part = min(piece["tokens"], tokens)
        piece["tokens"] -= part
        tokens -= part
        forgotten = min(part, absorbed)
        absorbed -= forgotten
        if part > forgotten:
            reopen(world, member, source, piece, part - forgotten, day, **more)
    assert tokens == 0


def reopen(world: World, member: Member, source: int, piece: Piece, tokens: int, day: int, **more: Any) -> None:
    """Put tokens into the lot of a piece, which opens again where it was empty."""
    expiry = piece["expiry"]
    for grant in member["grants"]:
        if grant["serial"] == piece["serial"]:
            expiry = grant["expiry"]
    member["grants"].append({"tokens": tokens, "expiry": expiry, "slide": piece["slide"], "serial": piece["serial"]})
    world.post(member, day, source, AVAILABLE, tokens, lot=piece["serial"], expiry_day=expiry, **more)


def claw(world: World, member: Member, award: Order | None, tokens: int, day: int, terms: Terms, **more: Any) -> int:
    """Take an award back: pending, lots, debt. Answers what could not be taken."""
    if award is not None:
        part = min(award["pending"], tokens)
        award["pending"] -= part
        member["pending"] -= part
        tokens -= part
        world.post(member, day, PENDING, CLAWED, part, **more)
    if terms.when_spent != codes.PENDING_ONLY:
        part = min(available(member), tokens)
        tokens -= part
        first = award["lot"] if award is not None else NONE
        take(world, member, CLAWED, part, day, terms.consumption, first, **more)
    if terms.when_spent == codes.TO_DEBT:
        room = tokens if terms.debt_limit == NONE else max(0, terms.debt_limit - member["debt"])
        part = min(room, tokens)
        tokens -= part
        member["debt"] += part
        world.post(member, day, DEBT, CLAWED, part, **{**more, "reason": codes.BECAME_DEBT})
    member["shortfall"] += tokens
    return tokens


def activity(member: Member, day: int) -> None:
    """Move every sliding lot."""
    for grant in member["grants"]:
        if grant["slide"] != 0:
            grant["expiry"] = slid(grant["slide"], day)


def expire(world: World, member: Member, day: int) -> None:
    """Expire every lot whose day has come, soonest first, dated ``day``."""
    for expiry, serial in lots(member):
        if expiry <= day:
            gone = sum(g["tokens"] for g in member["grants"] if g["serial"] == serial)
            member["grants"] = [g for g in member["grants"] if g["serial"] != serial]
            world.post(member, day, AVAILABLE, EXPIRED, gone, lot=serial, expiry_day=expiry, rule=codes.RULE_EXPIRY)


def expiry_for(order: Order, day: int) -> tuple[int, int]:
    """Expiry of tokens of an order that become available on ``day``."""
    terms = order["terms"]
    return expiry_from(terms, day if terms.expiry_from == codes.FROM_RELEASE else order["day"])


def release(world: World, member: Member, name: Any, day: int) -> None:
    """Make all pending tokens of an order available."""
    order = world.orders[name]
    tokens = order["pending"]
    order["pending"] = 0
    member["pending"] -= tokens
    order["released"] = True
    lot = credit(world, member, PENDING, tokens, day, expiry_for(order, day), rule=codes.RULE_RELEASE, order=name)
    if order["lot"] == NONE:
        order["lot"] = lot


def pending_orders(world: World, member: Member) -> list[Any]:
    """Names of the member's orders with pending tokens: by day, then by turn."""
    names = [
        name for name, order in world.orders.items() if order["member"] == member["number"] and order["pending"] > 0
    ]
    return sorted(names, key=lambda name: (world.orders[name]["day"], world.orders[name]["turn"]))
