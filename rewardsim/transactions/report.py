"""What an import says of itself: every row accounted for, what was assumed, what was rejected."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

INJECTING = ("=", "+", "-", "@", "\t", "\r")
REJECT_COLUMNS = ("file", "row", "column", "code", "found", "allowed")


@dataclass(frozen=True)
class ImportResult:
    """The canonical table and the account of how it came about."""

    events: pa.Table
    summary: dict[str, Any]
    """``rows``, ``events``, ``members``, ``amount``, ``first``, ``last``, ``digest`` and more."""
    assumptions: list[str] = field(default_factory=list)
    """What the mapping supposes and the source does not say."""

    def to_dict(self) -> dict[str, Any]:
        """The machine-readable summary."""
        return {**self.summary, "assumptions": self.assumptions}

    def to_arrow(self) -> pa.Table:
        """The events as an Arrow table."""
        return self.events

    def to_pandas(self) -> Any:
        """The events as a pandas frame."""
        return self.events.to_pandas()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The events for any Arrow-capable library."""
        return self.events.__arrow_c_stream__(requested_schema)

    def __str__(self) -> str:
        """The account for a person."""
        rows, said = self.summary["rows"], self.summary
        dropped = sum(rows["dropped"].values())
        lines = [f"rows      {rows['read']} read, {rows['kept']} kept, {dropped} dropped, {rows['rejected']} rejected"]
        lines += [f"  dropped {count} {reason}" for reason, count in rows["dropped"].items()]
        lines += [f"events    {count} {name}" for name, count in said["events"].items()]
        lines += [f"members   {said['members']}", f"amount    {said['amount']} {said['currency']}"]
        lines += [f"period    {said['first']} to {said['last']}", f"digest    {said['digest']}"]
        return "\n".join(lines + [f"assumed   {text}" for text in self.assumptions])


def money_text(minor: int, decimals: int) -> str:
    """Minor units as a decimal: 12345 with two decimals is 123.45."""
    sign, whole = "-" if minor < 0 else "", abs(minor)
    if not decimals:
        return f"{sign}{whole}"
    return f"{sign}{whole // 10**decimals}.{whole % 10**decimals:0{decimals}d}"


def safe_cell(value: str) -> str:
    """A text cell that no spreadsheet takes for a formula."""
    return "'" + value if value.startswith(INJECTING) else value


def write_rejects(path: str | os.PathLike[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rejected rows as CSV: text cells made safe, numbers left numbers; the whole file or none."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(REJECT_COLUMNS)
            for row in rows:
                writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
