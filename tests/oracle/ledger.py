"""One event in, an outcome and entries out; and a whole history at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from rewardsim.rules import codes
from rewardsim.rules.records import Law, Terms

from .accounts import available, credit
from .clock import advance
from .dates import expiry_from
from .draws import enter_by, entry_effect, entry_refused
from .orders import deliver_effect, deliver_refused, order_effect, order_refused
from .referral import accept_at_enrolment, invite_effect, invite_refused
from .returns import cancel_effect, cancel_refused, return_effect, return_refused
from .settlement import end_days
from .spending import (
    adjust_effect,
    adjust_refused,
    close_effect,
    exchange_effect,
    exchange_refused,
    opening_effect,
    opening_refused,
    redeem_effect,
    redeem_refused,
    share_effect,
    use_effect,
    use_refused,
)
from .tiers import learn_birthday, projection
from .world import Entry, Event, Member, Note, Ranking, World

REFUSALS: dict[str, Callable[[World, Member, Event], int | None]] = {
    "order": order_refused,
    "deliver": deliver_refused,
    "return": return_refused,
    "cancel": cancel_refused,
    "redeem": redeem_refused,
    "exchange": exchange_refused,
    "use": use_refused,
    "adjust": adjust_refused,
    "opening": opening_refused,
    "invite": invite_refused,
    "draw_entry": entry_refused,
}
EFFECTS: dict[str, Callable[[World, Member, Event, int], int]] = {
    "order": order_effect,
    "deliver": deliver_effect,
    "return": return_effect,
    "cancel": cancel_effect,
    "redeem": redeem_effect,
    "exchange": exchange_effect,
    "use": use_effect,
    "share": share_effect,
    "adjust": adjust_effect,
    "opening": opening_effect,
    "close": close_effect,
    "invite": invite_effect,
    "draw_entry": entry_effect,
    "enrol": lambda world, member, event, day: codes.APPLIED,
}
BEFORE_START_TOO = ("enrol", "opening", "order", "deliver", "return", "cancel")


@dataclass
class Result:
    """What became of a history."""

    outcomes: list[str]
    entries: list[Entry]
    members: dict[int, dict[str, int]]
    notes: list[Note] = field(default_factory=list)
    facts: dict[int, dict[str, int]] = field(default_factory=dict)


class Oracle:
    """The ledger of one programme, event by event."""

    def __init__(self, law: Law, rank: Ranking | None = None) -> None:
        self.world = World(law, rank=rank)

    def apply(self, event: Event) -> tuple[str, list[Entry]]:
        """Handle one event; answers its outcome and every entry written on the way."""
        start = len(self.world.entries)
        outcome = OUTCOME_NAMES[self._handle(event)]
        return outcome, self.world.entries[start:]

    def finish(self, until: int) -> list[Entry]:
        """Let time pass to ``until`` for everybody."""
        world = self.world
        start = len(world.entries)
        if world.day is not None and until > world.day:
            end_days(world, until)
            world.day = until
        for number in sorted(world.members):
            member = world.members[number]
            advance(world, member, max(until, member["clock"]))
        return world.entries[start:]

    def balances(self) -> dict[int, dict[str, int]]:
        """Each member's balances."""
        return {
            number: {
                "pending": member["pending"],
                "available": available(member),
                "held": member["held"],
                "debt": member["debt"],
                "shortfall": member["shortfall"],
                "status": member["status"],
            }
            for number, member in sorted(self.world.members.items())
            if member["events"] > 0
        }

    def facts(self, day: int) -> dict[int, dict[str, int]]:
        """Who brought each member and where he stands, with what is to be expected on ``day``."""
        world = self.world
        return {
            number: {name: member["tie"][name] for name in ("state", "referrer", "invited_by", "friends")}
            | (projection(world, member, day) if stands(member) else {})
            for number, member in sorted(world.members.items())
            if member["events"] > 0
        }

    def _handle(self, event: Event) -> int:
        """The order of decisions for one event."""
        world = self.world
        if event["prior"] != codes.NEW:
            return codes.DUPLICATE if event["prior"] == codes.SAME_PAYLOAD else codes.CONFLICT
        if world.day is None or event["day"] > world.day:
            end_days(world, event["day"])
        world.day = event["day"] if world.day is None else max(world.day, event["day"])
        member = world.member(event["member"])
        late = event["day"] < member["clock"]
        day = max(event["day"], member["clock"])
        member["events"] += 1
        world.event, world.ordinal = event["number"], member["events"]
        outcome = barred(world, member, event, late)
        if outcome is not None:
            return outcome
        advance(world, member, day)
        outcome = refused(world, member, event)
        if outcome is None:
            outcome = accepted(world, member, event, day)
            advance(world, member, day)
        return outcome


def stands(member: Member) -> bool:
    """Whether the member has a standing that time still moves."""
    return member["standing"] is not None and member["status"] != codes.CLOSED


def barred(world: World, member: Member, event: Event, late: bool) -> int | None:
    """Why the event does not even let time pass for its member."""
    terms = world.stretch(event["day"])
    if member["status"] == codes.CLOSED:
        return codes.MEMBER_CLOSED
    if late and terms.late == codes.REJECT:
        return codes.LATE
    money = (event["amount"], event["discount"])
    if min(money) < 0 or max(money) > terms.amount_max or event["discount"] > event["amount"]:
        return codes.OUT_OF_BOUNDS
    return codes.OUT_OF_BOUNDS if abs(event["tokens"]) > terms.tokens_max else None


def refused(world: World, member: Member, event: Event) -> int | None:
    """Why the event has no effect of its own."""
    terms = world.stretch(event["day"])
    if not_enrolled(member, event, terms):
        return codes.NOT_ENROLLED
    if before_start(event, terms):
        return None
    check = REFUSALS.get(event["type"])
    return check(world, member, event) if check else None


def not_enrolled(member: Member, event: Event, terms: Terms) -> bool:
    """Whether the member must enrol first."""
    return (
        terms.enrolment == codes.BY_EVENT
        and member["status"] == codes.UNKNOWN_MEMBER
        and event["type"] not in ("enrol", "opening")
    )


def before_start(event: Event, terms: Terms) -> bool:
    """Whether the event is too early to mean anything."""
    return event["day"] < terms.starts_day and event["type"] not in BEFORE_START_TOO


def accepted(world: World, member: Member, event: Event, day: int) -> int:
    """Enrol and welcome the member, then let the event have its effect."""
    terms = world.stretch(event["day"])
    if event["type"] == "enrol" and member["status"] == codes.ENROLLED:
        learn_birthday(world, member, event, day)
        welcome(world, member, event, terms, day)
        return codes.ALREADY_ENROLLED
    if member["status"] == codes.UNKNOWN_MEMBER and (terms.enrolment == codes.AUTOMATIC or event["type"] == "enrol"):
        enrol(world, member, event, day)
    welcome(world, member, event, terms, day)
    if before_start(event, terms):
        return codes.BEFORE_START
    outcome = EFFECTS[event["type"]](world, member, event, day)
    if outcome < codes.BEFORE_START and event["type"] not in ("enrol", "opening"):
        member["active"] = True
    return outcome


def enrol(world: World, member: Member, event: Event, day: int) -> None:
    """The member is one from now on: whom he follows, where he stands, what he takes part in."""
    member.update(status=codes.ENROLLED, enrolled=day, second=event["second"])
    accept_at_enrolment(world, member, event, day)
    learn_birthday(world, member, event, day)
    enter_by(world, member, event, day, codes.BY_ENROL)
    advance(world, member, day)


def welcome(world: World, member: Member, event: Event, terms: Terms, day: int) -> None:
    """Post the welcome reward once, when the programme runs."""
    if (
        member["status"] != codes.ENROLLED
        or member["welcomed"]
        or event["type"] == "close"
        or event["day"] < terms.starts_day
    ):
        return
    member["welcomed"] = True
    if terms.welcome_tokens and event["day"] < terms.ends_day:
        credit(world, member, codes.ISSUE, terms.welcome_tokens, day, expiry_from(terms, day), rule=codes.RULE_WELCOME)


OUTCOME_NAMES = {number: name for name, number in codes.OUTCOMES.items()}


def run(law: Law, events: Iterable[Event], until: int | None = None, rank: Ranking | None = None) -> Result:
    """A whole history, settled and advanced to ``until`` where that is given."""
    oracle = Oracle(law, rank)
    outcomes = [oracle.apply(event)[0] for event in events]
    facts = {}
    if until is not None:
        oracle.finish(until)
        facts = oracle.facts(until)
    return Result(outcomes, oracle.world.entries, oracle.balances(), oracle.world.notes, facts)


def example(**fields: Any) -> Event:
    """An event with every field, those not named at their neutral value."""
    event: Event = {
        "type": "enrol",
        "member": 0,
        "day": 0,
        "second": 0,
        "prior": codes.NEW,
        "number": 0,
        "amount": 0,
        "discount": 0,
        "tokens": 0,
        "order": None,
        "channel": 0,
        "item": -1,
        "counterpart": -1,
        "expiry_day": -1,
        "birthday": -1,
        "hashtag": 0,
        "tags": 0,
        "public": 0,
        "lines": [],
    }
    assert set(fields) <= set(event), set(fields) - set(event)
    event.update(fields)
    return event
