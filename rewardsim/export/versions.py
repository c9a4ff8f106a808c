"""What a version says: computed from vectors, not from what its author thinks of the change.

major: some vector of the bundle before comes to something else. minor: all of them pass, and the
terms, names or schemas have changed. patch: they pass, and nothing else has changed but code.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from rewardsim.export.faults import refuse
from rewardsim.scoring.boot import CODE, Files
from rewardsim.scoring.vectors import Difference, differences

FORM = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
FIRST = "1.0.0"
SAME, PATCH, MINOR, MAJOR = "same", "patch", "minor", "major"


class Change(NamedTuple):
    """How a bundle differs from the one before: in what degree, and what shows it."""

    degree: str
    files: list[str]
    vectors: list[Difference]


def change_between(before: Any, files: Files, law: Any, names: Any) -> Change:
    """Return how files with their law and names differ from an opened bundle."""
    own = {name for name in (*before.files, *files) if name != "manifest.json"}
    changed = sorted(name for name in own if before.files.get(name) != files.get(name))
    if not changed:
        return Change(SAME, [], [])
    unlike = list(differences(law, names, before.files, exact=False))
    if unlike:
        return Change(MAJOR, changed, unlike)
    code = (f"{CODE}/", "__main__.py", "__init__.py", "programme.toml")
    return Change(PATCH if all(name.startswith(code) for name in changed) else MINOR, changed, [])


def next_version(before: str, degree: str) -> str:
    """Return the least version that says what changed."""
    major, minor, patch = map(int, before.split("."))
    following = {SAME: (major, minor, patch), PATCH: (major, minor, patch + 1), MINOR: (major, minor + 1, 0)}
    return ".".join(map(str, following.get(degree, (major + 1, 0, 0))))


def chosen_version(wanted: str | None, before: str | None, change: Change | None) -> str:
    """Return the version of a bundle; refuse one that says less than its vectors do."""
    if wanted is not None and not FORM.fullmatch(wanted):
        raise refuse("bad_version", "--version", wanted, "three numbers such as 1.4.0", "write it so")
    if before is None or change is None:
        return wanted or FIRST
    least = next_version(before, change.degree)
    if wanted is None:
        return least
    if _numbers(wanted) < _numbers(least):
        shown = "; ".join(str(one) for one in change.vectors[:2]) or ", ".join(change.files[:4])
        found = f"{wanted} after {before}, a {change.degree} change: {shown}"
        raise refuse("says_too_little", "--version", found, f"{least} or higher", "leave --version out")
    return wanted


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def terms_changes(before: Files, after: Files) -> list[str]:
    """Return the numbers that differ between two bundles' terms, by table, row and field."""
    old, new = (json.loads(files["terms.json"])["law"] for files in (before, after))
    found = []
    for table in new:
        mine, theirs = _cells(new[table]), _cells(old.get(table, []))
        for place in sorted({*mine, *theirs}):
            if mine.get(place) != theirs.get(place):
                row, field = place
                found.append(f"{table}[{row}].{field}: {theirs.get(place, 'none')} -> {mine.get(place, 'none')}")
    return found


def _cells(table: Any) -> dict[tuple[int, str], Any]:
    if isinstance(table, list):
        return {(row, "value"): value for row, value in enumerate(table)}
    fields = table["fields"]
    return {
        (row, field): value
        for row, values in enumerate(table["rows"])
        for field, value in zip(fields, values, strict=True)
    }
