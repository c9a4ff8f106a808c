"""The native library tells the stories that the interpreted rules tell: every entry, note and digest."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from engine.made import DATA
from oracle.generate import scenario, scenarios

from export.native.stories import assert_same, native, story
from rewardsim.engine.prepare import PreparedEvents
from rewardsim.engine.replay import replay_events
from rewardsim.export.native.build import write_terms
from rewardsim.export.native.library import Library
from rewardsim.export.native.vectors import Story, story_of, tell, write_vectors
from rewardsim.programme import load_programme
from rewardsim.transactions import import_transactions

EVENTS = 1_000_000
WAYS = [
    {},
    {"batch": 1},
    {"batch": 7, "save": 3},
    {"batch": 64, "forget": True},
    {"batch": 1, "save": 1, "forget": True},
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["phases", "busy"])
def test_the_samples(name: str, way: dict[str, int], library: Library, request: pytest.FixtureRequest) -> None:
    """However the events are cut, and however often the book is saved and restored in between."""
    told: Story = request.getfixturevalue(name)
    if way.get("save") == 1:
        told.until = min(told.until, int(told.events["day"].max()))
    assert_same(native(library, told, **way), tell(told))


def test_the_digest_is_the_replays(library: Library) -> None:
    """One file of events: ``replay`` and the library."""
    programme = load_programme(DATA / "programmes" / "reward-mi.toml")
    events = import_transactions(DATA / "samples" / "three-phases.csv", DATA / "mappings" / "generic.toml").events
    prepared = PreparedEvents(events)
    replayed = replay_events(programme, prepared, None)
    prepared.close()
    assert native(library, story_of(programme, events)).digest == replayed.digest


@pytest.mark.parametrize("seed", range(40))
def test_random_programmes(seed: int, library: Library) -> None:
    """Every other one among friends, with tiers and draws; some events late."""
    told = story(scenario(seed, 200, 3 + seed % 12, late=0.1 * (seed % 3), social=seed % 2 == 1))
    way = WAYS[seed % len(WAYS)]
    assert_same(native(library, told, **way), tell(told))


def conform(built: dict[str, Path], folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The runner over the vectors in a folder."""
    command = [built["conform"], folder / "terms.bin", folder / "vectors.bin", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("options", [(), ("--batch", "7", "--save", "5"), ("--batch", "100000", "--repeat", "1")])
def test_the_conformance_runner(options: tuple[str, ...], built: dict[str, Path], tmp_path: Path) -> None:
    """The same, without Python: vectors on disk, compared in C."""
    for seed in (1, 2):
        told = story(scenario(seed, 600, 12, late=0.05, social=seed % 2 == 1))
        write_terms(told.law, tmp_path)
        expected = write_vectors(tmp_path / "vectors.bin", told)
        done = conform(built, tmp_path, *options)
        assert done.returncode == 0, done.stdout + done.stderr
        assert expected.digest in done.stdout


@pytest.mark.slow
def test_a_million_random_events(library: Library, built: dict[str, Path], tmp_path: Path) -> None:
    """Two hundred random programmes of 5,000 events: through ctypes and through the runner."""
    events = 0
    for number, made in enumerate(scenarios(EVENTS, seed=2_000_000)):
        told = story(made)
        write_terms(told.law, tmp_path)
        expected = write_vectors(tmp_path / "vectors.bin", told, "compiled")
        assert_same(native(library, told, **WAYS[number % 3 + 1] | {"save": 997}), expected)
        done = conform(built, tmp_path, "--batch", str(1 + number % 50))
        assert done.returncode == 0, done.stdout + done.stderr
        events += len(told.events)
    assert events >= EVENTS
