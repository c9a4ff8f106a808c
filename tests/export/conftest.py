"""Lets the tests here import their neighbours by name; bundles that several tests read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from rewardsim.export.exporting import export, make_files
from rewardsim.export.origin import read_origin
from rewardsim.scoring.boot import Files

FOLDER = str(Path(__file__).resolve().parent.parent)
if FOLDER not in sys.path:
    sys.path.insert(0, FOLDER)
PROGRAMMES = Path(FOLDER).parent / "data" / "programmes"
MI = PROGRAMMES / "reward-mi.toml"


@pytest.fixture(scope="session")
def files() -> Files:
    """The files of one bundle; nobody changes them."""
    return make_files(read_origin(MI))[0]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one bundle in every form: mi (folder), mi.pyz, and the wheel."""
    place = tmp_path_factory.mktemp("bundles")
    export(MI, place / "mi.pyz", with_wheel=True)
    export(MI, place / "mi")
    return place
