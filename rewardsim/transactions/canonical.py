"""Canonical files as a replay takes them: their digest computed, and checked where it is not their own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .digest import TableHasher
from .events import event_batches, event_schema, header_of, read_events, validate_events
from .faults import TransactionError, refuse
from .sources import check_unfolding
from .textgate import LIMITS

if TYPE_CHECKING:
    import pyarrow as pa


def check_files(paths: Sequence[Path]) -> dict[str, Any]:
    """Return digests, currency, time zone and names of canonical files, and whether they lie in order.

    A file whose content has the digest its importer wrote needs no further check; any other is
    checked row by row. The digest of several files does not depend on their order. Raises
    TransactionError with the faults of all files.
    """
    faults = []
    headers = []
    digests = []
    arrivals = []
    for path in paths:
        try:
            header, digest, arrival = _check_file(path)
        except TransactionError as error:
            faults += error.faults
            continue
        headers.append(header)
        digests.append(digest)
        arrivals.append(arrival)
    if faults:
        raise TransactionError(faults)
    zones = {(header["currency"], header["timezone"]) for header in headers}
    if len(zones) != 1:
        found = ", ".join(sorted(f"{currency} in {zone}" for currency, zone in zones)) or "no file"
        raise refuse("mixed_tables", paths[0].name if paths else "", found, "files of one currency and one time zone")
    if len(paths) > 1:
        arrivals = [f"{digest} {arrival}" for digest, arrival in zip(digests, arrivals, strict=True)]
    return {
        "digest": _together(digests),
        "arrival": _together(arrivals),
        "sorted": len(paths) == 1,
        "files": [path.name for path in paths],
        "currency": headers[0]["currency"],
        "timezone": headers[0]["timezone"],
    }


def check_table(table: pa.Table, currency: str, timezone: str) -> dict[str, Any]:
    """Return the same of a table in memory, which is taken to be in the given currency and zone.

    Where the table says itself what it is in, that is returned.
    """
    faults = validate_events(table)
    if faults:
        raise TransactionError(faults)
    said = table.schema.metadata or {}
    currency = said.get(b"rewardsim.currency", currency.encode()).decode()
    timezone = said.get(b"rewardsim.timezone", timezone.encode()).decode()
    hasher = TableHasher()
    for batch in table.to_batches():
        hasher.update(batch)
    return {
        "digest": hasher.hexdigest(currency, timezone),
        "arrival": hasher.arrival(),
        "sorted": False,
        "files": [],
        "currency": currency,
        "timezone": timezone,
    }


def _together(digests: list[str]) -> str:
    """Return the digest of one, or of several in whatever order."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _check_file(path: Path) -> tuple[dict[str, str], str, str]:
    import pyarrow.parquet as pq

    header = header_of(path)
    check_unfolding(path, pq.read_metadata(path), len(event_schema()), LIMITS)
    hasher = TableHasher()
    for batch in event_batches(path):
        hasher.update(batch)
    digest = hasher.hexdigest(header["currency"], header["timezone"])
    if digest != header["digest"]:
        read_events(path)
    return header, digest, hasher.arrival()
