"""Edges: nobody, one, one day; a programme that comes late or ends early; people who leave at once, or never rest."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from rewardsim.engine.checkpoint import CheckpointError
from simulation.altered import Altered
from simulation.everything import FIRST, FORK_DAYS, LAST, lived, programme, town
from simulation.living import Kept, counted, day, flow, live, total
from simulation.plain import STAMPS, WELCOME, club, crowd
from simulation.test_replay import replayed
from simulation.test_sameness import same

ENGINES = ("compiled", "simpy")


def both(programme, population, **more):
    """Live by both engines and see that they agree; return what the compiled one found."""
    compiled, simpy = (live(programme, population, engine=engine, **more) for engine in ENGINES)
    same(compiled, simpy)
    return compiled


@pytest.mark.parametrize("under", [programme, lambda: None], ids=["programme", "twin"])
@pytest.mark.parametrize(("members", "days"), [(0, 400), (1, 400), (1, 1), (40, 1), (2, 400)])
def test_few_people_few_days(under, members, days):
    done = both(under(), town(), members=members, last_day=FIRST + days - 1)
    assert len(done.tally) == days
    assert len(done.persons) == len(done.member_ids) >= members
    assert total(done, "arrived") <= done.members


def test_nobody_leaves_files_all_the_same(tmp_path):
    done = live(programme(), town(), members=0, last_day=FIRST + 30, folder=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"ledger.parquet", "journal.parquet", "events.parquet"}
    assert pq.read_table(tmp_path / "events.parquet").num_rows == 0
    assert done.members == 0


def test_more_threads_than_people():
    same(lived(members=2, threads=1), lived(members=2, threads=3, chunk=1))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_horizon_before_the_programme(engine: str) -> None:
    done = live(programme(), town(), members=50, first_day=FIRST - 60, last_day=FIRST - 1, engine=engine)
    twin = live(None, town(), members=50, first_day=FIRST - 60, last_day=FIRST - 1, engine=engine)
    assert done.outcomes == {}
    assert (done.auditor.flows == 0).all()
    assert np.array_equal(counted(done, "purchases"), counted(twin, "purchases"))
    assert counted(done, "purchases").sum() > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_everybody_leaves_at_once(engine: str) -> None:
    fleeting = Altered(town(), traits={"lifetime": 1e-9})
    done = live(programme(), fleeting, members=200, last_day=LAST, engine=engine)
    assert total(done, "arrived") == total(done, "left") > 190
    assert counted(done, "present").sum() == 0
    assert total(done, "purchases") <= 1
    assert done.members == 200


def test_everybody_leaves_within_the_hour_by_both_engines():
    both(programme(), town(lifetime={"weeks": 0.006}), members=120, last_day=FIRST + 100)


def test_people_who_buy_all_day_long():
    """Sixty purchases a day each: ten times what a file may say."""
    done = both(club(WELCOME, STAMPS), Altered(crowd(), traits={"rate": 60.0}), members=4, last_day=day("2020-01-20"))
    assert abs(total(done, "purchases") - 4_800) <= 4 * 4_800**0.5
    assert flow(done, "ISSUE", "AVAILABLE").sum() == total(done, "purchases") + 4


def test_huge_baskets_stay_within_the_bounds():
    """What exceeds the programme's bound is refused, and nothing overflows."""
    rich = Altered(crowd(), traits={"spend": 1e12})
    done = both(club(WELCOME, STAMPS), rich, members=5, last_day=day("2020-02-20"))
    assert {"applied", "out_of_bounds"} <= set(done.outcomes) <= {"applied", "out_of_bounds", "unknown_order"}
    assert done.persons["revenue"].sum() == total(done, "revenue") == 10**12 * total(done, "purchases")
    assert flow(done, "ISSUE", "AVAILABLE").sum() == 5


def test_people_who_never_buy():
    done = both(programme(), Altered(town(), traits={"rate": 0.0}), members=60, last_day=LAST)
    assert total(done, "purchases") == total(done, "revenue") == 0
    assert total(done, "visits") > 0


def test_no_pool_no_friends():
    done = both(programme(), town(referral__pool=0), members=80, last_day=LAST)
    assert done.members == 80
    assert total(done, "joined") == 0


def test_a_pool_of_one():
    done = both(programme(), town(referral={"pool": 0.0125}), members=80, last_day=LAST)
    assert done.members == 81
    assert done.persons["kind"][-1] == 2
    assert done.member_ids[-1].startswith("M-")
    assert "." in done.member_ids[-1]


def test_a_programme_that_ends_midway(tmp_path):
    short = programme().vary({"programme.ends": day_of("2020-07-01")})
    done = lived(programme=short, folder=tmp_path)
    ended = day("2020-07-01") - FIRST
    names = short.names.rules
    prizes = np.array([names[code].startswith("draws.") for code in sorted(names)])
    assert done.auditor.issued[:ended, ~prizes].sum() > 0
    assert done.auditor.issued[ended:, ~prizes].sum() == 0
    assert done.auditor.issued[ended:, prizes].sum() > 0  # entries from before the end take part
    assert flow(done, "AVAILABLE", "REDEEMED")[ended:].sum() > 0  # tokens may still be spent
    assert counted(done, "purchases")[ended:].sum() > 0
    assert replayed(pq.read_table(tmp_path / "events.parquet"), short).digest == done.digest
    few = {"programme": short, "members": 60}
    same(lived(**few), lived(**few, engine="simpy"))


def day_of(text: str):
    """Return a date."""
    return np.datetime64(text).item()


# ---------------------------------------------------------------- checkpoints


def refused(folder, **more) -> set[str]:
    """Codes of the faults with which going on is refused."""
    with pytest.raises(CheckpointError) as found:
        lived(resume=folder, **more)
    assert all(str(fault) for fault in found.value.faults)
    return {fault.code for fault in found.value.faults}


@pytest.mark.parametrize(
    "change",
    [
        {"earning.purchase.rounding": "floor"},
        {"expiry.days": 40},
        {"exchange.coupon.tokens": 30},
        {"campaigns.spring.tokens": 41},
        {"draws.orders.winners": 11},
        {"tiers.grace_days": 3},
        {"referral.referrer_tokens": 61},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_variant_that_reaches_back_is_refused(full: Kept, change) -> None:
    assert refused(full.folder / "early", programme=programme().vary(change)) == {"reaches_back"}
    starts = np.datetime64(FORK_DAYS[0], "D").item().isoformat()
    if "draws" not in next(iter(change)):
        assert refused(full.folder / "early", programme=programme().vary(change, start=starts)) == {"reaches_back"}


def test_a_checkpoint_that_does_not_fit_is_refused(full: Kept, tmp_path) -> None:
    assert refused(tmp_path) == {"no_checkpoint"}
    early = full.folder / "early"
    assert refused(early, members=301) == {"other_people"}
    assert refused(early, first_day=FIRST + 1) == {"other_days"}
    assert refused(early, last_day=LAST + 1) == {"other_days"}
    with pytest.raises(CheckpointError):
        live(None, town(), members=300, first_day=FIRST, last_day=LAST, resume=early)


def test_another_world_is_no_continuation(full: Kept) -> None:
    """A checkpoint belongs to a seed and a population as well."""
    assert refused(full.folder / "early", seed=99)
    assert refused(full.folder / "early", population=town(purchases={"per_week": 2}))


def test_unknown_engines_and_misplaced_behaviour_are_refused() -> None:
    with pytest.raises(ValueError, match="allowed are compiled, simpy"):
        lived(engine="abacus")
    with pytest.raises(ValueError, match="simpy"):
        lived(behaviour=lambda someone: None)
