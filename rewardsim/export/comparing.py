"""Two bundles side by side: what their programmes say in their own words, and which vectors part."""

from __future__ import annotations

import tomllib
from typing import Any

from rewardsim.export.versions import change_between, terms_changes

ROWS_BY = ("id", "from")


def compare(before: Any, after: Any) -> dict[str, Any]:
    """Return how an opened bundle differs from the one before."""
    change = change_between(before, after.files, after.law, after.names)
    return {
        "before": {"version": before.version, "hash": before.hash},
        "after": {"version": after.version, "hash": after.hash},
        "degree": change.degree,
        "programme": words_changed(before.files, after.files),
        "terms": terms_changes(before.files, after.files),
        "rules_changed": before.manifest["rules_hash"] != after.manifest["rules_hash"],
        "files": change.files,
        "vectors": [str(difference) for difference in change.vectors],
    }


def words_changed(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """Return what differs between two programmes as they are written, a dotted path each."""
    old, new = (_flat(tomllib.loads(files.get("programme.toml", b"").decode())) for files in (before, after))
    return [
        f"{path}: {_shown(old.get(path))} -> {_shown(new.get(path))}"
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    """Return the leaves of a document by path; rows of an array go by their id."""
    if isinstance(value, dict):
        rows = value.items()
    elif isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        rows = [(str(next((row[key] for key in ROWS_BY if key in row), place)), row) for place, row in enumerate(value)]
    else:
        return {path: value}
    found: dict[str, Any] = {}
    for key, part in rows:
        inner = f"{path}.{key}" if path else str(key)
        found |= _flat(part, inner)
    return found


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value) if isinstance(value, str) else str(value)
