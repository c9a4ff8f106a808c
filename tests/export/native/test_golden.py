"""The bundle's golden stories, told by the native library: the digests are those the scorer gave."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from engine.made import DATA

from export.native.test_parity import conform
from rewardsim.export.exporting import export
from rewardsim.export.native.build import write_terms
from rewardsim.export.native.golden import golden_stories
from rewardsim.export.native.vectors import tell, vector_bytes
from rewardsim.export.stories.made import make_vectors
from rewardsim.programme import load_programme


def test_the_golden_stories(built: dict[str, Path], tmp_path: Path) -> None:
    programme = load_programme(DATA / "programmes" / "tea-club.toml")
    law, names = programme.law(), programme.names
    write_terms(law, tmp_path)
    parts, compared = [], 0
    for steps, story in golden_stories(law, names, make_vectors(law, names)):
        told = tell(story)
        parts.append(vector_bytes(story, told))
        digests = [step["digest"] for step in steps if "digest" in step]
        plain = "pools" not in steps[0] and not any("secrets" in step for step in steps)
        if plain and len(digests) == 1:
            assert told.digest == digests[0], steps[0]["story"]
            compared += 1
    assert compared > len(parts) // 2 > 10
    (tmp_path / "vectors.bin").write_bytes(b"".join(parts))
    for options in ((), ("--batch", "5", "--save", "3")):
        done = conform(built, tmp_path, *options)
        assert done.returncode == 0, done.stdout[-500:] + done.stderr
        assert done.stdout.count("equal: ") == len(parts)


@pytest.mark.parametrize("keep", [-8, -1_000])
def test_a_story_cut_short(keep: int, built: dict[str, Path], phases: object, tmp_path: Path) -> None:
    """The stories before it are told; then it is said."""
    from rewardsim.export.native.vectors import Story

    assert isinstance(phases, Story)
    write_terms(phases.law, tmp_path)
    one = vector_bytes(phases, tell(phases, "compiled"))
    (tmp_path / "vectors.bin").write_bytes(one + one[:keep])
    done = conform(built, tmp_path, "--batch", "100")
    assert done.returncode == 2
    assert "equal" in done.stdout


def test_an_export_ships_the_library_with_its_vectors(built: dict[str, Path], tmp_path: Path) -> None:
    done = export(DATA / "programmes" / "reward-mi.toml", tmp_path / "mi.pyz", native=True)
    folder = tmp_path / "mi.pyz.native"
    assert {folder / "librewardsim.so", folder / "conform", folder / "terms.bin"} <= set(done.native)
    told = subprocess.run(
        [folder / "conform", folder / "terms.bin", folder / "vectors.bin"], check=True, capture_output=True, text=True
    )
    assert told.stdout.count("equal: ") == len(told.stdout.splitlines()) > 20
    vectors = bytearray((folder / "vectors.bin").read_bytes())
    vectors[-16] ^= 1
    (tmp_path / "other.bin").write_bytes(vectors)
    refused = subprocess.run([folder / "conform", folder / "terms.bin", tmp_path / "other.bin"], capture_output=True)
    assert refused.returncode == 1
