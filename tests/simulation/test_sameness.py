"""One digest and one tally, whoever computes them and however the work is split."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.everything import FORK_DAYS, MEMBERS, lived, programme, town
from simulation.living import Kept
from simulation.shuffled import Shuffled

CHUNKS = [1, 7, 1_000, None]


def same(one, other) -> None:
    """Everything a run says is the same, numbers of rows apart."""
    assert one.digest == other.digest
    assert np.array_equal(one.tally, other.tally)
    assert np.array_equal(one.settled, other.settled)
    assert one.outcomes == other.outcomes
    assert one.draws == other.draws
    assert np.array_equal(one.auditor.flows, other.auditor.flows)
    assert np.array_equal(one.auditor.issued, other.auditor.issued)
    assert np.array_equal(one.chains.counts, other.chains.counts)
    assert np.array_equal(one.chains.amounts, other.chains.amounts)


def test_simpy_says_what_the_compiled_engine_says(full: Kept, full_by_simpy: Kept) -> None:
    same(full.done, full_by_simpy.done)
    assert full.done.member_ids == full_by_simpy.done.member_ids


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("chunk", CHUNKS)
def test_the_split_of_the_work_leaves_no_trace(full: Kept, threads: int, chunk: int | None) -> None:
    same(full.done, lived(threads=threads, chunk=chunk))


@pytest.mark.parametrize("kept", ["early", "late"])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_resuming_leaves_no_trace(full: Kept, kept: str, threads: int) -> None:
    same(full.done, lived(resume=full.folder / kept, threads=threads, chunk=7))


def test_a_checkpoint_of_either_engine_serves_the_other(full: Kept, full_by_simpy: Kept) -> None:
    same(full.done, lived(resume=full_by_simpy.folder / "early", threads=2, chunk=1))
    same(full.done, lived(resume=full.folder / "late", engine="simpy"))


def test_a_resumed_run_keeps_checkpoints_of_its_own(full: Kept, tmp_path) -> None:
    again = lived(resume=full.folder / "early", checkpoint=(FORK_DAYS[1], tmp_path), threads=3, chunk=1)
    same(full.done, again)
    same(full.done, lived(resume=tmp_path, threads=1))


@pytest.mark.parametrize(("engine", "members"), [("compiled", MEMBERS), ("simpy", 60)])
def test_the_order_of_members_leaves_no_trace(engine: str, members: int) -> None:
    usual = lived(members=members)
    found = lived(population=Shuffled(town(), seed=5), engine=engine, members=members, chunk=7)
    assert found.member_ids[:members] != usual.member_ids[:members]
    assert sorted(found.member_ids) == sorted(usual.member_ids)
    same(usual, found)


def test_another_seed_or_replicate_is_another_world(full: Kept) -> None:
    digests = {lived(**other).digest for other in ({"seed": 12}, {"replicate": 1}, {"replicate": 2})}
    assert len(digests | {full.done.digest}) == 4


def test_names_and_comments_leave_no_trace(full: Kept) -> None:
    assert lived(programme=programme(programme__name="Another name")).digest == full.done.digest
