"""Invariants 33, 34 and 37: referral, shared limits, draws."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random

from oracle import Result
from oracle.dates import period_of
from oracle.draws import shuffled
from oracle.engines import replay
from oracle.generate import Scenario, scenario
from oracle.world import Entry, Note

from parity.worked import every_engine
from rewardsim.rules import codes
from rewardsim.rules.codes import CLAWED, ISSUE
from rewardsim.rules.records import NONE, Law

SEEDS = range(950, 1_010)


def social(engine: str) -> Iterator[tuple[Scenario, Result]]:
    """Generated histories in order, full of friends and draws."""
    for seed in SEEDS:
        made = scenario(seed, 120, 12, late=0.0, social=True)
        yield made, replay(*made, engine)


def of_kind(result: Result, kind: int) -> list[Note]:
    """The notes of a kind."""
    return [note for note in result.notes if note["kind"] == kind]


def rewards(result: Result) -> list[Entry]:
    """What was issued for referrals; the part that paid a debt stands in a line of its own."""
    return [e for e in result.entries if e["rule"] == codes.RULE_REFERRAL and e["source"] == ISSUE]


@every_engine
def test_invariant_33_one_referrer_and_no_circle(engine: str) -> None:
    """Each friend is bound once, never to himself, never to one below him; the facts say the same."""
    bound = 0
    for _, result in social(engine):
        above: dict[int, int] = {}
        for note in of_kind(result, codes.NOTE_LINKED):
            friend, referrer = note["member"], note["counterpart"]
            assert friend not in above
            chain = [referrer]
            while chain[-1] in above:
                chain.append(above[chain[-1]])
            assert friend not in chain
            above[friend] = referrer
        found = {number: facts["referrer"] for number, facts in result.facts.items() if facts["referrer"] != NONE}
        assert found == above
        friends = Counter(above.values())
        assert all(facts["friends"] == friends[number] for number, facts in result.facts.items())
        bound += len(above)
    assert bound > 50


@every_engine
def test_invariant_33_rewards_only_on_the_trigger_and_once(engine: str) -> None:
    """Every reward names the event of one qualification; each payee is paid once for it."""
    paid = 0
    for _, result in social(engine):
        friend_of = {note["event"]: note["member"] for note in of_kind(result, codes.NOTE_QUALIFIED)}
        assert len(set(friend_of.values())) == len(friend_of) == len(of_kind(result, codes.NOTE_QUALIFIED))
        bonds = {note["member"]: note["counterpart"] for note in of_kind(result, codes.NOTE_LINKED)}
        once: set[tuple[int, int, int]] = set()
        for entry in rewards(result):
            key = (entry["event"], entry["member"], entry["target"])
            assert key not in once
            once.add(key)
            friend = friend_of[entry["event"]]
            chain = [friend]
            while chain[-1] in bonds:
                chain.append(bonds[chain[-1]])
            assert entry["member"] in chain[:4]
            paid += 1
    assert paid > 30


@every_engine
def test_invariant_33_a_reward_is_reversed_with_its_trigger(engine: str) -> None:
    """After a revocation no more is claimed than was paid; all of it where debt has no limit."""
    revoked = 0
    for (law, _, _), result in social(engine):
        qualified = {note["member"]: note["event"] for note in of_kind(result, codes.NOTE_QUALIFIED)}
        exact = all(terms.when_spent == codes.TO_DEBT and terms.debt_limit == NONE for terms in law.terms)
        closed = {number for number, member in result.members.items() if member["status"] == codes.CLOSED}
        for note in of_kind(result, codes.NOTE_REVOKED):
            paid: Counter[int] = Counter()
            back: Counter[int] = Counter()
            for entry in result.entries:
                if entry["rule"] == codes.RULE_REFERRAL and entry["event"] == qualified[note["member"]]:
                    paid[entry["member"]] += entry["tokens"]
                if entry["rule"] == codes.RULE_REFERRAL and entry["event"] == note["event"]:
                    assert entry["target"] == CLAWED
                    back[entry["member"]] += entry["tokens"]
            for payee, tokens in paid.items():
                assert back[payee] <= tokens
                assert back[payee] == tokens or not exact or payee in closed
            assert set(back) <= set(paid)
            revoked += 1
    assert revoked > 2


def units(law: Law, entry: Entry) -> int:
    """What a reward counts against its referrer's limit; a reward in two lines counts once, with its lot."""
    if law.terms[0].referral_limit_unit == codes.LIMIT_TOKENS:
        return int(entry["tokens"])
    return 1


@every_engine
def test_invariant_33_a_referrers_limit_holds_at_every_prefix(engine: str) -> None:
    """By friends or by tokens, counted on the day of qualification."""
    counted = 0
    for (law, events, _), result in social(engine):
        limits = [terms.referral_limit for terms in law.terms]
        if NONE in limits:
            continue
        friend_of = {note["event"]: note["member"] for note in of_kind(result, codes.NOTE_QUALIFIED)}
        days = {event["number"]: event["day"] for event in events}
        by_friends = law.terms[0].referral_limit_unit == codes.LIMIT_FRIENDS
        seen: set[tuple[int, int]] = set()
        uses: Counter[tuple[object, ...]] = Counter()
        for entry in rewards(result):
            if entry["member"] == friend_of[entry["event"]]:
                continue
            if by_friends and (entry["event"], entry["member"]) in seen:
                continue
            seen.add((entry["event"], entry["member"]))
            key = (entry["member"], period_of(law.terms[0].referral_period, days[entry["event"]]))
            uses[key] += units(law, entry)
            assert uses[key] <= max(limits)
            counted += 1
    assert counted > 5


@every_engine
def test_invariant_34_shared_budgets_hold_at_every_prefix(engine: str) -> None:
    """What all campaigns of a budget grant in a period never exceeds it, day by day."""
    granted = 0
    for seed in range(800, 900):
        law, events, until = scenario(seed, 120, 4, late=0.0)
        result = replay(law, events, until, engine)
        pools = {campaign.rule: campaign.pool for campaign in law.campaigns if campaign.pool != NONE}
        uses: Counter[tuple[object, ...]] = Counter()
        for entry in sorted(result.entries, key=lambda e: e["day"]):
            if entry["source"] != ISSUE or entry["rule"] not in pools:
                continue
            row = pools[entry["rule"]]
            key = (row, period_of(law.pools[row].period, entry["day"] - 1))
            uses[key] += entry["tokens"]
            assert uses[key] <= law.pools[row].size
            granted += 1
    assert granted > 10


@every_engine
def test_invariant_37_winners_entered_in_time_and_win_once(engine: str) -> None:
    """No more winners than prizes, ranks without gaps, each a member with a ticket at the close."""
    won = 0
    for (law, _, _), result in social(engine):
        tickets: dict[int, Counter[int]] = defaultdict(Counter)
        ranks: dict[int, list[int]] = defaultdict(list)
        winners: dict[int, list[int]] = defaultdict(list)
        for note in result.notes:
            draw = note["before"]
            if note["kind"] == codes.NOTE_ENTERED:
                assert law.draws[draw].opens_day <= note["day"] < law.draws[draw].closes_day
                tickets[draw][note["member"]] += 1
                assert tickets[draw][note["member"]] <= law.draws[draw].entries_max
            if note["kind"] == codes.NOTE_WITHDRAWN:
                assert note["day"] < law.draws[draw].closes_day
                tickets[draw][note["member"]] -= 1
            if note["kind"] in (codes.NOTE_WON, codes.NOTE_LAPSED):
                assert note["day"] == law.draws[draw].draws_day + 1
                ranks[draw].append(note["after"])
                winners[draw].append(note["member"])
        for draw, members in winners.items():
            entrants = {member for member, count in tickets[draw].items() if count > 0}
            assert len(members) == len(set(members)) == min(len(entrants), law.draws[draw].winners)
            assert set(members) <= entrants
            assert ranks[draw] == list(range(len(members)))
            won += len(members)
    assert won > 50


@every_engine
def test_invariant_37_the_order_of_entrants_does_not_matter(engine: str) -> None:
    """The same ranking, asked with the tickets in any order."""

    def mixed(draw: int, tickets: list[tuple[int, int]]) -> list[int]:
        order = list(range(len(tickets)))
        Random(draw).shuffle(order)
        return [order[place] for place in shuffled(draw, [tickets[k] for k in order])]

    for made, result in list(social(engine))[:12]:
        assert replay(*made, engine, mixed) == result
