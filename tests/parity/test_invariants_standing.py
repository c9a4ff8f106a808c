"""Invariants 30 to 32: a tier is what the log says, exact at its threshold, and safe within its time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from oracle import Result
from oracle.dates import add_months
from oracle.engines import replay
from oracle.generate import Scenario, scenario
from oracle.small import START, TIERS, history, journal, on, programme
from oracle.tiers import level_of, window_start
from oracle.world import Event, Note

from parity.checks import check_notes
from parity.worked import every_engine
from rewardsim.rules import codes
from rewardsim.rules.records import NEVER, NONE, Law, Terms

SEEDS = range(900, 940)
JUDGED = (codes.NOTE_TIER, codes.NOTE_KEPT, codes.NOTE_GRACE)


def tiered(engine: str) -> Iterator[tuple[Scenario, Result]]:
    """Generated histories in order, under programmes with tiers, and years of reviews after them."""
    for seed in SEEDS:
        law, events, until = scenario(seed, 120, 6, late=0.0, social=True)
        if law.levels:
            yield (law, events, until + 1_500), replay(law, events, until + 1_500, engine)


def terms_on(law: Law, day: int) -> Terms:
    """The terms in force."""
    return [terms for terms in law.terms if terms.from_day <= day or terms is law.terms[0]][-1]


class Log:
    """What the orders of a history are worth, read off its events, outcomes and entries."""

    def __init__(self, law: Law, events: list[Event], result: Result) -> None:
        self.law = law
        self.enrolled: dict[int, int] = {}
        self.orders: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.live: dict[Any, dict[str, Any]] = {}
        self.spent: dict[Any, int] = defaultdict(int)
        for place, (event, outcome) in enumerate(zip(events, result.outcomes, strict=True)):
            if codes.OUTCOMES[outcome] < codes.DUPLICATE and outcome != "not_enrolled":
                self.read(place, event, redeemed(result, event))

    def read(self, place: int, event: Event, tokens: int) -> None:
        """Take in one event that was not refused."""
        terms = terms_on(self.law, event["day"])
        if terms.enrolment == codes.AUTOMATIC or event["type"] == "enrol":
            self.enrolled.setdefault(event["member"], event["day"])
        name = event["order"]
        if event["type"] == "redeem":
            self.spent[name] += tokens * terms.redeem_value_num // terms.redeem_value_den
        if event["type"] == "order":
            self.place(place, event)
        if event["type"] in ("return", "cancel") and name in self.live:
            self.live[name]["back"].append((place, event["day"], event["amount"]))
        if event["type"] == "cancel":
            self.spent[name] = 0
            self.live.pop(name)["cancelled"] = (place, event["day"])

    def place(self, place: int, event: Event) -> None:
        """An order, with the terms it stays under."""
        terms = terms_on(self.law, event["day"])
        early = event["day"] < terms.starts_day
        by_delivery = terms.release_kind in (codes.ON_DELIVERY, codes.DAYS_AFTER_DELIVERY)
        reached = terms.counts_from_day <= event["day"] or (by_delivery and terms.counts_from_day < NEVER)
        paid = max(0, event["amount"] - event["discount"] - self.spent[event["order"]])
        order = {"day": event["day"], "place": place, "amount": event["amount"], "paid": paid, "terms": terms}
        order.update(back=[], cancelled=None, counts=reached or not early)
        self.live[event["order"]] = order
        self.orders[event["member"]].append(order)

    def worth(self, order: dict[str, Any], day: int, place: int) -> int:
        """What an order counts once everything up to a day and an event has happened."""
        terms = order["terms"]
        if order["cancelled"] and order["cancelled"][0] <= place and order["cancelled"][1] <= day:
            return 0
        back = sum(amount for at, when, amount in order["back"] if at <= place and when <= day)
        back *= terms.requalify
        undone = back >= order["amount"] > 0
        if terms.criterion == codes.BY_ORDERS:
            return 0 if undone else 1
        return 0 if undone else order["paid"] - (order["paid"] * back // order["amount"] if back else 0)

    def qualifying(self, member: int, day: int, place: int) -> int:
        """The sum over the window that ends with a day."""
        start = window_start(World(self.law), {"enrolled": self.enrolled[member]}, day)
        mine = [o for o in self.orders[member] if o["counts"] and start <= o["day"] <= day and o["place"] <= place]
        return sum(self.worth(order, day, place) for order in mine)


class World:
    """As much of a world as a window needs."""

    def __init__(self, law: Law) -> None:
        self.law = law


def redeemed(result: Result, event: Event) -> int:
    """Tokens an event redeemed."""
    rows = (e for e in result.entries if e["event"] == event["number"] and e["rule"] == codes.RULE_REDEMPTION)
    return sum(entry["tokens"] for entry in rows)


def expected(law: Law, log: Log, note: Note, places: dict[int, int]) -> int:
    """What qualified when a note was written, by the log alone."""
    if note["cause"] == codes.WHY_ROSE:
        return log.qualifying(note["member"], note["day"], places[note["event"]])
    return log.qualifying(note["member"], note["day"] - 1, len(places))


@every_engine
def test_invariant_30_the_tier_follows_from_the_log(engine: str) -> None:
    """What each note says qualified is the sum over the log's window, and gives the tier it says."""
    judged = 0
    for (law, events, _), result in tiered(engine):
        check_notes(result.notes)
        if law.terms[0].criterion == codes.BY_TOKENS_EARNED:
            continue
        log = Log(law, events, result)
        places = {event["number"]: place for place, event in enumerate(events)}
        for note in result.notes:
            if note["kind"] not in JUDGED or note["cause"] == codes.WHY_RETURNED:
                continue
            terms = terms_on(law, note["day"])
            levels = law.levels[terms.level_first : terms.level_first + terms.level_count]
            target = level_of(levels, expected(law, log, note, places))
            assert note["amount"] == expected(law, log, note, places), note
            assert agrees(note, target, terms), note
            judged += 1
    assert judged > 200


def agrees(note: Note, target: int, terms: Terms) -> bool:
    """Whether a note's tier is what should come of a target."""
    if note["kind"] == codes.NOTE_GRACE or note["after"] > note["before"]:
        return bool(note["after"] == target)
    if note["cause"] == codes.WHY_DEMOTION_OFF:
        return bool(target < note["before"])
    if note["kind"] == codes.NOTE_KEPT:
        return bool(target == note["after"])
    step = terms.downgrade == codes.ONE_STEP
    return bool(note["after"] == (note["before"] - 1 if step else target))


@every_engine
def test_invariant_30_the_stored_tier_is_the_last_one_noted(engine: str) -> None:
    """At the end of every history, and at every shorter end."""
    for (law, events, until), result in list(tiered(engine))[:6]:
        for cut in (40, 80, len(events)):
            part = replay(law, events[:cut], max(events[cut - 1]["day"], events[0]["day"]), engine)
            tiers: dict[int, int] = defaultdict(lambda: NONE)
            tiers.update((n["member"], n["after"]) for n in part.notes if n["kind"] == codes.NOTE_TIER)
            for member, facts in part.facts.items():
                assert facts.get("tier", tiers[member]) == tiers[member]
        assert until >= 0
        assert result.notes[: len(part.notes)] or not part.notes


@every_engine
@pytest.mark.parametrize("below", [0, 1])
@pytest.mark.parametrize("criterion", [codes.BY_SPEND, codes.BY_TOKENS_EARNED, codes.BY_ORDERS])
def test_invariant_31_exactly_at_a_threshold(engine: str, criterion: int, below: int) -> None:
    """As much as the threshold qualifies; one unit less does not."""
    starts = {codes.BY_SPEND: 5_000, codes.BY_TOKENS_EARNED: 50, codes.BY_ORDERS: 2}
    levels = [{"start": 0}, {"start": starts[criterion] + below}]
    law = programme(levels=levels, **TIERS, criterion=criterion)
    events = [on(k, "order", order=f"o{k}", amount=2_500) for k in (1, 2)]
    found = replay(law, history(*events), START + 9, engine)
    rises = journal(found, "tier_changed")[1:]
    assert rises == ([] if below else [f"2 m0 tier_changed threshold_reached 0>1 {starts[criterion]}"])


@every_engine
def test_invariant_31_no_downgrade_inside_the_guaranteed_time(engine: str) -> None:
    """Time takes a tier no sooner than the months after it was given or confirmed; a return may."""
    falls = 0
    for (law, _, _), result in tiered(engine):
        since: dict[int, int] = {}
        for note in result.notes:
            if note["kind"] not in (codes.NOTE_TIER, codes.NOTE_KEPT):
                continue
            fell = note["after"] < note["before"] and note["cause"] != codes.WHY_RETURNED
            if fell:
                months = terms_on(law, since[note["member"]]).review_months
                assert months != NONE
                assert note["day"] >= add_months(since[note["member"]], months)
                falls += 1
            if note["cause"] != codes.WHY_RETURNED:
                since[note["member"]] = note["day"]
    assert falls > 10


@every_engine
@pytest.mark.parametrize("requalify", [0, 1])
@pytest.mark.parametrize("criterion", [codes.BY_SPEND, codes.BY_TOKENS_EARNED, codes.BY_ORDERS])
def test_invariant_32_a_purchase_and_its_full_return(engine: str, criterion: int, requalify: int) -> None:
    """By the one policy the tier goes with the goods, by the other it stays."""
    levels = [{"start": 0}, {"start": 1}]
    law = programme(levels=levels, **TIERS, criterion=criterion, requalify=requalify)
    events = [on(1, "order", order="a", amount=500), on(3, "return", order="a", amount=500)]
    found = replay(law, history(*events), START + 9, engine)
    assert found.facts[0]["tier"] == 1 - requalify
    fell = [line for line in journal(found) if "order_returned" in line]
    assert fell == ["3 m0 tier_changed order_returned 1>0"] * requalify
