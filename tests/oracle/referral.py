"""Who brought whom: invitation, acceptance, qualification, and its undoing."""

from __future__ import annotations

from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.codes import ASKED, CLOSED, FAILED, LINKED, NOT_REFERRED, QUALIFIED, REVOKED
from rewardsim.rules.records import BP, NEVER, NONE, Terms

from .clock import advance
from .earning import capped
from .requests import propose
from .rewards import new_reward, pay, take_back
from .world import Event, Member, Order, World, use_up, used

Request = dict[str, Any]


def invite_refused(world: World, member: Member, event: Event) -> int | None:
    """Why an invitation is rejected."""
    terms = world.stretch(event["day"])
    if terms.referral_from == NEVER:
        return None
    if event["day"] < terms.referral_from:
        return codes.REFERRAL_NOT_STARTED
    if event["day"] >= terms.referral_to:
        return codes.REFERRAL_OVER
    if event["counterpart"] == NONE:
        return codes.NO_FRIEND
    return codes.SELF_REFERRAL if event["counterpart"] == member["number"] else None


def invite_effect(world: World, member: Member, event: Event, day: int) -> int:
    """Ask for the invitation to stand."""
    if world.stretch(event["day"]).referral_from == NEVER:
        return codes.RULE_OFF
    propose(world, member, event, day, codes.ASK_INVITE, order=None, counterpart=event["counterpart"])
    return codes.PROPOSED


def refuse(world: World, member: Member, day: int, cause: int, **more: Any) -> None:
    """Note that nothing comes of it."""
    world.note(member, day, codes.NOTE_REFUSED, cause=cause, **more)


def fail(world: World, friend: Member, day: int, cause: int, **more: Any) -> None:
    """The friend is nobody's friend, for good."""
    refuse(world, friend, day, cause, **more)
    friend["tie"]["state"] = FAILED


def accept_at_enrolment(world: World, member: Member, event: Event, day: int) -> None:
    """Whoever enrols accepts the one he names, else the one who invited him."""
    terms = world.stretch(event["day"])
    named = event["counterpart"] if event["type"] == "enrol" else NONE
    if terms.referral_from == NEVER:
        return
    by = named if named != NONE else member["tie"]["invited_by"]
    if by == NONE:
        return
    if by == member["number"]:
        fail(world, member, day, codes.WHY_SELF, counterpart=by)
    elif event["day"] < terms.referral_from:
        fail(world, member, day, codes.WHY_NOT_STARTED, counterpart=by)
    elif event["day"] >= terms.referral_to:
        fail(world, member, day, codes.WHY_OVER, counterpart=by)
    else:
        member["tie"]["state"] = ASKED
        propose(world, member, event, day, codes.ASK_ACCEPT, order=None, counterpart=by)


def settle_invite(world: World, member: Member, request: Request, day: int) -> None:
    """Let an invitation stand, or say why not."""
    if member["status"] == CLOSED:
        return
    friend = world.member(request["counterpart"])
    tie = friend["tie"]
    here = {"counterpart": friend["number"]}
    known = friend["enrolled"] is not None
    if known and (friend["enrolled"], friend["second"]) <= (request["day"], request["second"]):
        refuse(world, member, day, codes.WHY_EXISTING_MEMBER, **here)
    elif member["number"] in (tie["invited_by"], tie["referrer"]):
        refuse(world, member, day, codes.WHY_INVITED_ALREADY, **here)
    elif tie["invited_by"] != NONE or tie["state"] in (LINKED, QUALIFIED, REVOKED):
        refuse(world, member, day, codes.WHY_SECOND_REFERRER, **here)
    elif friend["status"] == CLOSED:
        refuse(world, member, day, codes.WHY_EXISTING_MEMBER, **here)
    else:
        tie["invited_by"] = member["number"]
        world.note(member, day, codes.NOTE_INVITED, **here)
        if known and tie["state"] == NOT_REFERRED:
            advance(world, friend, day)
            accept(world, friend, member, request, day)
            advance(world, friend, day)


def upward(world: World, number: int) -> list[int]:
    """A member and everybody above him, nearest first."""
    chain = []
    while number != NONE:
        chain.append(number)
        number = world.member(number)["tie"]["referrer"]
    return chain


def accept(world: World, friend: Member, referrer: Member, request: Request, day: int) -> None:
    """Tie the friend to his referrer, or say why not."""
    if friend["status"] == CLOSED:
        return
    terms = world.stretch(request["day"])
    tie = friend["tie"]
    here = {"counterpart": referrer["number"]}
    if referrer["status"] == codes.UNKNOWN_MEMBER:
        fail(world, friend, day, codes.WHY_REFERRER_UNKNOWN, **here)
    elif referrer["status"] == CLOSED:
        fail(world, friend, day, codes.WHY_REFERRER_CLOSED, **here)
    elif terms.invitation_required and tie["invited_by"] != referrer["number"]:
        fail(world, friend, day, codes.WHY_NOT_INVITED, **here)
    elif friend["number"] in upward(world, referrer["number"]):
        fail(world, friend, day, codes.WHY_CYCLE, **here)
    else:
        tie.update(state=LINKED, referrer=referrer["number"], linked_day=request["day"])
        referrer["tie"]["friends"] += 1
        world.note(friend, day, codes.NOTE_LINKED, **here)
        if terms.qualifies_on == codes.BY_ENROLMENT:
            qualify(world, friend, terms, request, day, None)


def ask_to_qualify(world: World, member: Member, event: Event, day: int) -> None:
    """A delivery may be what the referral waited for."""
    terms = world.stretch(event["day"])
    state = member["tie"]["state"]
    waits = state in (ASKED, LINKED) or (state == NOT_REFERRED and member["enrolled"] == day)
    if terms.referral_from != NEVER and terms.qualifies_on != codes.BY_ENROLMENT and waits:
        propose(world, member, event, day, codes.ASK_QUALIFY)


def left_to_pay(order: Order) -> int:
    """What the member paid for what he kept."""
    if order["status"] == codes.CANCELLED or order["returned"] >= order["amount"] > 0:
        return 0
    if order["amount"] == 0:
        return int(order["paid"])
    return int(order["paid"] - order["paid"] * order["returned"] // order["amount"])


def settle_qualify(world: World, friend: Member, request: Request, day: int) -> None:
    """A delivery qualifies the friend, or says why not."""
    tie = friend["tie"]
    if tie["state"] != LINKED or friend["status"] == CLOSED:
        return
    terms = world.stretch(request["day"])
    order = world.orders[request["order"]]
    here = {"counterpart": tie["referrer"], "order": request["order"]}
    left = left_to_pay(order)
    if request["day"] >= terms.referral_to:
        fail(world, friend, day, codes.WHY_OVER, **here)
    elif terms.referral_days != NONE and request["day"] > tie["linked_day"] + terms.referral_days:
        fail(world, friend, day, codes.WHY_LAPSED, **here)
    elif left <= 0 or left < terms.referral_minimum:
        refuse(world, friend, day, codes.WHY_ORDER_TOO_SMALL, **here)
        if terms.qualifies_on == codes.BY_FIRST_DELIVERY:
            tie["state"] = FAILED
    else:
        order["referral"] = True
        qualify(world, friend, terms, request, day, request["order"])


def qualify(world: World, friend: Member, terms: Terms, request: Request, day: int, order: Any) -> None:
    """The referral has done its work: reward the friend and those above him."""
    tie = friend["tie"]
    tie["state"] = QUALIFIED
    world.note(friend, day, codes.NOTE_QUALIFIED, counterpart=tie["referrer"], order=order)
    if terms.referee_tokens:
        reward(world, friend, friend, terms.referee_tokens, codes.AS_COMPUTED, terms, request, day)
    shares = (terms.level_share_1, terms.level_share_2, terms.level_share_3)
    for number, share in list(zip(upward(world, tie["referrer"]), shares, strict=False))[: terms.referral_levels]:
        tokens = terms.referrer_tokens * share // BP
        if tokens:
            reward_ancestor(world, friend, world.member(number), tokens, terms, request, day)


def reward_ancestor(
    world: World, friend: Member, ancestor: Member, wanted: int, terms: Terms, request: Request, day: int
) -> None:
    """Reward somebody above the friend, within his limit."""
    if ancestor["status"] == CLOSED:
        refuse(world, ancestor, day, codes.WHY_REFERRER_CLOSED, counterpart=friend["number"])
        return
    tokens = wanted
    if terms.referral_limit != NONE:
        where = (terms.referral_counter, terms.referral_period, request["day"])
        by_tokens = terms.referral_limit_unit == codes.LIMIT_TOKENS
        left = terms.referral_limit - used(ancestor, *where)
        granted = capped(wanted if by_tokens else 1, left, terms.referral_excess)
        use_up(ancestor, *where, granted)
        tokens = granted if by_tokens else wanted * granted
    if tokens == 0:
        advance(world, ancestor, day)
        refuse(world, ancestor, day, codes.WHY_REFERRER_LIMIT, counterpart=friend["number"])
        return
    reason = codes.CUT_BY_LIMIT if tokens < wanted else codes.AS_COMPUTED
    reward(world, friend, ancestor, tokens, reason, terms, request, day)


def reward(
    world: World, friend: Member, payee: Member, tokens: int, reason: int, terms: Terms, request: Request, day: int
) -> None:
    """Post a reward, or put it on the payee's list."""
    due = max(request["day"] + terms.referral_delay, day)
    granted = new_reward(world, payee["number"], tokens, reason, due)
    friend["tie"]["rewards"].append(granted)
    if due > day:
        payee["due"] = sorted([*payee["due"], granted], key=lambda other: other["due_day"])
        return
    advance(world, payee, day)
    pay(world, payee, granted, day)
    advance(world, payee, day)


def ask_to_revoke(world: World, member: Member, event: Event, day: int) -> None:
    """A return may take away what the referral rested on."""
    order = world.orders.get(event["order"]) if event["order"] is not None else None
    if order is None or not order["referral"] or not order["terms"].referral_revoke:
        return
    left = left_to_pay(order)
    if left <= 0 or left < world.stretch(event["day"]).referral_minimum:
        order["referral"] = False
        propose(world, member, event, day, codes.ASK_REVOKE)


def settle_revoke(world: World, friend: Member, request: Request, day: int) -> None:
    """Take back every reward of the referral, in the order of granting."""
    tie = friend["tie"]
    if tie["state"] != QUALIFIED:
        return
    tie["state"] = REVOKED
    world.note(friend, day, codes.NOTE_REVOKED, counterpart=tie["referrer"])
    for granted in tie["rewards"]:
        payee = world.member(granted["member"])
        advance(world, payee, day)
        take_back(world, payee, granted, day, request["day"])
        advance(world, payee, day)


def settle_accept(world: World, friend: Member, request: Request, day: int) -> None:
    """The friend named somebody, or was invited by him."""
    accept(world, friend, world.member(request["counterpart"]), request, day)
