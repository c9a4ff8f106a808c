"""One build of the library for all tests here, and stories to tell it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = str(Path(__file__).resolve().parents[2])
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)

if shutil.which("cc") is None:
    collect_ignore_glob = ["test_*.py"]

from engine.made import DATA, busy_programme, busy_table  # noqa: E402

from rewardsim.export.native.build import build_native  # noqa: E402
from rewardsim.export.native.library import Library, NativeBook  # noqa: E402
from rewardsim.export.native.vectors import Story, story_of  # noqa: E402
from rewardsim.programme import load_programme  # noqa: E402
from rewardsim.transactions import import_transactions  # noqa: E402


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The library, built for Reward Mi; warnings of the C compiler are errors."""
    programme = load_programme(DATA / "programmes" / "reward-mi.toml")
    return build_native(programme, tmp_path_factory.mktemp("native"), flags=("-Werror",))


@pytest.fixture(scope="session")
def library(built: dict[str, Path]) -> Library:
    """The library, loaded."""
    return Library(built["library"])


@pytest.fixture(scope="session")
def phases() -> Story:
    """The shipped sample of all phases under Reward Mi."""
    events = import_transactions(DATA / "samples" / "three-phases.csv", DATA / "mappings" / "generic.toml").events
    return story_of(load_programme(DATA / "programmes" / "reward-mi.toml"), events)


@pytest.fixture(scope="session")
def busy() -> Story:
    """A rule of every kind; events of all types, some refused, some repeated."""
    return story_of(busy_programme(), busy_table(4_000, 40, seed=7))


@pytest.fixture
def book(library: Library, phases: Story) -> Iterator[Any]:
    """A book of Reward Mi with the sample's members and orders."""
    from rewardsim.export.native.terms import terms_bytes

    opened = NativeBook(library, terms_bytes(phases.law), phases.ids, phases.orders, rank=phases.rank)
    yield opened
    opened.close()
