"""Production: the law on one event at a time, over a store. Standard library only; imports are relative.

The same files run here and, byte for byte, in an exported bundle under another package's name.

Reading order: ``reading``, ``checks`` and ``told`` (what comes in), ``scorer`` and ``desk`` (what
happens), ``reply`` and ``wording`` (what goes out), ``store`` (what is asked of a store), ``memory``;
``state``, ``schema``, ``work``, ``sql`` and ``sqlite`` (stores on disk), ``shape`` (whose law may
read a state), ``chain`` (the fingerprint that a replay has too), ``account`` and ``commands``.
Bundles: ``boot``, ``bundle``, ``law``, ``selftest``, ``vectors``, ``migrate``, ``main``.
"""

from __future__ import annotations

from .faults import Again, Fault, InvalidEvent, ScoringError, StoreRefused, StoreUnavailable
from .memory import MemoryStore
from .names import Names
from .reply import Reply
from .scorer import Scorer
from .sqlite import SqliteStore

__all__ = [
    "Again",
    "Fault",
    "InvalidEvent",
    "MemoryStore",
    "Names",
    "Reply",
    "Scorer",
    "ScoringError",
    "SqliteStore",
    "StoreRefused",
    "StoreUnavailable",
]
