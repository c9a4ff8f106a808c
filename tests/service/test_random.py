"""Random programmes and histories over HTTP: every outcome, entry and note is a replay's, and one digest."""

from __future__ import annotations

from pathlib import Path

import pytest
from scoring.made import digest_of, make
from scoring.test_parity import kept, ledgers

from rewardsim.service.audit import contradictions
from rewardsim.service.code import HOUSE
from rewardsim.service.serving import Bundle
from service.shop import service


def check(seed: int, count: int, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make(seed, count, 15, 0.1 * (seed % 3 == 0), seed % 2 == 1)

    def bind(store: object, clock: object) -> object:
        return made.scorer(store)  # type: ignore[arg-type]

    bundle = Bundle(Path("made"), "made", "", HOUSE, bind, "Asia/Kolkata")
    monkeypatch.setattr("rewardsim.service.serving.open_bundle", lambda path: bundle)
    expected = made.replay()
    outcomes: list[str] = []
    with service(url) as client:
        for first in range(0, len(made.events), 100):
            said = client.events(made.events[first : first + 100]).json()
            outcomes += [reply["status"] for reply in said["replies"]]
        scorer = client.service.serving.now.scorer
        assert outcomes == expected.outcomes
        scorer.advance_to(made.until)
        assert kept(scorer) == ledgers(expected)
        assert scorer.digest() == digest_of(expected)
        assert contradictions(scorer.store) == []


def test_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(41, 500, f"sqlite:{tmp_path}/store.db", monkeypatch)


def test_in_postgres(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(42, 500, database, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50, 56))
def test_thousands_in_postgres(seed: int, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(seed, 2000, database, monkeypatch)
