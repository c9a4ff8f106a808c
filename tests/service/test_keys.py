"""Keys: made once, kept as hashes, and a faulty file is refused with every fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from rewardsim.cli import app
from rewardsim.scoring import ScoringError
from rewardsim.service.keys import Bucket, read_keys


def test_a_key_is_printed_once_and_kept_as_a_hash(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    made = [
        CliRunner().invoke(app, ["key", name, "--role", role, "--keys", str(path)])
        for name, role in [("till", "score"), ("desk", "read")]
    ]
    assert [done.exit_code for done in made] == [0, 0]
    keys = read_keys(path)
    till, desk = (keys.find(done.output.strip()) for done in made)
    assert till is not None
    assert desk is not None
    assert (till.name, till.may("score"), till.may("read"), desk.name) == ("till", True, False, "desk")
    assert keys.find("rs_nonsense") is None
    assert made[0].output.strip() not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    twice = CliRunner().invoke(app, ["key", "till", "--role", "read", "--keys", str(path)])
    assert twice.exit_code == 2
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "found nothing"),
        ("a = 1", "found a"),
        ("[[key]\n", "keys_file"),
        ('[[key]]\nname = "a"\n', "found name, allowed name, roles, sha256"),
        ('[[key]]\nname = ""\nroles = ["boss"]\nsha256 = "x"\n', "allowed read, score, admin"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(ScoringError) as caught:
        read_keys(path)
    assert said in str(caught.value)
    if "boss" in text:
        assert len(caught.value.faults) == 3


def test_a_bucket_fills_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("rewardsim.service.keys.monotonic", lambda: now[0])
    bucket = Bucket(rate=2.0, burst=3.0)
    assert [bucket.wait() for _ in range(4)] == [0, 0, 0, 0.5]
    now[0] += 0.5
    assert [bucket.wait(), bucket.wait()] == [0, 0.5]
    now[0] += 1000
    assert [bucket.wait() for _ in range(4)] == [0, 0, 0, 0.5]


def test_what_costs_more_than_a_bucket_holds_leaves_it_in_debt(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("rewardsim.service.keys.monotonic", lambda: now[0])
    bucket = Bucket(rate=2.0, burst=3.0)
    assert [bucket.wait(5.0), bucket.wait(1.0), bucket.wait(0.0)] == [0, 1.5, 1.5]
    now[0] += 1.5
    assert [bucket.wait(0.0), bucket.wait(5.0)] == [0, 1.0]
