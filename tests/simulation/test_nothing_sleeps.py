"""The full programme is full: every rule and every behaviour has something to do in the runs compared here."""

from __future__ import annotations

from rewardsim.behaviour.measures import MEASURES
from rewardsim.engine.audit import EXCHANGED, VOIDED
from rewardsim.rules import codes
from simulation.everything import FIRST, LAST, MEMBERS, programme, town
from simulation.living import Kept, flow, total


def test_every_measure_is_counted(full: Kept) -> None:
    assert [name for name in MEASURES if total(full.done, name) == 0] == []


def test_every_note_is_written_but_one(full: Kept) -> None:
    """A prize lapses where a winner has closed his account, which nobody here does."""
    assert [name for name, code in codes.NOTES.items() if full.done.chains.counts[code] == 0] == ["prize_lapsed"]


def test_tokens_take_every_way(full: Kept) -> None:
    ways = [
        ("ISSUE", "PENDING"), ("ISSUE", "AVAILABLE"), ("PENDING", "AVAILABLE"), ("PENDING", "CLAWED"),
        ("AVAILABLE", "REDEEMED"), ("AVAILABLE", "EXPIRED"), ("AVAILABLE", "CLAWED"), ("REDEEMED", "AVAILABLE"),
        ("DEBT", "CLAWED"), ("AVAILABLE", "HELD"), ("HELD", "REDEEMED"), ("HELD", "AVAILABLE"),
    ]  # fmt: skip
    assert [way for way in ways if flow(full.done, *way).sum() == 0] == []


def test_every_kind_of_request_is_settled(full: Kept) -> None:
    """Prizes are asked for by the draw itself, in the settlement."""
    assert (full.done.settled.sum(axis=0)[: codes.ASK_PRIZE] > 0).all()


def test_every_rule_issues_tokens(full: Kept) -> None:
    names = programme().names.rules
    issued = dict(zip((names[code] for code in sorted(names)), full.done.auditor.issued.sum(axis=0), strict=True))
    given = {name for name, tokens in issued.items() if tokens}
    campaigns = {"campaign:spring", "campaign:sundays", "campaign:big-basket"}
    standing = {"tiers.silver", "tiers.gold", "tiers.birthday"}
    draws = {"draws.posts", "draws.orders", "draws.joiners"}
    assert given == {"earning.purchase", "earning.welcome", "earning.share", "referral"} | campaigns | standing | draws


def test_awards_are_voided_and_items_exchanged(full: Kept) -> None:
    assert full.done.auditor.flows[:, [EXCHANGED, VOIDED]].sum(axis=0).all()


def test_the_pool_of_friends_runs_dry(full: Kept) -> None:
    assert full.done.members == MEMBERS + town().tables(programme(), FIRST, LAST, MEMBERS)["pool"]


def test_every_draw_is_held(full: Kept) -> None:
    assert set(full.done.draws) == {"posts", "orders", "joiners"}


def test_people_come_in_every_way_and_some_leave(full: Kept) -> None:
    assert set(full.done.persons["kind"].tolist()) == {0, 1, 2}
    assert set(full.done.persons["generation"].tolist()) >= {0, 1, 2}
    assert total(full.done, "left") > 0


def test_outcomes_are_many(full: Kept) -> None:
    wanted = {
        "applied", "applied_in_part", "proposed", "after_end", "channel_excluded", "below_minimum_order",
        "limit_reached", "nothing_to_take", "return_too_late",
    }  # fmt: skip
    assert wanted <= set(full.done.outcomes)
