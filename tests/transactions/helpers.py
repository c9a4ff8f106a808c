"""Where the data stand, and mappings small enough for a test."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rewardsim.transactions import ImportResult, Mapping

ROOT = Path(__file__).parents[2]
MAPPINGS = ROOT / "data" / "mappings"
SHARED = Path(__file__).parents[3] / "shared" / "data"

PLAIN: dict[str, Any] = {
    "schema": 1,
    "name": "plain",
    "columns": {"member": "member", "order": "order", "time": "time", "amount": "amount"},
    "time": {"source_zone": "UTC", "zone": "UTC"},
    "money": {"currency": "EUR"},
}


def plan(**tables: Any) -> Mapping:
    """The plain mapping, with tables replaced or (given as dicts) extended."""
    said = dict(PLAIN)
    for name, value in tables.items():
        merged = {**said.get(name, {}), **value} if isinstance(value, dict) else value
        said[name] = (
            {key: item for key, item in merged.items() if item is not None} if isinstance(merged, dict) else merged
        )
    return Mapping.model_validate(said)


Importer = Callable[..., ImportResult]


def shared_file(*parts: str) -> Path:
    """A file of the shared data; skips the test where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"shared data file {path.name} is not on this machine")
    return path


def needs_package(name: str) -> None:
    """Skip the test where a data package is not installed."""
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"package {name} is not installed")
