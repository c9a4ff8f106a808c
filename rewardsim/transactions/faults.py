"""What is said when data cannot be taken: every fault at once, each with its place.

The line of a fault is the 1-based data row of a table (the header is not counted), or the line
of a mapping file; its path is a column, or a key. Codes are stable words; a message may change.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rewardsim.programme.faults import Fault, Place

SHOWN_MAX = 50
CLIP = 80


class TransactionError(ValueError):
    """Input that was refused as a whole; nothing was written.

    ``faults`` holds those that are listed, ``count`` how many there are.
    """

    def __init__(self, faults: Iterable[Fault], count: int | None = None) -> None:
        self.faults = tuple(faults)
        self.count = len(self.faults) if count is None else count
        super().__init__(self.table())

    def table(self, shown_max: int = SHOWN_MAX) -> str:
        """One line a fault, and how many more there are."""
        shown = self.faults[:shown_max]
        lines = [f"{fault.code}: {fault}" for fault in shown]
        if self.count > len(shown):
            lines.append(f"... and {self.count - len(shown)} more")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The report for a machine."""
        return {"count": self.count, "faults": [fault.to_dict() for fault in self.faults]}


def row_fault(code: str, file: str, row: int, column: str, found: object, allowed: str) -> Fault:
    """A fault of one row."""
    return Fault(Place(file, row, column), code, clip(found), allowed, "correct the row, or ask for a rejects file")


def refuse(code: str, file: str, found: object, allowed: str, todo: str = "", path: str = "") -> TransactionError:
    """The error for a source that is refused as a whole."""
    return TransactionError([Fault(Place(file, 0, path), code, clip(found), allowed, todo or "correct the input")])


def clip(value: object, width: int = CLIP) -> str:
    """A value as text that is safe to show: control characters escaped, cut at ``width``."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(value)[: 4 * width])
    return text if len(text) <= width else text[: width - 3] + "..."
