"""The outside world's data: import, mapping, checking, the canonical event table.

Reading order: ``events`` (what comes out), ``mapping`` (what a person says about a source),
``importing`` (the road from one to the other), ``sources`` and ``textgate`` (what may come in),
``parsing`` and ``grouping`` (how rows become events), ``faults`` (what is said when they do not).

Nothing heavy is imported before it is used: every name below is looked up on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Mapping": "mapping",
    "load_mapping": "mapping_file",
    "mapping_schema_json": "mapping_file",
    "ImportResult": "report",
    "import_transactions": "importing",
    "TransactionError": "faults",
    "event_schema": "events",
    "schema_json": "events",
    "read_events": "events",
    "event_batches": "events",
    "validate_events": "events",
    "write_events": "events",
    "events_digest": "digest",
}
__all__ = [
    "ImportResult",
    "Mapping",
    "TransactionError",
    "event_batches",
    "event_schema",
    "events_digest",
    "import_transactions",
    "load_mapping",
    "mapping_schema_json",
    "read_events",
    "schema_json",
    "validate_events",
    "write_events",
]


def __getattr__(name: str) -> Any:
    """Find a public name in its module."""
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
