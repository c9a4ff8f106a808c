"""Lucky draws: tickets in, tickets out, and the day of the draw. Chance comes from outside."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import NONE, DrawTerms

from .accounts import credit
from .clock import advance
from .dates import expiry_from
from .world import Event, Member, World


def shuffled(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
    """Places of the tickets, best first, one a member; their names alone decide, not how they stand."""
    order = sorted(range(len(tickets)), key=lambda k: sha256(repr((draw, *tickets[k])).encode()).digest())
    seen: set[int] = set()
    return [k for k in order if not (tickets[k][0] in seen or seen.add(tickets[k][0]))]


def frozen(world: World, draw: Any) -> bool:
    """Whether anybody's event has come from a day on which entries are closed."""
    return world.day is not None and world.day >= draw.closes_day


def tickets_in(member: Member, draw: int) -> list[dict[str, Any]]:
    """The member's tickets that stand in a draw."""
    return [ticket for ticket in member["tickets"] if ticket["draw"] == draw]


def entry_refused(world: World, member: Member, event: Event) -> int | None:
    """Why a post is no entry."""
    if event["item"] == NONE:
        return codes.UNKNOWN_DRAW
    draw = world.law.draws[event["item"]]
    if draw.entry != codes.BY_POST:
        return codes.NOT_BY_POST
    if event["day"] < draw.opens_day:
        return codes.DRAW_NOT_OPEN
    if max(event["day"], member["clock"]) >= draw.closes_day or frozen(world, draw):
        return codes.DRAW_CLOSED
    if draw.public and not event["public"]:
        return codes.POST_NOT_PUBLIC
    if draw.hashtag and event["hashtag"] != draw.hashtag:
        return codes.WRONG_HASHTAG
    return codes.TOO_FEW_TAGS if event["tags"] < draw.tags_min else None


def entry_effect(world: World, member: Member, event: Event, day: int) -> int:
    """A post becomes a ticket."""
    return codes.APPLIED if enter(world, member, event["item"], day, None) else codes.LIMIT_REACHED


def enter(world: World, member: Member, row: int, day: int, order: Any) -> bool:
    """One more ticket, if the member may have it."""
    standing = tickets_in(member, row)
    if len(standing) >= world.law.draws[row].entries_max:
        return False
    entry = 1 + max((ticket["entry"] for ticket in standing), default=0)
    ticket = {"draw": row, "member": member["number"], "entry": entry, "order": order}
    ticket.update(event=world.event, ordinal=world.ordinal)
    member["tickets"].append(ticket)
    world.note(member, day, codes.NOTE_ENTERED, before=row, after=entry, order=order)
    return True


def enter_by(world: World, member: Member, event: Event, day: int, way: int) -> None:
    """Tickets for an order or an enrolment, one in each draw that is open."""
    for row, draw in enumerate(world.law.draws):
        if draw.entry == way and draw.opens_day <= event["day"] and max(event["day"], day) < draw.closes_day:
            if frozen(world, draw):
                continue
            enter(world, member, row, day, event["order"] if way == codes.BY_PURCHASE else None)


def withdraw(world: World, member: Member, event: Event, day: int) -> None:
    """An order of which nothing is left gives its tickets back."""
    order = world.orders.get(event["order"]) if event["order"] is not None else None
    if order is not None and (order["status"] == codes.CANCELLED or order["returned"] >= order["amount"] > 0):
        take_out(world, member, day, [ticket for ticket in member["tickets"] if ticket["order"] == event["order"]])


def take_out(world: World, member: Member, day: int, tickets: list[dict[str, Any]]) -> None:
    """Withdraw tickets of draws that are still open, in order of entering."""
    for ticket in tickets:
        draw = world.law.draws[ticket["draw"]]
        if day < draw.closes_day and not frozen(world, draw):
            member["tickets"] = [other for other in member["tickets"] if other is not ticket]
            facts = {"before": ticket["draw"], "after": ticket["entry"], "order": ticket["order"]}
            world.note(member, day, codes.NOTE_WITHDRAWN, **facts)


def hold_draws(world: World, before: int) -> None:
    """Hold every draw whose day is over."""
    while world.draws_done < len(world.law.draws):
        if world.law.draws[world.draws_done].draws_day >= before:
            return
        hold(world, world.draws_done)
        world.draws_done += 1


def hold(world: World, row: int) -> None:
    """Rank the tickets and hand out the prizes, dated the day after."""
    draw = world.law.draws[row]
    tickets = [ticket for number in sorted(world.members) for ticket in tickets_in(world.members[number], row)]
    rank = world.rank or shuffled
    best = rank(row, [(ticket["member"], ticket["entry"]) for ticket in tickets])
    for place, k in enumerate(best[: draw.winners]):
        award(world, row, place, tickets[k], draw.draws_day + 1)
    for member in world.members.values():
        member["tickets"] = [ticket for ticket in member["tickets"] if ticket["draw"] != row]


def award(world: World, row: int, place: int, ticket: dict[str, Any], day: int) -> None:
    """A prize for a rank."""
    draw = world.law.draws[row]
    member = world.member(ticket["member"])
    advance(world, member, day)
    world.event, world.ordinal = ticket["event"], ticket["ordinal"]
    if member["status"] == codes.CLOSED:
        world.note(member, day, codes.NOTE_LAPSED, before=row, after=place)
    else:
        tokens = prize_of(world, draw, place)
        credit(world, member, codes.ISSUE, tokens, day, expiry_from(world.stretch(day), day), rule=draw.rule)
        world.note(member, day, codes.NOTE_WON, before=row, after=place, amount=tokens)
        advance(world, member, day)
    world.event, world.ordinal = NONE, NONE


def prize_of(world: World, draw: DrawTerms, place: int) -> int:
    """Tokens for a rank."""
    prizes = world.law.prizes[draw.prize_first : draw.prize_first + draw.prize_count]
    return next(prize.tokens for prize in prizes if place < prize.upto)
