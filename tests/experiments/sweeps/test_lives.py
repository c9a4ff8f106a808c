"""Finished lives are kept whole or not at all, and what another version wrote is left alone."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rewardsim.experiments.store import RunError, folder_of
from rewardsim.experiments.sweeps.jobs import Job
from rewardsim.experiments.sweeps.lives import DAILY, Lives
from rewardsim.experiments.sweeps.outcome import Outcome

JOB = Job("", "", 10, 0, 9, 1, 2, "ab" * 32)
OUTCOME = Outcome(JOB.key, {"net": -5, "revenue": 1 << 60}, {"gold": 1}, "d1", 0.25)


def days() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"day": [1, 2]}), sink)
    return sink.getvalue().to_pybytes()


def test_what_is_put_is_got(tmp_path: Path) -> None:
    lives = Lives(tmp_path)
    assert lives.get(JOB.key) is None
    lives.put(JOB, OUTCOME, days())
    assert Lives(tmp_path).get(JOB.key) == OUTCOME
    assert lives.daily(JOB.key).column("day").to_pylist() == [1, 2]


def test_the_store_is_marked_and_holds_nothing_half_written(tmp_path: Path) -> None:
    lives = Lives(tmp_path)
    lives.put(JOB, OUTCOME, days())
    assert json.loads((tmp_path / "lives" / "store.json").read_text()) == {"format": "lives/1"}
    assert sorted(path.name for path in lives.folder.iterdir()) == ["abababababababab", "open", "store.json"]
    assert list((lives.folder / "open").iterdir()) == []


def test_a_life_of_another_key_with_the_same_beginning_is_not_taken_for_it(tmp_path: Path) -> None:
    lives = Lives(tmp_path)
    lives.put(JOB, OUTCOME, days())
    assert lives.get("ab" * 8 + "cd" * 24) is None


@pytest.mark.parametrize("damage", ["manifest", "days"])
def test_a_life_that_is_not_whole_is_not_there_and_can_be_put_again(tmp_path: Path, damage: str) -> None:
    lives = Lives(tmp_path)
    lives.put(JOB, OUTCOME, days())
    folder = folder_of(lives.folder, JOB.key)
    (folder / (DAILY if damage == "days" else "manifest.json")).unlink()
    assert lives.get(JOB.key) is None
    lives.put(JOB, OUTCOME, days())
    assert lives.get(JOB.key) == OUTCOME


@pytest.mark.parametrize("mark", ['{"format": "lives/0"}', '{"format": 7}', "[]", "not JSON", ""])
def test_a_store_of_another_version_is_refused_and_left_alone(tmp_path: Path, mark: str) -> None:
    Lives(tmp_path).put(JOB, OUTCOME, days())
    (tmp_path / "lives" / "store.json").write_text(mark)
    with pytest.raises(RunError, match=r"allowed lives/1, do: use the version .* nothing was changed") as refused:
        Lives(tmp_path)
    assert refused.value.faults[0].code == "other_store"
    assert (tmp_path / "lives" / "store.json").read_text() == mark
    assert (folder_of(tmp_path / "lives", JOB.key) / DAILY).is_file()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_earlier_lives_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    lives = Lives(tmp_path)
    lives.put(JOB, OUTCOME, days())

    def full(*_: object) -> None:
        raise OSError(number, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    other = Outcome("cd" * 32, {}, {}, "", 0.0)
    with pytest.raises(RunError, match=r"a full disk.*make room and run the same again"):
        lives.put(JOB, other, days())
    assert lives.get(JOB.key) == OUTCOME
    assert lives.get(other.key) is None


def test_another_error_of_the_disk_is_raised_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lives = Lives(tmp_path)

    def broken(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(OSError, match="broken"):
        lives.put(JOB, OUTCOME, days())
