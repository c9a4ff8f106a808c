"""Oracle and engines, entry by entry and outcome by outcome, on generated histories."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from oracle import Result, run
from oracle.engines import ENGINES, replay
from oracle.generate import Scenario, coverage, histories, scenario, scenarios
from oracle.histories import unreached
from oracle.stepper import replayed
from oracle.world import Event, Note

from parity.checks import by_member, check_all, check_notes, notes_by_member
from rewardsim.rules import codes

OTHERS = [engine for engine in ENGINES if engine != "oracle"]
PROFILE = settings(
    deadline=None, derandomize=True, print_blob=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
IN_ORDER = 60
ARRIVING_LATE = 40
AMONG_FRIENDS = 60


def check_equal(made: Scenario, engine: str) -> None:
    """The engine's outcomes, entries, notes, balances and standings are the oracle's."""
    law, events, until = made
    expected = run(law, events, until)
    found = replay(law, events, until, engine)
    for event, mine, theirs in zip(events, expected.outcomes, found.outcomes, strict=True):
        assert mine == theirs, event
    assert found.entries == expected.entries
    assert found.notes == expected.notes
    assert found == expected


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("seed", range(IN_ORDER))
def test_parity_in_order(seed: int, engine: str) -> None:
    """Histories in canonical order."""
    check_equal(scenario(seed, 150, 4, late=0.0), engine)


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("seed", range(1_000, 1_000 + ARRIVING_LATE))
def test_parity_with_late_events(seed: int, engine: str) -> None:
    """Histories in which some events arrive after later ones."""
    check_equal(scenario(seed, 150, 4, late=0.1), engine)


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("seed", range(6_000, 6_000 + AMONG_FRIENDS))
def test_parity_among_friends(seed: int, engine: str) -> None:
    """Histories full of invitations, tiers and draws."""
    check_equal(scenario(seed, 150, 12, late=0.1 * (seed % 2), social=True), engine)


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("seed", range(2_000, 2_004))
def test_parity_of_many_members(seed: int, engine: str) -> None:
    """Larger histories, where shared budgets and stocks meet many members."""
    check_equal(scenario(seed, 1_500, 60, late=0.0, social=seed % 2 == 1), engine)


@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("chunk", [1, 7, 64])
@pytest.mark.parametrize("seed", range(4_000, 4_004))
def test_parity_in_chunks_and_little_room(seed: int, chunk: int, engine: str) -> None:
    """Split anywhere, with tables that must grow all the time: still the same ledger."""
    law, events, until = scenario(seed, 400, 12, late=0.05, social=seed % 2 == 1)
    expected = run(law, events, until)
    found = replayed(law, events, until, engine, chunk, entries=1 << 9, rows=4)
    assert found.outcomes == expected.outcomes
    assert found.entries == expected.entries
    assert found == expected


def regrouped(events: list[Event], size: int) -> list[Event]:
    """The same days, each day's events by groups of members; each member's own order is kept."""
    return sorted(events, key=lambda event: (event["day"], event["member"] // size))


def of_one_owner(events: list[Event]) -> list[Event]:
    """Without events that name an order another member named first."""
    owners: dict[str | None, int] = {}
    return [e for e in events if e["order"] is None or owners.setdefault(e["order"], e["member"]) == e["member"]]


def told_apart(events: list[Event], result: Result) -> tuple[object, ...]:
    """What became of each event and each member, however the members were mixed."""
    outcomes = {event["number"]: outcome for event, outcome in zip(events, result.outcomes, strict=True)}
    return outcomes, by_member(result.entries), notes_by_member(result.notes), result.members, result.facts


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", range(7_000, 7_012))
def test_groups_of_members_change_nothing(seed: int, engine: str) -> None:
    """Day by day in groups of 1, 7, 1000 or all members: referral, budgets, stock and draws come out the same."""
    law, events, until = scenario(seed, 300, 20, late=0.0, social=True)
    events = of_one_owner(events)
    expected = told_apart(events, replay(law, events, until, engine))
    for size in (1, 7, 1_000):
        turned = regrouped(events, size)
        assert told_apart(turned, replay(law, turned, until, engine)) == expected


@pytest.mark.parametrize("engine", OTHERS)
@PROFILE
@given(made=histories())
def test_parity_found_by_hypothesis(engine: str, made: Scenario) -> None:
    """The same, searched and shrunk by hypothesis."""
    check_equal(made, engine)


@pytest.mark.slow
@pytest.mark.parametrize("engine", OTHERS)
@pytest.mark.parametrize("late", [0.0, 0.1])
def test_parity_at_length(engine: str, late: float) -> None:
    """A hundred thousand events."""
    for made in scenarios(100_000, seed=10_000, count=1_000, members=20, late=late):
        check_equal(made, engine)


@pytest.mark.parametrize("seed", range(3_000, 3_040))
def test_oracle_keeps_the_invariants(seed: int) -> None:
    """The oracle's own ledgers conserve tokens and keep every bound."""
    law, events, until = scenario(seed, 150, 6, late=0.05, social=seed % 2 == 1)
    result = run(law, events, until)
    check_all(law, events, result.entries, result.members)
    check_notes(result.notes)


def test_generator_reaches_every_outcome_reason_and_note() -> None:
    """No outcome code, no reason, no kind of note and no cause is out of the generator's reach."""
    notes: list[Note] = []
    outcomes: set[str] = set()
    reasons: set[int] = set()
    accounts: set[int] = set()
    for seed in range(800):
        law, events, until = scenario(seed, 150, 8, social=seed % 2 == 1)
        result = run(law, events, until)
        notes += result.notes
        outcomes.update(result.outcomes)
        reasons.update(entry["reason"] for entry in result.entries)
        accounts.update(entry["source"] for entry in result.entries)
        accounts.update(entry["target"] for entry in result.entries)
    assert coverage(outcomes) == []
    assert unreached(notes) == []
    assert reasons == set(codes.REASONS.values())
    assert accounts == set(codes.ACCOUNTS.values())
