"""What is said when scenarios cannot be used, and where the faults of a programme or population are put."""

from __future__ import annotations

from collections.abc import Sequence

from rewardsim.programme.faults import Fault, Place, ProgrammeError
from rewardsim.programme.source import parse_key

PREFIXES = ("programme", "population")
"""The two documents a path may begin with."""


class ScenarioError(ProgrammeError):
    """Scenarios, or the file that names them, that cannot be used, with every fault found, in order of place."""


def put_at(fault: Fault, file: str, prefix: str, paths: Sequence[str]) -> Fault:
    """A fault of a varied document, put at the change that is nearest to it.

    ``paths`` are the changed paths with their prefix, "programme." or "population.". Where the
    fault lies elsewhere in the document, as when two values no longer agree, its own place is told.
    """
    own = _parts(f"{prefix}.{fault.place.path}")
    path = max(paths, key=lambda one: _shared(_parts(one), own), default="")
    apart = _shared(_parts(path), own) < min(len(_parts(path)), len(own))
    found = f"{fault.found} at {prefix}.{fault.place.path}" if apart and fault.place.path else fault.found
    return Fault(Place(file, 0, path), fault.code, found, fault.allowed, fault.todo)


def _shared(path: Sequence[str], other: Sequence[str]) -> int:
    """How many parts two paths have in common from the left."""
    pairs = zip(path, other, strict=False)
    return next((n for n, (ours, theirs) in enumerate(pairs) if ours != theirs), min(len(path), len(other)))


def _parts(path: str) -> tuple[str, ...]:
    try:
        return parse_key(path)
    except ValueError:
        return tuple(path.split("."))
