"""What is said when a bundle cannot be made, compared or signed: every fault with its place."""

from __future__ import annotations

from collections.abc import Sequence

from rewardsim.programme.faults import Fault, Place


class ExportError(ValueError):
    """An export that was refused as a whole; nothing was written."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{fault.code}: {fault}" for fault in self.faults))


def refuse(code: str, place: object, found: object, allowed: str, todo: str) -> ExportError:
    """Return the error for one reason."""
    return ExportError([Fault(Place(str(place)), code, str(found)[:200], allowed, todo)])
